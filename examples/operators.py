"""Five operators of physics: which are linear, and how far the others are from it.

    N(f + g) = N(f) + N(g)?

    python -m examples.operators             a few seconds
    python -m examples.operators --quick     on coarser grids

What a network for operators learns, solved here by classical methods:

    1   f -> u         of -div(κ grad u) = f with one given κ, u = 0 at the walls
    2   κ -> u         of -div(κ grad u) = 1, u = 0 at the walls
    3   (κ, g) -> u    of -div(κ grad u) = 0, u = g at the walls
    4   u0 -> u(T)     of u_t + u_x = 0.01 u_xx, on a ring
    5   u0 -> u(T)     of u_t + u u_x = 0.01 u_xx, on a ring

1 and 4 are linear: their defect is rounding. 2 is not, but twice the conductivity halves u exactly.
3 is linear in g for each κ, and the scale of κ does not matter. 5 is nonlinear through and through.
A model of such an operator can be judged by the same numbers, which need no solution.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import kerasphys as kp

TIME, DIFFUSIVITY = 0.5, 0.01
Operator = Callable[[Any], np.ndarray]


def of_sources(kappa: np.ndarray) -> Operator:
    """Operator 1, for a conductivity."""
    return lambda sources: np.stack([kp.solvers.solve_darcy(kappa, f) for f in sources])


def of_conductivities(conductivities: np.ndarray) -> np.ndarray:
    """Operator 2."""
    return np.stack([kp.solvers.solve_darcy(kappa, 1.0) for kappa in conductivities])


def of_both(inputs: dict[str, np.ndarray]) -> np.ndarray:
    """Operator 3: the values of `g` inside the walls have no effect."""
    pairs = zip(inputs["kappa"], inputs["g"], strict=True)
    return np.stack([kp.solvers.solve_darcy(kappa, 0.0, boundary=g) for kappa, g in pairs])


def of_initial_values(points: int, nonlinear: bool) -> Operator:
    """Operators 4 and 5."""

    def linear(d: np.ndarray) -> np.ndarray:
        return DIFFUSIVITY * d**2 - (0 if nonlinear else d)

    def states(start: np.ndarray) -> np.ndarray:
        return kp.solvers.solve_periodic(
            start,
            linear,
            (lambda u, d: -d(u**2) / 2) if nonlinear else None,
            lower=0.0,
            upper=1.0,
            times=[TIME],
            points=points,
            step=0.005 if nonlinear else None,
        )[1][0]

    return states


def draw(pictures: dict[str, tuple[np.ndarray, np.ndarray]]) -> Any:
    """Each operator in a column: an input above what it becomes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 5.6), dpi=150, layout="constrained")
    figure.suptitle("Five operators: an input above, what it becomes below")
    axes = figure.subplots(2, len(pictures))
    for column, (title, fields) in zip(axes.T, pictures.items(), strict=True):
        for panel, values, name in zip(column, fields, ("input", "output"), strict=True):
            if values.ndim == 2:
                image = panel.imshow(values.T, origin="lower", extent=(0, 1, 0, 1))
                figure.colorbar(image, ax=panel, shrink=0.8)
                panel.set(xlabel="x", ylabel="y")
            else:
                panel.plot(np.arange(len(values)) / len(values), values)
                panel.set(xlabel="x", ylabel="u")
                panel.grid(alpha=0.3)
            if name == "input":
                panel.set_title(title, fontsize=10)
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Applies the operators and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="coarser grids")
    parser.add_argument("--output", type=Path, default=Path("outputs/operators"))
    parser.add_argument("--seed", type=int, default=0, help="of the inputs")
    options = parser.parse_args(argv)
    side, samples, points, seed = 17 if options.quick else 49, 8, 256, options.seed

    smooth = kp.datasets.KernelField("rbf", 0.2, dims=2)
    sources = smooth.sample(samples, side, seed)
    conductivities = np.exp(smooth.sample(samples, side, seed + 1))
    starts = kp.datasets.RandomField("periodic", 1, 25.0, 5.0, 2.0).sample(samples, points, seed)
    walls = kp.datasets.KernelField("rbf", 0.5, dims=2).sample(samples, side, seed + 2)
    both = {"kappa": conductivities, "g": walls}
    cases = {
        "1: f -> u": (of_sources(conductivities[0]), sources),
        "2: κ -> u": (of_conductivities, conductivities),
        "3: (κ, g on the walls) -> u": (of_both, both),
        "4: u0 -> u(T), advection": (of_initial_values(points, nonlinear=False), starts),
        "5: u0 -> u(T), Burgers": (of_initial_values(points, nonlinear=True), starts),
    }
    numbers, pictures = {}, {}
    print(f"the defect of linearity of five operators, over {samples // 2} pairs of inputs")
    for title, (operator, inputs) in cases.items():
        defect = numbers[f"defect_{title[0]}"] = kp.analysis.linearity_defect(operator, inputs)
        known = "0, it is linear" if title[0] in "14" else "not 0"
        print(f"    {title:<28} {defect:.1e}   known: {known}")
        if isinstance(inputs, dict):
            first, shown = {name: values[:1] for name, values in inputs.items()}, walls[0].copy()
            shown[1:-1, 1:-1] = np.nan  # of g the walls alone matter
            shown = np.where(np.isnan(shown), conductivities[0], shown)
        else:
            first, shown = inputs[:1], inputs[0]
        pictures[f"{title}\ndefect of linearity {defect:.0e}"] = (shown, operator(first)[0])

    relative_l2 = kp.solvers.relative_l2
    once = of_conductivities(conductivities)
    numbers["halved"] = relative_l2(of_conductivities(2 * conductivities), once / 2)
    numbers["scaled"] = relative_l2(of_both({**both, "kappa": 3 * conductivities}), of_both(both))
    numbers["linear_in_g"] = kp.analysis.linearity_defect(
        lambda g: of_both({"kappa": np.broadcast_to(conductivities[0], g.shape), "g": g}), walls
    )
    burgers = cases["5: u0 -> u(T), Burgers"][0]
    numbers["doubled"] = relative_l2(burgers(2 * starts), 2 * burgers(starts))
    print("and what else holds:")
    print(f"    2: N(2κ) against N(κ) / 2          {numbers['halved']:.1e}   known: 0")
    print(f"    3: N(3κ, g) against N(κ, g)        {numbers['scaled']:.1e}   known: 0")
    print(f"    3: its defect in g, for one κ      {numbers['linear_in_g']:.1e}   known: 0")
    print(f"    5: N(2 u0) against 2 N(u0)         {numbers['doubled']:.1e}   known: not 0")
    kp.plotting.save(draw(pictures), options.output / "operators.png")
    print(f"the picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
