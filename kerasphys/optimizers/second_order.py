"""What optimizers that see the whole objective have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._validation import check_positive, message
from kerasphys.optimizers.objective import Evaluation, Objective

DENSE_LIMIT = 8_000

COUNTERS = ("restarts", "skipped", "stalled", "evaluations")

REFUSED = (
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)


class SecondOrder(keras.optimizers.Optimizer):
    """The base of optimizers that evaluate the objective themselves, as often as they need.

    A subclass makes its memory in `_build_memory` and does one iteration in `_iterate`, or in
    `_advance` where it begins with the gradient at the variables. Whoever trains calls `step` once
    an iteration, and `refresh` when the objective has changed (new points, new weights of the
    terms) or the variables were assigned.

    Counters say what went wrong and was recovered from: `restarts` (the memory of the curvature
    was thrown away), `skipped` (a step without clearly positive curvature taught nothing) and
    `stalled` (no decrease was found even along the gradient: the weights stayed); `evaluations`
    counts those of the loss with its gradient.

    Args:
        learning_rate: Positive float, a factor of the first trial step of every iteration.
        name: String or `None`.

    Raises:
        TypeError: If an argument of Keras' optimizers is given that has no meaning here, such as
            `weight_decay` or `clipnorm`.
    """

    dtype: str
    kept_loss: keras.Variable
    kept_gradient: keras.Variable
    stale: keras.Variable
    restarts: keras.Variable
    skipped: keras.Variable
    stalled: keras.Variable
    evaluations: keras.Variable

    def __init__(self, learning_rate: float = 1.0, name: str | None = None, **kwargs: Any):
        if name is not None and not isinstance(name, str):
            raise TypeError(message("name", "a string or None", name))
        for argument, value in kwargs.items():
            if argument not in REFUSED:
                raise TypeError(f"{type(self).__name__} has no argument `{argument}`.")
            raise TypeError(
                f"{type(self).__name__} does not take `{argument}`: it would change the objective "
                f"or the step behind the line search. Received: {argument}={value!r}. Put a "
                "penalty into the objective instead (a kernel_regularizer of the network)."
            )
        super().__init__(check_positive("learning_rate", learning_rate), name=name)
        self.size = 0

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Makes the state for these variables.

        Args:
            variables: The trainable variables, all of one dtype, float32 or float64.

        Raises:
            ValueError: If the variables differ in dtype, if there are none, if they are too many
                for the method, or if the optimizer already belongs to others.
        """
        if self.built:
            self._check_own(variables)
            return
        dtype = _common_dtype(variables)
        size = sum(int(np.prod(v.shape)) for v in variables)
        self._check_size(size, dtype)
        super().build(list(variables))
        self.size = size
        self.dtype = dtype
        self.kept_loss = self.add_variable((), dtype=dtype, name="kept_loss")
        self.kept_gradient = self.add_variable((size,), dtype=dtype, name="kept_gradient")
        self.stale = self.add_variable((), "ones", dtype="bool", name="stale")
        for counter in COUNTERS:
            setattr(self, counter, self.add_variable((), dtype="int64", name=counter))
        self._build_memory(size, dtype)

    @tf.autograph.experimental.do_not_convert
    def step(
        self, objective: Objective, variables: Sequence[keras.Variable]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """One iteration: the variables move, or stay where no decrease is found.

        Args:
            objective: The loss with what the method needs of it, see `Objective` and
                `LeastSquares`.
            variables: The variables that it depends on, those of `build`.

        Returns:
            The loss `()` and its terms `(k,)` at the values that the variables have now. If the
            objective is not finite at the start, nothing moves, and it is returned as it is.
        """
        if self.built:
            self._check_own(variables)
        else:
            with tf.init_scope():
                self.build(variables)
        loss, terms = self._iterate(objective)
        self._iterations.assign_add(1)
        return loss, terms

    def refresh(self) -> None:
        """Says that the objective has changed: the next step evaluates it anew where it stands.

        What was learnt about the curvature is kept.
        """
        if self.built:
            self.stale.assign(True)

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Refused: gradients alone are not enough."""
        raise NotImplementedError(
            f"{type(self).__name__} needs the objective, not its gradients only. Use it with "
            "kp.models.PINNModel or kp.models.SurrogateModel, or call "
            "optimizer.step(objective, variables) in a training step of your own."
        )

    def apply_gradients(self, grads_and_vars: Any) -> None:
        """Refused, as `apply`."""
        self.apply(grads_and_vars)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Refused, as `apply`."""
        self.apply(gradient)

    def get_config(self) -> dict[str, Any]:
        return {"learning_rate": float(self.learning_rate.numpy()), "name": self.name}

    def save_own_variables(self, store: Any) -> None:
        for name, variable in self._named_state().items():
            store[name] = variable.numpy()

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Takes over a saved state.

        Raises:
            ValueError: If it is not the state of such an optimizer for as many variables.
        """
        own = self._named_state()
        names = list(store.keys())
        if set(names) <= {"iteration", "learning_rate"}:
            self.refresh()  # a file without an optimizer, or with one that never trained
            return
        own_shapes = {name: tuple(variable.shape) for name, variable in own.items()}
        shapes = {name: tuple(store[name].shape) for name in names}
        if shapes != own_shapes:
            raise ValueError(
                f"The saved state does not fit the optimizer {type(self).__name__}, which has "
                f"{own_shapes}. Received: {shapes}. Compile the model as it was compiled when it "
                "was saved, with the same network; or load the weights first and compile then."
            )
        for name, variable in own.items():
            variable.assign(np.asarray(store[name]))

    def _build_memory(self, size: int, dtype: str) -> None:
        """Makes the state of the method, with `add_variable`."""

    def _iterate(self, objective: Any) -> tuple[tf.Tensor, tf.Tensor]:
        """One iteration, in the graph. Returns the loss and its terms."""
        end = self._advance(objective, self._start(objective))
        self._keep(end)
        return end.loss, end.terms

    def _advance(self, objective: Any, start: Evaluation) -> Evaluation:
        """One iteration of a method that begins with the gradient. Returns where it ends."""
        raise NotImplementedError

    def _check_size(self, size: int, dtype: str) -> None:
        """Refuses what the method cannot hold."""

    def _refuse_large(self, size: int, dtype: str, cure: str) -> None:
        """For methods with a dense matrix."""
        if size > DENSE_LIMIT:
            gigabytes = size**2 * np.dtype(dtype).itemsize / 1e9
            raise ValueError(
                f"{type(self).__name__} keeps a matrix of {size:,} x {size:,} for as many "
                f"trainable parameters: {gigabytes:.1f} GB in {dtype}, touched in every step. It "
                f"stops at {DENSE_LIMIT:,} parameters. Take {cure}, or a smaller network."
            )

    def _named_state(self) -> dict[str, keras.Variable]:
        return {variable.name: variable for variable in self._variables}

    def _check_own(self, variables: Sequence[keras.Variable]) -> None:
        keys = [self._var_key(v) for v in variables]
        if keys != [self._var_key(v) for v in self._trainable_variables]:
            raise ValueError(
                f"This {type(self).__name__} was built for other variables: "
                f"{[v.path for v in self._trainable_variables]}. Received: "
                f"{[getattr(v, 'path', v) for v in variables]}. Each model needs its own."
            )

    def _first_trial(self) -> tf.Tensor:
        return tf.cast(self.learning_rate.value, self.dtype)

    def _position(self) -> tf.Tensor:
        """The variables as one vector `(P,)`."""
        return tf.concat([tf.reshape(v.value, (-1,)) for v in self._trainable_variables], 0)

    def _move(self, position: tf.Tensor) -> None:
        """Assigns one vector `(P,)` to the variables."""
        for variable, part in zip(self._trainable_variables, self._parts(position), strict=True):
            variable.assign(part)

    def _parts(self, vector: tf.Tensor) -> list[tf.Tensor]:
        """A vector `(P,)` cut into the shapes of the variables."""
        sizes = [int(np.prod(v.shape)) for v in self._trainable_variables]
        return [
            tf.reshape(part, v.shape)
            for part, v in zip(tf.split(vector, sizes), self._trainable_variables, strict=True)
        ]

    def _evaluate(self, objective: Objective) -> Evaluation:
        self.evaluations.assign_add(1)
        return objective.evaluate()

    def _start(self, objective: Objective, needed: bool | tf.Tensor = True) -> Evaluation:
        """The objective at the variables: what was kept, or where that is stale, a new evaluation.

        Where it was kept, or is not needed, the terms are zeros: whoever moves evaluates them.
        """
        number_of_terms = 0

        def anew() -> Evaluation:
            nonlocal number_of_terms
            evaluation = self._evaluate(objective)
            number_of_terms = evaluation.terms.shape[0]
            return evaluation

        def kept() -> Evaluation:  # traced after the other branch, which says how many terms
            terms = tf.zeros((number_of_terms,), self.dtype)
            return Evaluation(
                tf.identity(self.kept_loss.value), tf.identity(self.kept_gradient.value), terms
            )

        return tf.cond(self.stale.value & needed, anew, kept)

    def _keep(self, evaluation: Evaluation) -> None:
        """Keeps an evaluation at the variables for the next step; none that is not finite."""
        finite = is_finite(evaluation)
        self.kept_loss.assign(tf.where(finite, evaluation.loss, 0))
        self.kept_gradient.assign(tf.where(finite, evaluation.gradient, 0))
        self.stale.assign(~finite)


def is_finite(evaluation: Evaluation) -> tf.Tensor:
    """Whether the loss and every component of the gradient are finite."""
    return tf.math.is_finite(evaluation.loss) & tf.reduce_all(
        tf.math.is_finite(evaluation.gradient)
    )


def _common_dtype(variables: Sequence[keras.Variable]) -> str:
    cure = "Give the model one precision: dtype='float64', or 'float32', for all of its layers."
    if not variables:
        raise ValueError("There is nothing to train: the model has no trainable variables.")
    dtypes = sorted({keras.backend.standardize_dtype(v.dtype) for v in variables})
    if len(dtypes) > 1:
        raise ValueError(f"The trainable variables must have one dtype. Received: {dtypes}. {cure}")
    if dtypes[0] not in ("float32", "float64"):
        raise ValueError(
            f"The trainable variables must be float32 or float64. Received: {dtypes[0]}. {cure}"
        )
    return dtypes[0]
