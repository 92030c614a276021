"""The Allen-Cahn equation: two phases part, with thin walls between them.

    u_t - κ u_xx + 5 (u³ - u) = 0        on -1 < x < 1, 0 < t < 1, with κ = 1e-4
    u(x, 0) = x² cos πx                   periodic in x

    python -m examples.allen_cahn             about two minutes on two cores
    python -m examples.allen_cahn --quick     a few seconds of training, to see that it runs

Reaction drives u to -1 and 1; diffusion leaves walls of the width √(κ/5) between them. Training
forms them slowly: errors near one are common. Periodicity is built into the form of the solution.
The initial value is a term of the loss: it has a kink at x = ±1, which a form that holds it exactly
would keep for all times, where the solution loses it at once. The energy
∫ κ/2 u_x² + 5/4 (u² - 1)² dx can only fall; the program says whether it does. The reference is a
Fourier spectral solution.
"""

import argparse
import time
from pathlib import Path

import numpy as np

import kerasphys as kp

# Relative L2 errors that others reached, with their budgets.
OTHERS = {
    "DeepXDE 1.15, float64, Adam and L-BFGS, 177 s on two cores": 8.43e-2,
    "SSBroyden, arXiv 2405.04230": 9.43e-7,
    "jaxpi, 4 x 256, 300,000 steps, arXiv 2308.08468": 5.4e-5,
}

DIFFUSIVITY, REACTION = 1e-4, 5.0


def start_value(x):
    return x**2 * np.cos(np.pi * x)


def energy(model: kp.models.PINNModel, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The free energy at each time."""
    grid = np.stack(np.meshgrid(x, t, indexing="ij"), axis=-1).reshape(-1, 2)
    found = model.derivatives(grid, ["u", "u_x"])
    u, slope = (found[name].reshape(len(x), len(t)) for name in ("u", "u_x"))
    density = DIFFUSIVITY / 2 * slope**2 + REACTION / 4 * (u**2 - 1) ** 2
    return 2 * density.mean(axis=0)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/allen_cahn"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    steps, per_epoch = (40, 20) if options.quick else (4000, 50)

    domain = kp.geometry.Interval(-1, 1, "x") * kp.geometry.Interval(0, 1, "t")
    problem = kp.Problem(
        domain,
        fields="u",
        parameters={"diffusivity": DIFFUSIVITY, "reaction": REACTION},
        conditions={
            "equation": kp.Residual(kp.equations.allen_cahn),
            "initial": kp.Dirichlet(u=start_value, on=domain.start("t"), weight=100.0),
            "periodic": kp.Periodic(across="x", fields="u", order=1),
        },
    )
    t = np.linspace(0, 1, 51)
    x, values = kp.solvers.solve_periodic(
        start_value,
        linear=lambda d: DIFFUSIVITY * d**2 + REACTION,
        nonlinear=lambda u, d: -REACTION * u**3,
        lower=-1.0,
        upper=1.0,
        times=t,
        points=1024,
        step=1 / 1000,
        dealias=1,
    )
    x, values = x[::4], values[:, ::4]
    grid = np.stack(np.meshgrid(x, t, indexing="ij"), axis=-1).reshape(-1, 2)
    exact = values.T.ravel()

    network = kp.networks.MLP([30] * 3, seed=options.seed)
    model = kp.models.PINNModel(network, problem, hard=["periodic"])
    model.compile(kp.optimizers.SSBroyden(), jit_compile=True, steps_per_execution=per_epoch)
    start = time.perf_counter()
    history = model.fit(
        problem.points(equation=2000, initial=200, seed=options.seed),
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
        "energy_growth": float(np.diff(energy(model, x, t)).max()),
        "steps": steps,
        "training_seconds": round(seconds, 1),
    }
    print(f"{steps} steps of SSBroyden in {seconds:.0f} s, compilation included")
    print(f"relative L2 error   {numbers['relative_l2']:.2e}   on {len(x)} x {len(t)} points")
    for who, error in OTHERS.items():
        print(f"                    {error:.2e}   {who}")
    print(f"largest growth of the energy {numbers['energy_growth']:.2e}   in theory: none")

    shape = len(x), len(t)
    axes = {"x": x, "t": t}
    picture = kp.plotting.field(axes, u.reshape(shape), exact.reshape(shape))
    kp.plotting.save(picture, options.output / "allen_cahn.png")
    kp.plotting.save(kp.plotting.history(history), options.output / "history.png")
    model.export(
        options.output / "surrogate",
        name="The Allen-Cahn equation",
        errors={"relative_l2": numbers["relative_l2"]},
        seed=options.seed,
        command="python -m examples.allen_cahn",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
