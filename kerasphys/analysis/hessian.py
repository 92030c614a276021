"""The curvature of the loss of a model: products with its Hessian, and the largest eigenvalue."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import scipy
import tensorflow as tf
from numpy.typing import ArrayLike

from kerasphys._validation import (
    check_array,
    check_choice,
    check_int,
    check_positive,
    check_positive_int,
)
from kerasphys.analysis.model_loss import model_loss
from kerasphys.models.objective import flat, unflat

METHODS = ("lanczos", "power")


def hessian_operator(
    model: keras.Model, x: Any, y: Any = None, jit_compile: bool = False
) -> scipy.sparse.linalg.LinearOperator:
    """The Hessian of a loss by the trainable weights, without its matrix.

    A product with a vector is the derivative of the gradient along it: two passes more than a
    gradient, and no more memory. It is compiled once and follows the weights of the model; every
    solver of `scipy.sparse.linalg` takes it.

    Args:
        model: A compiled Keras model, or a model of `kp.models`.
        x: What `model.evaluate` takes: arrays, `kp.datasets.Samples`, or `problem.points(...)`.
        y: The targets, where `x` does not hold them.
        jit_compile: Whether XLA compiles the product.

    Returns:
        An operator `(p, p)` for the `p` trainable weights in the order of
        `model.trainable_variables`, in their precision. Keras evaluates losses given by name in
        `keras.config.floatx()`; a float64 model of plain Keras takes
        `keras.losses.MeanSquaredError(dtype="float64")`.

    Raises:
        TypeError: If the model is no Keras model.
        ValueError: If it is not compiled, or has no weights to train.

    Example:
        ```python
        import keras
        import numpy as np
        import scipy
        import kerasphys as kp

        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", loss="mse")
        hessian = kp.analysis.hessian_operator(model, np.array([[0.0], [2.0]]), np.zeros((2, 1)))
        print(hessian @ np.eye(2))  # [[4, 2], [2, 2]]: twice the means of x², x and 1
        ```

    Reference:
        Pearlmutter, 1994, https://doi.org/10.1162/neco.1994.6.1.147
    """
    loss = model_loss(model, x, y)
    variables = model.trainable_variables
    size = sum(math.prod(v.shape) for v in variables)
    if not size:
        raise ValueError("The model has no weights to train.")
    dtype = np.result_type(*{v.dtype for v in variables})
    zero = tf.UnconnectedGradients.ZERO

    @tf.function(jit_compile=jit_compile, autograph=False)
    def product(vector: tf.Tensor) -> tf.Tensor:
        parts = zip(unflat(vector, variables), variables, strict=True)
        along = [tf.cast(part, v.dtype) for part, v in parts]
        values = [v.value for v in variables]
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                value = loss()
            gradients = inner.gradient(value, values, unconnected_gradients=zero)
            pairs = zip(gradients, along, strict=True)
            slope = tf.add_n([tf.cast(tf.reduce_sum(g * a), dtype) for g, a in pairs])
        found = outer.gradient(slope, values, unconnected_gradients=zero)
        return flat([tf.cast(part, dtype) for part in found])

    def matvec(vector: np.ndarray) -> np.ndarray:
        return product(tf.constant(np.ravel(vector), dtype)).numpy()

    return scipy.sparse.linalg.LinearOperator(
        (size, size), matvec=matvec, rmatvec=matvec, dtype=dtype
    )


def hessian_vector_product(
    model: keras.Model, x: Any, y: Any = None, *, vector: ArrayLike
) -> np.ndarray:
    """The Hessian of a loss by the trainable weights, times one vector.

    For many products make `kp.analysis.hessian_operator` once: it is compiled then.

    Args:
        model: As of `hessian_operator`.
        x: As of `hessian_operator`.
        y: As of `hessian_operator`.
        vector: `(p,)`, a number for each trainable weight.

    Returns:
        `(p,)`, in the precision of the model.

    Raises:
        ValueError: If the vector has another length.

    Example:
        ```python
        import keras
        import numpy as np
        import kerasphys as kp

        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", loss="mse")
        x, y = np.array([[0.0], [2.0]]), np.zeros((2, 1))
        product = kp.analysis.hessian_vector_product(model, x, y, vector=[1.0, 0.0])
        assert product.tolist() == [4.0, 2.0]
        ```
    """
    operator = hessian_operator(model, x, y)
    return operator @ check_array("vector", vector, (operator.shape[0],))


def largest_hessian_eigenvalue(
    model: keras.Model | scipy.sparse.linalg.LinearOperator,
    x: Any = None,
    y: Any = None,
    method: str = "lanczos",
    tolerance: float = 1e-4,
    iterations: int = 1000,
    seed: int = 0,
) -> float:
    """The largest eigenvalue of the Hessian of a loss: its sharpness.

    Gradient descent with the learning rate `η` can only settle where it is at most `2/η`.

    Args:
        model: As of `hessian_operator`; or what that returned, to find it again and again during
            training without compiling anew.
        x: As of `hessian_operator`.
        y: As of `hessian_operator`.
        method: `"lanczos"` (ARPACK), or `"power"`: power iteration, which is simpler and slower.
        tolerance: Positive float, relative to the eigenvalue.
        iterations: Positive integer, how many the method may take at most.
        seed: Non-negative integer, of the vector it starts from.

    Returns:
        The algebraically largest eigenvalue.

    Raises:
        ValueError: If an argument is out of range.
        RuntimeError: If the method does not converge in so many iterations.

    Example:
        ```python
        import keras
        import numpy as np
        import kerasphys as kp

        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", loss="mse")
        x, y = np.array([[0.0], [2.0]]), np.zeros((2, 1))
        sharpness = kp.analysis.largest_hessian_eigenvalue(model, x, y)
        assert abs(sharpness - (3 + 5**0.5)) < 1e-4
        ```
    """
    method = check_choice("method", method, METHODS)
    tolerance = check_positive("tolerance", tolerance)
    iterations = check_positive_int("iterations", iterations)
    seed = check_int("seed", seed, minimum=0)
    operator = model
    if not isinstance(operator, scipy.sparse.linalg.LinearOperator):
        operator = hessian_operator(model, x, y)
    start = np.random.default_rng(seed).standard_normal(operator.shape[0])
    start = start.astype(operator.dtype)
    if not np.any(operator @ start):
        return 0.0
    find = _lanczos if method == "lanczos" and len(start) > 1 else _largest_by_power
    return find(operator, start, tolerance, iterations)


def _lanczos(
    operator: scipy.sparse.linalg.LinearOperator,
    start: np.ndarray,
    tolerance: float,
    iterations: int,
) -> float:
    try:
        (found,) = scipy.sparse.linalg.eigsh(
            operator,
            k=1,
            which="LA",
            v0=start,
            tol=tolerance,
            maxiter=iterations,
            return_eigenvectors=False,
        )
    except scipy.sparse.linalg.ArpackNoConvergence as error:
        raise RuntimeError(_no_convergence("lanczos", iterations)) from error
    return float(found)


def _largest_by_power(
    operator: scipy.sparse.linalg.LinearOperator,
    start: np.ndarray,
    tolerance: float,
    iterations: int,
) -> float:
    """Where the eigenvalue of largest size is negative, the spectrum is shifted by it."""
    largest = _power(operator, start, 0.0, tolerance, iterations)
    if largest >= 0:
        return largest
    return largest + _power(operator, start, largest, tolerance, iterations)


def _power(
    operator: scipy.sparse.linalg.LinearOperator,
    vector: np.ndarray,
    shift: float,
    tolerance: float,
    iterations: int,
) -> float:
    """The eigenvalue of `H - shift` of largest size."""
    for _ in range(iterations):
        vector = vector / np.linalg.norm(vector)
        product = operator @ vector - shift * vector
        value = float(vector @ product)
        if np.linalg.norm(product - value * vector) <= tolerance * max(abs(value), abs(shift)):
            return value
        vector = product
    raise RuntimeError(_no_convergence("power", iterations))


def _no_convergence(method: str, iterations: int) -> str:
    return (
        f"The largest eigenvalue did not converge in {iterations} iterations of "
        f"method={method!r}. Raise `iterations` or `tolerance`."
    )
