"""Hyper-parameters chosen by the validation loss."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from kerasphys._validation import check_int, check_name, check_positive_int, message
from kerasphys.analysis.selection import Selection
from kerasphys.datasets import Samples


def select_model(
    build: Callable[..., keras.Model],
    grid: Mapping[str, Sequence[Any]],
    train: Samples,
    validation: Samples,
    test: Samples | None = None,
    *,
    repeats: int = 1,
    measure: str = "loss",
    seed: int = 0,
    **fit: Any,
) -> Selection:
    """Trains a model for each choice of hyper-parameters, and keeps the best in validation.

    The weights minimise the loss on the training samples, for given hyper-parameters; the
    hyper-parameters minimise it on the validation samples. The test samples have no part in either:
    their loss is what to expect on data that nobody has seen.

    Args:
        build: Makes a compiled model. It is called with one value for each hyper-parameter, and
            with `seed`, all by keyword.
        grid: For each hyper-parameter the values to try; all combinations are tried.
        train: Samples to train on.
        validation: Samples to choose with.
        test: Samples to judge with, or `None`.
        repeats: Positive integer: how many models, with different seeds, are trained for each
            choice. The one with the least training loss stands for it.
        measure: What is compared: `"loss"`, or a metric that the models are compiled with. Where
            the loss has a penalty on the weights, take a metric.
        seed: Non-negative integer, the seed of the first model; the others have the next ones.
        **fit: As of `model.fit`: `epochs`, `batch_size`, `callbacks`, ...

    Returns:
        A `Selection`.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If the grid is empty, or a model does not have that measure.

    Example:
        ```python
        import keras
        import numpy as np
        import kerasphys as kp

        def build(units, seed):
            model = keras.Sequential([kp.networks.MLP([units], outputs=1, seed=seed)])
            model.compile("adam", loss="mse")
            return model

        x = np.linspace(0, 1, 30)[:, None]
        sets = kp.datasets.split(kp.datasets.Samples(x, x**2), 10, 10, seed=0)
        selection = kp.analysis.select_model(build, {"units": [1, 8]}, **sets, epochs=2)
        print(selection.table)
        ```
    """
    if not callable(build):
        raise TypeError(message("build", "a function that makes a compiled model", build))
    choices = _choices(grid)
    held_out = {"validation": validation}
    if test is not None:
        held_out["test"] = test
    for name, samples in {"train": train, **held_out}.items():
        if not isinstance(samples, Samples):
            raise TypeError(message(name, "kp.datasets.Samples", samples))
    seeds = range(check_int("seed", seed, minimum=0), seed + check_positive_int("repeats", repeats))
    rows, best = [], None
    for choice in choices:
        trained = [_trained(build, choice, each, train, measure, fit) for each in seeds]
        least, model = min(trained, key=lambda pair: pair[0])
        losses = {name: _measured(model, samples, measure) for name, samples in held_out.items()}
        rows.append({**choice, "train": least, **losses})
        if best is None or losses["validation"] < best[0]:
            best = (losses["validation"], choice, model)
    import pandas as pd

    assert best is not None
    return Selection(table=pd.DataFrame(rows), best=best[1], model=best[2])


def _trained(
    build: Callable[..., keras.Model],
    choice: dict[str, Any],
    seed: int,
    train: Samples,
    measure: str,
    fit: Mapping[str, Any],
) -> tuple[float, keras.Model]:
    """A trained model, with its training loss before it."""
    model = build(**choice, seed=seed)
    if not isinstance(model, keras.Model) or not model.compiled:
        raise TypeError(message("build", "a function that returns a compiled Keras model", model))
    model.fit(train.inputs, train.outputs, **{"verbose": 0, **fit})
    return _measured(model, train, measure), model


def _measured(model: keras.Model, samples: Samples, measure: str) -> float:
    logs = model.evaluate(samples.inputs, samples.outputs, verbose=0, return_dict=True)
    if measure not in logs:
        raise ValueError(message("measure", f"one of {', '.join(logs)}", measure))
    return float(np.nan_to_num(logs[measure], nan=np.inf))


def _choices(grid: Any) -> list[dict[str, Any]]:
    """All combinations of the values."""
    expected = "a dict with the values to try for each hyper-parameter"
    if not isinstance(grid, Mapping):
        raise TypeError(message("grid", expected, grid))
    if not grid:
        raise ValueError(message("grid", expected, grid))
    values = {}
    for given, each in grid.items():
        name = check_name("grid", given)
        if name in ("seed", "train", "validation", "test"):
            raise ValueError(message("grid", "names other than seed and those of the losses", name))
        if isinstance(each, str) or not isinstance(each, Sequence | np.ndarray):
            raise TypeError(message(f"grid[{name!r}]", "a sequence of values", each))
        if not len(each):
            raise ValueError(message(f"grid[{name!r}]", "at least one value", each))
        values[name] = list(each)
    return [
        dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())
    ]
