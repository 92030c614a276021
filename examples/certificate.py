"""Error bounds that a network brings with it, beside its true error.

    -Δu = 2π² sin(πx) sin(πy)    on the unit square,    u = 0 on its boundary
    a u' - κ u'' = 0             on (0, 1),             u(0) = 0, u(1) = 1,    a/κ = 1, 10, 50

    python -m examples.certificate             about two minutes on two cores
    python -m examples.certificate --quick     two problems and few steps, to see that it runs

While the networks train, `kp.certify` measures their residual by quadrature and their error on the
boundary, neither of which needs the solution, and bounds the error:

    ‖u_net - u‖ <= C ‖residual‖ + largest error on the boundary    (the domains have measure 1)

`C` is Friedrichs' constant, l²/(π² κ) on a line, or that of a barrier, which stays below l/a
however small κ is. For Poisson's equation an equilibrated flux bounds the energy norm of the error,
the L2 norm of its gradient, too. Here the solutions are known, so that the bound can be divided by
the true error: this effectivity must be at least 1 at every checkpoint. For the energy it comes out
as 1.00: the flux finds the error itself. In L2 it is larger, for residuals that oscillate make
small errors: they could be as large as the bound says, and are not.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import kerasphys as kp

PECLET = (1, 10, 50)
STEPS = (0, 1, 3, 7, 15, 30, 60, 120, 250, 500)  # of the optimizer, until each checkpoint
QUICK_STEPS = (0, 3, 10)
QUICK_POINTS = 1024


@dataclass
class Case:
    """A problem whose solution is known, and what was found while a network learned it."""

    title: str
    model: kp.models.PINNModel
    points: kp.PointSets
    exact: Callable
    certificates: list[kp.analysis.Certificate] = field(default_factory=list)

    def bounds(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """The bounds and the true errors at the checkpoints."""
        found = [certificate.bounds[name] for certificate in self.certificates]
        return np.array([b.value for b in found]), np.array([b.error for b in found])


def poisson(units: list[int], seed: int) -> Case:
    """Poisson's equation with the boundary values built in."""

    def exact(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.sin(np.pi * x) * np.sin(np.pi * y)

    square = kp.geometry.Box((0, 0), (1, 1))
    problem = kp.Problem(
        square,
        fields="u",
        conditions={
            "equation": kp.Residual(
                kp.equations.poisson, source=lambda x, y: 2 * np.pi**2 * exact(x, y)
            ),
            "boundary": kp.Dirichlet(u=0.0, on=square.boundary()),
        },
    )
    model = kp.models.PINNModel(kp.networks.MLP(units, seed=seed), problem, hard=True)
    return Case("Poisson's equation", model, problem.points(equation=500, seed=seed), exact)


def advection_diffusion(peclet: float, units: list[int], seed: int) -> Case:
    """Advection and diffusion with the boundary values in the loss."""
    flow = kp.solvers.AdvectionDiffusion1D(velocity=1.0, diffusivity=1 / peclet)
    line = kp.geometry.Interval(0, 1, "x")
    problem = kp.Problem(
        line,
        fields="u",
        parameters={"velocity": flow.velocity, "diffusivity": flow.diffusivity},
        conditions={
            "equation": kp.Residual(kp.equations.advection_diffusion, source=0.0),
            "ends": kp.Dirichlet(u=lambda x: x, on=line.boundary()),
        },
    )
    model = kp.models.PINNModel(kp.networks.MLP(units, seed=seed), problem)
    points = problem.points(equation=200, ends=2, sampler="grid")
    return Case(f"advection–diffusion, a/κ = {peclet}", model, points, flow.exact)


def train(case: Case, checkpoints: tuple[int, ...], points: int) -> None:
    """Trains, and certifies at each of the checkpoints."""
    case.model.compile(kp.optimizers.LevenbergMarquardt())
    for done, steps in zip((0, *checkpoints), checkpoints, strict=False):
        if steps > done:
            case.model.fit(case.points, steps_per_epoch=steps - done, verbose=0)
        case.certificates.append(kp.certify(case.model, points=points, exact=case.exact))


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains and certifies, and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two problems, a few steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/certificate"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    checkpoints = QUICK_STEPS if options.quick else STEPS
    points = QUICK_POINTS if options.quick else 4096
    units = [6] if options.quick else [16, 16]

    cases = {"poisson": poisson(units, options.seed)}
    for peclet in PECLET[-1:] if options.quick else PECLET:
        cases[f"peclet_{peclet}"] = advection_diffusion(peclet, units, options.seed)
    numbers: dict[str, float] = {}
    start = time.perf_counter()
    for key, case in cases.items():
        train(case, checkpoints, points)
        print(f"\n{case.title}\n{case.certificates[-1]}")
        for name in case.certificates[-1].bounds:
            bounds, errors = case.bounds(name)
            numbers[f"{key}_{name}_least"] = float(np.min(bounds / errors))
            numbers[f"{key}_{name}_most"] = float(np.max(bounds / errors))
            numbers[f"{key}_{name}_error"] = float(errors[-1])
            numbers[f"{key}_{name}_bound"] = float(bounds[-1])
    numbers["seconds"] = round(time.perf_counter() - start, 1)

    print("\neffectivity, bound over error, at all checkpoints: known to be at least 1")
    for key, case in cases.items():
        for name in case.certificates[-1].bounds:
            least, most = numbers[f"{key}_{name}_least"], numbers[f"{key}_{name}_most"]
            print(f"    {case.title:<30} {name:<7} {least:8.3f} to {most:.3f}")
    kp.plotting.save(draw(list(cases.values()), checkpoints), options.output / "certificate.png")
    case = cases["poisson"]
    case.model.export(
        options.output / "surrogate",
        name="Poisson's equation on the unit square, with a bound for its error",
        certificate=case.certificates[-1],
        seed=options.seed,
        command="python -m examples.certificate" + " --quick" * options.quick,
    )
    print(f"the picture, and the SavedModel with its certificate, are in {options.output}")
    return numbers


def draw(cases: list[Case], checkpoints: tuple[int, ...]):
    """Bounds and errors over the steps of the training, a panel for each problem."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.4 * len(cases), 4.2), dpi=150, layout="constrained")
    panels = figure.subplots(1, len(cases), sharex=True, sharey=True)
    names = {"l2": ("#0072B2", "error"), "energy": ("#D55E00", "gradient of the error")}
    for panel, case in zip(panels, cases, strict=True):
        for name in case.certificates[-1].bounds:
            colour, label = names[name]
            bounds, errors = case.bounds(name)
            panel.fill_between(checkpoints, errors, bounds, color=colour, alpha=0.15, linewidth=0)
            panel.plot(checkpoints, errors, "o-", color=colour, ms=4, label=f"{label}, true")
            panel.plot(
                *(checkpoints, bounds, "v--"),
                **dict(color=colour, ms=8, mfc="none", label=f"{label}, certified bound"),
            )
        panel.set(title=case.title, xlabel="steps of training", yscale="log")
        panel.set_xscale("symlog", linthresh=1, linscale=0.5)
        panel.set_xlim(-0.2, 1.4 * checkpoints[-1])
        panel.set_xticks([0, 1, 10, 100], ["0", "1", "10", "100"])
        panel.grid(visible=True, alpha=0.3, linewidth=0.6)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("L2 norm")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.suptitle("The bound needs no solution to compare with, and is never below the error")
    return figure


if __name__ == "__main__":
    main()
