"""Training in one window of time after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from kerasphys._files import replace_file
from kerasphys._validation import check_int, check_positive_int, message
from kerasphys.geometry import PointCloud
from kerasphys.models.march_checks import (
    Callbacks,
    check_axis,
    check_callbacks,
    check_first,
    check_model,
    check_points,
)
from kerasphys.models.pinn_model import PINNModel
from kerasphys.models.time_slabs import TimeSlabs
from kerasphys.models.window_model import WindowModel
from kerasphys.networks import TimeWindows
from kerasphys.problem import Problem


def march(
    model: PINNModel,
    points: Mapping[str, int],
    *,
    epochs: int = 1,
    steps_per_epoch: int | None = None,
    batch_size: int | None = None,
    validation_points: Mapping[str, int] | None = None,
    callbacks: Callbacks | Callable[[int], Callbacks] = (),
    first: int | None = None,
    path: str | os.PathLike | None = None,
    seed: int = 0,
    sampler: str = "sobol",
    verbose: Any = "auto",
) -> keras.callbacks.History:
    """Trains a model of time windows, one window after the other, for long intervals of time.

    Each window is a `fit` of its own: on the conditions in its slab of time, with a new optimizer
    made as the model's, from the weights of the window before. Where a condition holds at the start
    of time, later windows must continue the state at the end of the window before: the fields that
    the condition names, and the derivatives by time where it names them. It keeps its name, its
    weight, and its number of points. `Data` count in the window in which they were taken.

    The model holds what is finished. After an interruption, or with a model that was loaded from
    `path` and compiled again, another call goes on with the first window that is not.

    Args:
        model: A compiled `PINNModel` with a `kp.networks.TimeWindows` network.
        points: For each condition the number of its points in a window.
        epochs: Positive integer, of each window.
        steps_per_epoch: As of `PINNModel.fit`.
        batch_size: As of `PINNModel.fit`.
        validation_points: For each condition the number of its points in the validation of a
            window; `None` for none.
        callbacks: Keras callbacks, which begin anew in every window, such as `EarlyStopping`; they
            see a model of that window, of which `ModelCheckpoint` may write the weights only. Or a
            function from the number of the window to them, where each window needs its own, such as
            a directory for `TensorBoard` or `Resume`.
        first: The number of the window to begin with, at most the number of those that are
            finished; by default the first that is not.
        path: A `.keras` file that gets the model, without its optimizer, after each window; or
            `None`.
        seed: Integer, of the points; validation points have the next one.
        sampler: As of `Problem.points`.
        verbose: As of `keras.Model.fit`.

    Returns:
        The history: the epochs of all windows, with the number of the window under `window`.

    Raises:
        FloatingPointError: If the loss or its gradient stops being finite. The error names the
            window; those before it are kept.
        ValueError: If the problem cannot be cut in time, or all windows are finished.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        domain = kp.geometry.Interval(0, 20, "t")
        problem = kp.Problem(
            domain,
            fields="u",
            conditions={
                "equation": kp.Residual(lambda u, u_t: u_t + u),
                "initial": kp.Dirichlet(u=1.0, on=domain.start("t")),
            },
        )
        network = kp.networks.TimeWindows(kp.networks.MLP([8], seed=0), windows=2)
        model = kp.models.PINNModel(network, problem)
        model.compile(kp.optimizers.LevenbergMarquardt())
        history = kp.march(model, {"equation": 64, "initial": 1}, epochs=2, verbose=0)
        assert history.history["window"] == [0, 0, 1, 1]
        ```

    Reference:
        Krishnapriyan et al., 2021, https://arxiv.org/abs/2109.01050
    """
    network = check_model(model)
    points = check_points("points", points, model.problem)
    if validation_points is not None:
        validation_points = check_points("validation_points", validation_points, model.problem)
    check_positive_int("epochs", epochs)
    seed = check_int("seed", seed, minimum=0)
    first = check_first(first, network)
    if not callable(callbacks):
        callbacks = check_callbacks(callbacks, shared=True)
    if path is not None and not isinstance(path, str | os.PathLike):
        raise TypeError(message("path", "a path, or None", path))
    training = _March(model, network)
    training.check_covered("points", points)
    if validation_points is not None:
        training.check_covered("validation_points", validation_points)
    history = _History()
    if path is not None:
        _save(model, path)
    for index in range(first, len(network.copies)):
        window = training.enter(index)
        if verbose:
            print(f"Window {training.describe(index)}")
        try:
            found = window.fit(
                training.points(points, seed, sampler),
                epochs=epochs,
                steps_per_epoch=steps_per_epoch,
                batch_size=batch_size,
                validation_data=None
                if validation_points is None
                else training.points(validation_points, seed + 1, sampler),
                callbacks=check_callbacks(callbacks(index), shared=False)
                if callable(callbacks)
                else callbacks,
                verbose=verbose,
            )
        except FloatingPointError as error:
            raise FloatingPointError(
                f"In window {training.describe(index)}: {error} The windows before it are kept."
            ) from error
        training.finish(index)
        history.add(index, found)
        if path is not None:
            _save(model, path)
    return history.made()


class _March:
    """The windows of a model, and what is handed from one to the next."""

    def __init__(self, model: PINNModel, network: TimeWindows):
        self._model = model
        self._network = network
        problem = model.problem
        axis = problem.coordinates.index(problem.namespace.time) if problem.namespace.time else 0
        lower, upper = (bound[axis] for bound in problem.domain.bounds)
        unit = (np.asarray(network.edges) + 1) / 2
        self.edges = (lower + (upper - lower) * unit).tolist()
        self.edges[-1] = float(upper)
        self._slabs = TimeSlabs(problem, self.edges)
        check_axis(model, network, self._slabs.axis)
        self._window: WindowModel | None = None
        self._before: WindowModel | None = None
        self._problem: Problem | None = None

    def check_covered(self, argument: str, points: Mapping[str, int]) -> None:
        """Refuses numbers of points that some window would lack."""
        problem = self._model.problem
        handed_on = self._slabs.states if len(self.edges) > 2 else {}
        for name in (*self._model.soft_conditions, *handed_on):
            condition = problem.conditions[name]
            if (
                name not in points
                and not condition.has_own_points
                and not isinstance(condition.region(problem.domain), PointCloud)
            ):
                later = ", which each window but the first continues" if name in handed_on else ""
                raise ValueError(
                    f"Argument `{argument}` has no number of points for the condition "
                    f"{name!r}{later}."
                )

    def enter(self, index: int) -> WindowModel:
        """The model of a window, ready for `fit`."""
        model = self._model
        if index:
            self._look_back(index - 1)
        before = self._values_before if index else None
        self._problem = self._slabs.window(index, before, tuple(model.exact_conditions))
        if self._window is None or _kinds(self._window.problem) != _kinds(self._problem):
            with model._scope():
                self._window = WindowModel(model, self._problem)
                self._window.train_like(model)
        weights = self._network.copies[max(index - 1, 0)].get_weights()
        self._window.begin(index, weights, self._problem)
        return self._window

    def points(self, points: Mapping[str, int], seed: int, sampler: str) -> Any:
        """Points in the window."""
        assert self._problem is not None
        inside: dict[str, Any] = {n: c for n, c in points.items() if n in self._problem.conditions}
        return self._problem.points(seed=seed, sampler=sampler, **inside)

    def finish(self, index: int) -> None:
        """Gives the model what its window has learnt."""
        assert self._window is not None
        self._network.copies[index].set_weights(self._window.network.get_weights())
        self._network.mark_finished(index + 1)

    def describe(self, index: int) -> str:
        """Which window it is, for people."""
        lower, upper = self.edges[index : index + 2]
        count, time = len(self._network.copies), self._slabs.time
        return f"{index + 1} of {count}, {time} from {lower:g} to {upper:g}"

    def _look_back(self, index: int) -> None:
        """Makes the end of a window known to the next."""
        if self._before is None:
            with self._model._scope():
                self._before = WindowModel(self._model, self._slabs.window(0, None, ()))
        weights = self._network.copies[index].get_weights()
        self._before.begin(index, weights, self._before.problem)

    def _values_before(self, name: str, points: np.ndarray) -> np.ndarray:
        assert self._before is not None
        return self._before.derivatives(points, name)[name].astype(np.float64)


class _History:
    """The logs of all windows in one table."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def add(self, window: int, history: keras.callbacks.History) -> None:
        columns = history.history
        for epoch in range(len(history.epoch)):
            row = {name: values[epoch] for name, values in columns.items() if epoch < len(values)}
            self._rows.append({"window": window, **row})

    def made(self) -> keras.callbacks.History:
        history = keras.callbacks.History()
        names = dict.fromkeys(name for row in self._rows for name in row)
        history.history = {n: [row.get(n, float("nan")) for row in self._rows] for n in names}
        history.epoch = list(range(len(self._rows)))
        return history


def _kinds(problem: Problem) -> dict[str, type]:
    """What a compiled step depends on, where problems differ in their regions only."""
    return {name: type(condition) for name, condition in problem.conditions.items()}


def _save(model: PINNModel, path: str | os.PathLike) -> None:
    """Writes a model without its optimizer, which trains windows only and has learnt nothing."""
    with replace_file(path) as staged:
        file = staged.with_suffix(".keras")  # Keras writes no file of another kind
        try:
            model.compiled = False
            model.save(file)
            os.replace(file, staged)
        finally:
            model.compiled = True
            file.unlink(missing_ok=True)
