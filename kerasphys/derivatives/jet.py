"""Truncated Taylor expansions, as pieces of a TensorFlow graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import tensorflow as tf

from kerasphys.derivatives.algebra import Algebra

Part = tf.Tensor | None


class Jet:
    """The values of the operators of an algebra on a tensor-valued function of the points.

    Args:
        algebra: The algebra.
        parts: For each operator a tensor, of the shape of the first part or one that broadcasts
            to it; `None` for zero. The first is the value of the function itself.
    """

    def __init__(self, algebra: Algebra, parts: Sequence[Part]):
        self.algebra = algebra
        self.parts = tuple(parts)

    @property
    def value(self) -> tf.Tensor:
        """The function itself."""
        part = self.parts[0]
        assert part is not None
        return part

    def map(self, linear: Callable[[tf.Tensor], tf.Tensor]) -> Jet:
        """A linear function of the jet that suits parts of a broadcast shape."""
        return Jet(self.algebra, [None if part is None else linear(part) for part in self.parts])

    def with_value(self, value: tf.Tensor) -> Jet:
        """The same derivatives beside another value."""
        return Jet(self.algebra, [value, *self.parts[1:]])

    def whole(self) -> Jet:
        """The same with all parts of one shape."""
        shape = self.value.shape
        if all(part is None or part.shape == shape for part in self.parts):
            return self
        target = shape if shape.is_fully_defined() else tf.shape(self.value)
        return self.map(lambda part: tf.broadcast_to(part, target))


def add(u: Jet, v: Jet) -> Jet:
    """The sum."""
    return Jet(u.algebra, [_sum([a, b]) for a, b in zip(u.parts, v.parts, strict=True)])


def multiply(u: Jet, v: Jet, product: Callable = tf.multiply) -> Jet:
    """Leibniz' rule for any bilinear product."""
    parts = [product(u.value, v.value)]
    for index, pairs in enumerate(u.algebra.leibniz[1:], start=1):
        terms = [_product(product, u.parts[0], v.parts[index])]
        terms.append(_product(product, u.parts[index], v.parts[0]))
        for a, b, factor in pairs:
            if a == b:
                terms.append(_product(product, u.parts[a], v.parts[a], factor))
            else:
                terms.append(_product(product, u.parts[a], v.parts[b], factor / 2))
                terms.append(_product(product, u.parts[b], v.parts[a], factor / 2))
        parts.append(_sum(terms))
    return Jet(u.algebra, parts)


def compose(coefficients: Sequence[Part], u: Jet) -> Jet:
    """A function of one variable applied to every entry.

    Args:
        coefficients: The Taylor coefficients `f⁽ᵏ⁾(u) / k!` at the value of the jet, `k` from 0 up
            to the order of the algebra.
        u: The jet.
    """
    total: list[Part] = [coefficients[0], *(None for _ in u.parts[1:])]
    power: list[Part] = [None, *u.parts[1:]]
    for k, coefficient in enumerate(coefficients[1:], start=1):
        if k > 1:
            power = _nilpotent_product(u.algebra, power, u.parts)
        for index, part in enumerate(power):
            total[index] = _sum([total[index], _product(tf.multiply, coefficient, part)])
    return Jet(u.algebra, total)


def taylor(derivatives: Sequence[Part]) -> list[Part]:
    """Taylor coefficients from derivatives."""
    return [
        derivative if derivative is None or k < 2 else derivative / math.factorial(k)
        for k, derivative in enumerate(derivatives)
    ]


def _nilpotent_product(
    algebra: Algebra, power: Sequence[Part], parts: Sequence[Part]
) -> list[Part]:
    """The product of two jets whose values are zero."""
    square = all(a is b for a, b in zip(power[1:], parts[1:], strict=True))
    found: list[Part] = [None]
    for pairs in algebra.leibniz[1:]:
        terms = []
        for a, b, factor in pairs:
            if a == b or square:
                terms.append(_product(tf.multiply, power[a], parts[b], factor))
            else:
                terms.append(_product(tf.multiply, power[a], parts[b], factor / 2))
                terms.append(_product(tf.multiply, power[b], parts[a], factor / 2))
        found.append(_sum(terms))
    return found


def _product(product: Callable, a: Part, b: Part, factor: float = 1.0) -> Part:
    if a is None or b is None:
        return None
    found = product(a, b)
    return found if factor == 1.0 else factor * found


def _sum(terms: Sequence[Part]) -> Part:
    present = [term for term in terms if term is not None]
    if not present:
        return None
    total = present[0]
    for term in present[1:]:
        total = total + term
    return total
