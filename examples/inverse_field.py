"""The conductivity of a plate, found from readings of its temperature.

    -div(k grad u) = f    on the unit square, with f = 10    u = 0 on its edge

    python -m examples.inverse_field             about 1 min on two cores
    python -m examples.inverse_field --quick     a few steps, to see that it runs

The plate is heated evenly and kept cold at its edge. Its conductivity k(x, y) is not known; u is
read by 14 × 14 sensors, with a noise of 0.1 % of the largest value. Two networks are trained at
once: one is u, and `kp.UnknownField(log=True)` makes the other one k, which is positive by its
form. Nothing is said of k but that the equation holds.

Why that is enough: for a given u the equation is one of first order for k,

    grad k · grad u + k Δu = -f.

Where u is largest its gradient vanishes, so that k = -f / Δu there, and the lines of steepest
descent carry k from there to the edge. So k is determined everywhere, since u has one top only
and f is known (without f, only ratios of k would be). It takes derivatives of u, though: a noise
of 0.1 % in u becomes an error of about 1 % in k, and of more where u is flat, at the top and in
the corners, where the heat that flows says little of what it flows through. The readings
themselves are fitted as well as they can be: their misfits are about as large as the noise, a
little less as the networks follow some of it. Two seeds gave an error of 1.2e-2 in k.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp

SOURCE = 10.0
CELLS = 224  # of the finite volumes, 16 to each sensor
SENSORS = 14  # along each side
SIDE = np.linspace(0, 1, CELLS + 1)
EVERY = 4  # fields are compared at every fourth of these


def conductivity(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """One place that conducts well and one that does not."""
    good = np.exp(-((x - 0.3) ** 2 + (y - 0.65) ** 2) / 0.05)
    bad = np.exp(-((x - 0.7) ** 2 + (y - 0.3) ** 2) / 0.04)
    return 1 + 0.6 * good - 0.4 * bad


def balance(k, k_x, k_y, u_x, u_y, laplacian_u):
    """What flows out of each point is what is generated there."""
    return k * laplacian_u + k_x * u_x + k_y * u_y + SOURCE


def measure(noise: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """The field on the grid, the positions of the sensors, their readings and the noise."""
    x, y = np.meshgrid(SIDE, SIDE, indexing="ij")
    u = kp.solvers.solve_darcy(conductivity(x, y), SOURCE)
    every = CELLS // SENSORS
    nodes = (slice(every // 2, None, every),) * 2  # in the middle of 14 × 14 squares
    at = np.stack([x[nodes].ravel(), y[nodes].ravel()], axis=1)
    std = noise * u.max()
    return u, at, u[nodes].ravel() + std * np.random.default_rng(seed).normal(size=len(at)), std


def steepness(u: np.ndarray) -> np.ndarray:
    """How fast a field on the grid changes, `|grad u|`."""
    return np.hypot(*np.gradient(u, SIDE, SIDE))


def draw(found: np.ndarray, u: np.ndarray, at: np.ndarray, title: str) -> Figure:
    """The true conductivity with the sensors, the one found, and the error over lines of u."""
    x, y = np.meshgrid(SIDE[::EVERY], SIDE[::EVERY], indexing="ij")
    true = conductivity(x, y)
    error = 100 * (found / true - 1)
    figure = Figure(figsize=(12.5, 4.2), dpi=150, layout="constrained")
    panels = figure.subplots(1, 3, sharex=True, sharey=True)
    largest = np.abs(error).max()
    for panel, values, colours, limits, name in (
        (panels[0], true, "viridis", (true.min(), true.max()), "true k, and the sensors"),
        (panels[1], found, "viridis", (true.min(), true.max()), "k found from the readings"),
        (
            panels[2],
            error,
            "RdBu_r",
            (-largest, largest),
            "its error in % (lines: equal u)",
        ),
    ):
        mesh = panel.pcolormesh(x, y, values, cmap=colours, vmin=limits[0], vmax=limits[1])
        panel.set(title=name, xlabel="x", aspect="equal")
        figure.colorbar(mesh, ax=panel, shrink=0.85)
    panels[0].set_ylabel("y")
    panels[0].plot(*at.T, ".", color="white", markersize=3)
    panels[2].contour(x, y, u, levels=8, colors="black", linewidths=0.6)
    figure.suptitle(title)
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains both networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few steps only")
    parser.add_argument("--noise", type=float, default=1e-3, help="relative to the largest reading")
    parser.add_argument("--output", type=Path, default=Path("outputs/inverse_field"))
    parser.add_argument("--seed", type=int, default=0, help="of weights, points and noise")
    options = parser.parse_args(argv)
    steps, count, units = (20, 64, [6]) if options.quick else (160, 600, [20, 20])

    u, at, readings, std = measure(options.noise, options.seed)
    square = kp.geometry.Box((0, 0), (1, 1))
    problem = kp.Problem(
        square,
        fields="u",
        parameters={
            "k": kp.UnknownField(network=kp.networks.MLP([16, 16], seed=options.seed + 1), log=True)
        },
        conditions={
            "equation": kp.Residual(balance),
            "edge": kp.Dirichlet(u=0.0, on=square.boundary()),
            "sensors": kp.Data(at=at, u=readings, std=std),
        },
    )
    network = kp.networks.MLP(units, seed=options.seed)
    model = kp.models.PINNModel(network, problem, hard=["edge"])
    optimizer = kp.optimizers.SSBroyden() if options.quick else kp.optimizers.LevenbergMarquardt()
    model.compile(optimizer, jit_compile=not options.quick, steps_per_execution=steps)
    start = time.perf_counter()
    model.fit(
        problem.points(equation=count, seed=options.seed),
        epochs=1,
        steps_per_epoch=steps,
        verbose=0,
    )
    seconds = time.perf_counter() - start

    x, y = np.meshgrid(SIDE[::EVERY], SIDE[::EVERY], indexing="ij")
    grid = np.stack([x.ravel(), y.ravel()], axis=1)
    found_u, found_k = model.predict(grid).T
    reference, slope = (values[::EVERY, ::EVERY].ravel() for values in (u, steepness(u)))
    true = conductivity(*grid.T)
    misfit = (model.predict(at)[:, 0] - readings) / std
    flat = slope <= np.quantile(slope, 0.1)
    numbers = {
        "relative_l2_k": kp.solvers.relative_l2(found_k, true),
        "relative_l2_k_flat": kp.solvers.relative_l2(found_k[flat], true[flat]),
        "relative_l2_k_steep": kp.solvers.relative_l2(found_k[~flat], true[~flat]),
        "relative_l2_u": kp.solvers.relative_l2(found_u, reference),
        "misfit_in_std": float(np.sqrt(np.mean(misfit**2))),
        "training_seconds": round(seconds, 1),
    }
    print(f"{steps} steps of {type(optimizer).__name__} in {seconds:.0f} s, {len(at)} readings")
    print(f"    relative L2 error of k   {numbers['relative_l2_k']:.1e}, known: 0")
    print(f"        where u is flattest  {numbers['relative_l2_k_flat']:.1e}, known: larger than")
    print(f"        elsewhere            {numbers['relative_l2_k_steep']:.1e}")
    print(f"    relative L2 error of u   {numbers['relative_l2_u']:.1e}, known: 0")
    print(f"    misfit over noise, rms   {numbers['misfit_in_std']:.2f}, known: about 1, not more")
    title = (
        f"A conductivity from {len(at)} readings of the temperature u with {options.noise:.1%} "
        f"noise: relative L2 error {numbers['relative_l2_k']:.1%}"
    )
    picture = draw(found_k.reshape(x.shape), reference.reshape(x.shape), at, title)
    kp.plotting.save(picture, options.output / "inverse_field.png")
    model.export(
        options.output / "surrogate",
        name="Temperature and conductivity of a plate",
        errors={name: numbers[name] for name in ("relative_l2_k", "relative_l2_u")},
        seed=options.seed,
        command="python -m examples.inverse_field",
    )
    print(f"the picture and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
