"""Poisson's equation for all loads of a family: the parameters are inputs of the network.

    -u'' = a1 sin(πx) + a2 sin(2πx)  on 0 < x < 1,    u(0) = u(1) = 0,    0.5 < a1, a2 < 2

    python -m examples.parametrised_poisson             about 30 s on two cores
    python -m examples.parametrised_poisson --quick     a few seconds of training, to see it runs

A network u(x) that is trained for one load answers nothing about another: it would have to be
trained again. `kp.Range(0.5, 2)` makes a parameter an input, points are drawn in x and both
parameters, and one training gives u(x, a1, a2), here with u = 0 at both ends by its form. The
solution is known, u = a1 sin(πx) / π² + a2 sin(2πx) / (4π²), and so is its sensitivity
u_a1 = sin(πx) / π², which nobody trained: it is one more derivative of the network. Beyond the box
the network extrapolates, and `predict` warns; the picture shows what comes of it.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp

LOWER, UPPER = 0.5, 2.0
ONE, OTHER = (2.0, 0.5), (0.5, 2.0)  # the loads of the network that knows but one
X = np.linspace(0, 1, 101)
LINE = kp.geometry.Interval(0, 1, "x")


def first(x: np.ndarray) -> np.ndarray:
    return np.sin(np.pi * x)


def second(x: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * x)


def poisson(u_xx, a1, a2, first, second):
    return u_xx + a1 * first + a2 * second


def exact(a1: float, a2: float) -> np.ndarray:
    return a1 * first(X) / np.pi**2 + a2 * second(X) / (4 * np.pi**2)


def train(
    a1: kp.Range | float, a2: kp.Range | float, points: int, steps: int, seed: int, compiled: bool
) -> kp.models.PINNModel:
    """A network that solves the equation for all values of its parameters."""
    problem = kp.Problem(
        LINE,
        fields="u",
        parameters={"a1": a1, "a2": a2},
        conditions={
            "equation": kp.Residual(poisson, first=first, second=second),
            "ends": kp.Dirichlet(u=0.0, on=LINE.boundary("x")),
        },
    )
    model = kp.models.PINNModel(kp.networks.MLP([16, 16], seed=seed), problem, hard=True)
    model.compile(kp.optimizers.SSBroyden(), jit_compile=compiled, steps_per_execution=20)
    model.fit(
        problem.points(equation=points, seed=seed),
        epochs=steps // 20,
        steps_per_epoch=20,
        callbacks=[kp.callbacks.ProgressBar("loss")],
        verbose=0,
    )
    return model


def errors(model: kp.models.PINNModel, loads: np.ndarray) -> np.ndarray:
    """The relative L2 error for each load (a1, a2)."""
    points = np.stack([np.tile(X, len(loads)), *np.repeat(loads, len(X), axis=0).T], axis=1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* outside the range of the parameter")
        u = model.predict(points).reshape(len(loads), len(X))
    return np.array(
        [kp.solvers.relative_l2(v, exact(*load)) for v, load in zip(u, loads, strict=True)]
    )


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/parametrised_poisson"))
    parser.add_argument("--seed", type=int, default=0, help="of weights, points and loads")
    options = parser.parse_args(argv)
    steps, compiled = (80, False) if options.quick else (1000, True)

    start = time.perf_counter()
    box = kp.Range(LOWER, UPPER)
    model = train(box, box, 600, steps, options.seed, compiled)
    seconds = time.perf_counter() - start
    rng = np.random.default_rng(options.seed)
    unseen = errors(model, rng.uniform(LOWER, UPPER, (100, 2)))
    twice = errors(model, rng.uniform(UPPER, 2 * UPPER, (100, 2)))
    sensitivity = model.derivatives(X[:, None], "u_a1", parameters={"a1": 1.0, "a2": 1.0})["u_a1"]
    alone = train(*ONE, 100, steps // 4, options.seed, compiled).predict(X[:, None])[:, 0]
    numbers = {
        "largest_error": float(unseen.max()),
        "twice_outside": float(np.median(twice)),
        "outside_over_inside": float(np.median(twice) / np.median(unseen)),
        "sensitivity": kp.solvers.relative_l2(sensitivity, first(X) / np.pi**2),
        "one_load": kp.solvers.relative_l2(alone, exact(*ONE)),
        "another_load": kp.solvers.relative_l2(alone, exact(*OTHER)),
        "between_loads": kp.solvers.relative_l2(exact(*ONE), exact(*OTHER)),
        "steps": steps,
        "training_seconds": round(seconds, 1),
    }
    print(f"one network for all loads, {steps} steps in {seconds:.0f} s; relative L2 errors")
    print(f"    100 unseen loads in the box     {unseen.max():.1e} at most")
    print(f"    100 loads twice as large        {numbers['twice_outside']:.1e} in the median,")
    print(f"                                    {numbers['outside_over_inside']:.0f} times inside")
    print(f"    the sensitivity u_a1            {numbers['sensitivity']:.1e}")
    print(f"a network for the load {ONE} alone")
    print(f"    for this load                   {numbers['one_load']:.1e}")
    print(f"    for the load {OTHER}         {numbers['another_load']:.2f}")
    print(f"    known: the loads' solutions differ by {numbers['between_loads']:.2f}")

    kp.plotting.save(draw(model), options.output / "parametrised_poisson.png")
    model.export(
        options.output / "surrogate",
        derivatives=["u_a1", "u_a2"],
        name="Poisson's equation, two loads",
        errors={"relative_l2": numbers["largest_error"]},
        seed=options.seed,
        command="python -m examples.parametrised_poisson",
    )
    print(f"the picture and the SavedModel u(x, a1, a2) are in {options.output}")
    return numbers


def draw(model: kp.models.PINNModel) -> Figure:
    """Solutions for some loads beside the exact ones, and the error over all loads."""
    figure = Figure(figsize=(10, 4.2), dpi=150, layout="constrained")
    left, right = figure.subplots(1, 2)
    loads = {
        "#0072B2": (1.8, 0.7),
        "#D55E00": (1.2, 1.9),
        "#009E73": (0.7, 0.6),
        "#CC79A7": (0.6, 1.7),
    }
    for colour, (a1, a2) in loads.items():
        u = model.predict(X[:, None], parameters={"a1": a1, "a2": a2})[:, 0]
        left.plot(X, exact(a1, a2), color=colour, linewidth=1.2)
        left.plot(X[::5], u[::5], "o", color=colour, markersize=4, label=f"a1 = {a1}, a2 = {a2}")
    left.set(
        ylim=(-0.02, 0.27),
        xlabel="x",
        ylabel="u",
        title="One network, four loads it never saw\n(lines: exact)",
    )
    left.legend(frameon=False)
    side = np.linspace(0.25, 2 * UPPER, 41)
    grid = np.stack([a.ravel() for a in np.meshgrid(side, side, indexing="ij")], axis=1)
    error = np.log10(errors(model, grid)).reshape(len(side), len(side))
    mesh = right.pcolormesh(side, side, error.T, cmap="viridis", rasterized=True)
    figure.colorbar(mesh, ax=right, label="log10 of the relative L2 error")
    corners = np.array(
        [[LOWER, LOWER], [UPPER, LOWER], [UPPER, UPPER], [LOWER, UPPER], [LOWER] * 2]
    )
    right.plot(*corners.T, color="white", linewidth=2)
    right.text(1.25, 1.25, "trained here", color="white", ha="center", va="center")
    right.set(xlabel="a1", ylabel="a2", title="Error for each load: small inside the box", aspect=1)
    return figure


if __name__ == "__main__":
    main()
