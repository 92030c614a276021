"""The Korteweg-de Vries equation: a wave breaks up into solitons.

    u_t + u u_x + δ u_xxx = 0        on -1 < x < 1, 0 < t < 1, with δ = 0.0025
    u(x, 0) = cos πx                 periodic in x

    python -m examples.kdv             a minute and a half on two cores
    python -m examples.kdv --quick     a few seconds of training, to see that it runs

The third derivative is what makes this one slow elsewhere: nested differentiation pays for every
order anew, while Taylor expansions carry it along. Initial values and periodicity are built into
the form of the solution (`hard=True`). The integral of u, its mass, does not change: it stays zero.
The reference is a Fourier spectral solution.
"""

import argparse
import time
from pathlib import Path

import numpy as np

import kerasphys as kp

# Relative L2 errors that others reached, with their budgets.
OTHERS = {
    "DeepXDE 1.15, float64, Adam and L-BFGS, 181 s on two cores": 3.00e-2,
    "PirateNet, 200,000 steps, δ = 0.022², arXiv 2402.00326": 4.3e-4,
}

DISPERSION = 0.0025


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/kdv"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    steps, per_epoch = (40, 20) if options.quick else (3000, 50)

    domain = kp.geometry.Interval(-1, 1, "x") * kp.geometry.Interval(0, 1, "t")
    problem = kp.Problem(
        domain,
        fields="u",
        parameters={"dispersion": DISPERSION},
        conditions={
            "equation": kp.Residual(kp.equations.kdv),
            "initial": kp.Dirichlet(u=lambda x: np.cos(np.pi * x), on=domain.start("t")),
            "periodic": kp.Periodic(across="x", fields="u", order=2),
        },
    )
    t = np.linspace(0, 1, 51)
    x, values = kp.solvers.solve_periodic(
        lambda x: np.cos(np.pi * x),
        linear=lambda d: -DISPERSION * d**3,
        nonlinear=lambda u, d: -d(u**2) / 2,
        lower=-1.0,
        upper=1.0,
        times=t,
        points=256,
        step=1 / 4000,
    )
    grid = np.stack(np.meshgrid(x, t, indexing="ij"), axis=-1).reshape(-1, 2)
    exact = values.T.ravel()

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
            kp.callbacks.ProgressBar("loss"),
        ],
        verbose=0,
    )
    seconds = time.perf_counter() - start

    u = model.predict(grid)[:, 0]
    numbers = {
        "relative_l2": kp.solvers.relative_l2(u, exact),
        "largest_mass": float(np.abs(u.reshape(len(x), len(t)).mean(axis=0)).max()),
        "steps": steps,
        "training_seconds": round(seconds, 1),
    }
    print(f"{steps} steps of SSBroyden in {seconds:.0f} s, compilation included")
    print(f"relative L2 error   {numbers['relative_l2']:.2e}   on {len(x)} x {len(t)} points")
    for who, error in OTHERS.items():
        print(f"                    {error:.2e}   {who}")
    print(f"largest mean of u   {numbers['largest_mass']:.2e}   in theory: 0 at all times")

    shape = len(x), len(t)
    axes = {"x": x, "t": t}
    picture = kp.plotting.field(axes, u.reshape(shape), exact.reshape(shape))
    kp.plotting.save(picture, options.output / "kdv.png")
    kp.plotting.save(kp.plotting.history(history), options.output / "history.png")
    model.export(
        options.output / "surrogate",
        name="The Korteweg-de Vries equation",
        errors={"relative_l2": numbers["relative_l2"]},
        seed=options.seed,
        command="python -m examples.kdv",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
