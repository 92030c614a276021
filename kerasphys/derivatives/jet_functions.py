"""Taylor coefficients of the functions of one variable."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import tensorflow as tf

Coefficients = list[tf.Tensor | None]
Polynomial = tuple[Fraction, ...]  # coefficients, lowest power first

# Functions whose derivative is a polynomial of their own value: y' = p(y).
AUTONOMOUS: dict[str, tuple[Callable, Polynomial]] = {
    "Tanh": (tf.tanh, (Fraction(1), Fraction(0), Fraction(-1))),
    "Sigmoid": (tf.sigmoid, (Fraction(0), Fraction(1), Fraction(-1))),
    "Exp": (tf.exp, (Fraction(0), Fraction(1))),
    "Reciprocal": (tf.math.reciprocal, (Fraction(0), Fraction(0), Fraction(-1))),
    "Inv": (tf.math.reciprocal, (Fraction(0), Fraction(0), Fraction(-1))),
    "Rsqrt": (tf.math.rsqrt, (Fraction(0), Fraction(0), Fraction(0), Fraction(-1, 2))),
    "Tan": (tf.tan, (Fraction(1), Fraction(0), Fraction(1))),
}


def autonomous(kind: str, x: tf.Tensor, order: int) -> Coefficients:
    """`y⁽ᵏ⁾ / k!` where `y' = p(y)`: each is `p` times a polynomial of `y`."""
    function, p = AUTONOMOUS[kind]
    y = function(x)
    slope = _horner(p, y)
    return [y, *(slope * _horner(q, y) for q in _cofactors(p, order))]


def sine(x: tf.Tensor, order: int, shift: int = 0) -> Coefficients:
    """`sin⁽ᵏ⁾(x) / k!`; the cosine with a shift of one."""
    sin, cos = tf.sin(x), tf.cos(x)
    cycle = (sin, cos, -sin, -cos)
    return [_scaled(cycle[(k + shift) % 4], 1 / math.factorial(k)) for k in range(order + 1)]


def hyperbolic(x: tf.Tensor, order: int, shift: int = 0) -> Coefficients:
    """`sinh⁽ᵏ⁾(x) / k!`; the hyperbolic cosine with a shift of one."""
    cycle = (tf.sinh(x), tf.cosh(x))
    return [_scaled(cycle[(k + shift) % 2], 1 / math.factorial(k)) for k in range(order + 1)]


def expm1(x: tf.Tensor, order: int) -> Coefficients:
    """Those of `eˣ - 1`."""
    return [tf.math.expm1(x), *autonomous("Exp", x, order)[1:]]


def logarithm(x: tf.Tensor, order: int, function: Callable = tf.math.log) -> Coefficients:
    """Those of `log x`, or of `log(1 + x)`."""
    argument = 1 + x if function is tf.math.log1p else x
    found: Coefficients = [function(x)]
    for k in range(1, order + 1):
        found.append((-1) ** (k - 1) / k * argument**-k)
    return found


def power(x: tf.Tensor, exponent: float, order: int) -> Coefficients:
    """Binomial coefficients; exact zeros beyond an integer exponent, also at `x = 0`."""
    found: Coefficients = []
    factor = 1.0
    for k in range(order + 1):
        left = exponent - k
        if factor == 0.0:
            found.append(None)
        elif left == 0:
            found.append(tf.fill(tf.shape(x), tf.cast(factor, x.dtype)))
        else:
            found.append(_scaled(x if left == 1 else tf.pow(x, tf.cast(left, x.dtype)), factor))
        factor *= left / (k + 1)
    return found


def softplus(x: tf.Tensor, order: int) -> Coefficients:
    """Those of `log(1 + eˣ)`, whose derivative is the logistic function."""
    return _antiderivative(tf.math.softplus(x), autonomous("Sigmoid", x, order - 1), order)


def arctangent(x: tf.Tensor, order: int) -> Coefficients:
    """Those of `atan x`, by the expansion of `1 / (1 + (x + h)²)` in `h`."""
    inverse = 1 / (1 + x * x)
    slope: list[tf.Tensor] = [inverse]
    for k in range(1, order):
        before = slope[k - 2] if k > 1 else tf.zeros_like(x)
        slope.append(-(2 * x * slope[k - 1] + before) * inverse)
    return _antiderivative(tf.atan(x), slope, order)


def error_function(x: tf.Tensor, order: int) -> Coefficients:
    """Those of `erf x`: `g' = -2 x g` for its derivative `g`."""
    slope: list[tf.Tensor] = [2 / math.sqrt(math.pi) * tf.exp(-x * x)]
    for k in range(1, order):
        before = slope[k - 2] if k > 1 else tf.zeros_like(x)
        slope.append(-2 / k * (x * slope[k - 1] + before))
    return _antiderivative(tf.math.erf(x), slope, order)


def exponential_unit(
    x: tf.Tensor, order: int, scale: float = 1.0, alpha: float = 1.0
) -> Coefficients:
    """Those of `x` where it is positive and of `α (eˣ - 1)` elsewhere, times a scale."""
    below: list[Any] = expm1(tf.minimum(x, 0), order)
    above: list[Any] = [x, tf.ones_like(x), *(tf.zeros_like(x) for _ in range(order - 1))]
    pairs = zip(above[: order + 1], below, strict=True)
    return [tf.where(x > 0, scale * a, scale * alpha * b) for a, b in pairs]


FUNCTIONS: dict[str, Callable[[tf.Tensor, int], Coefficients]] = {
    **{kind: functools.partial(autonomous, kind) for kind in AUTONOMOUS},
    "Sin": sine,
    "Cos": functools.partial(sine, shift=1),
    "Sinh": hyperbolic,
    "Cosh": functools.partial(hyperbolic, shift=1),
    "Expm1": expm1,
    "Log": logarithm,
    "Log1p": functools.partial(logarithm, function=tf.math.log1p),
    "Sqrt": lambda x, order: power(x, 0.5, order),
    "Square": lambda x, order: power(x, 2.0, order),
    "Softplus": softplus,
    "Atan": arctangent,
    "Erf": error_function,
    "Elu": exponential_unit,
    "Selu": functools.partial(exponential_unit, scale=1.0507009873554805, alpha=1.6732632423543772),
}


def _antiderivative(value: tf.Tensor, slope: Coefficients, order: int) -> Coefficients:
    return [value, *(_scaled(c, 1 / k) for k, c in enumerate(slope[:order], start=1))]


def _scaled(x: Any, factor: float) -> Any:
    return x if factor == 1.0 else factor * x


@functools.lru_cache(maxsize=256)
def _cofactors(p: Polynomial, order: int) -> tuple[Polynomial, ...]:
    """`y⁽ᵏ⁾ / (k! p)` as polynomials of `y`, for `k` from 1 on."""
    found: list[Polynomial] = [(Fraction(1),)]
    for k in range(2, order + 1):
        product = [Fraction(0)] * (len(p) + len(found[-1]) - 1)
        for i, a in enumerate(p):
            for j, b in enumerate(found[-1]):
                product[i + j] += a * b
        found.append(tuple(j * c / k for j, c in enumerate(product) if j))
    return tuple(found[:order])


def _horner(coefficients: Polynomial, y: tf.Tensor) -> Any:
    """The polynomial at `y`; of `y²` where every other coefficient is zero."""
    last = max((k for k, c in enumerate(coefficients) if c), default=0)
    coefficients = coefficients[: last + 1]
    odd = not any(coefficients[0::2])
    if last > 1 and (odd or not any(coefficients[1::2])):
        inner = _horner(coefficients[odd::2], y * y)
        return inner * y if odd else inner
    total: Any = float(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = y if isinstance(total, float) and total == 1.0 else total * y
        if coefficient:
            total = total + float(coefficient)
    return total
