"""The Levenberg-Marquardt method."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import check_choice, check_positive, check_positive_int
from kerasphys.optimizers import cholesky
from kerasphys.optimizers.objective import LeastSquares, SpreadLeastSquares, accumulate
from kerasphys.optimizers.second_order import DENSE_LIMIT, SecondOrder

SOLVERS = ("auto", "normal", "kernel", "cg")
SMALLEST, LARGEST = 1e-18, 1e18  # damping


class _Trials(NamedTuple):
    """The state of the loop: what the last trial gave, and how the next is damped."""

    count: tf.Tensor
    active: tf.Tensor
    damping: tf.Tensor
    growth: tf.Tensor
    loss: tf.Tensor
    terms: tf.Tensor


@serializable
class LevenbergMarquardt(SecondOrder):
    """Gauss-Newton steps for sums of squares, damped as much as it takes.

    Each step solves `(JᵀJ + λ I) δ = -Jᵀr` with the Jacobian `J` of the residuals `r` by the
    weights, where `λ` is the damping times the mean of the diagonal of `JᵀJ`. A trial that lowers
    the loss is taken; how well it was predicted says how the damping changes. Else the damping
    grows, with the same Jacobian. Few steps, each far more expensive than one of `SSBroyden`.

    Args:
        damping: Positive number, the first damping.
        max_trials: Positive integer, the number of dampings tried in one step.
        solver: `"normal"`: the normal equations, a matrix of `P²` numbers, gathered in blocks of
            residuals. `"kernel"`: the equations `(J Jᵀ + λ I) y = r`, for fewer residuals than
            weights. `"cg"`: conjugate gradients, without any matrix. `"auto"` takes the smaller
            matrix, and none beyond 8,000 weights and residuals.
        cg_iterations: Positive integer, of the conjugate gradients at most.
        name: String or `None`.

    Raises:
        ValueError: At build, if a dense solver is asked for more than 8,000 weights.

    Example:
        ```python notest
        model.compile(optimizer=kp.optimizers.LevenbergMarquardt(), jit_compile=True)
        model.fit(points, epochs=100)
        ```

    Reference:
        Marquardt, 1963, https://doi.org/10.1137/0111030; the rule for the damping: Nielsen, 1999;
        for physics-informed networks: Müller and Zeinhofer, 2023, https://arxiv.org/abs/2302.13163
    """

    damping_state: keras.Variable
    growth: keras.Variable
    rejected: keras.Variable

    def __init__(
        self,
        damping: float = 1e-3,
        max_trials: int = 10,
        solver: str = "auto",
        cg_iterations: int = 100,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, **kwargs)
        self.damping = check_positive("damping", damping)
        self.max_trials = check_positive_int("max_trials", max_trials)
        self.solver = check_choice("solver", solver, SOLVERS)
        self.cg_iterations = check_positive_int("cg_iterations", cg_iterations)

    def get_config(self) -> dict[str, Any]:
        return {
            "damping": self.damping,
            "max_trials": self.max_trials,
            "solver": self.solver,
            "cg_iterations": self.cg_iterations,
            "name": self.name,
        }

    def _check_size(self, size: int, dtype: str) -> None:
        if self.solver == "normal":
            self._refuse_large(size, dtype, "LevenbergMarquardt(solver='cg') or LBFGS")

    def _build_memory(self, size: int, dtype: str) -> None:
        self.damping_state = self.add_variable((), dtype=dtype, name="damping")
        self.growth = self.add_variable((), dtype=dtype, name="growth")
        self.damping_state.assign(self.damping)  # an initializer would round it to float32
        self.growth.assign(2.0)
        self.rejected = self.add_variable((), dtype="int64", name="rejected")

    def _iterate(self, objective: Any) -> tuple[tf.Tensor, tf.Tensor]:
        if not isinstance(objective, LeastSquares | SpreadLeastSquares):
            raise TypeError(
                "LevenbergMarquardt minimises sums of squares, and needs an objective that offers "
                f"its residuals. Received: {type(objective).__name__}. Use another optimizer, such "
                "as kp.optimizers.SSBroyden()."
            )
        position = self._position()
        loss, terms = objective.value()
        half_gradient, scale, solve = self._system(objective)

        def trial(state: _Trials) -> tuple[_Trials]:
            shift = state.damping * scale
            delta = solve(shift)
            self._move(position + delta)
            new_loss, new_terms = objective.value()
            self.evaluations.assign_add(1)
            predicted = tf.tensordot(delta, shift * delta - half_gradient, 1)
            gain = (loss - new_loss) / predicted
            lower = tf.math.is_finite(new_loss) & (new_loss < loss) & (predicted > 0)
            shrink = tf.maximum(tf.cast(1 / 3, self.dtype), 1 - (2 * gain - 1) ** 3)
            factor = tf.where(lower, shrink, state.growth)
            return (
                _Trials(
                    state.count + 1,
                    ~lower & (state.count + 1 < self.max_trials),
                    tf.clip_by_value(state.damping * factor, SMALLEST, LARGEST),
                    tf.where(lower, tf.cast(2.0, self.dtype), 2 * state.growth),
                    tf.where(lower, new_loss, loss),
                    tf.where(lower, new_terms, terms),
                ),
            )

        possible = tf.math.is_finite(loss) & tf.reduce_all(tf.math.is_finite(half_gradient))
        start = _Trials(
            tf.constant(0), possible, self.damping_state.value, self.growth.value, loss, terms
        )
        end: _Trials = tf.while_loop(lambda state: state.active, trial, (start,))[0]
        lower = end.loss < loss
        self._move(tf.where(lower, self._position(), position))
        self.damping_state.assign(end.damping)
        self.growth.assign(tf.minimum(end.growth, 1e6))
        rejected = tf.cast(end.count, "int64") - tf.cast(lower, "int64")
        self.rejected.assign_add(rejected)
        self.stalled.assign_add(tf.cast(possible & ~lower, "int64"))
        return tf.where(possible | ~tf.math.is_finite(loss), end.loss, float("nan")), end.terms

    def _system(
        self, objective: LeastSquares | SpreadLeastSquares
    ) -> tuple[tf.Tensor, tf.Tensor, Callable]:
        """Half the gradient, the mean diagonal of `JᵀJ`, and the solver by damping."""
        remainder = objective.remainder_gradient()
        half = tf.zeros((self.size,), self.dtype) if remainder is None else remainder / 2
        solver = self.solver
        if isinstance(objective, SpreadLeastSquares):
            if solver == "kernel":
                raise ValueError(
                    "LevenbergMarquardt(solver='kernel') needs all residuals on one device, and "
                    "here they are spread over several. Take solver='normal' or 'cg'."
                )
            if solver == "auto":
                solver = "cg" if self.size > DENSE_LIMIT else "normal"
            sums: Callable = objective.accumulate
        else:
            groups = objective.groups
            rows = sum(group.blocks * group.rows for group in groups)
            if solver == "auto":
                solver = "kernel" if rows < self.size else "normal"
                solver = "cg" if min(rows, self.size) > DENSE_LIMIT else solver
            if solver == "kernel":
                return self._kernel(groups, half)
            sums = functools.partial(accumulate, groups)
        if solver == "normal":
            return self._normal(sums, half)
        return self._conjugate_gradients(objective, sums, half)

    def _normal(self, sums: Callable, half: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, Callable]:
        def add(residuals: tf.Tensor, jacobian: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            product = tf.matmul(jacobian, jacobian, transpose_a=True)
            return product, tf.linalg.matvec(jacobian, residuals, transpose_a=True)

        zero = tf.zeros((self.size, self.size), self.dtype)
        matrix, gradient = sums(add, (zero, tf.zeros_like(half)))
        gradient += half
        scale = tf.linalg.trace(matrix) / self.size
        unit = tf.eye(self.size, dtype=self.dtype)
        return gradient, scale, lambda shift: -cholesky.solve(matrix + shift * unit, gradient)

    def _kernel(self, groups: Any, half: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, Callable]:
        pieces = [_stacked(group, self.dtype, self.size) for group in groups]
        residuals, jacobian = (tf.concat(part, 0) for part in zip(*pieces, strict=True))
        gradient = tf.linalg.matvec(jacobian, residuals, transpose_a=True) + half
        kernel = tf.matmul(jacobian, jacobian, transpose_b=True)
        scale = tf.linalg.trace(kernel) / self.size
        unit = tf.eye(kernel.shape[0], dtype=self.dtype)

        def solve(shift: tf.Tensor) -> tf.Tensor:
            # (JᵀJ + λ)⁻¹ Jᵀr = Jᵀ (JJᵀ + λ)⁻¹ r, and Woodbury's formula for what is no square
            right = residuals - tf.linalg.matvec(jacobian, half) / shift
            dual = cholesky.solve(kernel + shift * unit, right)
            return -tf.linalg.matvec(jacobian, dual, transpose_a=True) - half / shift

        return gradient, scale, solve

    def _conjugate_gradients(
        self, objective: LeastSquares | SpreadLeastSquares, sums: Callable, half: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, Callable]:
        def add(residuals: tf.Tensor, jacobian: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            gradient = tf.linalg.matvec(jacobian, residuals, transpose_a=True)
            return tf.reduce_sum(tf.square(jacobian)), gradient

        trace, gradient = sums(add, (tf.zeros((), self.dtype), tf.zeros_like(half)))
        gradient += half
        tolerance = 1e-10 if self.dtype == "float64" else 1e-5

        def solve(shift: tf.Tensor) -> tf.Tensor:
            def go_on(k: tf.Tensor, x: Any, r: tf.Tensor, p: Any, rr: tf.Tensor) -> tf.Tensor:
                return rr > tolerance**2 * tf.tensordot(gradient, gradient, 1)

            def body(k: tf.Tensor, x: Any, r: tf.Tensor, p: tf.Tensor, rr: tf.Tensor) -> tuple:
                product = objective.product(p) + shift * p
                alpha = rr / tf.tensordot(p, product, 1)
                x, r = x + alpha * p, r - alpha * product
                new = tf.tensordot(r, r, 1)
                return k + 1, x, r, r + new / rr * p, new

            start = (tf.constant(0), tf.zeros_like(gradient), -gradient, -gradient)
            squared = tf.tensordot(gradient, gradient, 1)
            return tf.while_loop(
                go_on, body, (*start, squared), maximum_iterations=self.cg_iterations
            )[1]

        return gradient, trace / self.size, solve


def _stacked(group: Any, dtype: str, size: int) -> tuple[tf.Tensor, tf.Tensor]:
    """All residuals of a group and their Jacobian."""
    if group.blocks == 1:
        return group(tf.constant(0))
    signature = (
        tf.TensorSpec((group.rows,), dtype),
        tf.TensorSpec((group.rows, size), dtype),
    )
    residuals, jacobian = tf.map_fn(group, tf.range(group.blocks), fn_output_signature=signature)
    return tf.reshape(residuals, (-1,)), tf.reshape(jacobian, (group.blocks * group.rows, size))
