"""Steady advection and diffusion, by every method of the package.

    a u' - κ u'' = 0 on (0, l),    u(0) = 0,    u(l) = 1

The solution `(exp(a x / κ) - 1) / (exp(a l / κ) - 1)` has a layer of thickness `κ / a` at the
outflow. For `a l / κ` = 1, 10 and 50 it is computed by finite differences (central, upwind,
exponentially fitted), by Chebyshev collocation, and by physics-informed networks that meet the
boundary values through the loss (soft) or by their form (hard).

    python -m examples.advection_diffusion            # 80 s on two cores
    python -m examples.advection_diffusion --quick    # short trainings, to see that all works

One table shows what each method costs and how far it is from the closed form: finite differences
at their grid points, functions (polynomials and networks) at 1001 uniform points. The folder
`outputs/advection_diffusion/` receives `results.csv`, the pictures `comparison.png` and
`history.png`, `logs/` for TensorBoard, and the hard network for `a l / κ` = 50 as a SavedModel,
`surrogate/`. A new process, in which kerasphys cannot be imported, loads it and must find the
same numbers.
"""

import argparse
import itertools
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

import kerasphys as kp

STEPS = {1: 4_000, 10: 4_000, 50: 10_000}  # of the optimizer, for each a l / κ
QUICK_STEPS = 1_000
EPOCHS = 20  # entries in the logs of a training
X = np.linspace(0.0, 1.0, 1001)
COLUMNS = ["peclet", "method", "unknowns", "seconds", "relative_l2", "max_error"]

SERVE_WITHOUT_KERASPHYS = """
import sys
sys.modules["kerasphys"] = None  # an import of it would fail
import numpy as np, tensorflow as tf
signatures = tf.saved_model.load("surrogate").signatures
points = tf.constant(np.linspace(0.0, 1.0, 1001)[:, None])
u, u_x = signatures["serve"](points=points)["u"], signatures["derivatives"](points=points)["u_x"]
np.savez("served.npz", u=u, u_x=u_x)
"""

Flow = kp.solvers.AdvectionDiffusion1D


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Runs the demo and returns the errors that it is known for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("outputs/advection_diffusion"))
    parser.add_argument("--quick", action="store_true", help="train for a short time only")
    parser.add_argument("--seed", type=int, default=0, help="of the networks' first weights")
    parser.add_argument("--export", type=Path, help="a second place for the SavedModel")
    options = parser.parse_args(argv)

    rows, losses = [], {}
    for peclet, steps in STEPS.items():
        flow = Flow(velocity=1.0, diffusivity=1 / peclet, length=1.0)
        curves = {}
        for method, unknowns, seconds, x, u in classical(flow):
            curves[method] = x, u
            rows.append((peclet, method, unknowns, seconds, *errors(flow, x, u)))
        for kind in ("soft", "hard"):
            method = f"{kind} PINN"
            print(f"\n{method}, a l / κ = {peclet}", flush=True)
            model = physics_informed(flow, kind == "hard", options.seed)
            logs = options.output / "logs" / f"peclet_{peclet}_{kind}"
            shutil.rmtree(logs, ignore_errors=True)  # of an earlier run
            seconds, loss = train(model, flow, QUICK_STEPS if options.quick else steps, logs)
            u = model.predict(X[:, None])[:, 0]
            curves[method], losses[f"{kind}, a l / κ = {peclet}"] = (X, u), loss
            unknowns = model.network.count_params()
            rows.append((peclet, method, unknowns, seconds, *errors(flow, X, u)))

    table = pd.DataFrame(rows, columns=COLUMNS)
    table.to_csv(options.output / "results.csv", index=False)
    print(f"\n{as_text(table)}\n")
    draw(flow, curves, losses, options.output)

    # the last model is the hard one for the largest a l / κ
    measured = dict(zip(COLUMNS[-2:], rows[-1][-2:], strict=True))
    command = "python -m examples.advection_diffusion" + " --quick" * options.quick
    export(model, flow, options.output / "surrogate", measured, options.seed, command)
    difference = compare_in_a_new_process(model, options.output)
    print(f"Served by TensorFlow alone, u and u_x differ by {difference:.1e}.")
    if options.export:
        export(model, flow, options.export, measured, options.seed, command)
    print(f"Everything is in {options.output}. To look at the trainings:")
    print(f"tensorboard --logdir {options.output / 'logs'}")
    return {**known_for(table), "served_difference": difference}


def classical(flow: Flow) -> Iterator[tuple[str, int, float, np.ndarray, np.ndarray]]:
    """For each method its name, number of unknowns, seconds, points and values."""
    seconds, u = timed(flow.exact, X)
    yield "closed form", 0, seconds, X, u
    schemes = [*itertools.product(("central", "upwind"), (20, 40, 200)), ("exponential", 20)]
    for scheme, cells in schemes:
        seconds, (x, u) = timed(kp.solvers.finite_differences, flow, cells, scheme)
        yield f"{scheme} N={cells}", cells - 1, seconds, x, u
    for degree in (20, 40):
        seconds, polynomial = timed(kp.solvers.collocate, flow, degree)
        yield f"Chebyshev N={degree}", degree + 1, seconds, X, polynomial(X)


