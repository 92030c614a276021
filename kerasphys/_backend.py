"""Refuses to start on a Keras backend other than TensorFlow."""

import keras


def require_tensorflow(backend: str) -> None:
    """Raises an ImportError that says how to cure a wrong backend.

    Args:
        backend: The name that `keras.backend.backend()` returned.
    """
    if backend != "tensorflow":
        raise ImportError(
            f"kerasphys needs the TensorFlow backend of Keras. Received: {backend!r}. Set the "
            "environment variable KERAS_BACKEND=tensorflow before Keras is first imported, or "
            'change "backend" in ~/.keras/keras.json.'
        )


require_tensorflow(keras.backend.backend())
