"""A bound for the error of a model in one norm."""

from __future__ import annotations

import dataclasses
from typing import Any

from kerasphys.analysis.certificates.bound_term import BoundTerm


@dataclasses.dataclass(frozen=True)
class Bound:
    """A bound for the error in one norm, as a sum of terms.

    Attributes:
        norm: The norm, in words.
        terms: The parts of the bound by name, each a measured size with its uncertainty and the
            constant that multiplies them.
        error: The true error in that norm, or `None` where the truth was not given.
    """

    norm: str
    terms: dict[str, BoundTerm]
    error: float | None = None

    @property
    def value(self) -> float:
        """The bound: the sum over the terms of constant times size and uncertainty."""
        return sum(term.value for term in self.terms.values())

    @property
    def effectivity(self) -> float | None:
        """Bound over true error, at least one; `None` where the error is unknown or zero."""
        return self.value / self.error if self.error else None

    def to_dict(self) -> dict[str, Any]:
        """What a card holds."""
        return {
            "norm": self.norm,
            "value": self.value,
            "error": self.error,
            "terms": {name: dataclasses.asdict(term) for name, term in self.terms.items()},
        }
