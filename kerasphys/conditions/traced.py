"""NumPy functions of the coordinates, evaluated on tensors inside a graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys.conditions.values import Value
from kerasphys.derivatives import requested_names

UFUNCS: dict[Any, Callable] = {
    np.add: tf.add,
    np.subtract: tf.subtract,
    np.multiply: tf.multiply,
    np.divide: tf.divide,
    np.power: tf.pow,
    np.float_power: tf.pow,
    np.negative: tf.negative,
    np.positive: tf.identity,
    np.reciprocal: tf.math.reciprocal,
    np.square: tf.square,
    np.sqrt: tf.sqrt,
    np.exp: tf.exp,
    np.expm1: tf.math.expm1,
    np.log: tf.math.log,
    np.log1p: tf.math.log1p,
    np.sin: tf.sin,
    np.cos: tf.cos,
    np.tan: tf.tan,
    np.arcsin: tf.asin,
    np.arccos: tf.acos,
    np.arctan: tf.atan,
    np.arctan2: tf.atan2,
    np.sinh: tf.sinh,
    np.cosh: tf.cosh,
    np.tanh: tf.tanh,
    np.absolute: tf.abs,
    np.sign: tf.sign,
    np.maximum: tf.maximum,
    np.minimum: tf.minimum,
    np.hypot: lambda x, y: tf.sqrt(tf.square(x) + tf.square(y)),
    np.less: tf.less,
    np.less_equal: tf.less_equal,
    np.greater: tf.greater,
    np.greater_equal: tf.greater_equal,
    np.equal: tf.equal,
    np.not_equal: tf.not_equal,
    np.bitwise_and: tf.logical_and,
    np.bitwise_or: tf.logical_or,
    np.invert: tf.logical_not,
    np.logical_and: tf.logical_and,
    np.logical_or: tf.logical_or,
    np.logical_not: tf.logical_not,
}
FUNCTIONS: dict[Any, Callable] = {
    np.where: tf.where,
    np.zeros_like: tf.zeros_like,
    np.ones_like: tf.ones_like,
    np.full_like: lambda x, value: tf.zeros_like(x) + value,
}


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """A tensor that NumPy's functions take: they hand it to their TensorFlow counterparts."""

    def __init__(self, tensor: tf.Tensor, like: tf.DType):
        self.tensor = tensor
        self.like = like

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs or ufunc not in UFUNCS:
            return NotImplemented
        return self._apply(UFUNCS[ufunc], inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if kwargs or function not in FUNCTIONS:
            return NotImplemented
        return self._apply(FUNCTIONS[function], args)

    def _apply(self, function: Callable, inputs: Any) -> Traced:
        tensors = [
            x.tensor if isinstance(x, Traced) else tf.convert_to_tensor(x, self.like)
            for x in inputs
        ]
        return Traced(function(*tensors), self.like)


def evaluate_in_graph(value: Value, columns: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """A given value at coordinate columns `(n,)`, differentiable.

    Args:
        value: A number, or a function of some of the coordinates written with NumPy's elementary
            functions, `np.where`, or `keras.ops`.
        columns: For each coordinate a tensor of shape `(n,)`.

    Returns:
        Tensor of shape `(n,)`.

    Raises:
        TypeError: If the function cannot be evaluated on tensors.
    """
    like = next(iter(columns.values()))
    if isinstance(value, float):
        return tf.zeros_like(like) + value
    assert callable(value)
    wanted = {name: columns[name] for name in requested_names(value).names}
    try:
        result = value(**{name: Traced(column, like.dtype) for name, column in wanted.items()})
        result = result.tensor if isinstance(result, Traced) else result
    except (TypeError, ValueError, AttributeError, NotImplementedError):
        result = _on_tensors(value, wanted)
    if isinstance(result, int | float | np.number):
        return tf.zeros_like(like) + tf.cast(result, like.dtype)
    if not tf.is_tensor(result) or result.shape.rank != 1:
        raise TypeError(_cannot(value))
    return result


def _on_tensors(value: Callable, columns: Mapping[str, tf.Tensor]) -> Any:
    try:
        return value(**columns)
    except (TypeError, ValueError, AttributeError, NotImplementedError) as error:
        raise TypeError(_cannot(value)) from error


def _cannot(value: Callable) -> str:
    return (
        f"The function {value!r} cannot be built into the network: it is not made of NumPy's "
        "elementary functions, np.where or keras.ops alone, returning one value for each point. "
        "Write it with keras.ops, or leave its condition in the loss: "
        "hard=[...names of the others...]."
    )
