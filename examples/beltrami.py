"""Beltrami's flow: the Navier–Stokes equations in space and time, beside an exact solution.

    q_t + (q·∇) q + ∇p = ν Δq,   ∇·q = 0     for q = (u, v, w), 0 < t < 1, with ν = 1
    q = Ethier's and Steinman's flow         on the cube [-1, 1]³ at t = 0, and on its faces

    python -m examples.beltrami             about three minutes on two cores
    python -m examples.beltrami --quick     a few seconds of training, to see that it runs

In this flow the vorticity is parallel to the velocity everywhere, so that convection is balanced by
the pressure, and viscosity lets the velocity decay as exp(-t). No term of the equations vanishes by
itself, which makes it a hard test in three dimensions. The network learns from the equations and
the given velocities; the pressure is nowhere given, and is compared up to its mean at each time.
Errors are over space and time; at the end, where a seventh of the pressure is left, its error is
3e-3 of that.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp

VISCOSITY = 1.0
SHOWN = (0.0, 1.0)


def exact(x: np.ndarray, y: np.ndarray, z: np.ndarray, t: np.ndarray) -> np.ndarray:
    return kp.solvers.beltrami(x, y, z, t, VISCOSITY, a=1.0, d=1.0)


def velocity(on: kp.geometry.Region) -> kp.Dirichlet:
    """The exact velocity, given on a part of the boundary or at a time."""
    return kp.Dirichlet(
        u=lambda x, y, z, t: exact(x, y, z, t)[:, 0],
        v=lambda x, y, z, t: exact(x, y, z, t)[:, 1],
        w=lambda x, y, z, t: exact(x, y, z, t)[:, 2],
        on=on,
        weight=10.0,
    )


def flow_problem() -> kp.Problem:
    domain = kp.geometry.Box((-1, -1, -1), (1, 1, 1)) * kp.geometry.Interval(0, 1, "t")
    return kp.Problem(
        domain,
        fields=["u", "v", "w", "p"],
        parameters={"viscosity": VISCOSITY},
        conditions={
            "flow": kp.Residual(
                kp.equations.navier_stokes_3d, force_x=0.0, force_y=0.0, force_z=0.0
            ),
            "initial": velocity(domain.start("t")),
            "faces": velocity(domain.boundary("x", "y", "z")),
        },
    )


def compare(model: kp.models.PINNModel, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What was found and what is exact, `(times, points, 4)`, without the mean pressures."""
    side = np.linspace(-1, 1, 17)
    x, y, z = (part.ravel() for part in np.meshgrid(side, side, side, indexing="ij"))
    fields = []
    for t in times:
        points = np.stack([x, y, z, np.full_like(x, t)], axis=1)
        fields.append([model.predict(points), exact(*points.T)])
    found, known = np.moveaxis(np.array(fields), 1, 0)
    for values in (found, known):
        values[..., 3] -= values[..., 3].mean(axis=1, keepdims=True)
    return found, known


def misalignment(model: kp.models.PINNModel) -> float:
    """The sine of the angle between vorticity and velocity, averaged over the cube at t = 1/2."""
    side = np.linspace(-1, 1, 9)
    cube = np.stack(np.meshgrid(side, side, side, [0.5], indexing="ij"), axis=-1).reshape(-1, 4)
    slopes = ["w_y", "v_z", "u_z", "w_x", "v_x", "u_y"]
    d = model.derivatives(cube, ["u", "v", "w", *slopes])
    q = np.stack([d["u"], d["v"], d["w"]], axis=1)
    curl = np.stack([d["w_y"] - d["v_z"], d["u_z"] - d["w_x"], d["v_x"] - d["u_y"]], axis=1)
    across = np.linalg.norm(np.cross(curl, q), axis=1)
    return float(across.sum() / (np.linalg.norm(curl, axis=1) * np.linalg.norm(q, axis=1)).sum())


