"""Penalties on the weights of a model that is already made."""

from __future__ import annotations

import keras

from kerasphys._validation import check_bool, check_nonnegative, message


def penalize(model: keras.Model, l1: float = 0.0, l2: float = 0.0, biases: bool = True) -> None:
    """Adds `l1 ‖θ‖₁ + l2 ‖θ‖₂²` to the loss of a model, whatever its layers were made with.

    Keras' `kernel_regularizer` leaves biases out; textbooks penalise all weights. Either way
    the penalty is added once to the mean loss, not once for each sample. It replaces the
    regularisers that the weights have, and both zero take them away. It holds for trainings that
    begin after it, and is not saved with the model.

    Args:
        model: A built Keras model.
        l1: Non-negative float. It makes weights zero that hardly matter.
        l2: Non-negative float. It makes all weights smaller.
        biases: Whether to penalise all trainable weights, or only the arrays of two axes and more,
            which are the kernels.

    Raises:
        TypeError: If the model is no Keras model.
        ValueError: If the model is not built, or a factor is negative.

    Example:
        ```python
        import keras
        import numpy as np
        import kerasphys as kp

        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.set_weights([np.array([[3.0], [1.0]]), np.array([2.0])])
        kp.losses.penalize(model, l2=0.5)
        assert float(sum(model.losses)) == 7.0
        kp.losses.penalize(model, l1=0.5, biases=False)
        assert float(sum(model.losses)) == 2.0
        ```
    """
    if not isinstance(model, keras.Model):
        raise TypeError(message("model", "a Keras model", model))
    l1, l2 = check_nonnegative("l1", l1), check_nonnegative("l2", l2)
    biases = check_bool("biases", biases)
    if not model.built:
        raise ValueError("The model must be built first, so that it has weights: model.build(...).")
    for variable in model.trainable_variables:
        wanted = (l1 or l2) and (biases or len(variable.shape) > 1)
        variable.regularizer = keras.regularizers.L1L2(l1, l2) if wanted else None
    model.train_function = model.test_function = None  # traced with the former penalty
