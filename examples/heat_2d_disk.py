"""A hot disk cools through its edge: the heat equation in two dimensions and time.

    u_t = κ Δu         on r < 1, 0 < t < 1, with κ = 0.2
    u(r, 0) = J0(j r), u = 0 on the circle r = 1, with j = 2.4048 the first zero of J0

    python -m examples.heat_2d_disk             about 40 s on two cores
    python -m examples.heat_2d_disk --quick     a few seconds of training, to see that it runs

The start is the slowest mode of the disk, which keeps its shape and decays as exp(-κ j² t). It is
no elementary function, so it cannot be built into the network: the circle and the start are terms
of the loss. The network knows nothing of polar coordinates. The rate at which the disk loses its
heat, -∫u_t / ∫u, is compared with κ j² at several times. Three seeds gave errors of 2.0e-3 to
2.2e-3.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np
import scipy
from matplotlib.figure import Figure

import kerasphys as kp

DIFFUSIVITY = 0.2
MODE = scipy.special.jn_zeros(0, 1)[0]
DECAY = DIFFUSIVITY * MODE**2
TIMES = (0.0, 0.25, 0.5, 0.75, 1.0)
SHOWN = (0.0, 0.5, 1.0)


def exact(x: np.ndarray, y: np.ndarray, t: np.ndarray) -> np.ndarray:
    return kp.solvers.heat_disk(x, y, t, DIFFUSIVITY)


def draw(model: kp.models.PINNModel, disk: kp.geometry.Disk) -> Figure:
    """Network, closed form and their difference at three times."""
    side = np.linspace(-1, 1, 101)
    x, y = (part.ravel() for part in np.meshgrid(side, side, indexing="ij"))
    inside = disk.contains(np.stack([x, y], axis=1))
    figure = Figure(figsize=(10, 8.5), layout="constrained")
    panels = figure.subplots(3, len(SHOWN), sharex=True, sharey=True)
    for column, t in zip(panels.T, SHOWN, strict=True):
        u = model.predict(np.stack([x, y, np.full_like(x, t)], axis=1))[:, 0]
        reference = exact(x, y, np.full_like(x, t))
        largest = np.abs(u - reference)[inside].max()
        rows = (
            ("network", u, "viridis", (0, reference.max())),
            ("closed form", reference, "viridis", (0, reference.max())),
            ("difference", u - reference, "RdBu_r", (-largest, largest)),
        )
        for panel, (title, values, colours, (low, high)) in zip(column, rows, strict=True):
            values = np.where(inside, values, np.nan).reshape(len(side), -1).T
            mesh = panel.pcolormesh(side, side, values, cmap=colours, vmin=low, vmax=high)
            panel.set(title=f"{title}, t = {t:g}", aspect="equal")
            figure.colorbar(mesh, ax=panel)
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/heat_2d_disk"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    steps, per_epoch = (200, 50) if options.quick else (6000, 200)

    disk = kp.geometry.Disk((0, 0), 1)
    domain = disk * kp.geometry.Interval(0, 1, "t")
    problem = kp.Problem(
        domain,
        fields="u",
        parameters={"diffusivity": DIFFUSIVITY},
        conditions={
            "equation": kp.Residual(kp.equations.heat),
            "initial": kp.Dirichlet(
                u=lambda x, y: exact(x, y, np.zeros_like(x)), on=domain.start("t"), weight=3
            ),
            "circle": kp.Dirichlet(u=0.0, on=domain.boundary("circle"), weight=3),
        },
    )
    at = {t: domain.start("t").sample(2000, seed=7) + np.array([0, 0, t]) for t in TIMES}
    everywhere = np.concatenate(list(at.values()))
    reference = exact(*everywhere.T)

    model = kp.models.PINNModel(kp.networks.MLP([32] * 3, seed=options.seed), problem)
    rate = keras.optimizers.schedules.CosineDecay(1e-2, steps, alpha=0.01)
    model.compile(keras.optimizers.Adam(rate), jit_compile=True, steps_per_execution=per_epoch)
    start = time.perf_counter()
    history = model.fit(
        problem.points(equation=512, initial=128, circle=128, seed=2 * options.seed),
        epochs=steps // per_epoch,
        steps_per_epoch=per_epoch,
        validation_data=problem.points(
            equation=256, initial=64, circle=64, seed=2 * options.seed + 1
        ),
        callbacks=[
            kp.callbacks.CompareWithReference(everywhere, reference),
            kp.callbacks.ProgressBar(("loss", "val_relative_l2")),
        ],
        verbose=0,
    )
    seconds = time.perf_counter() - start

    numbers = {"relative_l2": kp.solvers.relative_l2(model.predict(everywhere)[:, 0], reference)}
    print(f"{steps} steps of Adam in {seconds:.0f} s")
    print("   t   relative L2 error   rate of cooling")
    for t, positions in at.items():
        found = model.derivatives(positions, ["u", "u_t"])
        error = kp.solvers.relative_l2(found["u"], exact(*positions.T))
        rate = -found["u_t"].mean() / found["u"].mean()
        numbers[f"relative_l2_t{t:g}"], numbers[f"rate_t{t:g}"] = error, float(rate)
        print(f"{t:.2f}   {error:.2e}            {rate:.4f}, known: {DECAY:.4f}")
    numbers["steps"] = steps
    numbers["training_seconds"] = round(seconds, 1)

    kp.plotting.save(draw(model, disk), options.output / "heat_2d_disk.png")
    kp.plotting.save(kp.plotting.history(history), options.output / "history.png")
    model.export(
        options.output / "surrogate",
        derivatives=["u_t", "grad_u"],
        name="Cooling of a disk",
        errors={"relative_l2": numbers["relative_l2"]},
        seed=options.seed,
        command="python -m examples.heat_2d_disk",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
