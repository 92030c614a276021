"""Training steps on derivatives of high order and in many dimensions, engine against engine.

    python -m benchmarks.derivatives                              all cases, all engines
    python -m benchmarks.derivatives --case laplacian_20d         one case, all engines
    python -m benchmarks.derivatives --case order_6 --engine tape

Prints one JSON line for each case and engine, measured in a process of its own: step_ms (median,
fastest, slowest), the seconds of the first epoch with all that is compiled, peak memory and what
of it came after start-up. A step is one Adam step of `model.fit` with jit_compile=True on the
residual of the case at 2,048 points, network 4 x 64, float64. A case that takes longer than the
limit, or fails, gets a line that says so. The last line holds for each case how many times slower
than the others tapes are: `speedup_order_4`, and `memory_ratio_order_4` for the memory after
start-up.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.machine import machine
from benchmarks.output import emit
from benchmarks.timing import OtherLoad, peak_mib, set_threads, summary, time_steps

if TYPE_CHECKING:
    import kerasphys as kp

ROOT = Path(__file__).resolve().parent.parent
UNITS, POINTS, STEPS = (64, 64, 64, 64), 2048, 5
ORDERS = (1, 2, 3, 4, 5, 6)
DIMENSIONS = (1, 2, 3, 5, 10, 20, 50)


def _derivative(order: int) -> kp.Problem:
    """The derivative of one order on a line."""
    functions: dict[int, Callable] = {
        1: lambda u_x: u_x - 1,
        2: lambda u_xx: u_xx - 1,
        3: lambda u_xxx: u_xxx - 1,
        4: lambda u_xxxx: u_xxxx - 1,
        5: lambda u_xxxxx: u_xxxxx - 1,
        6: lambda u_xxxxxx: u_xxxxxx - 1,
    }
    return _problem(functions[order], 1)


def _laplacian(dimension: int) -> kp.Problem:
    """Poisson's equation on a cube of any dimension."""
    from kerasphys import equations

    return _problem(equations.poisson, dimension, source=1.0)


def _biharmonic(dimension: int) -> kp.Problem:
    """A plate, or its like in more dimensions, under a uniform load."""
    return _problem(lambda biharmonic_u: biharmonic_u - 1, dimension)


def _kuramoto_sivashinsky() -> kp.Problem:
    from kerasphys import equations

    return _problem(
        equations.kuramoto_sivashinsky, 1, time=True, antidiffusion=1.0, hyperviscosity=1.0
    )


def _euler_bernoulli_beam() -> kp.Problem:
    from kerasphys import equations

    return _problem(
        equations.euler_bernoulli_beam,
        1,
        time=True,
        mass_per_length=1.0,
        flexural_rigidity=1.0,
        load=1.0,
    )


def _problem(function: Callable, dimension: int, time: bool = False, **given: float) -> kp.Problem:
    """One equation on the unit cube."""
    import kerasphys as kp

    names = ["x"] if dimension == 1 else [f"x{i}" for i in range(dimension)]
    domain: Any = kp.geometry.Box([0] * dimension, [1] * dimension, names)
    if time:
        domain = domain * kp.geometry.Interval(0, 1, "t")
    return kp.Problem(domain, "u", {"equation": kp.Residual(function, **given)})


CASES: dict[str, Callable[[], kp.Problem]] = {
    **{f"order_{order}": lambda order=order: _derivative(order) for order in ORDERS},
    **{f"laplacian_{d}d": lambda d=d: _laplacian(d) for d in DIMENSIONS},
    "biharmonic_2d": lambda: _biharmonic(2),
    "biharmonic_5d": lambda: _biharmonic(5),
    "kuramoto_sivashinsky": _kuramoto_sivashinsky,
    "euler_bernoulli_beam": _euler_bernoulli_beam,
}


def measure(
    case: str,
    engine: str,
    precision: str = "float64",
    points: int = POINTS,
    units: Sequence[int] = UNITS,
    repeats: int = 10,
    least: float = 3.0,
) -> dict[str, Any]:
    """The line of a case and an engine."""
    import keras

    import kerasphys as kp

    problem = CASES[case]()
    sets = problem.points(equation=points, seed=0)
    model = kp.models.PINNModel(
        kp.networks.MLP(list(units), seed=0), problem, engine=engine, dtype=precision
    )
    model.compile(keras.optimizers.Adam(1e-3), jit_compile=True, steps_per_execution=STEPS)
    before, load = peak_mib(), OtherLoad()
    steps = time_steps(model, sets, STEPS, repeats, least)
    return {
        "case": case,
        "engine": engine,
        "step_ms": summary(steps.seconds),
        "first_train_s": round(steps.first, 2),
        "peak_mib": peak_mib(),
        "after_startup_mib": peak_mib() - before,
        "points": points,
        "units": list(units),
        "precision": precision,
        "first_loss": steps.loss,
        "other_cores_busy": load.cores(),
        "machine": machine(),
    }


def compare(lines: Sequence[dict[str, Any]]) -> dict[str, float]:
    """How many times the time and the memory of tapes are those of the best other engine."""
    found: dict[str, float] = {}
    for case in dict.fromkeys(line["case"] for line in lines):
        done = {ln["engine"]: ln for ln in lines if ln["case"] == case and "step_ms" in ln}
        tape = done.pop("tape", None)
        if tape is None or not done:
            continue
        best = min(done.values(), key=lambda line: line["step_ms"]["median"])
        ratio = tape["step_ms"]["median"] / best["step_ms"]["median"]
        memory = tape["after_startup_mib"] / max(best["after_startup_mib"], 1)
        found[f"speedup_{case}"] = round(ratio, 2)
        found[f"memory_ratio_{case}"] = round(memory, 2)
    return found


def run(case: str, engine: str, options: argparse.Namespace) -> dict[str, Any]:
    """The line of a case and an engine, from a fresh process."""
    command = [sys.executable, "-m", "benchmarks.derivatives", f"--case={case}"]
    command += [f"--engine={engine}", f"--precision={options.precision}"]
    command += [f"--points={options.points}", f"--threads={options.threads}"]
    failed = {"case": case, "engine": engine}
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=options.limit, check=False
        )
    except subprocess.TimeoutExpired:
        return {**failed, "failed": f"took longer than {options.limit:g} s"}
    if done.returncode:
        return {**failed, "failed": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", choices=[*CASES, "all"], default="all")
    parser.add_argument("--engine", default="all", help="the name of an engine, or all")
    parser.add_argument("--precision", choices=("float32", "float64"), default="float64")
    parser.add_argument("--points", type=int, default=POINTS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for a case")
    parser.add_argument("--out", type=Path, help="append the lines to this file as well")
    options = parser.parse_args(arguments)
    if options.case != "all" and options.engine != "all":
        set_threads(options.threads)
        emit(measure(options.case, options.engine, options.precision, options.points), options.out)
        return
    from kerasphys.derivatives.engines import ENGINES

    lines = []
    for case in CASES if options.case == "all" else [options.case]:
        for engine in ENGINES if options.engine == "all" else [options.engine]:
            lines.append(run(case, engine, options))
            emit(lines[-1], options.out)
    emit(compare(lines))


if __name__ == "__main__":
    main()
