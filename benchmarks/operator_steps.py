"""Step and inference times of operator networks: the cases of `benchmarks.throughput` for them.

The sizes are those of the peers' cases of the same names. A training step is one of
`kp.models.SurrogateModel.fit` on all samples of the case; its time holds the overhead of `fit`.
Inference is a compiled call, from NumPy arrays to a NumPy array. XLA compiles both where that is
faster on a CPU.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.machine import machine
from benchmarks.timing import OtherLoad, peak_mib, summary, time_calls, time_steps

if TYPE_CHECKING:
    import keras

STEPS = 50  # in an execution


@dataclass(frozen=True)
class StepCase:
    """What is trained and on what.

    Attributes:
        network: The network.
        x: Its inputs, an array or a dict of arrays.
        y: The outputs.
        loss: As `compile` takes it.
        steps: How many steps an execution has.
        jit_compile: Whether XLA compiles step and inference.
    """

    network: keras.Model
    x: Any
    y: np.ndarray
    loss: Any = "mse"
    steps: int = STEPS
    jit_compile: bool = True


def deeponet(functions: int = 1000, sensors: int = 100, points: int = 100) -> StepCase:
    """DeepXDE's `DeepONetCartesianProd([100, 128, 128, 128], [1, 128, 128, 128], "relu")`."""
    import kerasphys as kp

    def dense(last: str, seed: int) -> kp.networks.MLP:
        return kp.networks.MLP([128, 128], "relu", output_activation=last, seed=seed)

    network = kp.networks.DeepONet(dense("linear", 0), dense("relu", 1), basis=128)
    rng = np.random.default_rng(0)
    x = {
        "u": rng.standard_normal((functions, sensors)).astype("float32"),
        "points": np.linspace(0, 1, points, dtype="float32")[:, np.newaxis],
    }
    return StepCase(network, x, rng.standard_normal((functions, points, 1)).astype("float32"))


def fno(modes: int, width: int, *grid: int, channel_mlp: float | None = None) -> StepCase:
    """neuraloperator's `FNO(n_modes=2 * modes, hidden_channels=width, n_layers=4)`."""
    import kerasphys as kp

    network = kp.networks.FNO(
        modes,
        width,
        lifting=2 * width,
        projection=2 * width,
        channel_mlp=channel_mlp,
        padding="zero",
        domain_padding=0.0,
        coordinates=True,
        seed=0,
    )
    x, y = np.random.default_rng(0).standard_normal((2, 20, *grid, 1)).astype("float32")
    return StepCase(network, x, y, kp.losses.RelativeL2(), steps=4, jit_compile=False)


CASES: dict[str, Callable[[], StepCase]] = {
    "deeponet_1000x100x100": deeponet,
    "fno2d_64_modes24_width32": lambda: fno(12, 32, 64, 64),
    "fno2d_64_modes24_width32_mlp": lambda: fno(12, 32, 64, 64, channel_mlp=0.5),
    "fno1d_1024_modes32_width64": lambda: fno(16, 64, 1024),
    "fno1d_1024_modes32_width64_mlp": lambda: fno(16, 64, 1024, channel_mlp=0.5),
}


def measure(name: str, case: StepCase, repeats: int = 10, least: float = 3.0) -> dict[str, Any]:
    """The line of a case; imports and building the model are outside the clocks.

    Args:
        name: Of the case.
        case: What `CASES[name]` makes.
        repeats: The least number of epochs, and of calls, to time.
        least: The least number of seconds that they take together.
    """
    import keras
    import tensorflow as tf

    import kerasphys as kp

    model = kp.models.SurrogateModel(case.network)
    jit = case.jit_compile
    model.compile("adam", loss=case.loss, jit_compile=jit, steps_per_execution=case.steps)
    infer = tf.function(lambda x: model(x, training=False), jit_compile=jit)
    load = OtherLoad()
    options = {"batch_size": len(case.y)}
    trained = time_steps(model, (case.x, case.y), case.steps, repeats, least, **options)
    constants = keras.tree.map_structure(tf.constant, case.x)
    _, inferred = time_calls(lambda: infer(constants).numpy(), repeats, least)
    busy = load.cores()
    facts = machine()
    return {
        "case": name,
        "versions": facts["versions"],
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "train_ms": summary(trained.seconds),
        "infer_ms": summary(inferred),
        "first_train_s": round(trained.first, 2),
        "parameters": case.network.count_params(),
        "steps_per_execution": case.steps,
        "peak_mib": peak_mib(),
        "other_cores_busy": busy,
        "machine": facts,
    }
