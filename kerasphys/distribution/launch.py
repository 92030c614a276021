"""Several processes on this machine, started together and kept together."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from kerasphys._validation import check_int, check_positive, check_positive_int, message
from kerasphys.distribution.cluster import Cluster

PAUSE = 0.1  # seconds between two looks at the processes
GRACE = 10.0  # seconds for the others to end by themselves, and say why


def launch(
    command: Sequence[str],
    workers: int = 2,
    restarts: int = 3,
    timeout: float | None = None,
) -> int:
    """Runs a program in several processes of this machine that form a cluster.

    If one fails or is killed, the others cannot go on: they are ended, and all are started again.
    With `kp.callbacks.Resume` in its `fit`, the program then goes on after the last whole epoch.

    From the command line: `python -m kerasphys.distribution --workers 2 train.py`.

    Args:
        command: The program and its arguments. It finds the others by
            `kp.distribution.Cluster.find()`.
        workers: Integer of at least 2, the number of processes.
        restarts: Non-negative integer, how often all are started again.
        timeout: Positive number, the seconds after which a start counts as failed; by default
            there is no limit.

    Returns:
        How often the processes were started again.

    Raises:
        RuntimeError: If the last start failed too.
    """
    if isinstance(command, str) or not isinstance(command, Sequence) or not command:
        raise TypeError(message("command", "a sequence: a program and its arguments", command))
    check_int("workers", workers, minimum=2)
    check_int("restarts", restarts, minimum=0)
    if timeout is not None:
        check_positive("timeout", timeout)
    for start in range(restarts + 1):
        failure = _run(list(command), workers, timeout)
        if failure is None:
            return start
        print(f"Start {start + 1} of {restarts + 1}: {failure}.", file=sys.stderr, flush=True)
    raise RuntimeError(f"The training failed {restarts + 1} times, last because {failure}.")


def free_addresses(count: int) -> list[str]:
    """Addresses on this machine that nobody listens at now."""
    check_positive_int("count", count)
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]


def _run(command: list[str], workers: int, timeout: float | None) -> str | None:
    """One start. Returns what went wrong, or `None`."""
    end = None if timeout is None else time.monotonic() + timeout
    with _started(command, workers) as processes:
        while True:
            codes = [process.poll() for process in processes]
            if all(code == 0 for code in codes):
                return None
            for index, code in enumerate(codes):
                if code:
                    _wait(processes, GRACE)
                    return f"worker {index} {_reason(code)}"
            if end is not None and time.monotonic() > end:
                return f"it had not ended after {timeout:g} s"
            time.sleep(PAUSE)


@contextlib.contextmanager
def _started(command: list[str], workers: int) -> Iterator[list[subprocess.Popen]]:
    """The processes of a start; what is left of them ends with it."""
    addresses = free_addresses(workers)
    processes: list[subprocess.Popen] = []
    try:
        for index in range(workers):
            environment = {**os.environ, "TF_CONFIG": Cluster(addresses, index).tf_config}
            processes.append(subprocess.Popen(command, env=environment))
        yield processes
    finally:
        for process in processes:
            process.terminate()
        _wait(processes, GRACE)
        for process in processes:
            process.kill()
            process.wait()


def _wait(processes: Sequence[subprocess.Popen], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(process.poll() is None for process in processes):
        time.sleep(PAUSE)


def _reason(code: int) -> str:
    if code > 0:
        return f"ended with exit code {code}"
    return f"was killed by {signal.Signals(-code).name}"
