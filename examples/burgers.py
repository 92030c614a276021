"""Burgers' equation: a sine wave steepens into a front that viscosity keeps from breaking.

    u_t + u u_x = ν u_xx    on -1 < x < 1, 0 < t < 1, with ν = 0.01/π
    u(x, 0) = -sin(πx),     u(±1, t) = 0

    python -m examples.burgers             about a minute on two cores
    python -m examples.burgers --quick     a few seconds of training, to see that it runs

The front is about 4ν = 0.013 wide, so that one uniform point in 160 lies in it, and a network can
put it in the wrong place at little cost. The initial and wall values are built into the form of the
solution (`hard=True`): only the equation is left to learn. Its points are drawn anew every 500
steps, more of them where the residual is large. The reference is the closed form of Cole and Hopf;
the steepest slope is known from Basdevant et al., 1986,
https://doi.org/10.1016/0045-7930(86)90036-8
"""

import argparse
import time
from pathlib import Path

import numpy as np

import kerasphys as kp

VISCOSITY = 0.01 / np.pi
STEEPEST_SLOPE, STEEPEST_TIME = -152.00516, 1.6037 / np.pi

# Relative L2 errors that others reached, with their budgets.
OTHERS = {
    "DeepXDE 1.15, float64, Adam and L-BFGS, 156 s on two cores": 1.21e-3,
    "SSBroyden, 8 x 20, Adam 1,000 + 30,000 steps, arXiv 2501.16371": 1.62e-8,
    "PINNacle's best, float32, arXiv 2306.08827": 1.45e-2,
}


def burgers(u, u_t, u_x, u_xx, viscosity):
    return u_t + u * u_x - viscosity * u_xx


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/burgers"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    steps, per_epoch = (40, 20) if options.quick else (4000, 50)

    domain = kp.geometry.Interval(-1, 1, "x") * kp.geometry.Interval(0, 1, "t")
    problem = kp.Problem(
        domain,
        fields="u",
        parameters={"viscosity": VISCOSITY},
        conditions={
            "equation": kp.Residual(burgers),
            "initial": kp.Dirichlet(u=lambda x: -np.sin(np.pi * x), on=domain.start("t")),
            "walls": kp.Dirichlet(u=0.0, on=domain.boundary("x")),
        },
    )
    x, t = np.linspace(-1, 1, 257), np.linspace(0, 1, 101)
    grid = np.stack(np.meshgrid(x, t, indexing="ij"), axis=-1).reshape(-1, 2)
    exact = kp.solvers.burgers_cole_hopf(grid[:, 0], grid[:, 1], VISCOSITY)

    network = kp.networks.MLP([30] * 3, seed=options.seed)
    model = kp.models.PINNModel(network, problem, hard=True)
    model.compile(kp.optimizers.SSBroyden(), jit_compile=True, steps_per_execution=per_epoch)
    start = time.perf_counter()
    history = model.fit(
        problem.points(equation=2000, seed=options.seed),
        epochs=steps // per_epoch,
        steps_per_epoch=per_epoch,
        callbacks=[
            kp.callbacks.ResidualResample(every=10, seed=options.seed),
            kp.callbacks.CompareWithReference(grid, exact),
            kp.callbacks.ProgressBar(("loss", "val_relative_l2")),
        ],
        verbose=0,
    )
    seconds = time.perf_counter() - start

    u = model.predict(grid)[:, 0]
    times = np.linspace(0, 1, 401)
    slopes = model.derivatives(np.stack([0 * times, times], axis=1), "u_x")["u_x"]
    numbers = {
        "relative_l2": kp.solvers.relative_l2(u, exact),
        "steepest_slope": float(slopes.min()),
        "steepest_time": float(times[slopes.argmin()]),
        "steps": steps,
        "training_seconds": round(seconds, 1),
    }
    print(f"{steps} steps of SSBroyden in {seconds:.0f} s, compilation included")
    print(f"relative L2 error   {numbers['relative_l2']:.2e}   on {len(x)} x {len(t)} points")
    for who, error in OTHERS.items():
        print(f"                    {error:.2e}   {who}")
    print(f"steepest slope      {slopes.min():.1f}     known: {STEEPEST_SLOPE:.1f}")
    print(f"    at the time     {numbers['steepest_time']:.4f}     known: {STEEPEST_TIME:.4f}")

    shape = len(x), len(t)
    picture = kp.plotting.field({"x": x, "t": t}, u.reshape(shape), exact.reshape(shape))
    kp.plotting.save(picture, options.output / "burgers.png")
    kp.plotting.save(kp.plotting.history(history), options.output / "history.png")
    model.export(
        options.output / "surrogate",
        derivatives=["u_x"],
        name="Burgers' equation",
        errors={"relative_l2": numbers["relative_l2"]},
        seed=options.seed,
        command="python -m examples.burgers",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
