"""Eight forward problems with reference solutions: statement, evaluation grid, exact values.

    from benchmarks.pinn_problems import PROBLEMS

    forward = PROBLEMS["burgers_1d"]()
    model = kp.models.PINNModel(kp.networks.MLP([20] * 3), forward.problem)
    ...
    error = forward.error(model.predict(forward.points))

The grids are uniform and include both ends of every interval. References are closed forms,
the Cole-Hopf formula, or spectral solutions from kerasphys.solvers, which share no code with the
networks. Each problem has a condition called `equation`; the others say what is given.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import kerasphys as kp
from kerasphys._validation import check_array
from kerasphys.geometry import Box, Interval


@dataclass(frozen=True)
class ForwardProblem:
    """A problem and the solution that a network is judged against.

    Attributes:
        name: The key in `PROBLEMS`.
        problem: The statement.
        points: The evaluation grid, `(N, d)`, the last coordinate fastest.
        values: The reference there, `(N, m)`, a column for each field.
    """

    name: str
    problem: kp.Problem
    points: np.ndarray
    values: np.ndarray

    def errors(self, predicted: np.ndarray) -> dict[str, float]:
        """The relative L2 error of each field; infinite where a prediction is not finite."""
        predicted = check_array("predicted", predicted, self.values.shape, finite=False)
        with np.errstate(all="ignore"):
            error = np.linalg.norm(predicted - self.values, axis=0)
        error = np.where(np.isfinite(error), error, np.inf)
        relative = error / np.linalg.norm(self.values, axis=0)
        return dict(zip(self.problem.fields, relative.tolist(), strict=True))

    def error(self, predicted: np.ndarray) -> float:
        """The largest of the errors, by which a problem is judged."""
        return max(self.errors(predicted).values())


def grid(*axes: np.ndarray) -> np.ndarray:
    """All points of a tensor grid, `(N, d)`, the last axis fastest."""
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


def advection_diffusion_1d() -> ForwardProblem:
    """`u' - u'' / 50 = 0` on (0, 1) from 0 to 1: a boundary layer at the right end."""
    line = Interval(0, 1, "x")
    problem = kp.Problem(
        line,
        fields="u",
        parameters={"velocity": 1.0, "diffusivity": 1 / 50, "source": 0.0},
        conditions={
            "equation": kp.Residual(kp.equations.advection_diffusion),
            "left": kp.Dirichlet(u=0.0, on=line.start("x")),
            "right": kp.Dirichlet(u=1.0, on=line.end("x")),
        },
    )
    x = np.linspace(0, 1, 1001)
    exact = kp.solvers.AdvectionDiffusion1D(velocity=1.0, diffusivity=1 / 50).exact(x)
    return ForwardProblem("advection_diffusion_1d", problem, x[:, None], exact[:, None])


def poisson_2d() -> ForwardProblem:
    """`-Δu = 2π² sin πx sin πy` on the unit square, zero on its boundary."""

    def exact(x, y):
        return np.sin(np.pi * x) * np.sin(np.pi * y)

    square = Box((0, 0), (1, 1))
    problem = kp.Problem(
        square,
        fields="u",
        conditions={
            "equation": kp.Residual(
                kp.equations.poisson, source=lambda x, y: 2 * np.pi**2 * exact(x, y)
            ),
            "walls": kp.Dirichlet(u=0.0, on=square.boundary()),
        },
    )
    points = grid(np.linspace(0, 1, 101), np.linspace(0, 1, 101))
    return ForwardProblem("poisson_2d", problem, points, exact(*points.T)[:, None])


def helmholtz_2d() -> ForwardProblem:
    """`Δu + u = q` on [-1, 1]², zero on its boundary, with four waves along y."""

    def exact(x, y):
        return np.sin(np.pi * x) * np.sin(4 * np.pi * y)

    square = Box((-1, -1), (1, 1))
    problem = kp.Problem(
        square,
        fields="u",
        parameters={"wavenumber": 1.0},
        conditions={
            "equation": kp.Residual(
                kp.equations.helmholtz, source=lambda x, y: (1 - 17 * np.pi**2) * exact(x, y)
            ),
            "walls": kp.Dirichlet(u=0.0, on=square.boundary()),
        },
    )
    points = grid(np.linspace(-1, 1, 201), np.linspace(-1, 1, 201))
    return ForwardProblem("helmholtz_2d", problem, points, exact(*points.T)[:, None])


def burgers_1d() -> ForwardProblem:
    """`u_t + u u_x = (0.01 / π) u_xx` from `-sin πx`: a front of the width 0.013 at x = 0."""
    viscosity = 0.01 / np.pi
    domain = Interval(-1, 1, "x") * Interval(0, 1, "t")
    problem = kp.Problem(
        domain,
        fields="u",
        parameters={"viscosity": viscosity},
        conditions={
            "equation": kp.Residual(kp.equations.burgers),
            "initial": kp.Dirichlet(u=lambda x: -np.sin(np.pi * x), on=domain.start("t")),
            "walls": kp.Dirichlet(u=0.0, on=domain.boundary("x")),
        },
    )
    points = grid(np.linspace(-1, 1, 257), np.linspace(0, 1, 101))
    values = kp.solvers.burgers_cole_hopf(*points.T, viscosity)
    return ForwardProblem("burgers_1d", problem, points, values[:, None])


def allen_cahn_1d() -> ForwardProblem:
    """`u_t - 1e-4 u_xx + 5 (u³ - u) = 0`, periodic, from `x² cos πx`: interfaces form.

    The initial value has a kink at x = ±1, which diffusion smooths at once; a form of the
    solution that keeps it for all times errs by 7e-4.
    """
    domain = Interval(-1, 1, "x") * Interval(0, 1, "t")
    problem = kp.Problem(
        domain,
        fields="u",
        parameters={"diffusivity": 1e-4, "reaction": 5.0},
        conditions={
            "equation": kp.Residual(kp.equations.allen_cahn),
            "initial": kp.Dirichlet(u=_allen_cahn_start, on=domain.start("t")),
            "periodic": kp.Periodic(across="x", fields="u", order=1),
        },
    )
    return _periodic("allen_cahn_1d", problem)


def kdv_1d() -> ForwardProblem:
    """`u_t + u u_x + 0.0025 u_xxx = 0`, periodic, from `cos πx`: it breaks up into solitons."""
    domain = Interval(-1, 1, "x") * Interval(0, 1, "t")
    problem = kp.Problem(
        domain,
        fields="u",
        parameters={"dispersion": 0.0025},
        conditions={
            "equation": kp.Residual(kp.equations.kdv),
            "initial": kp.Dirichlet(u=_kdv_start, on=domain.start("t")),
            "periodic": kp.Periodic(across="x", fields="u", order=2),
        },
    )
    return _periodic("kdv_1d", problem)


def kovasznay_2d() -> ForwardProblem:
    """Steady incompressible flow behind a grid at Re = 40; `p` is given on the edge x = 1."""
    reynolds = 40.0
    rate = reynolds / 2 - np.sqrt(reynolds**2 / 4 + 4 * np.pi**2)

    def exact_u(x, y):
        return 1 - np.exp(rate * x) * np.cos(2 * np.pi * y)

    def exact_v(x, y):
        return rate / (2 * np.pi) * np.exp(rate * x) * np.sin(2 * np.pi * y)

    def exact_p(x):
        return (1 - np.exp(2 * rate * x)) / 2

    domain = Box((-0.5, -0.5), (1, 1.5))
    problem = kp.Problem(
        domain,
        fields=("u", "v", "p"),
        parameters={"reynolds": reynolds},
        conditions={
            "equation": kp.Residual(_steady_flow),
            "walls": kp.Dirichlet(u=exact_u, v=exact_v, on=domain.boundary()),
            "outlet": kp.Dirichlet(p=exact_p, on=domain.end("x")),
        },
    )
    points = grid(np.linspace(-0.5, 1, 101), np.linspace(-0.5, 1.5, 101))
    x, y = points.T
    values = np.stack([exact_u(x, y), exact_v(x, y), exact_p(x)], axis=1)
    return ForwardProblem("kovasznay_2d", problem, points, values)


def wave_1d() -> ForwardProblem:
    """`u_tt = 4 u_xx` on (0, 1)², fixed ends, at rest at the start: modes of one and four waves."""
    domain = Interval(0, 1, "x") * Interval(0, 1, "t")
    problem = kp.Problem(
        domain,
        fields="u",
        parameters={"speed": 2.0},
        conditions={
            "equation": kp.Residual(kp.equations.wave),
            "initial": kp.Dirichlet(
                u=lambda x: np.sin(np.pi * x) + np.sin(4 * np.pi * x) / 2, on=domain.start("t")
            ),
            "initial_velocity": kp.Residual(_at_rest, on=domain.start("t")),
            "walls": kp.Dirichlet(u=0.0, on=domain.boundary("x")),
        },
    )
    points = grid(np.linspace(0, 1, 101), np.linspace(0, 1, 101))
    x, t = np.pi * points.T
    values = np.sin(x) * np.cos(2 * t) + np.sin(4 * x) * np.cos(8 * t) / 2
    return ForwardProblem("wave_1d", problem, points, values[:, None])


PROBLEMS: dict[str, Callable[[], ForwardProblem]] = {
    problem.__name__: problem
    for problem in (
        advection_diffusion_1d,
        poisson_2d,
        helmholtz_2d,
        burgers_1d,
        allen_cahn_1d,
        kdv_1d,
        kovasznay_2d,
        wave_1d,
    )
}


def _steady_flow(u, v, u_x, u_y, v_x, v_y, p_x, p_y, laplacian_u, laplacian_v, reynolds):
    """Momentum along x and y, and continuity."""
    return (
        u * u_x + v * u_y + p_x - laplacian_u / reynolds,
        u * v_x + v * v_y + p_y - laplacian_v / reynolds,
        u_x + v_y,
    )


def _at_rest(u_t):
    return u_t


def _allen_cahn_start(x):
    return x**2 * np.cos(np.pi * x)


def _kdv_start(x):
    return np.cos(np.pi * x)


# Halving points or steps changes Allen-Cahn by 6e-5 and 2e-11 at most, KdV by 1e-14 and 1e-10.
PERIODIC = {
    "allen_cahn_1d": {
        "initial": _allen_cahn_start,
        "linear": lambda d: 1e-4 * d**2 + 5,
        "nonlinear": lambda u, d: -5 * u**3,
        "points": 4096,
        "step": 1 / 2000,
        "dealias": 1,
    },
    "kdv_1d": {
        "initial": _kdv_start,
        "linear": lambda d: -0.0025 * d**3,
        "nonlinear": lambda u, d: -d(u**2) / 2,
        "points": 512,
        "step": 1 / 10000,
    },
}


@functools.cache
def _spectral(name: str) -> np.ndarray:
    """The values of a periodic problem, `(257 * 101, 1)`, computed once a process."""
    times = np.linspace(0, 1, 101)
    _, u = kp.solvers.solve_periodic(**PERIODIC[name], lower=-1.0, upper=1.0, times=times)
    u = u[:, :: u.shape[1] // 256]
    u = np.concatenate([u, u[:, :1]], axis=1)  # x = 1 is x = -1 again
    values = u.T.reshape(-1, 1)
    values.setflags(write=False)
    return values


def _periodic(name: str, problem: kp.Problem) -> ForwardProblem:
    points = grid(np.linspace(-1, 1, 257), np.linspace(0, 1, 101))
    return ForwardProblem(name, problem, points, _spectral(name))
