"""What the workers of the tests run: `python -m tests.distribution.program DIRECTORY [KILLED]`.

Trains for 100 steps; the chief writes a state after each epoch, and every worker what it ended
with. The worker of the number KILLED kills itself in the fourth epoch, once.
"""

import json
import os
import signal
import sys
from pathlib import Path

import keras
import numpy as np

import kerasphys as kp
from tests.models.conftest import line_points, line_problem

EPOCHS, STEPS = 5, 20


class Killed(keras.callbacks.Callback):
    """Kills its process, as if the machine had lost its power."""

    def __init__(self, mark):
        super().__init__()
        self.mark = mark

    def on_train_batch_begin(self, batch, logs=None):
        if batch == 0 and self.model.optimizer.iterations.numpy() == 3 * STEPS:
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)


def make():
    model = kp.models.PINNModel(kp.networks.MLP([6], seed=2), line_problem())
    model.compile(keras.optimizers.Adam(1e-2), steps_per_execution=8)
    return model


def fit(model, callbacks):
    return model.fit(
        line_points(n=13, seed=0),
        epochs=EPOCHS,
        steps_per_epoch=STEPS,
        validation_data=line_points(n=7, seed=3),
        callbacks=callbacks,
        verbose=0,
    )


def callbacks(directory):
    stopping = keras.callbacks.EarlyStopping(patience=EPOCHS, restore_best_weights=True)
    return [kp.callbacks.Resume(directory / "run", [kp.callbacks.Resample(), stopping])]


def main():
    directory, *killed = (Path(sys.argv[1]), *map(int, sys.argv[2:]))
    cluster = kp.distribution.Cluster.find()
    with cluster.strategy(timeout=60).scope():
        model = make()
    given = callbacks(directory)
    mark = directory / "killed"
    if cluster.index in killed and not mark.exists():
        given.append(Killed(mark))
    history = fit(model, given)
    np.savez(directory / f"worker_{cluster.index}.npz", *model.get_weights())
    (directory / f"worker_{cluster.index}.json").write_text(json.dumps(history.history))
    if model.distribution.is_chief:
        model.save(directory / "model.keras")


if __name__ == "__main__":
    main()
