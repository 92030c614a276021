"""The Reynolds number of a flow, from noisy readings of its velocity at scattered places.

    u u_x + v u_y + p_x = ν Δu,    u v_x + v v_y + p_y = ν Δv,    u_x + v_y = 0
    on -0.5 < x < 1, -0.5 < y < 1.5, with ν = 1 / Re unknown; training starts at Re = 10

    python -m examples.reynolds             about a minute on two cores
    python -m examples.reynolds --quick     a few steps, to see that it runs

Known are readings of u and v at 200 random places, with noise of 1 % of the mean flow: no boundary
values, no pressure. The flow is Kovasznay's wake behind a row of bars at Re = 40, an exact solution
that the network never sees elsewhere. It finds velocity and pressure everywhere and Re with them.
The equations say of the pressure only how it changes; its mean is set to zero (`kp.Integral`).

The viscosity is identified by its logarithm (`kp.Unknown(0.1, log=True)`), as it may be wrong by
powers of ten. Its standard deviation and those of the fields come from the same training
(`kp.analysis.uncertainty`). If all but Re were known, the bound of Cramér and Rao would allow less:
the quotient of the two is what the unknown boundary values cost.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp

REYNOLDS = 40.0
STD, EXACT = 0.01, 1e-3  # of the noise, and what readings without noise are taken to have
LOWER, UPPER = (-0.5, -0.5), (1.0, 1.5)
FIELDS = ("u", "v", "p")


def sensors() -> tuple[np.ndarray, np.ndarray]:
    """The places `(200, 2)` of the readings, and the noise of u and v there in deviations."""
    rng = np.random.default_rng(1)
    return rng.uniform(LOWER, UPPER, size=(200, 2)), rng.standard_normal((200, 2))


def cramer_rao(places: np.ndarray, h: float = 1e-3) -> float:
    """The least deviation of an unbiased Re from readings with `STD`, if all else were known."""
    ends = [kp.solvers.kovasznay(*places.T, REYNOLDS + step)[:, :2] for step in (-h, h)]
    return float(STD / np.linalg.norm((ends[1] - ends[0]) / (2 * h)))


def problem_of(places: np.ndarray, readings: np.ndarray, std: float) -> kp.Problem:
    """The problem with such readings of u and v."""
    return kp.Problem(
        kp.geometry.Box(LOWER, UPPER),
        fields=FIELDS,
        parameters={"viscosity": kp.Unknown(0.1, log=True)},
        conditions={
            "equations": kp.Residual(
                kp.equations.steady_navier_stokes_2d, force_x=0.0, force_y=0.0, weight=1e4
            ),
            "gauge": kp.Integral(lambda p: p),
            "readings": kp.Data(at=places, std=std, u=readings[:, 0], v=readings[:, 1]),
        },
    )


def errors(model: kp.models.PINNModel, grid: np.ndarray) -> dict[str, float]:
    """Relative L2 errors on a grid, the means of both pressures removed."""
    found, true = model.predict(grid), kp.solvers.kovasznay(*grid.T, REYNOLDS)
    for fields in (found, true):
        fields[:, 2] -= fields[:, 2].mean()
    pairs = zip(FIELDS, found.T, true.T, strict=True)
    return {name: kp.solvers.relative_l2(a, b) for name, a, b in pairs}


def draw_speed(figure, panel, model, places, x, y) -> None:
    """The flow that was found, with the places of the readings."""
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    u, v = (model.predict(grid)[:, i].reshape(len(x), len(y)).T for i in (0, 1))
    mesh = panel.pcolormesh(x, y, np.hypot(u, v), shading="nearest", rasterized=True)
    panel.streamplot(x, y, u, v, color="white", density=0.9, linewidth=0.5, arrowsize=0.6)
    panel.plot(*places.T, "o", color="#D55E00", markersize=2.2, label="readings")
    panel.set(xlabel="x", ylabel="y", title="Found from 200 readings: the flow", aspect="equal")
    panel.set(xlim=(LOWER[0], UPPER[0]), ylim=(LOWER[1], UPPER[1]), xticks=(-0.5, 0, 0.5, 1))
    panel.legend(loc="upper right", fontsize="small")
    figure.colorbar(mesh, ax=panel, label="speed", shrink=0.9)


def draw_pressure(panel, model, estimates, x) -> None:
    """The pressure along the middle, never measured, within two deviations."""
    line = np.stack([x, np.full_like(x, 0.5)], axis=1)
    found, std = model.predict(line)[:, 2], estimates.fields(line)["p"]
    true = kp.solvers.kovasznay(*line.T, REYNOLDS)[:, 2]
    true -= true.mean()  # it is the same along y
    panel.plot(x, true, "k--", linewidth=1, label="true")
    panel.plot(x, found, color="#0072B2", label="found")
    panel.fill_between(x, found - 2 * std, found + 2 * std, color="#0072B2", alpha=0.25)
    panel.set(xlabel="x", ylabel="pressure p", title="Never measured: the pressure ± 2 std")
    panel.legend(frameon=False)


def draw_path(panel, path: np.ndarray, per_epoch: int, std: float) -> None:
    """How the Reynolds number got where it is."""
    steps = per_epoch * np.arange(len(path) + 1)
    panel.plot(steps, np.append(10.0, path), color="#0072B2", label="found")
    panel.axhline(REYNOLDS, color="k", linestyle="--", linewidth=1, label="true")
    panel.set(xlabel="training step", ylabel="Re", title=f"Found: Re = {path[-1]:.2f} ± {std:.2f}")
    panel.legend(frameon=False)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Finds the Reynolds number and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few steps only")
    parser.add_argument("--output", type=Path, default=Path("outputs/reynolds"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    steps, per_epoch, units, count = (300, 10, [24, 24], 800)
    if options.quick:
        steps, per_epoch, units, count = 4, 2, [6], 50

    places, noise = sensors()
    x, y = (np.linspace(*ends, 101) for ends in zip(LOWER, UPPER, strict=True))
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    true = kp.solvers.kovasznay(*places.T, REYNOLDS)[:, :2]
    begin = time.perf_counter()
    network = kp.networks.MLP(units, seed=options.seed)
    model = kp.models.PINNModel(network, problem_of(places, true, EXACT))
    model.compile(
        kp.optimizers.LevenbergMarquardt(),
        jit_compile=not options.quick,
        steps_per_execution=per_epoch,
    )
    start = [variable.numpy() for variable in model.trainable_variables]
    numbers = {}
    for kind, std in (("clean", 0.0), ("noisy", STD)):
        for variable, value in zip(model.trainable_variables, start, strict=True):
            variable.assign(value)
        problem = problem_of(places, true + std * noise, std or EXACT)
        points = problem.points(equations=count, seed=options.seed)
        history = model.fit(points, epochs=steps // per_epoch, steps_per_epoch=per_epoch, verbose=0)
        path = 1 / np.array(history.history["viscosity"])
        numbers[f"{kind}_error"] = abs(path[-1] / REYNOLDS - 1)
        numbers |= {f"{kind}_{name}": error for name, error in errors(model, grid).items()}
        fields = ", ".join(f"{name} {numbers[f'{kind}_{name}']:.1e}" for name in FIELDS)
        print(f"{kind} readings   Re = {path[-1]:.4f}   error {numbers[f'{kind}_error']:.1e}")
        print(f"    relative L2 errors   {fields}")

    estimates = kp.analysis.uncertainty(model)
    std = estimates.std["viscosity"] * path[-1] ** 2
    numbers |= {
        "std": std,
        "deviations": abs(path[-1] - REYNOLDS) / std,
        "bound": cramer_rao(places),
        "misfit": estimates.misfit,
        "seconds": round(time.perf_counter() - begin, 1),
    }
    print(f"    predicted Re = {path[-1]:.2f} ± {std:.2f}", end=": ")
    print(f"{numbers['deviations']:.2f} standard deviations from {REYNOLDS:g}")
    print(f"    if all but Re were known: at least ± {numbers['bound']:.2f}")
    print(f"    readings miss the fields by {numbers['misfit']:.2f} std   known: about 1")

    figure = Figure(figsize=(13, 4.2), dpi=150, layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.0, 1.1, 1.0))
    draw_speed(figure, left, model, places, x, y)
    draw_pressure(middle, model, estimates, x)
    draw_path(right, path, per_epoch, std)
    for panel in (middle, right):
        panel.spines[["top", "right"]].set_visible(False)
    kp.plotting.save(figure, options.output / "reynolds.png")
    print(f"a picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
