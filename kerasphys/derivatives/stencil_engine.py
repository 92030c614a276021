"""Derivatives of values on a grid by finite differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from kerasphys._validation import check_array, check_callable, check_choice, check_int, message
from kerasphys.derivatives.engine import Network, assemble, check_plan
from kerasphys.derivatives.plan import Plan
from kerasphys.derivatives.terms import Coordinate, PartialKey
from kerasphys.kernels.finite_difference_weights import weights_at_offsets
from kerasphys.kernels.stencil import central_offsets

BOUNDARIES = ("one_sided", "periodic")


@dataclass(frozen=True)
class StencilEngine:
    """Differentiates fields on a regular grid, one grid axis for each coordinate.

    Away from the ends of an axis the stencils are central; at the ends they are one-sided, unless
    the axis is periodic. A mixed derivative is taken along one axis after the other. Its functions
    are the outputs of the network and after them its inputs, so that both have derivatives.

    The stencils are sums of shifted values: on many accelerators a matrix product or convolution
    would round the values to ten bits, which differences cannot bear.

    Args:
        lower: Sequence of numbers, the lower end of each coordinate.
        upper: Sequence of numbers, the upper end of each coordinate.
        boundary: `"one_sided"` or `"periodic"`, or a sequence of them, one for each coordinate. A
            grid has nodes at both ends of an axis; of a periodic axis it leaves out the last.
        accuracy: Positive even integer: the error of a derivative is of this order in the spacing.

    Raises:
        ValueError: If an upper end is not greater than the lower one, or the lengths differ.

    Example:
        ```python
        import tensorflow as tf
        from kerasphys.derivatives import Namespace, Plan, StencilEngine

        x = tf.linspace(tf.constant(0.0, "float64"), 1.0, 11)[None, :, None]
        plan = Plan.of(Namespace("x", "u"), ["u_x", "u_xx"])
        values = StencilEngine(lower=[0.0], upper=[1.0])(plan, tf.square, x)  # u = x²
        assert abs(values["u_xx"] - 2.0).numpy().max() < 1e-11
        ```

    Reference:
        Fornberg, 1988, https://doi.org/10.1090/S0025-5718-1988-0935077-0
    """

    lower: Sequence[float]
    upper: Sequence[float]
    boundary: str | Sequence[str] = "one_sided"
    accuracy: int = 2

    name: ClassVar[str] = "stencils"

    def __post_init__(self) -> None:
        lower = check_array("lower", self.lower, (None,))
        upper = check_array("upper", self.upper, lower.shape)
        if not len(lower) or np.any(upper <= lower):
            raise ValueError(message("upper", f"greater than lower={self.lower}", self.upper))
        words: Any = self.boundary
        words = [words] * len(lower) if isinstance(words, str) else words
        if not isinstance(words, Sequence) or len(words) != len(lower):
            expected = f"one of {BOUNDARIES}, or one for each coordinate"
            raise TypeError(message("boundary", expected, self.boundary))
        accuracy = check_int("accuracy", self.accuracy, minimum=2)
        if accuracy % 2:
            raise ValueError(message("accuracy", "an even integer", self.accuracy))
        object.__setattr__(self, "lower", tuple(lower.tolist()))
        object.__setattr__(self, "upper", tuple(upper.tolist()))
        words = tuple(check_choice("boundary", word, BOUNDARIES) for word in words)
        object.__setattr__(self, "boundary", words)

    @property
    def periodic(self) -> tuple[bool, ...]:
        """For each axis whether its two ends are the same place."""
        return tuple(word == "periodic" for word in self.boundary)

    def __call__(self, plan: Plan, network: Network, inputs: Any) -> dict[str, tf.Tensor]:
        """The values of the plan's names on the grid.

        Args:
            plan: What to compute.
            network: Callable from `(n, *grid, c)` to fields `(n, *grid, m)`.
            inputs: Tensor of shape `(n, *grid, c)`; the sizes of the grid may be unknown.

        Returns:
            A dict from name to value, in the plan's order and the dtype of the fields. Values have
            shape `(n, *grid)`, gradients have shape `(n, *grid, spatial coordinates)`.

        Raises:
            ValueError: If a tensor has another rank, too few channels, or an axis too short for
                its stencils.
        """
        check_plan(plan)
        check_callable("network", network)
        fields = tf.convert_to_tensor(network(inputs))
        values = tf.concat([fields, tf.cast(inputs, fields.dtype)], axis=-1)
        self._check_values(plan, values)
        found: dict[PartialKey, tf.Tensor] = {
            (index, ()): function for index, function in enumerate(tf.unstack(values, axis=-1))
        }
        for field, along in plan.partials:
            for start, end in _runs(along):
                if (field, along[:end]) not in found:
                    before = found[field, along[:start]]
                    found[field, along[:end]] = self._difference(before, along[start], end - start)
        points = values
        if any(isinstance(term, Coordinate) for term in plan.terms):
            zeros = tf.zeros_like(values[..., :1])
            points = zeros + tf.cast(self.coordinates(values), values.dtype)
        return assemble(plan, points, found)

    def supports(self, plan: Plan, network: Network | None) -> bool:
        """Whether there is an axis for each coordinate."""
        check_plan(plan)
        return plan.coordinates == len(self.lower)

    def work(self, plan: Plan) -> float:
        """One call of the network: beside it differences cost little."""
        return 1.0

    def cost(self, plan: Plan) -> str:
        """The number of differences, in words."""
        check_plan(plan)
        count = len({(f, along[:end]) for f, along in plan.partials for _, end in _runs(along)})
        noun = "difference" if count == 1 else "differences"
        return f"one call of the network, {count} {noun} of values on the grid"

    def positions(self, axis: int, count: Any) -> Any:
        """Where the nodes of an axis lie: a float64 array, or a tensor where `count` is one."""
        lower, upper, periodic = self.lower[axis], self.upper[axis], self.periodic[axis]
        if isinstance(count, int):
            return np.linspace(lower, upper, count, endpoint=not periodic)
        ends = tf.constant(lower, tf.float64), tf.constant(upper, tf.float64)
        return tf.linspace(*ends, count + 1)[:-1] if periodic else tf.linspace(*ends, count)

    def coordinates(self, values: tf.Tensor) -> tf.Tensor:
        """The coordinates of the nodes of values `(n, *grid, ...)`: `(*grid, d)`, in float64."""
        sizes = tf.unstack(tf.shape(values)[1 : len(self.lower) + 1])
        static = values.shape[1 : len(self.lower) + 1]
        axes = [
            self.positions(axis, sizes[axis] if count is None else count)
            for axis, count in enumerate(static)
        ]
        return tf.stack(tf.meshgrid(*axes, indexing="ij"), axis=-1)

    def least(self, axis: int, order: int) -> int:
        """The fewest nodes that an axis must have for derivatives of an order."""
        central = len(central_offsets(order, self.accuracy))
        return central if self.periodic[axis] or not order else order + self.accuracy

    def _difference(self, values: tf.Tensor, axis: int, order: int) -> tf.Tensor:
        """The derivative of an order along one axis of values `(n, *grid)`."""
        spacing = self._spacing(values, axis)
        offsets = central_offsets(order, self.accuracy)
        reach, lead = offsets[-1], (slice(None),) * (axis + 1)

        def nodes(start: int, stop: int) -> tf.Tensor:
            return values[(*lead, slice(start, stop or None))]

        if self.periodic[axis]:
            values = tf.concat([nodes(-reach, 0), values, nodes(0, reach)], axis + 1)
        inside = [nodes(reach + offset, offset - reach) for offset in offsets]
        parts = [_sum(weights_at_offsets(offsets, order), inside)]
        if not self.periodic[axis]:
            near = order + self.accuracy
            start = [nodes(node, node + 1) for node in range(near)]
            end = [nodes(-1 - node, -node) for node in range(near)]
            for row in reversed(range(reach)):
                weights = weights_at_offsets(tuple(range(-row, near - row)), order)
                mirrored = [(-1) ** order * weight for weight in weights]
                parts = [_sum(weights, start), *parts, _sum(mirrored, end)]
        return tf.concat(parts, axis + 1) / spacing**order

    def _spacing(self, values: tf.Tensor, axis: int) -> Any:
        length, count = self.upper[axis] - self.lower[axis], values.shape[axis + 1]
        if count is None:
            count = tf.cast(tf.shape(values)[axis + 1], values.dtype)
        return length / (count if self.periodic[axis] else count - 1)

    def _check_values(self, plan: Plan, values: tf.Tensor) -> None:
        rank = len(self.lower)
        least = 1 + max((field for field, _ in plan.partials), default=0)
        if values.shape.rank != rank + 2 or values.shape[-1] < least:
            raise ValueError(
                f"Fields and inputs must have shape (n, *grid, channels) with {rank} grid axes and "
                f"together at least {least} channels. Received: {values.shape[-1]} channels in "
                f"shape {tuple(values.shape)}."
            )
        for _, along in plan.partials:
            for start, end in _runs(along):
                self._check_axis(values, along[start], end - start)

    def _check_axis(self, values: tf.Tensor, axis: int, order: int) -> None:
        count, least = values.shape[axis + 1], self.least(axis, order)
        text = f"Derivatives of order {order} need at least {least} nodes along axis {axis}."
        if count is None:
            tf.debugging.assert_greater_equal(tf.shape(values)[axis + 1], least, text)
        elif count < least:
            raise ValueError(f"{text} Received: {count}. Take a finer grid.")


def _runs(along: tuple[int, ...]) -> list[tuple[int, int]]:
    """Where the indices of one axis start and end, for each axis of a sorted derivative."""
    return [(along.index(axis), along.index(axis) + along.count(axis)) for axis in sorted({*along})]


def _sum(weights: Sequence[float], parts: Sequence[tf.Tensor]) -> tf.Tensor:
    return tf.add_n([w * part for w, part in zip(weights, parts, strict=True) if w])
