"""A bound for the error of a model, with what it is made of."""

from __future__ import annotations

import dataclasses
from typing import Any

from kerasphys.analysis.certificates.bound import Bound
from kerasphys.analysis.certificates.bound_term import BoundTerm


@dataclasses.dataclass(frozen=True, eq=False)
class Certificate:
    """What `certify` found; `print` shows it, and `model.export(certificate=…)` keeps it.

    Attributes:
        kind: The class of the equation, in words; `None` where there is no bound.
        reason: Which constants were used; or why there is no bound.
        bounds: The bounds by name: `"l2"` over the whole domain; of an evolution also `"end"`, at
            the last time; of Poisson's equation also `"energy"`. Empty where there is none. Each
            has a `value`, an `error` and an `effectivity` where the truth is known, and `terms`,
            each with its `size`, the `uncertainty` of that and its `constant`.
        weights: A digest of the weights for which it holds.
    """

    kind: str | None
    reason: str
    bounds: dict[str, Bound]
    weights: str = dataclasses.field(repr=False)

    @property
    def bound(self) -> float | None:
        """The bound of the error in L2 over the whole domain, or `None`."""
        return self.bounds["l2"].value if self.bounds else None

    @property
    def error(self) -> float | None:
        """The true error in that norm, where the truth is known."""
        return self.bounds["l2"].error if self.bounds else None

    @property
    def effectivity(self) -> float | None:
        """Bound over true error: at least one."""
        return self.bounds["l2"].effectivity if self.bounds else None

    @property
    def residual(self) -> BoundTerm | None:
        """The norm of the residual, the error of its quadrature, and the stability constant."""
        return self._term("residual")

    @property
    def boundary(self) -> BoundTerm | None:
        """The largest error on the boundary, what it may be between the points, and its factor."""
        return self._term("boundary")

    @property
    def initial(self) -> BoundTerm | None:
        """The norm of the error at the start, of an evolution."""
        return self._term("initial")

    @property
    def table(self) -> Any:
        """A pandas DataFrame: a row for each term of each bound."""
        import pandas as pd

        rows = {
            (name, part): {**dataclasses.asdict(term), "value": term.value}
            for name, bound in self.bounds.items()
            for part, term in bound.terms.items()
        }
        columns = ["size", "uncertainty", "constant", "value"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """What a card holds."""
        return {
            "kind": self.kind,
            "reason": self.reason,
            "bounds": {name: bound.to_dict() for name, bound in self.bounds.items()},
            "weights": self.weights,
        }

    def __str__(self) -> str:
        if not self.bounds:
            return f"no bound: {self.reason}"
        lines = [f"{self.kind}", self.reason]
        for name, bound in self.bounds.items():
            parts = " + ".join(
                f"{term.constant:.3g} * ({term.size:.3g} + {term.uncertainty:.1g}) {part}"
                for part, term in bound.terms.items()
            )
            lines.append(f"{name}: {bound.norm} at most {bound.value:.3g} = {parts}")
            if bound.error is not None:
                effectivity = "" if bound.effectivity is None else f"{bound.effectivity:.3g}"
                lines.append(f"    true error {bound.error:.3g}, effectivity {effectivity}")
        return "\n".join(lines)

    def _term(self, name: str) -> BoundTerm | None:
        return self.bounds["l2"].terms.get(name) if self.bounds else None
