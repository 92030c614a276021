"""A DeepONet learns diffusion with a reaction from the equation alone, for any source.

    s_t = D s_xx + k s² + f(x)    on [0, 1] x [0, 1],    D = k = 0.01,
    s = 0 at first and at both ends

    python -m examples.diffusion_reaction             about two minutes on two cores
    python -m examples.diffusion_reaction --quick     a short training, to see that it runs

The sources f are random functions of the correlation length 0.2, known at 100 sensors, and no
solution is ever computed for the training: the loss is the residual of the equation, for functions
and points that are drawn anew in every step. Initial and boundary values are built in
(`hard=True`). The derivatives s_t and s_xx go through the trunk alone, so that a step costs little
more than the products of coefficients and basis functions.

In the corners of space and time the walls contradict the source: s_t = f there, and s = 0. The
residual cannot vanish, and what it does soon leaves through the walls: the points have the weight
4x(1 - x), so that it does not take up the training.

The test compares with a spectral solution (relative error 1e-10) for sources that the network has
not seen. Published for this operator (Wang, Wang, Perdikaris, 2021): 5.3e-3 from the equation,
after 120,000 steps, and 9.7e-3 from solved problems.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np

import kerasphys as kp

SENSORS, SOURCES, FUNCTIONS, POINTS, STEPS = 100, 10000, 64, 256, 20000
DIFFUSIVITY, REACTION = 0.01, 0.01
PUBLISHED = 5.33e-3


def diffusion_reaction(s, s_t, s_xx, f):
    """The residual of the equation."""
    return s_t - DIFFUSIVITY * s_xx - REACTION * s**2 - f


def away_from_walls(x):
    """The weight of a point."""
    return 4 * x * (1 - x)


def source_problem() -> kp.Problem:
    """The equation for any source that is known at the sensors."""
    domain = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 1, "t")
    return kp.Problem(
        domain,
        fields="s",
        parameters={"f": kp.InputFunction({"x": np.linspace(0, 1, SENSORS)})},
        conditions={
            "equation": kp.Residual(diffusion_reaction),
            "initial": kp.Dirichlet(s=0.0, on=domain.start("t")),
            "walls": kp.Dirichlet(s=0.0, on=domain.boundary("x")),
        },
    )


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small network, few steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/diffusion_reaction"))
    parser.add_argument("--seed", type=int, default=0, help="of sources, points and weights")
    options = parser.parse_args(argv)
    quick, seed = options.quick, options.seed
    sources, steps, per_epoch = (50, 40, 20) if quick else (SOURCES, STEPS, 200)
    width, layers, basis = (16, 1, 8) if quick else (64, 3, 100)

    problem = source_problem()
    f = kp.datasets.KernelField("rbf", 0.2).sample(sources, SENSORS, seed)
    waves = kp.layers.FourierFeatures(basis // 2, scale=0.5, seed=seed)
    network = kp.networks.DeepONet(
        branch=kp.networks.MLP([2 * width] * layers, activation="gelu", seed=seed),
        trunk=kp.networks.MLP([width] * layers, activation="gelu", embedding=waves, seed=seed + 1),
        basis=basis,
    )
    model = kp.models.PINNModel(network, problem, hard=True)
    model.adapt({"f": f})
    rate = keras.optimizers.schedules.CosineDecay(
        1e-4, steps, alpha=0.005, warmup_target=2e-3, warmup_steps=steps // 20
    )
    model.compile(keras.optimizers.Adam(rate), jit_compile=not quick, steps_per_execution=per_epoch)
    start = time.perf_counter()
    history = model.fit(
        {"f": f},
        problem.points(equation=4096, seed=seed, weights={"equation": away_from_walls}),
        epochs=steps // per_epoch,
        steps_per_epoch=per_epoch,
        batch_size=FUNCTIONS,
        points_per_batch=POINTS,
        callbacks=[kp.callbacks.Resample(every=5), kp.callbacks.ProgressBar("loss")],
        verbose=0,
    )
    seconds = time.perf_counter() - start

    unseen = 10 if quick else 100
    data = kp.datasets.diffusion_reaction_1d(
        unseen + 2, SENSORS, 1, 1, resolution=51, seed=seed + 1000, verbose=False
    )
    x, s = data.train
    found = model.predict(x)
    errors = [kp.solvers.relative_l2(a, b) for a, b in zip(found, s, strict=True)]
    residual = model.derivatives(x, "equation")["equation"]
    numbers = {
        "relative_l2": float(np.mean(errors)),
        "worst": float(np.max(errors)),
        "residual": float(np.sqrt(np.mean(residual**2))),
        "seconds": round(seconds, 1),
        "parameters": network.count_params(),
    }
    print(f"DeepONet, {steps} steps on {sources} sources without solutions in {seconds:.0f} s")
    print(f"    relative L2 error {numbers['relative_l2']:.2e} on {unseen} unseen sources")
    print(f"    published {PUBLISHED:.2e}, after 120,000 steps")
    print(f"    worst of them {numbers['worst']:.2e}")
    print(f"    root mean square of the residual {numbers['residual']:.2e}")

    axes = data.axes
    shape = tuple(map(len, axes.values()))
    at_points = np.interp(axes["x"], np.linspace(0, 1, SENSORS), x["f"][0])
    shown = {
        "source f": np.broadcast_to(at_points[:, np.newaxis], shape),
        "s, DeepONet": found[0].reshape(shape),
        "s, spectral": s[0].reshape(shape),
        "DeepONet - spectral": (found - s)[0].reshape(shape),
    }
    title = f"An unseen source and its solution, relative L2 error {errors[0]:.1e}"
    kp.plotting.save(kp.plotting.maps(axes, shown, title), options.output / "solution.png")
    kp.plotting.save(kp.plotting.history(history), options.output / "history.png")
    model.export(
        options.output / "surrogate",
        derivatives=["s_t", "s_x"],
        name="Diffusion with a reaction, from source to solution",
        errors={"relative_l2": numbers["relative_l2"]},
        seed=seed,
        command="python -m examples.diffusion_reaction",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
