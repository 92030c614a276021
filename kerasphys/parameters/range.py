"""Coefficients of an equation that the network takes as inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerasphys._registry import serializable
from kerasphys._validation import check_number, message
from kerasphys.geometry import Geometry, Interval


@serializable
class Range:
    """A scalar parameter of a problem that is an input of its network: solved for all its values.

    It stands among the `parameters` of a problem, and becomes a further coordinate, after those of
    the domain. Residuals and boundary values name it as they name coordinates, and derivatives by
    it exist (`u_a`, the sensitivity), while `laplacian_`, `grad_` and `div_` leave it out. What
    holds on a region of the domain holds there at every value of it, and points are drawn in the
    domain and in the ranges jointly.

    Args:
        lower: Number, the smallest value.
        upper: Number greater than `lower`, the largest value.

    Raises:
        ValueError: If `upper` is not greater than `lower`.

    Example:
        ```python
        import kerasphys as kp

        line = kp.geometry.Interval(0, 1, "x")
        problem = kp.Problem(
            line,
            fields="u",
            parameters={"load": kp.Range(0.5, 2.0)},
            conditions={
                "equation": kp.Residual(lambda u_xx, load: u_xx + load),
                "ends": kp.Dirichlet(u=0.0, on=line.boundary("x")),
            },
        )
        assert problem.coordinates == ("x", "load")
        model = kp.models.PINNModel(kp.networks.MLP([8], seed=0), problem, hard=True)
        model.predict([[0.5]], parameters={"load": 1.0})  # the same as predict([[0.5, 1.0]])
        ```
    """

    def __init__(self, lower: float, upper: float):
        self.lower = check_number("lower", lower)
        self.upper = check_number("upper", upper)
        if self.upper <= self.lower:
            raise ValueError(message("upper", f"greater than lower={self.lower}", upper))

    def get_config(self) -> dict[str, Any]:
        return {"lower": self.lower, "upper": self.upper}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Range:
        return cls(**config)

    def __repr__(self) -> str:
        return f"Range({self.lower:g}, {self.upper:g})"


def as_intervals(ranges: Mapping[str, Range], domain: Geometry) -> dict[str, Interval]:
    """The ranges as further factors of a domain, by name.

    Raises:
        ValueError: If a name is no name of a coordinate, or the domain has it already.
    """
    for name in ranges:
        if "_" in name:
            raise ValueError(
                message("parameters", "such that the names of ranges have no underscore", name)
                + " A range is a coordinate, and in a derivative the underscore separates "
                "coordinates: rename it."
            )
        for kind, known in (("coordinate", domain.coordinates), ("part", domain.parts)):
            if name in known:
                raise ValueError(
                    f"Argument `parameters`: {name!r} could be read in two ways, as a range and as "
                    f"a {kind} of {domain!r}. Rename the range."
                )
    return {n: Interval(value.lower, value.upper, n) for n, value in ranges.items()}
