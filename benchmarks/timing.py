"""Clocks that the benchmarks share: training steps, calls, memory, and who else was busy."""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


def time_calls(
    function: Callable[[], Any], repeats: int = 10, least: float = 3.0, most: int = 1000
) -> tuple[float, list[float]]:
    """Seconds of the first call, and of at least `repeats` further ones that take `least` s."""
    start = time.perf_counter()
    function()
    first = time.perf_counter() - start
    for _ in range(2):
        function()
    seconds: list[float] = []
    while len(seconds) < repeats or (sum(seconds) < least and len(seconds) < most):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return first, seconds


@dataclass(frozen=True)
class StepTimes:
    """What `time_steps` measures.

    Attributes:
        first: Seconds of the first `fit`, of one epoch, with all that is compiled.
        seconds: For each later epoch its seconds divided by its steps.
        loss: The mean loss of the first epoch, to see that two engines did the same.
    """

    first: float
    seconds: list[float]
    loss: float


def time_steps(
    model: keras.Model,
    points: Any,
    steps: int,
    repeats: int = 10,
    least: float = 3.0,
    **options: Any,
) -> StepTimes:
    """Seconds of a training step as a user gets it, by `fit` with epochs of `steps` steps.

    Args:
        model: Compiled with as many steps per execution.
        points: What it trains on.
        steps: Positive integer.
        repeats: The least number of epochs to time.
        least: The least number of seconds that they take together.
        **options: Further arguments of `fit`.
    """
    import keras

    class Epochs(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds.append((time.perf_counter() - self.start) / steps)
            # the first epoch of a fit makes its iterator, and is not counted
            if len(seconds) > repeats and sum(seconds[1:]) * steps >= least:
                self.model.stop_training = True

    start = time.perf_counter()
    options = dict(steps_per_epoch=steps, verbose=0) | options
    history = model.fit(points, epochs=1, **options)
    first = time.perf_counter() - start
    seconds: list[float] = []
    model.fit(points, epochs=10**6, callbacks=[Epochs()], **options)
    return StepTimes(first, seconds[1:], history.history["loss"][0])


def summary(seconds: Sequence[float]) -> dict[str, float]:
    """Median, fastest and slowest in milliseconds, and how many there were."""
    milliseconds = [1000 * value for value in seconds]
    return {
        "median": round(statistics.median(milliseconds), 3),
        "min": round(min(milliseconds), 3),
        "max": round(max(milliseconds), 3),
        "repeats": len(milliseconds),
    }


def peak_mib() -> int:
    """The largest memory that this process has had so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (2**20 if sys.platform == "darwin" else 2**10)


class OtherLoad:
    """Counts the cores that other processes keep busy from now on.

    A measurement with much over 0.1 is suspect and should be repeated.
    """

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._begin = _busy_seconds()
        self._own = time.process_time()

    def cores(self) -> float | None:
        """The average number of cores since the start; None where it cannot be known."""
        now = _busy_seconds()
        if now is None or self._begin is None:
            return None
        others = now - self._begin - (time.process_time() - self._own)
        return round(others / (time.perf_counter() - self._start), 2)


def _busy_seconds() -> float | None:
    """Seconds that all processors together have worked since the machine started."""
    try:
        fields = Path("/proc/stat").read_text(encoding="utf-8").split()[1:9]
    except OSError:
        return None
    user, nice, system, _, _, irq, soft, steal = map(int, fields)
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


def set_threads(threads: int) -> None:
    """Threads of TensorFlow; before it computes anything."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def matmul_gflops(precision: str, size: int = 1024, repeats: int = 10, least: float = 0.5) -> float:
    """The rate of large matrix products here, in GFLOP/s: what a step could reach at best."""
    import tensorflow as tf

    a = tf.random.stateless_normal((size, size), (0, 0), dtype=precision)
    multiply = tf.function(lambda: tf.reduce_sum(tf.matmul(a, a)[0]))
    _, seconds = time_calls(lambda: multiply().numpy(), repeats, least)
    return 2 * size**3 / statistics.median(seconds) / 1e9
