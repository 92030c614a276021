"""The steady advection–diffusion problem on an interval."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_number, check_positive, message


@dataclass(frozen=True)
class AdvectionDiffusion1D:
    """The problem `a u' - κ u'' = f` on `(0, l)` with `u(0)` and `u(l)` given.

    For a large Péclet number `a l / κ` the solution has a boundary layer of thickness `κ / |a|` at
    the end to which the velocity points. The problem is stated by velocity, diffusivity and length,
    never by a Péclet number alone, because conventions for that number differ.

    Args:
        velocity: Number `a` of either sign, or zero, length per time.
        diffusivity: Positive number `κ`, length squared per time.
        length: Positive number `l`.
        source: `f`: `None` (none), a number, or a NumPy function of `x` that maps `(n,)` to `(n,)`.
        left: The value `u(0)`.
        right: The value `u(l)`.

    Raises:
        TypeError: If an argument is not a number (`source`: nor `None` nor a function).
        ValueError: If a number is not finite, `diffusivity` or `length` is not positive, or the
            Péclet number overflows.

    Example:
        ```python
        import kerasphys as kp

        problem = kp.solvers.AdvectionDiffusion1D(velocity=1.0, diffusivity=0.02)
        assert problem.peclet == 50.0
        assert problem.layer_thickness == 0.02
        u = problem.exact([0.0, 0.98, 1.0])  # e^-1 one layer thickness before the end
        ```

    Reference:
        Ray, Pinti and Oberai, https://arxiv.org/abs/2301.00942, equations (4.1) and (4.2).
    """

    velocity: float
    diffusivity: float
    length: float = 1.0
    source: float | Callable[[np.ndarray], Any] | None = None
    left: float = 0.0
    right: float = 1.0

    def __post_init__(self) -> None:
        check_number("velocity", self.velocity)
        check_positive("diffusivity", self.diffusivity)
        check_positive("length", self.length)
        if not (self.source is None or callable(self.source)):
            try:
                check_number("source", self.source)
            except TypeError as error:
                expected = "None, a finite number or a function of x"
                raise TypeError(message("source", expected, self.source)) from error
        check_number("left", self.left)
        check_number("right", self.right)
        if not math.isfinite(self.peclet):
            expected = "so large that the Péclet number does not overflow"
            raise ValueError(message("diffusivity", expected, self.diffusivity))

    @property
    def peclet(self) -> float:
        """The Péclet number `a l / κ`, with the sign of the velocity."""
        return self.velocity * self.length / self.diffusivity

    @property
    def layer_thickness(self) -> float:
        """The thickness `κ / |a|` of the boundary layer; infinite without velocity."""
        return self.diffusivity / abs(self.velocity) if self.velocity else math.inf

    def source_at(self, x: ArrayLike) -> np.ndarray:
        """The values of the source at the points `x`, `(n,)`."""
        x = check_array("x", x, (None,))
        if not callable(self.source):
            return np.full(x.shape, self.source or 0.0)
        cure = "The source must return one value for each point."
        return check_array("source(x)", self.source(x), x.shape, cure)

    def exact(self, x: ArrayLike) -> np.ndarray:
        """The exact solution for a source that is a number, at any Péclet number.

        No exponential overflows, and nothing is lost as the velocity goes to zero.

        Args:
            x: Points of `[0, l]`, `(n,)`.

        Returns:
            The values, `(n,)`, float64.

        Raises:
            ValueError: If a point lies outside `[0, l]`, or if the source is a function, for which
                there is no closed form.
        """
        if callable(self.source):
            raise ValueError(
                "A closed form exists only for a source that is a number. Received: a function. "
                "Compute a reference with kerasphys.solvers.collocate."
            )
        x = check_array("x", x, (None,))
        slack = 1e-12 * self.length
        if np.any((x < -slack) | (x > self.length + slack)):
            raise ValueError(message("x", f"inside [0, {self.length}]", x))
        near, far = x / self.length, (self.length - x) / self.length
        rise, fall = _layer(near, far, self.peclet)
        u = self.left * fall + self.right * rise
        if self.source:
            u += self.source * _response(near, rise, self)
        return u


def check_problem(problem: Any) -> AdvectionDiffusion1D:
    """Refuses what is not an advection–diffusion problem, for instance a bare Péclet number."""
    if not isinstance(problem, AdvectionDiffusion1D):
        cure = "State it as AdvectionDiffusion1D(velocity, diffusivity, length)."
        raise TypeError(message("problem", "an AdvectionDiffusion1D", problem, cure))
    return problem


def _layer(near: np.ndarray, far: np.ndarray, peclet: float) -> tuple[np.ndarray, np.ndarray]:
    """The solutions without source that rise from 0 to 1, and that fall from 1 to 0.

    `near` and `far` are the distances from both ends in lengths of the interval. The rising one is
    `expm1(Pe ξ) / expm1(Pe)`; both are written so that no exponent is positive.
    """
    if peclet > 0:
        fall, rise = _layer(far, near, -peclet)
        return rise, fall
    exprel = scipy.special.exprel  # expm1(z) / z, and 1 at z = 0
    rise = near * exprel(peclet * near) / exprel(peclet)
    fall = np.exp(peclet * near) * far * exprel(peclet * far) / exprel(peclet)
    return rise, fall


def _response(near: np.ndarray, rise: np.ndarray, problem: AdvectionDiffusion1D) -> np.ndarray:
    """The solution for a unit source and zero boundary values: `(x - l rise) / a`."""
    peclet = problem.peclet
    if abs(peclet) > 1:
        return (near - rise) * (problem.length / problem.velocity)

    def phi2(z):  # (exp(z) - 1 - z) / z², without the cancellation
        return scipy.special.hyp1f1(1, 3, z) / 2

    scale = problem.length**2 / problem.diffusivity
    shape = near * (phi2(peclet) - near * phi2(peclet * near)) / scipy.special.exprel(peclet)
    return scale * shape