def physics_informed(flow: Flow, hard: bool, seed: int) -> kp.models.PINNModel:
    """A network of three layers of 20 units, and the problem that it is to solve."""
    line = kp.geometry.Interval(0.0, flow.length, "x")
    problem = kp.Problem(
        line,
        fields="u",
        parameters={"velocity": flow.velocity, "diffusivity": flow.diffusivity},
        conditions={
            "equation": kp.Residual(kp.equations.advection_diffusion, source=0.0),
            "inflow": kp.Dirichlet(u=flow.left, on=line.start("x")),
            "outflow": kp.Dirichlet(u=flow.right, on=line.end("x")),
        },
    )
    return kp.models.PINNModel(kp.networks.MLP([20] * 3, seed=seed), problem, hard=hard)


def train(
    model: kp.models.PINNModel, flow: Flow, steps: int, logs: Path
) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """Trains for a number of steps. Returns the seconds, and the loss over the steps."""
    # On a uniform grid the loss is the integral of the squared residual, which bounds the error.
    # Points gathered in the layer would make much of the residual there, which the error forgives.
    points = model.problem.points(equation=200, inflow=1, outflow=1, sampler="grid")
    # Every step sees the same points, so that there is no noise to average over: beta_2 = 0.99
    # follows the loss more closely than the usual 0.999.
    rate = keras.optimizers.schedules.CosineDecay(5e-3, decay_steps=steps)
    adam = keras.optimizers.Adam(rate, beta_2=0.99)
    per_epoch = steps // EPOCHS
    model.compile(optimizer=adam, jit_compile=True, steps_per_execution=per_epoch)
    callbacks = [
        kp.callbacks.CompareWithReference(X[:, None], flow.exact(X)),
        kp.callbacks.FieldImages(logs, resolution=201, reference=flow.exact, every=EPOCHS),
        kp.callbacks.ProgressBar(metrics=("loss", "val_relative_l2")),
        keras.callbacks.TensorBoard(logs, write_graph=False),
    ]
    start = time.perf_counter()
    history = model.fit(
        points, epochs=EPOCHS, steps_per_epoch=per_epoch, callbacks=callbacks, verbose=0
    )
    seconds = time.perf_counter() - start
    return seconds, (per_epoch * np.arange(1, EPOCHS + 1), np.array(history.history["loss"]))


def timed(function: Callable, *arguments: Any) -> tuple[float, Any]:
    """The seconds of the quickest of five calls, and what the function returns."""
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        result = function(*arguments)
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def errors(flow: Flow, x: np.ndarray, u: np.ndarray) -> tuple[float, float]:
    """The relative L2 error and the largest error at the points."""
    exact = flow.exact(x)
    return kp.solvers.relative_l2(u, exact), kp.solvers.max_error(u, exact)


def as_text(table: pd.DataFrame) -> str:
    """The table for people."""
    digits = {"seconds": "{:.2g}", "relative_l2": "{:.1e}", "max_error": "{:.4g}"}
    formatters = {column: text.format for column, text in digits.items()}
    return table.to_string(index=False, formatters=formatters)


def draw(flow: Flow, curves: dict, losses: dict, output: Path) -> None:
    """Two pictures: the solutions for the largest `a l / κ`, and the losses of all networks."""
    shown = {"closed form": "-", "central N=20": "-", "upwind N=20": "-"}
    shown |= {"Chebyshev N=40": "-.", "soft PINN": "--", "hard PINN": ":"}
    picture = kp.plotting.comparison(
        X, {method: curves[method] for method in shown}, shown, title=f"a l / κ = {flow.peclet:g}"
    )
    picture.axes[0].set_xlim(0.7, 1.003)
    kp.plotting.save(picture, output / "comparison.png")
    picture = kp.plotting.comparison(X, losses, xlabel="step", ylabel="loss")
    picture.axes[0].set_yscale("log")
    kp.plotting.save(picture, output / "history.png")


def export(
    model: kp.models.PINNModel, flow: Flow, path: Path, measured: dict, seed: int, command: str
) -> None:
    """Writes the SavedModel and its card."""
    model.export(
        path,
        derivatives=["u_x"],
        name="Steady advection and diffusion",
        description=f"A boundary layer at the outflow: a l / κ = {flow.peclet:g}. The errors were "
        "measured against the closed form at 1001 uniform points.",
        errors=measured,
        seed=seed,
        command=command,
    )


def compare_in_a_new_process(model: kp.models.PINNModel, output: Path) -> float:
    """The largest difference between what the SavedModel serves and what the model says."""
    done = subprocess.run(
        [sys.executable, "-c", SERVE_WITHOUT_KERASPHYS], cwd=output, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"TensorFlow alone could not serve the SavedModel.\n{done.stderr}")
    own = model.derivatives(X[:, None], ["u", "u_x"])
    with np.load(output / "served.npz") as served:
        difference = max(kp.solvers.max_error(served[name], own[name]) for name in own)
    (output / "served.npz").unlink()
    if difference > 1e-12:
        sys.exit(f"The SavedModel and the model differ by {difference:.1e}.")
    return difference


def known_for(table: pd.DataFrame) -> dict[str, float]:
    """Relative errors of the networks, and largest errors of the others in the thin layer."""
    found = {}
    for row in table.itertuples():
        name, _, size = row.method.partition(" ")
        if size == "PINN":
            found[f"relative_l2_{name}_{row.peclet}"] = row.relative_l2
        elif size.startswith("N=") and row.peclet == 50:
            found[f"max_error_{name.lower()}_{size[2:]}"] = row.max_error
    found["relative_l2_better_50"] = min(found["relative_l2_soft_50"], found["relative_l2_hard_50"])
    return found


if __name__ == "__main__":
    main()
