"""Several optimizers, one after the other, in one training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._registry import pack, serializable
from kerasphys._validation import check_positive_int, message
from kerasphys.optimizers.objective import Evaluation, Objective
from kerasphys.optimizers.second_order import COUNTERS, SecondOrder, is_finite

EXPECTED = "a sequence of pairs of an optimizer and its number of steps, None for the last"


@serializable
class Stages(SecondOrder):
    """A schedule of optimizers in one `fit`: first Adam to come near, say, then a second-order one.

    The stages change by the number of steps, in the graph, so nothing is traced again. An
    optimizer of Keras takes one gradient step; the loss that a step reports is the one after it.
    Weights that such a step makes not finite are taken back.

    Args:
        stages: Sequence of pairs `(optimizer, steps)`: an optimizer of Keras or of this package,
            and for how many steps it trains; `None` for the last, which trains on.
        name: String or `None`.

    Raises:
        ValueError: If the last number of steps is not `None`, or another one is.

    Example:
        ```python
        import keras
        import kerasphys as kp

        schedule = kp.optimizers.Stages(
            [(keras.optimizers.Adam(1e-3), 1000), (kp.optimizers.SSBroyden(), None)]
        )
        print(schedule.learning_rate)  # that of Adam, for the first thousand steps
        ```
    """

    def __init__(
        self,
        stages: Iterable[tuple[keras.optimizers.Optimizer, int | None]],
        name: str | None = None,
        **kwargs: Any,
    ):
        pairs = _check_stages(stages)
        super().__init__(name=name, **kwargs)
        self.steps = [steps for _, steps in pairs]
        for number, (optimizer, _) in enumerate(pairs):
            setattr(self, f"stage_{number}", optimizer)  # Keras saves and tracks attributes

    @property
    def stages(self) -> list[tuple[keras.optimizers.Optimizer, int | None]]:
        """The pairs that the schedule was made of."""
        return list(zip(self._optimizers(), self.steps, strict=True))

    @property
    def learning_rate(self) -> Any:
        """That of the active optimizer; it may be assigned."""
        return self._active().learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._active().learning_rate = value

    @property
    def variables(self) -> list[keras.Variable]:
        """The state of the schedule and of all its optimizers."""
        return self._variables + [v for o in self._optimizers() for v in o.variables]

    def build(self, variables: Sequence[keras.Variable]) -> None:
        if not self.built:
            for optimizer in self._optimizers():
                optimizer.build(variables)
        super().build(variables)

    def refresh(self) -> None:
        super().refresh()
        for optimizer in self._optimizers():
            if isinstance(optimizer, SecondOrder):
                optimizer.refresh()

    def get_config(self) -> dict[str, Any]:
        return {"stages": [[pack(o), steps] for o, steps in self.stages], "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Stages:
        stages = [
            (keras.saving.deserialize_keras_object(optimizer, custom_objects), steps)
            for optimizer, steps in config["stages"]
        ]
        return cls(**{**config, "stages": stages})

    def save_own_variables(self, store: Any) -> None:
        super().save_own_variables(store)
        for name, count in self._inner_sizes().items():
            store[name] = np.asarray(count)

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        names = list(store.keys())
        sizes = self._inner_sizes()
        saved = {name: int(np.asarray(store[name])) for name in names if name.startswith("stage_")}
        if names and saved != sizes:
            raise ValueError(
                f"The saved state is that of other stages. Expected (with the number of variables "
                f"of each): {sizes}. Received: {saved}. Compile the model as it was compiled when "
                "it was saved, with the same network."
            )
        super().load_own_variables({name: store[name] for name in names if name not in sizes})

    def _optimizers(self) -> list[keras.optimizers.Optimizer]:
        return [getattr(self, f"stage_{number}") for number in range(len(self.steps))]

    def _active(self) -> keras.optimizers.Optimizer:
        done = int(self._iterations.numpy())
        return self._optimizers()[sum(done >= end for end in self._ends())]

    def _ends(self) -> list[int]:
        return np.cumsum([steps for steps in self.steps if steps is not None]).tolist()

    def _inner_sizes(self) -> dict[str, int]:
        """The number of variables of each stage: what tells whether a saved state fits."""
        return {
            f"stage_{number}_{type(optimizer).__name__}": len(optimizer.variables)
            for number, optimizer in enumerate(self._optimizers())
        }

    def _inner_counts(self) -> dict[str, tf.Tensor]:
        """The counters of the stages that count, summed."""
        counting = [o for o in self._optimizers() if isinstance(o, SecondOrder)]
        return {
            name: tf.add_n([tf.zeros((), "int64")] + [getattr(o, name).value for o in counting])
            for name in COUNTERS
        }

    def _iterate(self, objective: Any) -> tuple[tf.Tensor, tf.Tensor]:
        done = tf.identity(self._iterations.value)
        number = tf.reduce_sum(tf.cast(done >= tf.constant(self._ends(), done.dtype), "int32"))
        before = self._inner_counts()
        by_gradient = tf.gather([_begins_with_gradient(o) for o in self._optimizers()], number)
        start = self._start(objective, needed=by_gradient)
        possible = ~by_gradient | is_finite(start)
        end = start
        for stage, optimizer in enumerate(self._optimizers()):

            def turn(
                _: tf.Tensor,
                end: Evaluation,
                optimizer: keras.optimizers.Optimizer = optimizer,
            ) -> tuple[tf.Tensor, Evaluation]:
                return tf.constant(False), self._advance_by(optimizer, objective, start)

            # A loop of one turn, not a branch: XLA copies the matrices that a branch may change.
            _, end = tf.while_loop(
                lambda goes, _: goes, turn, (possible & tf.equal(number, stage), end)
            )
        self._keep(end)
        self.stale.assign(self.stale.value | ~by_gradient)
        for name, count in self._inner_counts().items():
            getattr(self, name).assign_add(count - before[name])
        return end.loss, end.terms

    def _advance_by(
        self, optimizer: keras.optimizers.Optimizer, objective: Any, start: Evaluation
    ) -> Evaluation:
        """One iteration of a stage."""
        if not isinstance(optimizer, SecondOrder):
            return self._apply(optimizer, objective, start)
        optimizer._iterations.assign_add(1)
        if _begins_with_gradient(optimizer):
            return optimizer._advance(objective, start)
        loss, terms = optimizer._iterate(objective)
        return Evaluation(loss, start.gradient, terms)

    def _apply(
        self, optimizer: keras.optimizers.Optimizer, objective: Objective, start: Evaluation
    ) -> Evaluation:
        """One step of an optimizer of Keras; taken back if it is not finite."""
        before = self._position()
        optimizer.apply(self._parts(start.gradient), self._trainable_variables)
        after = self._position()
        end = self._evaluate(objective)
        sound = tf.reduce_all(tf.math.is_finite(after))
        self._move(tf.where(sound & is_finite(end), after, before))
        return end._replace(loss=tf.where(sound, end.loss, float("nan")))


def _begins_with_gradient(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether a step of this optimizer begins with the gradient at the variables."""
    own = isinstance(optimizer, SecondOrder)
    return not own or type(optimizer)._advance is not SecondOrder._advance


