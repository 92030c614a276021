"""Pictures of the field in TensorBoard."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._validation import check_int, check_name, check_number, check_positive_int, message
from kerasphys.callbacks._predict import predict
from kerasphys.conditions.values import check_arguments, evaluate
from kerasphys.models import PINNModel
from kerasphys.plotting import field as draw_field


class FieldImages(keras.callbacks.Callback):
    """Draws the fields of a `PINNModel` into TensorBoard while it trains.

    One coordinate gives curves, two give colour maps; of three or more, fix the others. With a
    reference the picture holds the reference and the error too. It is drawn at the first epoch,
    at every `every`-th, and at the last; its step is the number of the epoch.

    Args:
        log_dir: The directory of the event files; `keras.callbacks.TensorBoard` may have the same.
        resolution: Integer of at least 2, points along each drawn coordinate.
        fixed: Coordinates that are not drawn, and their values, such as `{"t": 0.5}`.
        reference: A NumPy function of the coordinates, or a `kp.Table`, for the one field drawn.
        field: The field to draw; by default all of them.
        every: Positive integer, epochs between two pictures.

    Raises:
        ValueError: When training begins, if a name does not fit the problem.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        images = kp.callbacks.FieldImages(
            "logs", fixed={"t": 1.0}, reference=lambda x, t: np.exp(-t) * np.sin(np.pi * x)
        )
        ```
    """

    def __init__(
        self,
        log_dir: str | os.PathLike,
        resolution: int = 101,
        fixed: Mapping[str, float] | None = None,
        reference: Callable | None = None,
        field: str | None = None,
        every: int = 10,
    ):
        super().__init__()
        if not isinstance(log_dir, str | os.PathLike):
            raise TypeError(message("log_dir", "a path", log_dir))
        if reference is not None and not callable(reference):
            expected = "a NumPy function of the coordinates, a kp.Table or None"
            raise TypeError(message("reference", expected, reference))
        self.log_dir = log_dir
        self.resolution = check_int("resolution", resolution, minimum=2)
        self.fixed = _check_fixed(fixed)
        self.reference = reference
        self.field = None if field is None else check_name("field", field)
        self.every = check_positive_int("every", every)
        self._writer: Any = None
        self._axes: dict[str, np.ndarray] = {}
        self._points = np.zeros((0, 0))
        self._inside = np.zeros(0, bool)
        self._expected: np.ndarray | None = None
        self._drawn: int | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if not isinstance(self.model, PINNModel):
            raise TypeError(
                f"FieldImages draws a kp.models.PINNModel. Received: {type(self.model).__name__}."
            )
        self._lay_grid()
        self._close()
        self._writer = tf.summary.create_file_writer(os.fspath(self.log_dir))
        self._drawn = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        last = self.model.stop_training or epoch + 1 == self.params["epochs"]
        if self._drawn is None or last or epoch % self.every == 0:
            self._draw(epoch)
            self._drawn = epoch

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._close()

    def _lay_grid(self) -> None:
        problem = self.model.problem
        for name in self.fixed:
            if name not in problem.coordinates:
                known = ", ".join(problem.coordinates)
                raise ValueError(message("fixed", f"of coordinates among {known}", name))
        free = [name for name in problem.coordinates if name not in self.fixed]
        if len(free) not in (1, 2):
            cure = f"The coordinates are {', '.join(problem.coordinates)}."
            expected = "such that one or two coordinates remain to be drawn"
            raise ValueError(message("fixed", expected, self.fixed, cure))
        if self.field is not None and self.field not in problem.fields:
            raise ValueError(message("field", f"one of {', '.join(problem.fields)}", self.field))
        if self.reference is not None:
            if self.field is None and len(problem.fields) > 1:
                expected = "the field that `reference` is for"
                raise ValueError(message("field", expected, self.field))
            check_arguments("reference", self.reference, problem.coordinates)
        lower, upper = problem.domain.bounds
        self._axes = {
            name: np.linspace(low, high, self.resolution)
            for name, low, high in zip(problem.coordinates, lower, upper, strict=True)
            if name in free
        }
        columns = [
            self._axes[name] if name in self._axes else np.array([self.fixed[name]])
            for name in problem.coordinates
        ]
        mesh = np.meshgrid(*columns, indexing="ij")
        points = np.stack(mesh, axis=-1).reshape(-1, len(columns))
        self._inside = problem.domain.contains(points)
        if not self._inside.any():
            raise ValueError(message("fixed", "values inside the domain", self.fixed))
        self._points = points[self._inside]
        self._expected = None
        if self.reference is not None:
            found = evaluate("reference", self.reference, self._points, problem.coordinates)
            self._expected = self._on_grid(found)

    def _draw(self, epoch: int) -> None:
        fields = self.model.problem.fields
        outputs = predict(self.model, self._points)
        title = ", ".join(
            [f"epoch {epoch}", *(f"{name} = {value:g}" for name, value in self.fixed.items())]
        )
        # what keras.callbacks.TensorBoard sets for its own batches must not skip the picture
        with self._writer.as_default(), tf.summary.record_if(True):
            for name in fields if self.field is None else (self.field,):
                values = self._on_grid(outputs[:, fields.index(name)])
                figure = draw_field(self._axes, values, self._expected, name, title)
                tf.summary.image(name, _pixels(figure)[None], step=epoch)
        self._writer.flush()

    def _on_grid(self, values: np.ndarray) -> np.ndarray:
        """Values at the points inside, on the whole grid; NaN elsewhere."""
        whole = np.full(len(self._inside), np.nan)
        whole[self._inside] = values
        return whole.reshape((self.resolution,) * len(self._axes))

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _pixels(figure: Any) -> np.ndarray:
    """The picture as an array `(height, width, 3)` of bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _check_fixed(fixed: Any) -> dict[str, float]:
    if fixed is None:
        return {}
    if not isinstance(fixed, Mapping):
        raise TypeError(message("fixed", "a dict of coordinates and their values", fixed))
    return {
        check_name("fixed", name): check_number(f"fixed[{name!r}]", value)
        for name, value in fixed.items()
    }
