"""More training points where the residual is large."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasphys._validation import check_int, check_nonnegative, check_positive_int, message
from kerasphys.callbacks._adaptive import Adaptive
from kerasphys.models.adaptive_points import assign_points, movable_sets, point_sets

CANDIDATES_PER_POINT = 10


class ResidualResample(Adaptive):
    """Draws the training points of the equations anew, more of them where the residual is large.

    Candidates are drawn evenly from the region, anew each time; of these the points are chosen
    without repetition, with a probability proportional to

        |r|^exponent / mean(|r|^exponent) + offset

    where `r` is the residual at the candidate (residual-based adaptive distribution, RAD). What is
    given at the points is evaluated anew. Their number stays, so nothing is compiled again.

    The conditions of one point set share the new points: `r²` is then the sum of their squared
    residuals, with the weights of the conditions in the loss. Points of the user's own stay. With
    `Resample` in the same run, each moves its own: `Resample` leaves these points alone.

    The draw depends on the seed, the number of the epoch and the state of the network alone.

    Args:
        every: Positive integer, epochs between two draws. Epoch 0 has the points given to `fit`.
        pool: Positive integer, the number of candidates; by default ten for each point.
        exponent: Non-negative number; the larger, the more the points gather.
        offset: Non-negative number; the larger, the more evenly they spread.
        conditions: Names of conditions whose points are drawn anew. By default the equations:
            every `Residual` on the whole domain whose points were drawn by number.
        seed: Non-negative integer.

    Raises:
        ValueError: When training begins, if a condition has points of the user's own, or if there
            are fewer candidates than points.
        FloatingPointError: If a residual is not finite at a candidate.

    Example:
        ```python
        import kerasphys as kp

        callbacks = [kp.callbacks.ResidualResample(every=5, seed=1)]
        ```

    Reference:
        Wu, Zhu, Tan, Kartha, Lu, 2023, https://doi.org/10.1016/j.cma.2022.115671
    """

    def __init__(
        self,
        every: int = 1,
        pool: int | None = None,
        exponent: float = 1.0,
        offset: float = 1.0,
        conditions: str | Sequence[str] | None = None,
        seed: int = 0,
    ):
        super().__init__(conditions)
        self.every = check_positive_int("every", every)
        self.pool = None if pool is None else check_positive_int("pool", pool)
        self.exponent = check_nonnegative("exponent", exponent)
        self.offset = check_nonnegative("offset", offset)
        self.seed = check_int("seed", seed, minimum=0)
        self._sets: tuple[str, ...] = ()
        self.forget()

    def forget(self) -> None:
        self.draw = 0
        self.points: dict[str, np.ndarray] = {}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self._sets = movable_sets(self.model, self.conditions)
        for name in self._sets:
            n, count = self._sizes(name)
            if count < n:
                expected = f"at least {n}, the number of points of {name!r}"
                raise ValueError(message("pool", expected, self.pool))
            # what cannot be evaluated at other points is refused now, not after an epoch
            point_sets(self.model).candidates(name, count, self.seed)

    def adapt(self, epoch: int) -> None:
        draw = epoch - epoch % self.every
        if draw == 0:
            return
        now = {name: point_sets(self.model).sets[name].points for name in self._sets}
        known = {name: points.shape for name, points in self.points.items()}
        if draw != self.draw or known != {name: points.shape for name, points in now.items()}:
            self.points = {name: self._choose(name, draw) for name in self._sets}
            self.draw = draw
        if not all(np.array_equal(self.points[name], now[name]) for name in now):
            assign_points(self.model, self.points)

    def _sizes(self, name: str) -> tuple[int, int]:
        """The numbers of points and of candidates."""
        n = len(point_sets(self.model).sets[name].points)
        return n, CANDIDATES_PER_POINT * n if self.pool is None else self.pool

    def _choose(self, name: str, draw: int) -> np.ndarray:
        n, count = self._sizes(name)
        seeds = np.random.SeedSequence([self.seed, draw, zlib.crc32(name.encode())])
        for_pool, for_choice = seeds.generate_state(2)
        candidates = point_sets(self.model).candidates(name, count, int(for_pool))
        squares = sum(
            float(self.model.loss_weights[condition].numpy()) * found
            for condition, found in self.squared_residuals(candidates.arrays()).items()
        )
        density = self._density(np.asarray(squares))
        return candidates.points[_without_replacement(density, n, int(for_choice))]

    def _density(self, squares: np.ndarray) -> np.ndarray:
        """The probability of each candidate, up to a factor."""
        largest = squares.max()
        if largest == 0.0:
            return np.ones_like(squares)
        powers = (squares / largest) ** (0.5 * self.exponent)  # no overflow, whatever the exponent
        return powers / powers.mean() + self.offset


def _without_replacement(density: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Indices of `n` draws, in their order, each in proportion to what is left.

    The largest of `log(density)` plus Gumbel noise are distributed so (Vieira, 2014), for the price
    of one partition; `Generator.choice` searches again and again where few hold most of the mass.
    """
    with np.errstate(divide="ignore"):
        keys = np.log(density) + np.random.default_rng(seed).gumbel(size=len(density))
    return np.sort(np.argpartition(keys, len(keys) - n)[len(keys) - n :])
