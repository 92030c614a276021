"""Processes wait for each other before TensorFlow does, which would wait for ever."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence

PAUSE = 0.1  # seconds between two attempts


def meet(workers: Sequence[str], index: int, timeout: float) -> None:
    """Returns when every other worker has been reached at its address.

    This process listens at its own address meanwhile; later TensorFlow does.

    Args:
        workers: The addresses of all.
        index: Which is that of this process.
        timeout: Seconds.

    Raises:
        OSError: If this process cannot listen on its port.
        TimeoutError: If a worker cannot be reached in time.
    """
    end = time.monotonic() + timeout
    port = _address(workers[index])[1]
    with socket.socket() as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            own.bind(("", port))
        except OSError as error:
            raise OSError(
                error.errno,
                f"Worker {index} cannot listen on port {port}: {error.strerror}. Give it another "
                "port, or end the process that has this one",
            ) from error
        own.listen(len(workers))
        for other, worker in enumerate(workers):
            if other == index:
                continue
            while not _answers(worker):
                if time.monotonic() > end:
                    raise TimeoutError(
                        f"Worker {index} could not reach worker {other} at {worker} in "
                        f"{timeout:g} s. Is it running, is its name known here, and is its port "
                        "open to this machine?"
                    )
                time.sleep(PAUSE)


def _answers(worker: str) -> bool:
    try:
        socket.create_connection(_address(worker), timeout=1.0).close()
    except OSError:
        return False
    return True


def _address(worker: str) -> tuple[str, int]:
    host, _, port = worker.rpartition(":")
    return host.strip("[]"), int(port)
