"""A drifting pulse from three sensors: no initial values, no boundary values.

    c_t + 0.5 c_x = 0.01 c_xx    on 0 < x < 1, 0 < t < 1
    c measured at x = 0.05, 0.5, 0.95, 51 times each, with noise of the standard deviation 0.01

    python -m examples.advection_assimilation             about 20 s on two cores
    python -m examples.advection_assimilation --quick     a few seconds of training, to see it runs

The truth is a Gaussian pulse of the width s = √(0.01 + 0.02 t) about x = 0.3 + 0.5 t, which passes
the sensors one after the other. The equation carries what they read to where there are none: a
network that is trained on equation and readings knows the whole field, while the same network
without the equation only knows what happened at the sensors.

`kp.analysis.uncertainty` says where the readings decide, and how well. Upstream of a sensor, at
early times, they do not: diffusion has to be run backwards, which makes any noise large. There the
network is right because the truth is smooth, as it is itself, and no reading would tell if it were
not. The picture shows where.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp

SPEED, DIFFUSIVITY = 0.5, 0.01
SENSORS, TIMES, STD = (0.05, 0.5, 0.95), np.linspace(0, 1, 51), 0.01
DECIDED = 0.03  # the largest standard deviation of c where the readings are said to decide
X = T = np.linspace(0, 1, 101)
DOMAIN = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 1, "t")


def pairs(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """All pairs of a place and a time, (n, 2)."""
    return np.stack([a.ravel() for a in np.meshgrid(x, t, indexing="ij")], axis=1)


def truth(points: np.ndarray) -> np.ndarray:
    x, t = points.T
    variance = 0.1**2 + 2 * DIFFUSIVITY * t
    return 0.1 / np.sqrt(variance) * np.exp(-((x - 0.3 - SPEED * t) ** 2) / (2 * variance))


def drift(c_t, c_x, c_xx):
    return c_t + SPEED * c_x - DIFFUSIVITY * c_xx


def train(
    readings: np.ndarray, equation: int, steps: int, compiled: bool, seed: int
) -> kp.models.PINNModel:
    """A network of the readings, and of the equation at so many points, if there are any."""
    at = pairs(np.array(SENSORS), TIMES)
    conditions: dict = {"sensors": kp.Data(at=at, std=STD, c=readings)}
    if equation:
        conditions["equation"] = kp.Residual(drift, weight=100.0)
    problem = kp.Problem(DOMAIN, fields="c", conditions=conditions)
    model = kp.models.PINNModel(kp.networks.MLP([20, 20], seed=seed), problem)
    model.compile(kp.optimizers.LevenbergMarquardt(), jit_compile=compiled, steps_per_execution=10)
    model.fit(
        problem.points(**({"equation": equation} if equation else {}), seed=seed),
        epochs=steps // 10,
        steps_per_epoch=10,
        verbose=0,
    )
    return model


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/advection_assimilation"))
    parser.add_argument("--seed", type=int, default=0, help="of weights, points and noise")
    options = parser.parse_args(argv)
    points, steps, compiled = (200, 10, False) if options.quick else (1000, 150, True)

    at, grid = pairs(np.array(SENSORS), TIMES), pairs(X, T)
    noise = STD * np.random.default_rng(options.seed).standard_normal(len(at))
    readings, exact = truth(at) + noise, truth(grid)
    start = time.perf_counter()
    model = train(readings, points, steps, compiled, options.seed)
    alone = train(readings, 0, steps, compiled, options.seed)
    seconds = time.perf_counter() - start
    fields = {"equation": model.predict(grid)[:, 0], "alone": alone.predict(grid)[:, 0]}
    estimates = kp.analysis.uncertainty(model)
    deviations = estimates.fields(grid)["c"]
    decided = deviations < DECIDED
    within = np.abs(fields["equation"] - exact) <= 2 * deviations
    numbers = {
        "relative_l2": kp.solvers.relative_l2(fields["equation"], exact),
        "readings_alone": kp.solvers.relative_l2(fields["alone"], exact),
        "gain": kp.solvers.relative_l2(fields["alone"], exact)
        / kp.solvers.relative_l2(fields["equation"], exact),
        "noise": STD / float(np.sqrt(np.mean(exact**2))),
        "decided": float(decided.mean()),
        "within_two_deviations": float(within[decided].mean()),
        "misfit": estimates.misfit,
        "steps": steps,
        "training_seconds": round(seconds, 1),
    }
    print(f"two networks, {steps} steps each, in {seconds:.0f} s; relative L2 errors of c")
    print(f"    equation and readings   {numbers['relative_l2']:.4f}")
    print(f"    the noise itself        {numbers['noise']:.4f}")
    print(f"    readings alone          {numbers['readings_alone']:.4f}")
    print(f"        worse by            {numbers['gain']:.0f} times")
    print(f"misfit of the readings      {estimates.misfit:.2f} deviations, known: about 1")
    print(f"the readings decide c       on {numbers['decided']:.0%} of the field, to {DECIDED}")
    print(f"    truth in 2 deviations   on {numbers['within_two_deviations']:.0%} of that part")

    picture = draw(exact, fields, deviations, readings)
    kp.plotting.save(picture, options.output / "advection_assimilation.png")
    print(f"the picture is in {options.output}")
    return numbers


def draw(exact: np.ndarray, fields: dict, deviations: np.ndarray, readings: np.ndarray) -> Figure:
    """Truth, both networks, and what the first one says of its own error."""
    figure = Figure(figsize=(11, 6.6), dpi=150, layout="constrained")
    panels = figure.subplots(2, 3).ravel()
    shape = len(X), len(T)
    maps = [
        ("Truth, and where the sensors stand", exact, "viridis", 1.0),
        ("Equation and readings", fields["equation"], "viridis", 1.0),
        ("Readings alone", fields["alone"], "viridis", 1.0),
        ("Error with the equation", np.abs(fields["equation"] - exact), "magma", DECIDED),
        ("Deviation that noise may cause", deviations, "magma", DECIDED),
    ]
    for panel, (title, values, colours, top) in zip(panels, maps, strict=False):
        mesh = panel.pcolormesh(
            X, T, values.reshape(shape).T, cmap=colours, vmin=0, vmax=top, rasterized=True
        )
        panel.set(title=title, xlabel="x", ylabel="t")
        figure.colorbar(mesh, ax=panel, extend="max" if top < 1 else "neither")
    for x in SENSORS:
        panels[0].axvline(x, color="white", linestyle=":", linewidth=1.5)
    at = 30  # x = 0.3, between two sensors
    c, deviation, line = (
        values.reshape(shape)[at] for values in (fields["equation"], deviations, exact)
    )
    panels[5].fill_between(T, c - 2 * deviation, c + 2 * deviation, color="#0072B2", alpha=0.3)
    panels[5].plot(T, c, color="#0072B2", label="equation and readings,\n± 2 deviations")
    panels[5].plot(
        T, fields["alone"].reshape(shape)[at], "--", color="#D55E00", label="readings alone"
    )
    panels[5].plot(T, line, ":", color="black", label="truth")
    panels[5].set(
        title="At x = 0.3, where no sensor stands", xlabel="t", ylabel="c", ylim=(-0.1, 1.5)
    )
    panels[5].legend(frameon=False)
    return figure


if __name__ == "__main__":
    main()