def _check_stages(stages: Any) -> list[tuple[keras.optimizers.Optimizer, int | None]]:
    if isinstance(stages, str) or not isinstance(stages, Iterable):
        raise TypeError(message("stages", EXPECTED, stages))
    pairs = []
    for pair in stages:
        if not isinstance(pair, Sequence) or len(pair) != 2:
            raise TypeError(message("stages", EXPECTED, pair))
        optimizer, steps = pair
        if not isinstance(optimizer, keras.optimizers.Optimizer):
            raise TypeError(message("stages", EXPECTED, pair))
        if isinstance(optimizer, Stages):
            raise ValueError("Argument `stages` must not hold another schedule: join the two.")
        if optimizer.use_ema:
            raise ValueError(
                f"Argument `stages` holds {optimizer.name!r} with use_ema: nobody would put the "
                "averages into the weights at the end of its stage. Leave it out."
            )
        pairs.append((optimizer, steps))
    if not pairs:
        raise ValueError(message("stages", EXPECTED, stages))
    if len({id(optimizer) for optimizer, _ in pairs}) < len(pairs):
        raise ValueError("Argument `stages` must hold a new optimizer for each stage.")
    *first, (_, last) = pairs
    if last is not None:
        raise ValueError(message("stages", EXPECTED, pairs, "The last stage trains on: its None."))
    for _, steps in first:
        check_positive_int("stages", steps)
    return pairs
