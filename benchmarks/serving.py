"""How fast an artefact answers, from Python, C++ and onnxruntime, and when training pays.

    python -m benchmarks.serving                       all cases
    python -m benchmarks.serving --case mlp_1000       the same network in all runtimes, one batch
    python -m benchmarks.serving --case mlp_cost       what a call costs, and what a point
    python -m benchmarks.serving --case darcy          a U-Net against the solver it learned from

Prints one JSON line for each case, measured in a process of its own. All numbers are from arrays in
memory to arrays in memory, with as many threads everywhere.

`mlp_N` evaluates a network of 4 x 64 units in single precision, from (x, t) to u, at N points:
`us` are microseconds a call, the median, and `points_per_second` follow from them. The runtimes are
the SavedModel's signature in Python (`saved_model`), `kp.load_surrogate` with its checks
(`surrogate`), a `tf.function` of the model itself (`function`) and the same compiled by XLA
(`function_xla`), the program of `examples/serving` (`cpp`, from tensor to tensor) and
`onnxruntime`. `surrogate` cuts a million points into batches of 65,536, the others do not.
`against_onnxruntime` is the time of the fastest TensorFlow runtime over that of onnxruntime: less
than 1 is faster. `one_thread_us` has the same with one thread, and with relu instead of tanh.

`mlp_cost` says why small batches are slower than with onnxruntime: with one thread, a call takes
`per_call_us` (the time of a single point) and `per_point_ns` for each point (from 10,000 points).
`expected_1000_us` is what these two make of 1,000 points, beside the `us_1000` that were measured.

`darcy` counts honestly. The network is judged by its error on unseen samples; the solver is given
the coarsest grid on which its error, against the same fine solution, is no larger, cubic
interpolation to the points of the samples included. Beside the speed-up stand the seconds of
training and of making the training data, and after how many solves they are earned back; `null`
is never.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine
from benchmarks.timing import OtherLoad, set_threads, time_calls

ROOT = Path(__file__).resolve().parent.parent
BATCHES = (1, 1000, 1_000_000)
COSTS = (1, 1000, 10_000)
UNITS = [64] * 4
TENSORFLOW = ("saved_model", "function", "function_xla", "cpp")
SERVED = {f"mlp_{batch}": batch for batch in BATCHES}


def measure_runtimes(case: str, batch: int, threads: int, least: float = 2.0) -> dict[str, Any]:
    """The line of a case `mlp_N`.

    Args:
        case: Its name.
        batch: Points in a call.
        threads: Threads of every runtime.
        least: The least number of seconds that the calls of a runtime take together.
    """
    model = _network("tanh")
    points = _points(batch)
    load = OtherLoad()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = model.export(folder / "mlp")
        seconds = _python_seconds(model, path, points, threads, least)
        repeats = max(10, 10_000 // batch)
        seconds["cpp"] = _cpp(path, folder, points, threads, repeats)
        alone = {}
        for activation in ("tanh", "relu"):
            path = _network(activation).export(folder / activation)
            call = _onnxruntime(path, folder / f"{activation}.onnx", points, threads=1)
            alone[activation] = {
                "cpp": _cpp(path, folder, points, 1, repeats),
                "onnxruntime": statistics.median(time_calls(call, 10, least / 4, 100_000)[1]),
            }
    ours = {runtime: seconds[runtime] for runtime in TENSORFLOW if seconds[runtime]}
    fastest = min(ours, key=ours.__getitem__)
    return {
        "case": case,
        "batch": batch,
        "threads": threads,
        "parameters": model.network.count_params(),
        "us": _microseconds(seconds),
        "one_thread_us": {name: _microseconds(times) for name, times in alone.items()},
        "points_per_second": {k: v and round(batch / v) for k, v in seconds.items()},
        "fastest_tensorflow": fastest,
        "against_onnxruntime": round(ours[fastest] / seconds["onnxruntime"], 3),
        "other_cores_busy": load.cores(),
        "machine": machine(),
    }


def measure_cost(threads: int = 1, least: float = 2.0) -> dict[str, Any]:
    """The line of the case `mlp_cost`; arguments as of `measure_runtimes`."""
    model = _network("tanh")
    load = OtherLoad()
    with tempfile.TemporaryDirectory() as name:
        path = model.export(Path(name) / "mlp")
        one, some, many = (
            _python_seconds(model, path, _points(batch), threads, least) for batch in COSTS
        )
    per_point = {k: (many[k] - one[k]) / (COSTS[-1] - 1) for k in one}
    fastest = min(TENSORFLOW[:-1], key=per_point.__getitem__)
    return {
        "case": "mlp_cost",
        "threads": threads,
        "per_call_us": _microseconds(one),
        "per_point_ns": {k: round(1e9 * v, 1) for k, v in per_point.items()},
        "expected_1000_us": _microseconds({k: one[k] + 999 * per_point[k] for k in one}),
        "us_1000": _microseconds(some),
        "fastest_tensorflow": fastest,
        "per_point_against_onnxruntime": round(per_point[fastest] / per_point["onnxruntime"], 3),
        "other_cores_busy": load.cores(),
        "machine": machine(),
    }


def _python_seconds(
    model: Any, path: Path, points: np.ndarray, threads: int, least: float
) -> dict[str, Any]:
    """Seconds of a call from Python, for each runtime; all must agree."""
    import tensorflow as tf

    import kerasphys as kp

    loaded = tf.saved_model.load(str(path))  # its signatures fail once it is gone
    serve = loaded.signatures["serve"]
    surrogate = kp.load_surrogate(path)
    function = tf.function(lambda x: model(x, training=False))
    compiled = tf.function(lambda x: model(x, training=False), jit_compile=True)
    calls: dict[str, Callable[[], Any]] = {
        "saved_model": lambda: serve(points=tf.constant(points))["u"].numpy(),
        "surrogate": lambda: surrogate.predict(points, verbose=0)["u"],
        "function": lambda: function(tf.constant(points)).numpy(),
        "function_xla": lambda: compiled(tf.constant(points)).numpy(),
        "onnxruntime": _onnxruntime(path, path.with_suffix(".onnx"), points, threads),
    }
    expected = calls["saved_model"]()
    seconds = {}
    for runtime, call in calls.items():
        np.testing.assert_allclose(np.ravel(call()), expected, rtol=0, atol=1e-5)
        seconds[runtime] = statistics.median(time_calls(call, 10, least, 100_000)[1])
    return seconds


def _points(batch: int) -> np.ndarray:
    return np.random.default_rng(0).uniform([-1, 0], [1, 1], (batch, 2)).astype("float32")


def _network(activation: str) -> Any:
    import kerasphys as kp

    domain = kp.geometry.Interval(-1, 1, "x") * kp.geometry.Interval(0, 1, "t")
    conditions = {"start": kp.Dirichlet(u=0.0, on=domain.start("t"))}
    problem = kp.Problem(domain, "u", conditions)
    network = kp.networks.MLP(UNITS, activation=activation, seed=0)
    return kp.models.PINNModel(network, problem, dtype="float32")


def _microseconds(seconds: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: value and round(1e6 * value, 1) for name, value in seconds.items()}


def _onnxruntime(path: Path, file: Path, points: np.ndarray, threads: int) -> Callable[[], Any]:
    import onnxruntime

    import kerasphys as kp

    kp.artifacts.to_onnx(path, file)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(["u"], {"points": points})[0]


def _cpp(path: Path, folder: Path, points: np.ndarray, threads: int, repeats: int) -> float | None:
    """Seconds of a call in C++, or `None` where there is no compiler."""
    if not all(map(shutil.which, ("make", "g++"))):
        return None
    make = ["make", "-s", f"PYTHON={sys.executable}", f"BUILD={folder}"]
    subprocess.run(make, cwd=ROOT / "examples" / "serving", check=True, stdout=subprocess.DEVNULL)
    np.save(folder / "points.npy", points)
    words = [str(folder / "predict"), str(path), f"points={folder / 'points.npy'}"]
    options = {"--output": folder / "out_", "--repeat": repeats, "--threads": threads}
    words += [str(word) for pair in options.items() for word in pair]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=environment)
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("seconds a call"))
    return float(line.partition("median ")[2].partition(",")[0])


def measure_darcy(
    samples: int = 1200, epochs: int = 20, seed: int = 0, held_out: int = 100
) -> dict[str, Any]:
    """The line of the case `darcy`.

    Args:
        samples: Samples in all.
        epochs: How often the network sees the training data.
        seed: Of data and weights.
        held_out: How many of the samples are for validation, and how many for the test.
    """
    import kerasphys as kp
    from examples.poisson_unet import train

    load = OtherLoad()
    start = time.perf_counter()
    data = kp.datasets.darcy_2d(samples, 65, held_out, held_out, seed=seed, refine=2, verbose=False)
    making = time.perf_counter() - start
    with contextlib.redirect_stdout(io.StringIO()):  # the progress bar
        model, _, training = train(data, True, epochs, seed)
    inputs, outputs = data.test
    with tempfile.TemporaryDirectory() as name:
        model.export(Path(name) / "darcy")
        surrogate = kp.load_surrogate(Path(name) / "darcy")
        error = kp.solvers.mean_relative_l2(surrogate.predict(inputs)["outputs"], outputs)
        network = {
            "one": _median(lambda: surrogate.predict(inputs[:1], verbose=0)),
            "many": _median(lambda: surrogate.predict(inputs, verbose=0)) / len(inputs),
        }
    grids = {points: _solve_on(points, inputs, outputs) for points in (5, 9, 17, 33, 65)}
    points = min((n for n in grids if grids[n]["relative_l2"] <= error), default=max(grids))
    solver = grids[points]["seconds"]
    spent = making + training
    return {
        "case": "darcy",
        "seed": seed,
        "relative_l2": error,
        "solver_grid": points,
        "solver_relative_l2": grids[points]["relative_l2"],
        "grids": grids,
        "solver_us": round(1e6 * solver, 1),
        "network_us": {k: round(1e6 * v, 1) for k, v in network.items()},
        "speedup": {k: round(solver / v, 3) for k, v in network.items()},
        "data_seconds": round(making, 1),
        "training_seconds": round(training, 1),
        "break_even_solves": {
            k: None if v >= solver else round(spent / (solver - v)) for k, v in network.items()
        },
        "samples": samples,
        "other_cores_busy": load.cores(),
        "machine": machine(),
    }


def _solve_on(points: int, inputs: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
    """The solver on a coarser grid: its error at the points of the samples, and its time."""
    import scipy.ndimage

    import kerasphys as kp

    step = (inputs.shape[1] - 1) // (points - 1)

    def solve(conductivity: np.ndarray) -> np.ndarray:
        u = kp.solvers.solve_darcy(conductivity[::step, ::step])
        return u if step == 1 else scipy.ndimage.zoom(u, inputs.shape[1] / points, order=3)

    found = np.stack([solve(each[..., 0]) for each in inputs])[..., np.newaxis]
    return {
        "relative_l2": kp.solvers.mean_relative_l2(found, outputs),
        "seconds": _median(lambda: solve(inputs[0, ..., 0])),
    }


def _median(call: Callable[[], Any]) -> float:
    return statistics.median(time_calls(call, 10, 1.0)[1])


def main(arguments: Sequence[str] | None = None) -> None:
    cases = (*SERVED, "mlp_cost", "darcy")
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", choices=[*cases, "all"], default="all")
    parser.add_argument("--threads", type=int, default=2, help="of all cases but mlp_cost: 1")
    parser.add_argument("--seed", type=int, default=0, help="of darcy")
    options = parser.parse_args(arguments)
    if options.case == "all":
        for case in cases:
            again = [f"--case={case}", f"--threads={options.threads}", f"--seed={options.seed}"]
            subprocess.run([sys.executable, "-m", "benchmarks.serving", *again], check=True)
        return
    threads = 1 if options.case == "mlp_cost" else options.threads
    set_threads(threads)
    if options.case == "darcy":
        line = measure_darcy(seed=options.seed)
    elif options.case == "mlp_cost":
        line = measure_cost()
    else:
        line = measure_runtimes(options.case, SERVED[options.case], options.threads)
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
