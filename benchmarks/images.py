"""Networks on pictures and fields: how fast a U-Net steps, and what they reach.

    python -m benchmarks.images --case unet2d
    python -m benchmarks.images --case unet2d --through surrogate
    python -m benchmarks.images --case darcy --seed 1

Prints one JSON line. That of `unet2d` has the keys of the peers: train_ms and infer_ms (median,
fastest, slowest), the seconds of the first epoch with all that is traced, trained parameters, peak
memory, the cores that other processes kept busy (much over 0.1 makes a line suspect) and the
machine. A training step is one of `fit`, on one batch in memory; its time holds the overhead of
`fit`. Inference is a compiled call, from a NumPy array to a NumPy array.

The lines of the other cases (`benchmarks/image_accuracy.py`) have relative_l2 or accuracy on
unseen samples, the seconds of training, and the trained parameters.

The network of `unet2d` is that of the peers' case of this name: four levels of 32 to 256 channels,
two convolutions of 3 x 3 points with batch normalisation on each, maximum pooling, transpose
convolutions, skip connections; 16 fields of 64 x 64 points, the mean square error, Adam.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import image_accuracy
from benchmarks.machine import machine
from benchmarks.output import emit
from benchmarks.timing import OtherLoad, peak_mib, set_threads, summary, time_calls, time_steps

THROUGH = ("keras", "surrogate")
STEPS = 4  # in an epoch


def measure_unet2d(
    through: str = "keras",
    jit_compile: bool = False,
    depth: int = 3,
    width: int = 32,
    batch: int = 16,
    size: int = 64,
    repeats: int = 10,
    least: float = 3.0,
) -> dict[str, Any]:
    """The line of the case; imports and building the model are outside the clocks.

    Args:
        through: `"keras"` fits the network as a plain Keras model, `"surrogate"` a
            `kp.models.SurrogateModel` of it.
        jit_compile: Whether XLA compiles the step.
        depth: As of `kp.networks.UNet`.
        width: Channels on the finest level.
        batch: Fields in a step.
        size: Points of a field along each axis.
        repeats: The least number of epochs, and of calls, to time.
        least: The least number of seconds that they take together.
    """
    import tensorflow as tf

    import kerasphys as kp

    network = kp.networks.UNet(depth, width, outputs=1, norm="batch", seed=0)
    model = network if through == "keras" else kp.models.SurrogateModel(network)
    options = {"shuffle": False} if through == "keras" else {}
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, batch, size, size, 1)).astype("float32")
    model.build(x.shape)
    model.compile("adam", loss="mse", jit_compile=jit_compile)
    data = tf.data.Dataset.from_tensors((tf.constant(x), tf.constant(y))).repeat()
    infer = tf.function(lambda t: model(t, training=False), jit_compile=jit_compile)

    load = OtherLoad()
    trained = time_steps(model, data, STEPS, repeats, least, **options)
    _, inferred = time_calls(lambda: infer(x).numpy(), repeats, least)
    busy = load.cores()
    facts = machine()
    return {
        "case": "unet2d",
        "through": through,
        "jit_compile": jit_compile,
        "versions": facts["versions"],
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "train_ms": summary(trained.seconds),
        "infer_ms": summary(inferred),
        "first_train_s": round(trained.first, 2),
        "parameters": sum(int(np.prod(v.shape)) for v in network.trainable_variables),
        "peak_mib": peak_mib(),
        "other_cores_busy": busy,
        "machine": facts,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", choices=("unet2d", *image_accuracy.CASES), default="unet2d")
    parser.add_argument("--through", choices=THROUGH, default="keras", help="of unet2d")
    parser.add_argument("--jit", action="store_true", help="compile the step of unet2d with XLA")
    parser.add_argument("--seed", type=int, default=0, help="of an accuracy case")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="append the line to this file as well")
    options = parser.parse_args(arguments)
    set_threads(options.threads)
    if options.case == "unet2d":
        row = measure_unet2d(options.through, options.jit)
    else:
        row = image_accuracy.measure(options.case, options.seed)
    emit(row, options.out)


if __name__ == "__main__":
    main()
