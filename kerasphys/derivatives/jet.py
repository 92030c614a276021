"""Truncated Taylor expansions, as pieces of a TensorFlow graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import tensorflow as tf

from kerasphys.derivatives.algebra import Algebra

Part: TypeAlias = "tf.Tensor | None"


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


def compose(function: Callable[[tf.Tensor, int], Sequence[Part]], u: Jet) -> Jet:
    """A function of one variable applied to every entry.

    With `u = u₀ + n`, where `n` has no value, it is `f(u₀) + f'(u₀) n + f''(u₀) n² / 2 + ...`. A
    change of `u` changes it by the jet of `f'` times that change: the gradient is written so, which
    takes a fraction of what differentiating the sum takes.

    Args:
        function: From a tensor and an order to the Taylor coefficients `f⁽ᵏ⁾ / k!`, `k` from 0 up
            to the order; `None` for zero.
        u: The jet.
    """
    algebra = u.algebra
    present = [index for index, part in enumerate(u.parts) if part is not None]
    outputs: list[int] = []

    @tf.custom_gradient
    def composed(*tensors: tf.Tensor) -> tuple[list[tf.Tensor], Callable]:
        parts: list[Part] = [None] * len(u.parts)
        for index, tensor in zip(present, tensors, strict=True):
            parts[index] = tensor
        powers = _powers(algebra, parts)
        value = tensors[0]
        found = _series(function(value, algebra.order), powers)
        outputs[:] = [index for index, part in enumerate(found) if part is not None]

        def gradient(*upstream: tf.Tensor) -> list[tf.Tensor]:
            coefficients = function(value, algebra.order + 1)
            slope = _series(
                [
                    None if c is None else (c if k == 0 else (k + 1) * c)
                    for k, c in enumerate(coefficients[1:])
                ],
                powers,
            )
            known: list[Part] = [None] * len(parts)
            for index, tensor in zip(outputs, upstream, strict=True):
                known[index] = tensor
            adjoint = _adjoint_product(algebra, slope, known)
            return [
                _of_shape(adjoint[index], tensor)
                for index, tensor in zip(present, tensors, strict=True)
            ]

        return [part for part in found if part is not None], gradient

    results = composed(*(u.parts[index] for index in present))
    total: list[Part] = [None] * len(u.parts)
    for index, result in zip(outputs, results, strict=True):
        total[index] = result
    return Jet(algebra, total)


def _powers(algebra: Algebra, parts: Sequence[Part]) -> list[list[Part]]:
    """The powers of a jet without its value, from the first up to the order of the algebra."""
    found: list[list[Part]] = [[None, *parts[1:]]]
    while len(found) < algebra.order:
        found.append(_nilpotent_product(algebra, found[-1], found[0], len(found) == 1))
    return found


def _series(coefficients: Sequence[Part], powers: Sequence[Sequence[Part]]) -> list[Part]:
    """The sum of powers with coefficients; the first coefficient is the value."""
    total: list[Part] = [coefficients[0], *(None for _ in powers[0][1:])]
    for coefficient, power in zip(coefficients[1:], powers, strict=False):
        for index, part in enumerate(power):
            total[index] = _sum([total[index], _product(tf.multiply, coefficient, part)])
    return total


def _nilpotent_product(
    algebra: Algebra, u: Sequence[Part], v: Sequence[Part], square: bool
) -> list[Part]:
    """The product of two jets whose values are zero."""
    found: list[Part] = [None]
    for pairs in algebra.leibniz[1:]:
        terms = []
        for a, b, factor in pairs:
            if a == b or square:
                terms.append(_product(tf.multiply, u[a], v[b], factor))
            else:
                terms.append(_product(tf.multiply, u[a], v[b], factor / 2))
                terms.append(_product(tf.multiply, u[b], v[a], factor / 2))
        found.append(_sum(terms))
    return found


def _adjoint_product(
    algebra: Algebra, slope: Sequence[Part], upstream: Sequence[Part]
) -> list[Part]:
    """What `u` gets where `slope · u`, by Leibniz' rule, gets `upstream`."""
    terms: list[list[Part]] = [[] for _ in slope]
    for c, pairs in enumerate(algebra.leibniz):
        given = upstream[c]
        if given is None:
            continue
        terms[0].append(_product(tf.multiply, slope[c], given))
        if c:
            terms[c].append(_product(tf.multiply, slope[0], given))
        for a, b, factor in pairs:
            share = factor if a == b else factor / 2
            terms[b].append(_product(tf.multiply, slope[a], given, share))
            if a != b:
                terms[a].append(_product(tf.multiply, slope[b], given, share))
    return [_sum(parts) for parts in terms]


def _of_shape(part: Part, like: tf.Tensor) -> tf.Tensor:
    """Summed over the axes along which a tensor was broadcast."""
    if part is None:
        return tf.zeros_like(like)
    axes = [
        axis
        for axis, (length, own) in enumerate(zip(part.shape, like.shape, strict=True))
        if own == 1 and length != 1
    ]
    return tf.reduce_sum(part, axes, keepdims=True) if axes else part


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
