"""Refuses to start on a Keras backend other than TensorFlow."""

import os

CURE = (
    "Set the environment variable KERAS_BACKEND=tensorflow before Keras is first imported, or "
    'change "backend" in ~/.keras/keras.json.'
)


def require_tensorflow(backend: str) -> None:
    """Raises an ImportError that says how to cure a wrong backend.

    Args:
        backend: The name that `keras.backend.backend()` returned.
    """
    if backend != "tensorflow":
        raise ImportError(
            f"kerasphys needs the TensorFlow backend of Keras. Received: {backend!r}. {CURE}"
        )


try:
    import keras
except ImportError:  # Keras fails first where the other backend is not installed
    require_tensorflow(os.environ.get("KERAS_BACKEND") or "tensorflow")
    raise

require_tensorflow(keras.backend.backend())
