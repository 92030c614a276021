"""DeepXDE's DeepONet on functions x common points; runs in an environment with deepxde and torch.

Prints one JSON line: training steps and inference in milliseconds, after warming up, two threads,
in DeepXDE's own loop with its backend PyTorch. The case is `deeponet_1000x100x100` of
`benchmarks/operator_steps.py`.
"""

import contextlib
import importlib.metadata
import io
import json
import os
import statistics
import time

os.environ.setdefault("DDE_BACKEND", "pytorch")

import deepxde as dde
import numpy as np
import torch
from torch_timing import milliseconds

THREADS, REPEATS, LEAST = 2, 10, 3.0


class Stamps(dde.callbacks.Callback):
    """The times at which iterations end."""

    def __init__(self):
        super().__init__()
        self.at = []

    def on_epoch_end(self):
        self.at.append(time.perf_counter())


def quiet(function, *args, **kwargs):
    with contextlib.redirect_stdout(io.StringIO()):
        return function(*args, **kwargs)


def main():
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)

    def normal(*shape):
        return rng.standard_normal(shape).astype("float32")

    sensors, places = normal(1000, 100), np.linspace(0, 1, 100, dtype="float32")[:, None]
    data = dde.data.TripleCartesianProd(
        (sensors, places), normal(1000, 100), (sensors[:10], places), normal(10, 100)
    )
    network = dde.nn.DeepONetCartesianProd(
        [100, 128, 128, 128], [1, 128, 128, 128], "relu", "Glorot normal"
    )
    model = dde.Model(data, network)
    quiet(model.compile, "adam", lr=1e-3)
    quiet(model.train, iterations=3, display_every=10**9, verbose=0)
    trained = []
    while len(trained) < REPEATS or sum(trained) < LEAST:
        stamps = Stamps()
        quiet(model.train, iterations=13, display_every=10**9, verbose=0, callbacks=[stamps])
        trained += np.diff(stamps.at)[1:-1].tolist()  # the last one carries a test
    inferred = milliseconds(lambda: model.predict((sensors, places)), REPEATS, LEAST)
    line = {
        "train_ms": round(1000 * statistics.median(trained), 3),
        "infer_ms": round(inferred, 3),
        "parameters": sum(p.numel() for p in network.parameters()),
        "versions": {name: importlib.metadata.version(name) for name in ("deepxde", "torch")},
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
