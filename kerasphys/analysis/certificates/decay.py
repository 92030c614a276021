"""How errors of linear evolutions die out, or grow."""

from __future__ import annotations

import numpy as np


class Decay:
    """A bound `k` of `‖e(t)‖ <= k(t) ‖e(0)‖`, for an error that no residual drives.

    On each of several equal steps it is an exponential, `k(t_j + s) = k_j exp(growth s)`.

    Args:
        growth: The rate of the exponential: the logarithmic norm of the operator.
        horizon: Positive number, the length of time.
        values: `(steps,)`, the values `k_j` at the beginnings of the steps.
    """

    def __init__(self, growth: float, horizon: float, values: np.ndarray | None = None):
        self.growth = growth
        self.horizon = horizon
        self._values = np.ones(1) if values is None else values
        self._step = horizon / len(self._values)

    @classmethod
    def of_matrix(cls, matrix: np.ndarray, horizon: float, steps: int = 1000) -> Decay:
        """For `e' = A e` with a constant matrix: `‖exp(A t)‖` at the beginnings of steps."""
        import scipy

        one = scipy.linalg.expm(matrix * (horizon / steps))
        power, values = np.eye(len(matrix)), []
        for _ in range(steps):
            values.append(np.linalg.norm(power, 2))
            power = power @ one
        return cls(logarithmic_norm(matrix), horizon, np.array(values))

    def __call__(self, age: np.ndarray) -> np.ndarray:
        """`k` at times since the beginning."""
        step = np.clip((age / self._step).astype(int), 0, len(self._values) - 1)
        return self._values[step] * np.exp(self.growth * (age - step * self._step))

    @property
    def end(self) -> float:
        """`k` at the horizon."""
        return float(self._values[-1] * np.exp(self.growth * self._step))

    def integral(self, power: int = 1) -> float:
        """The integral of `k` to a power, from 0 to the horizon."""
        rate = power * self.growth
        step = self._step if rate == 0 else np.expm1(rate * self._step) / rate
        return float(step * np.sum(self._values**power))


def logarithmic_norm(matrices: np.ndarray) -> float:
    """The largest eigenvalue of the symmetric part of a matrix, or of several."""
    return float(np.linalg.eigvalsh((matrices + np.swapaxes(matrices, -1, -2)) / 2).max())