def draw(model: kp.models.PINNModel) -> Figure:
    """The flow in a plane at two times, and the errors over time."""
    figure = Figure(figsize=(12, 3.9), layout="constrained")
    figure.suptitle("Beltrami's flow in a cube: its pattern stays while viscosity slows it down")
    panels = figure.subplots(1, len(SHOWN) + 1)
    side = np.linspace(-1, 1, 65)
    x, y = (part.ravel() for part in np.meshgrid(side, side))
    for panel, t in zip(panels, SHOWN, strict=False):
        points = np.stack([x, y, np.zeros_like(x), np.full_like(x, t)], axis=1)
        u, v, w = model.predict(points)[:, :3].T.reshape(3, len(side), -1)
        if t == SHOWN[0]:
            fastest = np.sqrt(u**2 + v**2 + w**2).max()
        speed = np.sqrt(u**2 + v**2 + w**2)
        mesh = panel.pcolormesh(side, side, speed, vmin=0, vmax=fastest, rasterized=True)
        panel.streamplot(side, side, u, v, color="white", linewidth=0.6, density=0.8, arrowsize=0.7)
        panel.set(title=f"network in the plane z = 0, t = {t:g}", xlabel="x", ylabel="y")
        panel.set(aspect="equal", xlim=(-1, 1), ylim=(-1, 1))
    figure.colorbar(mesh, ax=panels[: len(SHOWN)], label="speed", shrink=0.8)
    times = np.linspace(0, 1, 11)
    found, known = compare(model, times)
    errors = np.linalg.norm(found - known, axis=1) / np.linalg.norm(known, axis=1)
    for name, error, marker in zip("uvwp", errors.T, "osv^", strict=True):
        panels[-1].semilogy(times, error, marker=marker, markersize=4, label=name)
    panels[-1].axhline(1e-3, color="0.5", linestyle="--", linewidth=0.8)
    panels[-1].set(title="relative L2 error in the cube", xlabel="t")
    panels[-1].legend(frameon=False, ncols=4)
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/beltrami"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    steps, per_epoch = (20, 20) if options.quick else (8000, 100)
    units, scale = ([8, 8], 10) if options.quick else ([28] * 3, 1)

    problem = flow_problem()
    model = kp.models.PINNModel(kp.networks.MLP(units, seed=options.seed), problem)
    model.compile(
        kp.optimizers.SSBroyden(), jit_compile=not options.quick, steps_per_execution=per_epoch
    )
    start = time.perf_counter()
    history = model.fit(
        problem.points(
            flow=2000 // scale, initial=400 // scale, faces=1200 // scale, seed=options.seed
        ),
        epochs=steps // per_epoch,
        steps_per_epoch=per_epoch,
        callbacks=[kp.callbacks.Resample(every=20), kp.callbacks.ProgressBar("loss")],
        verbose=0,
    )
    seconds = time.perf_counter() - start

    found, known = compare(model, np.linspace(0, 1, 11))
    numbers = {
        f"relative_l2_{name}": kp.solvers.relative_l2(found[..., k].ravel(), known[..., k].ravel())
        for k, name in enumerate(problem.fields)
    }
    numbers["misalignment"] = misalignment(model)
    numbers["steps"] = steps
    numbers["training_seconds"] = round(seconds, 1)
    print(f"{steps} steps of SSBroyden in {seconds:.0f} s, compilation included")
    for name in problem.fields:
        print(f"relative L2 error of {name}   {numbers[f'relative_l2_{name}']:.2e}")
    print(
        f"sine of the angle between vorticity and velocity {numbers['misalignment']:.1e}, known: 0"
    )

    kp.plotting.save(draw(model), options.output / "beltrami.png")
    kp.plotting.save(kp.plotting.history(history), options.output / "history.png")
    model.export(
        options.output / "surrogate",
        name="Beltrami flow",
        errors={f"relative_l2_{name}": numbers[f"relative_l2_{name}"] for name in problem.fields},
        seed=options.seed,
        command="python -m examples.beltrami",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
