"""All that a model carries from one epoch to the next, and what tells it from other models."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from kerasphys.models import OperatorPINNModel, PhysicsModel, PINNModel
from kerasphys.point_sets import PointSets

POINT_MODELS = (PINNModel, OperatorPINNModel)  # their training points are a state of theirs
LONG = 200  # characters, beyond which a list of numbers is told by its digest


class ModelState:
    """The variables of a model and its optimizer, and the points of a model of points.

    Args:
        model: A built and compiled model, its optimizer built too.
    """

    def __init__(self, model: keras.Model):
        self._model = model

    def get(self) -> dict[str, Any]:
        """The state."""
        state: dict[str, Any] = {
            "variables": _variables(self._model),
            "optimizer": _optimizer_variables(self._model.optimizer),
        }
        if isinstance(self._model, PhysicsModel):
            state["last_good"] = list(self._model._last_good)
        if isinstance(self._model, POINT_MODELS):
            state["points"] = self._model.points.state()
            state["point_sets"] = _sets_state(self._model._point_sets)
        return state

    def set(self, state: dict[str, Any]) -> None:
        """Brings a state back; it must be of a model with the same settings and forms."""
        for variables, values in (
            (_variables(self._model), state["variables"]),
            (_optimizer_variables(self._model.optimizer), state["optimizer"]),
            (getattr(self._model, "_last_good", []), state.get("last_good", [])),
        ):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
        if isinstance(self._model, POINT_MODELS):
            sets, kept = self._model._point_sets, state["point_sets"]
            if sets is not None and kept is not None:
                self._model._point_sets = sets.redrawn(kept["draw"]).with_points(kept["moved"])
            self._model.points.set_state(state["points"])

    def settings(self) -> dict[str, Any]:
        """What made the model and the optimizer, by names for the reader of an error."""
        found: dict[str, Any] = {"model": type(self._model).__name__}
        found |= dict(_leaves("model", _config(self._model)))
        if self._model.optimizer is not None:
            found["optimizer"] = type(self._model.optimizer).__name__
            found |= dict(_leaves("optimizer", _config(self._model.optimizer)))
        if isinstance(self._model, POINT_MODELS):
            found["batch_size"] = self._model._batch_size
        return found

    def forms(self) -> dict[str, Any]:
        """The shapes and dtypes of all that is kept, by names for the reader of an error."""
        found: dict[str, Any] = {}
        if isinstance(self._model, POINT_MODELS):
            for name, arrays in self._model.points.state()["arrays"].items():
                found |= {f"points {name}.{key}": _form(array) for key, array in arrays.items()}
        for what, variables in (
            ("variable", _variables(self._model)),
            ("optimizer variable", _optimizer_variables(self._model.optimizer)),
        ):
            found[f"{what}s"] = len(variables)
            found |= {f"{what} {i}": _form(variable) for i, variable in enumerate(variables)}
        return found


def _sets_state(sets: PointSets | None) -> dict[str, Any] | None:
    """What makes the sets anew out of those that the script gives."""
    if sets is None:
        return None
    return {"draw": sets.draw, "moved": {name: sets.sets[name].points for name in sets.moved}}


def _variables(model: keras.Model) -> list[keras.Variable]:
    """Weights and seed generators; metrics begin every epoch anew."""
    metrics = {id(variable) for variable in model.metrics_variables}
    return [variable for variable in model.variables if id(variable) not in metrics]


def _optimizer_variables(optimizer: Any) -> list[keras.Variable]:
    """All variables of an optimizer and of those inside it."""
    if optimizer is None:
        return []
    found = {id(variable): variable for variable in optimizer.variables}
    for inner in inner_optimizers(optimizer):
        found |= {id(variable): variable for variable in _optimizer_variables(inner)}
    return list(found.values())


def inner_optimizers(optimizer: Any) -> Iterator[keras.optimizers.Optimizer]:
    """The optimizers that an optimizer has as attributes, alone or in lists."""
    for value in vars(optimizer).values():
        for item in value if isinstance(value, list | tuple) else (value,):
            if isinstance(item, keras.optimizers.Optimizer):
                yield item


def _form(variable: Any) -> str:
    return f"{tuple(variable.shape)} {keras.backend.standardize_dtype(variable.dtype)}"


def _config(item: Any) -> Any:
    try:
        return item.get_config()
    except Exception:  # a model that cannot be saved can be trained nevertheless
        return {}


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The entries of a configuration, each with its path."""
    if hasattr(value, "get_config") and not isinstance(value, type):
        value = keras.saving.serialize_keras_object(value)
    if isinstance(value, dict) and value.get("class_name") != "__lambda__":
        if set(value) >= {"class_name", "config"}:
            yield path, value["class_name"]
            value = value["config"] if isinstance(value["config"], dict) else {}
        for key, item in value.items():
            yield from _leaves(f"{path}.{key}", item)
    elif isinstance(value, list | tuple) and _holds_dict(value):
        for index, item in enumerate(value):
            yield from _leaves(f"{path}[{index}]", item)
    elif isinstance(value, dict):
        yield path, "a lambda"  # its bytes depend on the line that it stands on
    else:
        yield path, _text(value)


def _holds_dict(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_dict(item) for item in value)
    return isinstance(value, dict) or hasattr(value, "get_config")


def _text(value: Any) -> str:
    """A leaf as text. Keras counts names such as `mlp_1` through the process, we do not."""
    if isinstance(value, str):
        return re.sub(r"_\d+$", "", value)
    try:
        text = json.dumps(value.tolist() if isinstance(value, np.ndarray) else value)
    except TypeError:
        return type(value).__name__
    text = re.sub(r'_\d+"', '"', text)
    return text if len(text) <= LONG else hashlib.sha256(text.encode()).hexdigest()
