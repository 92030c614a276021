"""Helmholtz' equation: a standing wave with four crests, driven by a source.

    Δu + k² u = q              on the square [-1, 1]², with k = 1
    u = 0                      on its boundary

    python -m examples.helmholtz             about a minute on two cores
    python -m examples.helmholtz --quick     a few seconds of training, to see that it runs

With q = (1 - 17π²) sin πx sin 4πy the solution is sin πx sin 4πy. A network learns such a wave
slowly with first-order optimizers; the self-scaled Broyden method, which learns the curvature of
the loss from the gradients that it meets, takes minutes off and orders of magnitude. The boundary
values are built into the form of the solution (`hard=True`).
"""

import argparse
import time
from pathlib import Path

import numpy as np

import kerasphys as kp

# Relative L2 errors that others reached, with their budgets.
OTHERS = {
    "DeepXDE 1.15, float64, Adam and L-BFGS, 181 s on two cores": 2.30e-4,
    "SSBroyden, 319 s, arXiv 2604.05230": 3.6e-9,
}


def exact_solution(x, y):
    return np.sin(np.pi * x) * np.sin(4 * np.pi * y)


def source(x, y):
    return (1 - 17 * np.pi**2) * exact_solution(x, y)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/helmholtz"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    steps, per_epoch = (40, 20) if options.quick else (3000, 50)

    square = kp.geometry.Box((-1, -1), (1, 1))
    problem = kp.Problem(
        square,
        fields="u",
        parameters={"wavenumber": 1.0},
        conditions={
            "equation": kp.Residual(kp.equations.helmholtz, source=source),
            "walls": kp.Dirichlet(u=0.0, on=square.boundary()),
        },
    )
    x = y = np.linspace(-1, 1, 201)
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    exact = exact_solution(*grid.T)

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
        "steps": steps,
        "training_seconds": round(seconds, 1),
    }
    print(f"{steps} steps of SSBroyden in {seconds:.0f} s, compilation included")
    print(f"relative L2 error   {numbers['relative_l2']:.2e}   on {len(x)} x {len(y)} points")
    for who, error in OTHERS.items():
        print(f"                    {error:.2e}   {who}")

    shape = len(x), len(y)
    axes = {"x": x, "y": y}
    picture = kp.plotting.field(axes, u.reshape(shape), exact.reshape(shape))
    kp.plotting.save(picture, options.output / "helmholtz.png")
    kp.plotting.save(kp.plotting.history(history), options.output / "history.png")
    model.export(
        options.output / "surrogate",
        name="Helmholtz' equation",
        errors={"relative_l2": numbers["relative_l2"]},
        seed=options.seed,
        command="python -m examples.helmholtz",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
