"""Vortices of Taylor and Green: a periodic flow that viscosity brings to rest.

    w_t + (w·∇) w + ∇p = ν Δw,   ∇·w = 0    for w = (u, v), 0 < t < 5, with ν = 0.1
    u = cos x sin y,  v = -sin x cos y      at t = 0; periodic in x and y, of period 2π

    python -m examples.taylor_green             about a minute and a half on two cores
    python -m examples.taylor_green --quick     a few seconds of training, to see that it runs

Pressure balances the convection of this flow exactly, so that the pattern stays while it decays:
u and v fall as exp(-2νt), and the kinetic energy as exp(-4νt). The network is given neither, nor
any pressure: it learns from the equations alone, for the initial velocity and the periods are built
into its form (`hard=True`). The mean pressure, which no equation knows, is kept at zero by an
integral over the box at each time.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp

VISCOSITY = 0.1
END = 5.0
SIDE = 2 * np.pi
SHOWN = (0.0, 2.5, 5.0)


def flow_problem() -> kp.Problem:
    box = kp.geometry.Box((0, 0), (SIDE, SIDE))
    domain = box * kp.geometry.Interval(0, END, "t")
    fields = ["u", "v", "p"]
    return kp.Problem(
        domain,
        fields=fields,
        parameters={"viscosity": VISCOSITY},
        conditions={
            "flow": kp.Residual(kp.equations.navier_stokes_2d, force_x=0.0, force_y=0.0),
            "initial": kp.Dirichlet(
                u=lambda x, y: np.cos(x) * np.sin(y),
                v=lambda x, y: -np.sin(x) * np.cos(y),
                on=domain.start("t"),
            ),
            "period_x": kp.Periodic("x", fields),
            "period_y": kp.Periodic("y", fields),
            "gauge": kp.Integral(lambda p: p, each="t", weight=1e-3),
        },
    )


def grid(side: np.ndarray, times: np.ndarray) -> np.ndarray:
    """All points of a grid `(n, 3)`, the time running fastest."""
    return np.stack(np.meshgrid(side, side, times, indexing="ij"), axis=-1).reshape(-1, 3)


def energy(model: kp.models.PINNModel, times: np.ndarray) -> np.ndarray:
    """The mean kinetic energy at some times; equal steps integrate periodic functions exactly."""
    side = np.linspace(0, SIDE, 32, endpoint=False)
    w = model.predict(grid(side, times))[:, :2]
    return np.square(w).sum(axis=1).reshape(-1, len(times)).mean(axis=0) / 2


def draw(model: kp.models.PINNModel) -> Figure:
    """The flow at three times, and its energy."""
    figure = Figure(figsize=(13, 3.9), layout="constrained")
    figure.suptitle("Taylor–Green vortices: the pattern stays, the viscosity takes its energy")
    panels = figure.subplots(1, len(SHOWN) + 1)
    side = np.linspace(0, SIDE, 65)
    for panel, t in zip(panels, SHOWN, strict=False):
        fields = model.predict(grid(side, np.array([t]))).reshape(len(side), len(side), 3)
        u, v = fields[..., 0].T, fields[..., 1].T
        mesh = panel.pcolormesh(side, side, np.hypot(u, v), vmin=0, vmax=1, rasterized=True)
        panel.streamplot(side, side, u, v, color="white", linewidth=0.6, density=0.9, arrowsize=0.7)
        panel.set(title=f"network, t = {t:g}", aspect="equal", xlabel="x", ylabel="y")
        panel.set(xlim=(0, SIDE), ylim=(0, SIDE))
    figure.colorbar(mesh, ax=panels[: len(SHOWN)], label="speed", shrink=0.8)
    times, some = np.linspace(0, END, 101), np.linspace(0, END, 11)
    panels[-1].plot(times, np.exp(-4 * VISCOSITY * times) / 4, "k-", label="exact: exp(-4νt) / 4")
    panels[-1].plot(some, energy(model, some), "o", color="#D55E00", label="network")
    panels[-1].set(title="mean kinetic energy", xlabel="t", ylim=(0, None))
    panels[-1].legend(frameon=False)
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/taylor_green"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    steps, per_epoch = (20, 20) if options.quick else (4000, 100)
    units, points = ([8, 8], 200) if options.quick else ([24] * 3, 1500)

    problem = flow_problem()
    network = kp.networks.MLP(units, seed=options.seed)
    model = kp.models.PINNModel(network, problem, hard=["initial", "period_x", "period_y"])
    model.compile(
        kp.optimizers.SSBroyden(), jit_compile=not options.quick, steps_per_execution=per_epoch
    )
    start = time.perf_counter()
    history = model.fit(
        problem.points(flow=points, gauge=10, seed=options.seed),
        epochs=steps // per_epoch,
        steps_per_epoch=per_epoch,
        callbacks=[
            kp.callbacks.Resample(every=10),
            kp.callbacks.ProgressBar("loss"),
        ],
        verbose=0,
    )
    seconds = time.perf_counter() - start

    everywhere = grid(np.linspace(0, SIDE, 49), np.linspace(0, END, 21))
    exact = kp.solvers.taylor_green(*everywhere.T, VISCOSITY)
    found = model.predict(everywhere)
    numbers = {
        f"relative_l2_{name}": kp.solvers.relative_l2(found[:, k], exact[:, k])
        for k, name in enumerate(problem.fields)
    }
    before, after = energy(model, np.array([0.0, END]))
    numbers["decay"] = float(np.log(before / after) / END)
    numbers["steps"] = steps
    numbers["training_seconds"] = round(seconds, 1)
    print(f"{steps} steps of SSBroyden in {seconds:.0f} s, compilation included")
    for name in problem.fields:
        print(f"relative L2 error of {name}   {numbers[f'relative_l2_{name}']:.2e}")
    print(f"decay of the energy      {numbers['decay']:.6f}     known: 4ν = {4 * VISCOSITY}")

    kp.plotting.save(draw(model), options.output / "taylor_green.png")
    kp.plotting.save(kp.plotting.history(history), options.output / "history.png")
    model.export(
        options.output / "surrogate",
        derivatives=["v_x", "u_y"],
        name="Taylor-Green vortices",
        errors={f"relative_l2_{name}": numbers[f"relative_l2_{name}"] for name in problem.fields},
        seed=options.seed,
        command="python -m examples.taylor_green",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
