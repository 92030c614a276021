"""The wave equation: a string with two modes, released at rest.

    u_tt = c² u_xx                        on 0 < x < 1, 0 < t < 1, with c = 2
    u(x, 0) = sin πx + ½ sin 4πx          u_t(x, 0) = 0
    u(0, t) = u(1, t) = 0

    python -m examples.wave             about a minute on two cores
    python -m examples.wave --quick     a few seconds of training, to see that it runs

The slow mode swings once, the fast one four times. Many networks get stuck here at a flat string:
with u(x, 0) + t² x (1 - x) N, which holds the velocity exactly too, a tanh network stays at errors
of one half. Here the initial and wall values hold exactly, while the velocity at the start is a
term of the loss. Without damping the energy ½ ∫ u_t² + c² u_x² dx is constant: the program prints
by how much the network's energy drifts.
"""

import argparse
import time
from pathlib import Path

import numpy as np

import kerasphys as kp

# Relative L2 errors that others reached, with their budgets.
OTHERS = {
    "DeepXDE 1.15, float64, Adam and L-BFGS, 180 s on two cores": 7.51e-2,
    "PINNacle's best on a like problem, float32, arXiv 2306.08827": 9.8e-2,
}

SPEED = 2.0


def at_rest(u_t):
    return u_t


def energy_drift(model: kp.models.PINNModel, x: np.ndarray, t: np.ndarray) -> float:
    """The largest change of the energy, relative to the energy at the start."""
    grid = np.stack(np.meshgrid(x, t, indexing="ij"), axis=-1).reshape(-1, 2)
    slopes = model.derivatives(grid, ["u_t", "u_x"])
    density = (slopes["u_t"] ** 2 + SPEED**2 * slopes["u_x"] ** 2).reshape(len(x), len(t)) / 2
    energy = np.trapezoid(density, x, axis=0)
    return float(np.abs(energy / energy[0] - 1).max())


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/wave"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    steps, per_epoch = (40, 20) if options.quick else (3000, 50)

    domain = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 1, "t")
    problem = kp.Problem(
        domain,
        fields="u",
        parameters={"speed": SPEED},
        conditions={
            "equation": kp.Residual(kp.equations.wave),
            "initial": kp.Dirichlet(
                u=lambda x: np.sin(np.pi * x) + np.sin(4 * np.pi * x) / 2, on=domain.start("t")
            ),
            "velocity": kp.Residual(at_rest, on=domain.start("t")),
            "walls": kp.Dirichlet(u=0.0, on=domain.boundary("x")),
        },
    )
    x = t = np.linspace(0, 1, 101)
    grid = np.stack(np.meshgrid(x, t, indexing="ij"), axis=-1).reshape(-1, 2)
    position, phase = np.pi * grid.T
    exact = np.sin(position) * np.cos(2 * phase) + np.sin(4 * position) * np.cos(8 * phase) / 2

    network = kp.networks.MLP([30] * 3, seed=options.seed)
    model = kp.models.PINNModel(network, problem, hard=True)
    model.compile(kp.optimizers.SSBroyden(), jit_compile=True, steps_per_execution=per_epoch)
    start = time.perf_counter()
    history = model.fit(
        problem.points(equation=2000, velocity=200, seed=options.seed),
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
        "energy_drift": energy_drift(model, x, t),
        "steps": steps,
        "training_seconds": round(seconds, 1),
    }
    print(f"{steps} steps of SSBroyden in {seconds:.0f} s, compilation included")
    print(f"relative L2 error   {numbers['relative_l2']:.2e}   on {len(x)} x {len(t)} points")
    for who, error in OTHERS.items():
        print(f"                    {error:.2e}   {who}")
    print(f"energy drifts by    {numbers['energy_drift']:.2e}   of itself; in theory: 0")

    shape = len(x), len(t)
    axes = {"x": x, "t": t}
    picture = kp.plotting.field(axes, u.reshape(shape), exact.reshape(shape))
    kp.plotting.save(picture, options.output / "wave.png")
    kp.plotting.save(kp.plotting.history(history), options.output / "history.png")
    model.export(
        options.output / "surrogate",
        name="The wave equation",
        errors={"relative_l2": numbers["relative_l2"]},
        seed=options.seed,
        command="python -m examples.wave",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
