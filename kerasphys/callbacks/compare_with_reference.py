"""The error against a reference solution, in the logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import (
    check_array,
    check_name,
    check_names,
    check_positive_int,
    message,
)
from kerasphys.callbacks._predict import predict
from kerasphys.models import PINNModel


class CompareWithReference(keras.callbacks.Callback):
    """Compares the model with a reference solution and adds the relative L2 error to the logs.

    The logs get `val_relative_l2`, and with several fields `val_relative_l2_u` for each, of which
    the former is the largest. Callbacks that come later in the list can monitor it; Keras cannot
    know that less is better, so tell them:
    `EarlyStopping(monitor="val_relative_l2", mode="min")`.

    Args:
        points: `(n, d)`, where the reference is known.
        values: The reference, `(n,)` for one field or `(n, m)`, not zero everywhere in any.
        name: The name in the logs, without `val_`.
        fields: The fields that `values` holds, in its order. By default all fields of the problem
            of a `PINNModel`. For another Keras model these are the names of its outputs.
        every: Positive integer, epochs between two measurements. The first epoch is measured; in
            between, the logs repeat the last error.

    Raises:
        ValueError: If the shapes do not match, or the reference of a field vanishes.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(0, 1, 101)
        error = kp.callbacks.CompareWithReference(x[:, None], np.sin(np.pi * x), every=10)
        ```
    """

    def __init__(
        self,
        points: ArrayLike,
        values: ArrayLike,
        name: str = "relative_l2",
        fields: str | Sequence[str] | None = None,
        every: int = 1,
    ):
        super().__init__()
        self.points = check_array("points", points, (None, None))
        self.values = _check_values(values, len(self.points))
        self.name = check_name("name", name)
        self.fields = None if fields is None else check_names("fields", fields)
        self.every = check_positive_int("every", every)
        self._reference = self.values.reshape(len(self.points), -1)
        if self.fields is not None and len(self.fields) != self._reference.shape[1]:
            cure = f"`values` has {self._reference.shape[1]} of them."
            raise ValueError(message("fields", "one name for each field", self.fields, cure))
        self._columns: list[int] = []
        self._names: tuple[str, ...] = ()
        self._last: dict[str, float] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._last = None
        count = self._reference.shape[1]
        self._names = self.fields or tuple(str(index) for index in range(count))
        self._columns = list(range(count))
        if isinstance(self.model, PINNModel):
            self._match(self.model.problem.coordinates, self.model.problem.fields)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._last is None or epoch % self.every == 0:
            self._last = self._measure()
        if logs is None:
            return
        taken = [key for key in self._last if key in logs]
        if taken:
            cure = f"The logs have {taken[0]!r} already. Choose another."
            raise ValueError(message("name", "a new name in the logs", self.name, cure))
        logs.update(self._last)

    def _match(self, coordinates: tuple[str, ...], fields: tuple[str, ...]) -> None:
        """Finds the fields that are compared among those of the problem."""
        if self.points.shape[1] != len(coordinates):
            raise ValueError(
                f"Argument `points` must have one column for each of {', '.join(coordinates)}. "
                f"Received: an array of shape {self.points.shape}."
            )
        self._names = self.fields or fields
        unknown = [name for name in self._names if name not in fields]
        if unknown:
            raise ValueError(message("fields", f"among {', '.join(fields)}", unknown[0]))
        if len(self._names) != self._reference.shape[1]:
            raise ValueError(
                f"Argument `values` must have one column for each of {', '.join(fields)}, or "
                f"`fields` say which it has. Received: {self._reference.shape[1]} for "
                f"{len(fields)} fields."
            )
        self._columns = [fields.index(name) for name in self._names]

    def _measure(self) -> dict[str, float]:
        outputs = predict(self.model, self.points)
        if not isinstance(self.model, PINNModel) and outputs.shape[1] != len(self._columns):
            raise ValueError(
                f"Argument `values` must have one column for each of the {outputs.shape[1]} "
                f"outputs of the model. Received: {len(self._columns)}."
            )
        difference = outputs[:, self._columns] - self._reference
        errors = np.linalg.norm(difference, axis=0) / np.linalg.norm(self._reference, axis=0)
        key = f"val_{self.name}"
        found = {key: float(np.max(errors))}
        if len(errors) > 1:
            found |= {
                f"{key}_{name}": float(error)
                for name, error in zip(self._names, errors, strict=True)
            }
        return found


def _check_values(values: Any, n: int) -> np.ndarray:
    try:
        shape = (n, None) if np.ndim(values) == 2 else (n,)
    except ValueError:  # rows of different lengths, which the check below refuses by name
        shape = (n,)
    array = check_array("values", values, shape, "One value, or one row, for each point.")
    if not array.size:
        raise ValueError(message("values", "at least one value", values))
    zero = np.flatnonzero(~array.reshape(n, -1).any(axis=0))
    if len(zero):
        raise ValueError(
            f"Argument `values` must be different from zero somewhere in every field; the error "
            f"is relative to it. Received: zeros in column {zero[0]}. Leave that field out, and "
            "name the others in `fields`."
        )
    return array
