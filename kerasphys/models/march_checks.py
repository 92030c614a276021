"""What `kp.march` refuses before it trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from kerasphys._validation import check_int, check_positive_int, message
from kerasphys.layers import PeriodicEmbedding
from kerasphys.models.pinn_model import PINNModel
from kerasphys.networks import TimeWindows
from kerasphys.problem import Problem

Callbacks = Sequence[keras.callbacks.Callback]


def check_model(model: Any) -> TimeWindows:
    """The network of a model that can march."""
    if not isinstance(model, PINNModel) or model.members > 1:
        raise TypeError(message("model", "a kp.models.PINNModel of a single network", model))
    network = model.network
    if not isinstance(network, TimeWindows):
        cure = "Make it: kp.models.PINNModel(kp.networks.TimeWindows(network, 5), problem)."
        raise ValueError(message("model", "a model of kp.networks.TimeWindows", network, cure))
    if not model.compiled:
        raise ValueError("The model must be compiled before march: model.compile('adam').")
    model._check_trainable()
    return network


def check_points(argument: str, points: Any, problem: Problem) -> dict[str, int]:
    """Numbers of points by condition."""
    if not isinstance(points, Mapping):
        raise TypeError(message(argument, "a dict of numbers by name of condition", points))
    for name in points:
        if name not in problem.conditions:
            expected = f"numbers for conditions among {', '.join(problem.conditions)}"
            raise ValueError(message(argument, expected, dict(points)))
    return {name: check_positive_int(f"{argument}[{name!r}]", n) for name, n in points.items()}


def check_callbacks(callbacks: Any, shared: bool) -> Callbacks:
    """Callbacks of one window, or shared by all."""
    if not isinstance(callbacks, Sequence):
        expected = "Keras callbacks, or a function of the number of the window"
        raise TypeError(message("callbacks", expected, callbacks))
    for callback in callbacks:
        if isinstance(callback, keras.callbacks.ModelCheckpoint) and not callback.save_weights_only:
            raise ValueError(
                "Argument `callbacks`: ModelCheckpoint would write the model of one window, which "
                "is of no use alone. Give save_weights_only=True, or kp.march(path=...), which "
                "writes the whole model after each window."
            )
        keeps = getattr(callback, "of_one_fit", False)
        if shared and (keeps or isinstance(callback, keras.callbacks.BackupAndRestore)):
            raise ValueError(
                f"Argument `callbacks`: the states that {type(callback).__name__} keeps are those "
                "of one fit, and each window has its own. Give a function of the number of the "
                'window: callbacks=lambda window: [kp.callbacks.Resume(f"run/{window}")].'
            )
    return callbacks


def check_first(first: Any, network: TimeWindows) -> int:
    """The window to begin with."""
    finished, count = network.finished, len(network.copies)
    if first is None:
        if finished == count:
            raise ValueError(f"All {count} windows are finished. To train them again, say first=0.")
        return finished
    first = check_int("first", first, minimum=0)
    if first > min(finished, count - 1):
        expected = f"at most {min(finished, count - 1)}, as {finished} of {count} are finished"
        raise ValueError(message("first", expected, first))
    return first


def check_axis(model: PINNModel, network: TimeWindows, axis: int) -> None:
    """Refuses a network that takes another column for time than the problem."""
    embedding = model.embedding
    widths = [1] * len(model.problem.coordinates)
    if isinstance(embedding, PeriodicEmbedding):
        widths = [1 if p is None else 2 * embedding.harmonics for p in embedding.periods]
    column, width = sum(widths[:axis]), sum(widths)
    if network.axis % width != column:
        expected = f"{column}, the column of {model.problem.namespace.time!r} among its inputs"
        cure = "Say it when you make the network: kp.networks.TimeWindows(..., axis=...)."
        raise ValueError(message("axis", expected, network.axis, cure))
