"""Two-dimensional incompressible flow on a torus, by its vorticity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import ArrayLike

from kerasphys._validation import check_array, check_nonnegative, check_positive
from kerasphys.solvers.boxes import check_grid_values, check_lengths
from kerasphys.solvers.exponential import check_times, etdrk4_states


def solve_vorticity(
    initial: ArrayLike,
    viscosity: float,
    *,
    times: ArrayLike,
    step: float,
    forcing: float | ArrayLike = 0.0,
    lengths: float | Sequence[float] = 1.0,
) -> np.ndarray:
    """Solves `w_t + v · grad w = ν Δw + f` on a periodic rectangle, with `v` from `-Δψ = w`.

    The velocity `v = (ψ_y, -ψ_x)` has no divergence and the mean zero, and `w = v_y,x - v_x,y` is
    its curl. Fourier in space, with the products freed of aliasing by the 2/3 rule; viscosity is
    exact in time, advection of fourth order (ETDRK4). The mean of `w` grows by that of `f` to the
    last bit, and without viscosity and forcing energy and enstrophy change by the error in time
    only.

    Args:
        initial: `w` at the time 0, `(nx, ny)`, at points that leave out the upper end of each
            axis; `(samples, nx, ny)` solves for many at once.
        viscosity: Non-negative number `ν`.
        times: Times at which the solution is wanted, not negative and rising, `(m,)`.
        step: The largest time step. The time between two entries of `times` is divided into equal
            steps. For stability the flow may cross about one cell of the grid in a step.
        forcing: `f`, a number or an array `(nx, ny)`.
        lengths: Positive number, the periods of the two axes, or one for each.

    Returns:
        `w`, `(m, nx, ny)` or `(m, samples, nx, ny)`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of range, or shapes do not match.
        RuntimeError: If the solution does not stay finite: the step is too large.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x, y = np.meshgrid(*2 * [np.arange(16) / 16], indexing="ij")
        w = np.cos(2 * np.pi * x) * np.cos(2 * np.pi * y)  # Taylor and Green: it only decays
        found = kp.solvers.solve_vorticity(w, 0.01, times=[1.0], step=0.1)
        np.testing.assert_allclose(found[0], np.exp(-0.08 * np.pi**2) * w, atol=1e-14)
        ```

    Reference:
        Canuto, Hussaini, Quarteroni and Zang, Spectral Methods, 2007, section 3.3; time steps:
        Cox and Matthews, 2002, https://doi.org/10.1006/jcph.2002.6995
    """
    rank = 3 if np.ndim(initial) == 3 else 2
    start = check_grid_values("initial", check_array("initial", initial, (None,) * rank), 4, 2)
    viscosity = check_nonnegative("viscosity", viscosity)
    times, step = check_times(times), check_positive("step", step)
    shape = start.shape[-2:]
    f = check_array("forcing", forcing, () if np.ndim(forcing) == 0 else shape)
    torus = _Torus(shape, check_lengths(lengths, 2))
    source = torus.modes(np.broadcast_to(f, shape))

    def rate(modes: np.ndarray) -> np.ndarray:
        return torus.advection(modes) + source

    symbol = viscosity * torus.laplacian
    states = etdrk4_states(torus.modes(start), rate, symbol, times, step)
    return np.stack([torus.values(modes) for modes in states])


class _Torus:
    """The wavenumbers of a periodic rectangle."""

    def __init__(self, shape: tuple[int, int], lengths: Sequence[float]):
        self.shape = shape
        nx, ny = shape
        k = scipy.fft.fftfreq(nx, 1 / nx)[:, np.newaxis]
        m = np.arange(ny // 2 + 1.0)
        kept = (np.abs(k) < nx / 3 - 1e-9) & (m < ny / 3 - 1e-9)
        dx, dy = 2j * np.pi * k / lengths[0], 2j * np.pi * m / lengths[1]
        self.laplacian = (dx**2 + dy**2).real
        to_stream = kept / np.where(self.laplacian == 0, np.inf, -self.laplacian)
        self.to_velocity = (dy * to_stream, -dx * to_stream)
        self.curl = (kept * (dy**2 - dx**2).real, kept * (dx * dy).real)

    def modes(self, values: np.ndarray) -> np.ndarray:
        return scipy.fft.rfft2(values)

    def values(self, modes: np.ndarray) -> np.ndarray:
        return scipy.fft.irfft2(modes, self.shape)

    def advection(self, modes: np.ndarray) -> np.ndarray:
        """The modes of `-v · grad w`, the curl of `-div(v ⊗ v)`: two transforms each way."""
        u, v = (self.values(symbol * modes) for symbol in self.to_velocity)
        product, difference = self.modes(u * v), self.modes((u - v) * (u + v))
        return self.curl[0] * product + self.curl[1] * difference
