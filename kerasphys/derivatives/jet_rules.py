"""How jets pass through the elementary operations of TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from kerasphys.derivatives.jet import Jet, Part, add, compose, multiply
from kerasphys.derivatives.jet_functions import FUNCTIONS, power
from kerasphys.derivatives.trace import apply

Rule = Callable[[tf.Operation, list], Sequence]

# Linear in the input that depends on the points.
LINEAR = [
    "BatchMatMulV2",
    "BroadcastTo",
    "Cast",
    "Cumsum",
    "ExpandDims",
    "GatherV2",
    "Identity",
    "MatMul",
    "Mean",
    "MirrorPad",
    "Neg",
    "Pad",
    "Reshape",
    "ReverseV2",
    "Slice",
    "Split",
    "SplitV",
    "Squeeze",
    "StridedSlice",
    "Sum",
    "Tile",
    "Transpose",
    "Unpack",
]
BROADCASTING = ("Identity", "MatMul", "Neg", "Cast")  # those that suit parts of fewer rows

# Piecewise constant: they depend on the value alone, and their derivatives are zero.
CONSTANT = [
    "Ceil",
    "Equal",
    "Floor",
    "Greater",
    "GreaterEqual",
    "IsFinite",
    "IsInf",
    "IsNan",
    "Less",
    "LessEqual",
    "LogicalAnd",
    "LogicalNot",
    "LogicalOr",
    "NotEqual",
    "OnesLike",
    "PreventGradient",
    "Rank",
    "Rint",
    "Round",
    "Shape",
    "ShapeN",
    "Sign",
    "Size",
    "StopGradient",
    "ZerosLike",
]


def rule(operation: tf.Operation, inputs: list) -> Sequence:
    """The outputs of an operation of which some inputs are jets."""
    if not any(isinstance(value, Jet) for value in inputs):
        return apply(operation, inputs)
    return RULES[operation.type](operation, inputs)


def knows(operation: tf.Operation) -> bool:
    """Whether there is a rule for an operation that depends on the points."""
    if operation.type == "Pow":
        return tf.get_static_value(operation.inputs[1]) is not None
    return operation.type in RULES


def _linear(operation: tf.Operation, inputs: list) -> Sequence:
    places = [place for place, value in enumerate(inputs) if isinstance(value, Jet)]
    if len(places) == 2 and operation.type in ("MatMul", "BatchMatMulV2"):
        u, v = inputs
        return [multiply(u, v, lambda a, b: apply(operation, [a, b])[0])]
    if len(places) > 1:
        raise NotImplementedError(f"{operation.type} at indices that depend on the points")
    u = inputs[places[0]] if operation.type in BROADCASTING else inputs[places[0]].whole()
    before, after = inputs[: places[0]], inputs[places[0] + 1 :]
    parts = [
        None if part is None else apply(operation, [*before, part, *after]) for part in u.parts
    ]
    return [
        Jet(u.algebra, [None if part is None else part[index] for part in parts])
        for index in range(len(operation.outputs))
    ]


def _several(operation: tf.Operation, inputs: list) -> Sequence:
    """Linear in several inputs at once, which need one shape: concatenation and stacking."""
    values, axis = (inputs[:-1], inputs[-1:]) if operation.type == "ConcatV2" else (inputs, [])
    algebra = next(value.algebra for value in values if isinstance(value, Jet))
    parts: list[Part] = []
    for index in range(len(algebra.operators)):
        here = [_part(value, index) for value in values]
        if all(part is None for part in here):
            parts.append(None)
            continue
        filled = [
            tf.zeros_like(_part(value, 0)) if part is None else part
            for part, value in zip(here, values, strict=True)
        ]
        parts.append(apply(operation, [*filled, *axis])[0])
    return [Jet(algebra, parts)]


def _part(value: Any, index: int) -> tf.Tensor | None:
    if isinstance(value, Jet):
        return value.whole().parts[index]
    return value if index == 0 else None


def _add(operation: tf.Operation, inputs: list) -> Sequence:
    total = inputs[0]
    for value in inputs[1:]:
        total = _sum(total, value)
    return [total]


def _subtract(operation: tf.Operation, inputs: list) -> Sequence:
    u, v = inputs
    return [_sum(u, v.map(tf.negative) if isinstance(v, Jet) else -v)]


def _sum(u: Any, v: Any) -> Any:
    if isinstance(u, Jet) and isinstance(v, Jet):
        return add(u, v)
    if isinstance(u, Jet):
        return u.with_value(u.value + v)
    return v.with_value(u + v.value) if isinstance(v, Jet) else u + v


def _multiply(operation: tf.Operation, inputs: list) -> Sequence:
    return [_product(*inputs)]


def _product(u: Any, v: Any, product: Callable = tf.multiply) -> Jet:
    if isinstance(u, Jet) and isinstance(v, Jet):
        return multiply(u, v, product)
    if isinstance(u, Jet):
        return u.map(lambda part: product(part, v))
    return v.map(lambda part: product(u, part))


def _divide(operation: tf.Operation, inputs: list) -> Sequence:
    u, v = inputs
    if not isinstance(v, Jet):
        return [u.map(lambda part: part / v)]
    return [_product(u, _apply("Reciprocal", v))]


def _squared_difference(operation: tf.Operation, inputs: list) -> Sequence:
    difference = _subtract(operation, inputs)[0]
    return [multiply(difference, difference)]


def _power(operation: tf.Operation, inputs: list) -> Sequence:
    u, exponent = inputs
    number = None if isinstance(exponent, Jet) else tf.get_static_value(exponent)
    if number is None or number.size != 1 or not isinstance(u, Jet):
        raise NotImplementedError("a power whose exponent is not a number")
    return [compose(lambda x, order: power(x, float(number), order), u)]


def _function(operation: tf.Operation, inputs: list) -> Sequence:
    return [_apply(operation.type, inputs[0])]


def _apply(kind: str, u: Jet) -> Jet:
    return compose(FUNCTIONS[kind], u)


def _angle(operation: tf.Operation, inputs: list) -> Sequence:
    """`atan2(y, x)`: seen from where the value points to, `atan` of a small angle."""
    y, x = inputs
    y0, x0 = (w.value if isinstance(w, Jet) else w for w in inputs)
    across = _sum(_scaled(y, x0), _scaled(x, -y0))
    along = _sum(_scaled(x, x0), _scaled(y, y0))
    turned = _apply("Atan", _product(across, _apply("Reciprocal", along)))
    return [turned.with_value(tf.atan2(y0, x0))]


def _scaled(u: Any, factor: tf.Tensor) -> Any:
    return u.map(lambda part: factor * part) if isinstance(u, Jet) else factor * u


def _constant(operation: tf.Operation, inputs: list) -> Sequence:
    return apply(operation, [v.value if isinstance(v, Jet) else v for v in inputs])


def _choose(condition: Any, u: Any, v: Any) -> Jet:
    """`u` where the condition holds, `v` elsewhere."""
    condition = condition.value if isinstance(condition, Jet) else condition
    algebra = next(value.algebra for value in (u, v) if isinstance(value, Jet))
    parts: list[Part] = []
    for index in range(len(algebra.operators)):
        a, b = _part(u, index), _part(v, index)
        if a is None and b is None:
            parts.append(None)
            continue
        zero = tf.zeros_like(a if b is None else b)
        parts.append(tf.where(condition, zero if a is None else a, zero if b is None else b))
    return Jet(algebra, parts)


def _select(operation: tf.Operation, inputs: list) -> Sequence:
    return [_choose(*inputs)]


def _extremum(operation: tf.Operation, inputs: list) -> Sequence:
    u, v = inputs
    a, b = (w.value if isinstance(w, Jet) else w for w in inputs)
    return [_choose(a >= b if operation.type == "Maximum" else a <= b, u, v)]


def _relu(operation: tf.Operation, inputs: list) -> Sequence:
    (u,) = inputs
    slope = operation.get_attr("alpha") if operation.type == "LeakyRelu" else 0.0
    one = tf.ones_like(u.value)
    factor = tf.where(u.value > 0, one, slope * one)
    return [u.map(lambda part: factor * part)]


def _relu6(operation: tf.Operation, inputs: list) -> Sequence:
    (u,) = inputs
    inside = tf.cast((u.value > 0) & (u.value < 6), u.value.dtype)
    return [u.map(lambda part: inside * part).with_value(tf.nn.relu6(u.value))]


def _absolute(operation: tf.Operation, inputs: list) -> Sequence:
    (u,) = inputs
    sign = tf.sign(u.value)
    return [u.map(lambda part: sign * part)]


def _alike(operation: tf.Operation, inputs: list) -> Sequence:
    """Several inputs that pass through unchanged."""
    return inputs


RULES: dict[str, Rule] = {
    **dict.fromkeys(LINEAR, _linear),
    **dict.fromkeys(CONSTANT, _constant),
    **dict.fromkeys(FUNCTIONS, _function),
    **dict.fromkeys(("ConcatV2", "Pack"), _several),
    **dict.fromkeys(("Add", "AddV2", "AddN", "BiasAdd"), _add),
    **dict.fromkeys(("Select", "SelectV2"), _select),
    **dict.fromkeys(("Maximum", "Minimum"), _extremum),
    **dict.fromkeys(("Relu", "LeakyRelu"), _relu),
    **dict.fromkeys(("Div", "RealDiv"), _divide),
    "Abs": _absolute,
    "Atan2": _angle,
    "IdentityN": _alike,
    "Mul": _multiply,
    "Pow": _power,
    "Relu6": _relu6,
    "SquaredDifference": _squared_difference,
    "Sub": _subtract,
}
