"""The algebra in which a plan's derivatives are propagated."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kerasphys.derivatives.plan import Plan
from kerasphys.derivatives.terms import Biharmonic, Laplacian, PartialKey

Monomial = tuple[int, ...]  # sorted coordinate indices: (0, 0, 1) stands for ∂²/∂x² ∂/∂y
Polynomial = dict[Monomial, Fraction]

ONE: Polynomial = {(): Fraction(1)}


@dataclass(frozen=True)
class Algebra:
    """The differential operators that a plan needs, and how they act on a product.

    A jet of a function `u` holds `P(D) u` for each operator `P` of a basis. The basis spans the
    operators that are asked for and all their derivatives by the symbols of the coordinates, which
    is what Leibniz' rule needs: `P(D)(u v) = Σ C[a, b] P_a(D)u P_b(D)v` with
    `P(ξ + η) = Σ C[a, b] P_a(ξ) P_b(η)`. For single derivatives the basis consists of the
    derivatives below them; a Laplacian stays one operator, which needs the gradient beside it
    (the collapsed Taylor mode), and needs not the second derivatives one by one.

    Args:
        operators: The basis, lowest order first; the first is the identity.
        leibniz: For each operator the products of which it consists, `(a, b, coefficient)` with
            `a <= b`, without those in which the identity takes part.

    Reference:
        Griewank, Utke, Walther, 2000, https://doi.org/10.1090/S0025-5718-00-01120-0; collapsed:
        Dangel et al., 2025, https://arxiv.org/abs/2505.13644
    """

    operators: tuple[tuple[tuple[Monomial, Fraction], ...], ...]
    leibniz: tuple[tuple[tuple[int, int, float], ...], ...]

    @classmethod
    def of(cls, plan: Plan) -> Algebra:
        """The smallest algebra for the names of a plan."""
        return _algebra(frozenset(_frozen(p) for p in _asked(plan)))

    @functools.cached_property
    def orders(self) -> tuple[int, ...]:
        """The order of each operator."""
        return tuple(len(operator[0][0]) for operator in self.operators)

    @property
    def order(self) -> int:
        """The highest order."""
        return max(self.orders)

    def first(self, coordinate: int) -> int | None:
        """The index of the first derivative along a coordinate, `None` if it is not needed."""
        wanted = (((coordinate,), Fraction(1)),)
        return self.operators.index(wanted) if wanted in self.operators else None

    def combination(self, polynomial: Polynomial) -> list[tuple[int, float]]:
        """An operator of the span as a combination of the basis: indices and factors."""
        found = []
        for index, operator in enumerate(self.operators):
            factor = polynomial.get(operator[0][0], Fraction(0))
            if factor:
                found.append((index, float(factor)))
        return found


def symbol(term: object, partial: PartialKey | None = None) -> Polynomial:
    """The polynomial of a partial derivative, or of a Laplacian or biharmonic operator."""
    if isinstance(term, Laplacian | Biharmonic):
        laplacian: Polynomial = {(index, index): Fraction(1) for index in term.along}
        return laplacian if isinstance(term, Laplacian) else _times(laplacian, laplacian)
    assert partial is not None
    return {partial[1]: Fraction(1)}


def _asked(plan: Plan) -> Iterable[Polynomial]:
    yield ONE
    for term in plan.terms:
        if isinstance(term, Laplacian | Biharmonic):
            yield symbol(term)
        else:
            for partial in term.partials:
                yield symbol(term, partial)


@functools.lru_cache(maxsize=256)
def _algebra(asked: frozenset) -> Algebra:
    by_order: dict[int, list[Polynomial]] = {}
    left = [dict(polynomial) for polynomial in asked]
    while left:
        polynomial = left.pop()
        order = len(next(iter(polynomial)))
        level = by_order.setdefault(order, [])
        if _reduced([*level, polynomial]) == level:
            continue
        by_order[order] = _reduced([*level, polynomial])
        coordinates = {index for monomial in polynomial for index in monomial}
        left += [_derivative(polynomial, index) for index in coordinates]
    basis = [p for order in sorted(by_order) for p in by_order[order]]
    operators = tuple(_frozen(polynomial) for polynomial in basis)
    pivots = {operator[0][0]: index for index, operator in enumerate(operators)}
    return Algebra(operators, tuple(_coproduct(polynomial, pivots) for polynomial in basis))


def _coproduct(
    polynomial: Polynomial, pivots: dict[Monomial, int]
) -> tuple[tuple[int, int, float], ...]:
    """The products of Leibniz' rule; the basis is reduced, so its pivots tell the factors."""
    factors: dict[tuple[int, int], Fraction] = {}
    for monomial, factor in polynomial.items():
        for left, right, count in _splittings(monomial):
            if left and right and left in pivots and right in pivots:
                pair = (pivots[left], pivots[right])
                if pair[0] <= pair[1]:
                    both = 1 if pair[0] == pair[1] else 2
                    factors[pair] = factors.get(pair, Fraction(0)) + both * factor * count
    return tuple((a, b, float(factor)) for (a, b), factor in sorted(factors.items()) if factor)


def _splittings(monomial: Monomial) -> Iterable[tuple[Monomial, Monomial, int]]:
    """All ways to split a product in two, with the number of times that each occurs."""
    indices = sorted(set(monomial))
    powers = [monomial.count(index) for index in indices]
    for taken in itertools.product(*(range(power + 1) for power in powers)):
        count = math.prod(math.comb(p, k) for p, k in zip(powers, taken, strict=True))
        left = _monomial(indices, taken)
        rest = [p - k for p, k in zip(powers, taken, strict=True)]
        yield left, _monomial(indices, rest), count


def _monomial(indices: Sequence[int], powers: Sequence[int]) -> Monomial:
    return tuple(i for i, power in zip(indices, powers, strict=True) for _ in range(power))


def _derivative(polynomial: Polynomial, index: int) -> Polynomial:
    found: Polynomial = {}
    for monomial, factor in polynomial.items():
        if index in monomial:
            place = monomial.index(index)
            rest = monomial[:place] + monomial[place + 1 :]
            found[rest] = found.get(rest, Fraction(0)) + factor * monomial.count(index)
    return found


def _times(left: Polynomial, right: Polynomial) -> Polynomial:
    found: Polynomial = {}
    for (a, x), (b, y) in itertools.product(left.items(), right.items()):
        key = tuple(sorted(a + b))
        found[key] = found.get(key, Fraction(0)) + x * y
    return found


def _reduced(polynomials: Sequence[Polynomial]) -> list[Polynomial]:
    """A basis of their span in reduced echelon form, monomials in order."""
    rows = [dict(p) for p in polynomials]
    basis: list[Polynomial] = []
    for monomial in sorted({m for row in rows for m in row}):
        pivot = next((row for row in rows if row.get(monomial)), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = {m: f / pivot[monomial] for m, f in pivot.items() if f}
        rows = [_without(row, pivot, monomial) for row in rows]
        basis = [*(_without(row, pivot, monomial) for row in basis), pivot]
    return basis


def _without(row: Polynomial, pivot: Polynomial, monomial: Monomial) -> Polynomial:
    factor = row.get(monomial, Fraction(0))
    if not factor:
        return row
    keys = {*row, *pivot}
    zero = Fraction(0)
    found = {key: row.get(key, zero) - factor * pivot.get(key, zero) for key in keys}
    return {key: value for key, value in found.items() if value}


def _frozen(polynomial: Polynomial) -> tuple[tuple[Monomial, Fraction], ...]:
    return tuple(sorted(polynomial.items()))
