"""Training that survives being killed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import keras

from kerasphys._validation import check_positive_int, message
from kerasphys.callbacks._callback_state import CallbackState
from kerasphys.callbacks._checkpoints import Checkpoints
from kerasphys.callbacks._data_order import DataOrder
from kerasphys.callbacks._model_state import ModelState, inner_optimizers
from kerasphys.callbacks._random_state import random_state, restore_random_state
from kerasphys.callbacks._running_fit import running_fit
from kerasphys.callbacks._termination import Termination
from kerasphys.callbacks.compare_with_reference import CompareWithReference
from kerasphys.models.callback_order import in_order
from kerasphys.models.physics_model import FINE

NOTHING = -1  # the number of the last state where there is none

REMEMBERING = (
    CompareWithReference,
    keras.callbacks.EarlyStopping,
    keras.callbacks.ReduceLROnPlateau,
    keras.callbacks.SwapEMAWeights,
)


def _forwarded(hook: str) -> Callable[..., None]:
    def method(self: Resume, *args: Any, **kwargs: Any) -> None:
        for callback in self._in_order:
            getattr(callback, hook)(*args, **kwargs)

    return method


class Resume(keras.callbacks.Callback):
    """Lets a run that was killed go on as if nothing had happened, bit for bit.

    Start the same script again: `fit` continues after the last epoch that was kept, and ends with
    the weights, the logs and the history of a run left alone. If the run is complete, `fit`
    returns at once. Kept are all variables of the model and of its optimizer, the points with
    their weights, the random generators of Keras, TensorFlow, NumPy and Python, the history, and
    the callbacks given here, which are not given to `fit` again: early stopping goes on waiting,
    and a run that one of them stopped stays stopped. What remembers nothing, such as a progress
    bar, may stand beside.

    The grain is the epoch: one that was cut short begins anew. That includes an epoch in which a
    callback beside this one stops training, for want of time, say; the next start goes on.

    Each state is a directory, `epoch-000012`, with checksums. It appears when it is whole, and
    only then an older one goes: what is killed, or finds the disk full, leaves the last one.

    SIGTERM, by which schedulers announce that they take the machine away, ends the run in order:
    the step is finished, an epoch that is complete with it is kept, all callbacks see the end of
    training, and the process exits with status 0 (`SystemExit`). The next start goes on. The other
    machines of a run on several see that as if the process had been killed.

    A script that trains in several phases gives each `fit` a directory of its own. Where several
    machines train, the first one writes and all read: the directory must be shared.

    Args:
        directory: Where the states are. It may hold other files.
        callbacks: The callbacks whose state is kept, in the order in which they are called.
            Numbers, strings, arrays and variables that are their attributes are kept, and lists,
            tuples and dicts of them. For others a callback has methods `get_state()`, which
            returns a dict of such, and `set_state(state)`.
        every: Positive integer, epochs between two states. The last epoch is kept always. A state
            takes milliseconds, but seconds and gigabytes where a second-order optimizer keeps a
            matrix for thousands of parameters.
        keep: Positive integer, how many states stay.
        on_sigterm: What SIGTERM ends: `"step"`, so that an epoch that was cut short begins anew at
            the next start; `"epoch"`, which is finished and kept whatever `every` is, for
            schedulers that wait so long; or `None`: the signal is left to the others.

    Raises:
        ValueError: When training begins, if the states are of a run with another model, problem,
            optimizer, or other callbacks; if the last one is damaged; or if other models than a
            `PINNModel` get data that is shuffled without a seed.
        OSError: If a state cannot be written. The last one stays, the model has the weights of the
            epoch that ended, and another `fit` goes on as if nothing had happened.

    Notes:
        With other models than a `PINNModel` the data of the epochs that are done are read again,
        and dropped, so that a shuffled `tf.data.Dataset` or a `PyDataset` is where it was. Arrays
        that `fit` shuffles need `keras.utils.set_random_seed`. TensorFlow's operations that draw
        random numbers from a hidden state inside a step (`tf.random.uniform`) cannot be resumed;
        `keras.random` with a `SeedGenerator` can.

    Example:
        ```python
        import keras
        import kerasphys as kp

        line = kp.geometry.Interval(0, 1, "x")
        problem = kp.Problem(
            line,
            fields="u",
            conditions={
                "equation": kp.Residual(lambda u_xx: u_xx + 1),
                "ends": kp.Dirichlet(u=0.0, on=line.boundary("x")),
            },
        )
        model = kp.models.PINNModel(kp.networks.MLP([8, 8], seed=0), problem)
        model.compile("adam")
        stopping = keras.callbacks.EarlyStopping("loss", patience=5, restore_best_weights=True)
        model.fit(
            problem.points(equation=64, ends=2),
            epochs=20,
            callbacks=[kp.callbacks.Resume("run", [kp.callbacks.Resample(), stopping])],
            verbose=0,
        )
        ```
    """

    of_one_fit: ClassVar[bool] = True  # so that no other `fit` takes its states for its own

    def __init__(
        self,
        directory: str | os.PathLike,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        every: int = 1,
        keep: int = 1,
        on_sigterm: str | None = "step",
    ):
        super().__init__()
        if not isinstance(directory, str | os.PathLike):
            raise TypeError(message("directory", "a path", directory))
        self.directory = directory
        self.callbacks = _check_callbacks(callbacks)
        self._in_order = in_order(self.callbacks)
        self.every = check_positive_int("every", every)
        self.keep = check_positive_int("keep", keep)
        if on_sigterm not in ("step", "epoch", None):
            raise ValueError(message("on_sigterm", "'step', 'epoch' or None", on_sigterm))
        self.on_sigterm = on_sigterm
        self._termination: Termination | None = None
        self._checkpoints: Checkpoints | None = None
        self._callback_state = CallbackState(())
        self._settings: dict[str, Any] = {}
        self._forms: dict[str, Any] = {}
        self._epochs_seen = 0  # of the data
        self._history: dict[str, Any] | None = None  # of earlier starts, until it is handed over

    on_train_batch_begin = _forwarded("on_train_batch_begin")
    on_test_begin = _forwarded("on_test_begin")
    on_test_end = _forwarded("on_test_end")
    on_test_batch_begin = _forwarded("on_test_batch_begin")
    on_test_batch_end = _forwarded("on_test_batch_end")
    on_predict_begin = _forwarded("on_predict_begin")
    on_predict_end = _forwarded("on_predict_end")
    on_predict_batch_begin = _forwarded("on_predict_batch_begin")
    on_predict_batch_end = _forwarded("on_predict_batch_end")

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: keras.Model) -> None:
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        _build(self.model)
        self._check_beside()
        self._checkpoints = Checkpoints(Path(self.directory).absolute(), self.keep)
        self._settings, self._forms = self._find_settings(), ModelState(self.model).forms()
        last = self._find_last()
        state: dict[str, Any] | None = None
        if last is not None:
            state = self._checkpoints.read(last)
            with self._checkpoints.believing(last):
                settings = {**state["settings"], **state["forms"]}
                _check_counts(state, last)
            self._check_same(settings, self._checkpoints.path(last))
        data = DataOrder(self.model)
        data.check()
        for callback in self._in_order:
            callback.on_train_begin(logs)
        self._callback_state = CallbackState(self.callbacks)
        self._epochs_seen, self._history = 0, None
        if state is None:
            self._keep(0, {"history": {}, "epoch": []})
        else:
            self._restore(state, data)
        self._termination = Termination(self.model)
        if self.on_sigterm is not None:
            self._termination.begin()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        for callback in self._in_order:
            callback.on_train_batch_end(batch, logs)
        if self._asked_to_end and self.on_sigterm == "step":
            steps = self.params["steps"]
            if steps is None or batch + 1 < steps:
                self.model.stop_training = True

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._hand_over()
        for callback in self._in_order:
            callback.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        cut_short = self.model.stop_training
        for callback in self._in_order:
            callback.on_epoch_end(epoch, logs)
        if cut_short:
            return
        self._epochs_seen += 1
        done, ended, asked = epoch + 1, self.model.stop_training, self._asked_to_end
        if ended or asked or done % self.every == 0 or done == self.params["epochs"]:
            self._keep(done, _history(self.model, epoch, logs or {}), ended)
        if asked:
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._hand_over()
        for callback in self._in_order:
            callback.on_train_end(logs)
        if self._termination is None:
            return
        self._termination.end()
        if self._asked_to_end and not _failed(self.model):
            self._end_others(logs)
            raise SystemExit(0)

    @property
    def _asked_to_end(self) -> bool:
        return self._termination is not None and self._termination.received

    def _end_others(self, logs: dict[str, Any] | None) -> None:
        """Tells the callbacks after this one that training ends: `fit` will not come to that."""
        beside = running_fit(self.model, "callbacks").callbacks
        for callback in beside[beside.index(self) + 1 :]:
            callback.on_train_end(logs)

    def _find_last(self) -> int | None:
        """The number of the last state: in all processes the one that the first of them sees."""
        assert self._checkpoints is not None
        numbers = self._checkpoints.numbers()
        last = numbers[-1] if numbers else NOTHING
        distribution = getattr(self.model, "distribution", None)
        if distribution is not None:
            last = distribution.from_chief(last)
        if last != NOTHING and last not in numbers:
            raise ValueError(
                f"The first worker found {self._checkpoints.path(last)}, this one does not. Give "
                "Resume a directory that all machines share."
            )
        return None if last == NOTHING else last

    def _check_beside(self) -> None:
        """Refuses what would not go on exactly where it stands."""
        beside = running_fit(self.model, "callbacks")
        for callback in () if beside is None else beside.callbacks:
            name = type(callback).__name__
            if any(callback is inside for inside in self.callbacks):
                raise ValueError(
                    f"{name} stands in Resume and beside it, so it would be called twice. Give it "
                    "to Resume only."
                )
            if callback is not self and _remembers(callback):
                raise ValueError(
                    f"{name} stands beside Resume, so what it remembers would be lost. Put it "
                    f"inside: kp.callbacks.Resume(directory, [{name}(...)])."
                )

    def _find_settings(self) -> dict[str, Any]:
        return {
            **ModelState(self.model).settings(),
            "callbacks": ", ".join(type(c).__name__ for c in self.callbacks) or "none",
            "steps of an epoch": self.params["steps"],
        }

    def _check_same(self, there: dict[str, Any], path: Path) -> None:
        here = {**self._settings, **self._forms}
        for name in {**there, **here}:
            if there.get(name) != here.get(name):
                raise ValueError(
                    f"{path} is of another run: {name} is {there.get(name)} there and "
                    f"{here.get(name)} here. Give each run a directory of its own, or make and "
                    "compile the model as before."
                )

    def _keep(self, done: int, history: dict[str, Any], ended: bool = False) -> None:
        assert self._checkpoints is not None
        distribution = getattr(self.model, "distribution", None)
        if distribution is not None and not distribution.is_chief:
            return
        model = ModelState(self.model)
        if model.forms() != self._forms:
            raise ValueError(
                "The model got other variables while it trained, so its state cannot be brought "
                "back. Make all of them before fit."
            )
        state = {
            "settings": self._settings,
            "forms": self._forms,
            "done": done,
            "ended": ended,
            "epochs_seen": self._epochs_seen,
            "history": history,
            "model": model.get(),
            "callbacks": self._callback_state.get(),
            "random": random_state(),
        }
        self._checkpoints.write(done, state)

    def _restore(self, state: dict[str, Any], data: DataOrder) -> None:
        done, epochs = state["done"], self.params["epochs"]
        if state["ended"]:
            done = max(done, epochs)
        if done < epochs:
            data.skip(state["epochs_seen"])
        assert self._checkpoints is not None
        with self._checkpoints.believing(state["done"]):
            ModelState(self.model).set(state["model"])
            self._callback_state.set(state["callbacks"])
            restore_random_state(state["random"])
        self._epochs_seen, self._history = state["epochs_seen"], state["history"]
        self.model.stop_training = state["ended"]
        self.model._initial_epoch = done  # fit reads it when every callback has begun

    def _hand_over(self) -> None:
        """Gives Keras the history, which it empties when training begins."""
        self.model._initial_epoch = None  # or a second fit would begin there too
        history = getattr(self.model, "history", None)
        if self._history is not None and history is not None:
            history.history.clear()
            history.history.update(self._history["history"])
            history.epoch[:] = self._history["epoch"]
        self._history = None


def _check_counts(state: dict[str, Any], number: int) -> None:
    """Refuses numbers of epochs and a history that no run can have had."""
    seen, history = state["epochs_seen"], state["history"]
    if state["done"] != number or not 0 <= seen <= number or type(state["ended"]) is not bool:
        raise ValueError(f"{state['done']} epochs cannot be done, and {seen} seen, in its place")
    if not all(type(values) is list for values in [history["epoch"], *history["history"].values()]):
        raise ValueError("its history holds something else than lists")


def _history(model: keras.Model, epoch: int, logs: dict[str, Any]) -> dict[str, Any]:
    """The history with the epoch that ends, which Keras may not have written down yet."""
    kept = getattr(model, "history", None)
    history = {} if kept is None else {name: list(values) for name, values in kept.history.items()}
    epochs = [] if kept is None else list(kept.epoch)
    if epoch not in epochs[-1:]:
        epochs.append(epoch)
        for name, value in logs.items():
            history.setdefault(name, []).append(value)
    return {"history": history, "epoch": epochs}


def _failed(model: keras.Model) -> bool:
    """Whether `fit` is about to raise the error of a step that was not finite."""
    fault = getattr(model, "_fault", None)
    return fault is not None and fault.numpy() != FINE


def _build(model: keras.Model) -> None:
    """Makes sure that there is a variable for everything that is kept."""
    if not model.built:
        raise ValueError(
            f"The model {model.name!r} has no weights yet, so none can be brought back. Build it "
            "before fit: give it a keras.Input, or call it on a batch."
        )
    if model.optimizer is not None:
        for optimizer in (model.optimizer, *inner_optimizers(model.optimizer)):
            if not optimizer.built:
                optimizer.build(model.trainable_variables)


def _remembers(callback: keras.callbacks.Callback) -> bool:
    """Whether a callback is known to act on what was in earlier epochs."""
    if isinstance(callback, keras.callbacks.ModelCheckpoint):
        return callback.save_best_only
    names = ("adaptation_stage", "get_state")
    return isinstance(callback, REMEMBERING) or any(hasattr(callback, name) for name in names)


def _check_callbacks(callbacks: Any) -> list[keras.callbacks.Callback]:
    expected = "a list of Keras callbacks"
    if not isinstance(callbacks, Sequence):
        raise TypeError(message("callbacks", expected, callbacks))
    for callback in callbacks:
        if not isinstance(callback, keras.callbacks.Callback):
            raise TypeError(message("callbacks", expected, callback))
        if isinstance(callback, Resume | keras.callbacks.BackupAndRestore):
            cure = "It would do the same again. Leave it out."
            raise ValueError(message("callbacks", "callbacks of another kind", callback, cure))
    return list(callbacks)
