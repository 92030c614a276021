"""One part of an error bound."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class BoundTerm:
    """What was measured, by how much the measurement may be too small, and its factor in a bound.

    Attributes:
        size: The norm or the maximum that was measured.
        uncertainty: An estimate of the error of the measurement; it is added to the bound.
        constant: The factor, which the theory supplies.
    """

    size: float
    uncertainty: float = 0.0
    constant: float = 1.0

    @property
    def value(self) -> float:
        """What it adds to the bound."""
        return self.constant * (self.size + self.uncertainty)

    def times(self, constant: float) -> BoundTerm:
        """The same measurement with a factor."""
        return dataclasses.replace(self, constant=float(constant))
