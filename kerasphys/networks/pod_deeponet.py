"""Deep operator networks on a basis that is computed, not trained."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import check_array, check_number, check_positive_int, message
from kerasphys.networks._parts import build_part, check_part, free_shape
from kerasphys.networks.operator_network import OperatorNetwork, contract


@serializable
class PODDeepONet(OperatorNetwork):
    """A DeepONet whose basis are the POD modes of the training outputs, about their mean.

    No trunk is trained: the branch learns the coefficients of the modes. `adapt`, which
    `SurrogateModel.adapt` calls, computes the modes from outputs on the nodes of a grid; they are
    weights that are not trained. Each mode is scaled by the standard deviation of its coefficient,
    so that the branch has numbers of order one to learn, and errors in them count by their energy.

    The points of a batch may be any: between the nodes the modes are interpolated linearly, on the
    nodes they are exact, and beyond the grid they stay what they are at its end. Several outputs
    share the modes.

    Args:
        branch: As of `kp.networks.DeepONet`, not stacked.
        modes: Positive integer, the number of modes.
        energy: Number in (0, 1): instead of `modes`, the share of the variance of the outputs that
            the modes must hold.
        outputs: Positive integer, the number of output functions. The owner may fill it in.
        dtype: A Keras dtype or policy. The owner may fill it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `{"points": (p, d) or (n, p, d), "u": (n, m) or (n, *grid, c)}`, the input function
        under any name.
    Output shape: `(n, p, outputs)`.

    Raises:
        TypeError: If the branch is no network.
        ValueError: If both or none of `modes` and `energy` are given, or there is no basis yet.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        data = kp.datasets.at_points(
            kp.datasets.poisson_2d(samples=40, resolution=16, seed=0), name="f", flat=True
        )
        network = kp.networks.PODDeepONet(kp.networks.MLP([40], seed=0), modes=10)
        model = kp.models.SurrogateModel(network)
        model.adapt(data.train)
        print(model(data.test.x).shape)  # (4, 256, 1)
        ```

    Reference:
        Lu et al., 2022, https://doi.org/10.1016/j.cma.2022.114778
    """

    def __init__(
        self,
        branch: keras.layers.Layer,
        modes: int | None = None,
        energy: float | None = None,
        outputs: int | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        check_part("branch", branch)
        if modes is not None:
            modes = check_positive_int("modes", modes)
        if energy is not None and not 0 < check_number("energy", energy) < 1:
            raise ValueError(message("energy", "a number between 0 and 1", energy))
        if (modes is None) == (energy is None):
            expected = "given, or else `energy`: one of the two"
            raise ValueError(message("modes", expected, modes))
        super().__init__(outputs=outputs, bias=False, dtype=dtype, **kwargs)
        self.branch = branch
        self.modes = modes
        self.energy = energy
        self.basis_size: Any = modes
        self._axes: list[np.ndarray] | None = None

    def adapt(self, points: Any, outputs: Any) -> None:
        """Computes the modes.

        Args:
            points: Array `(p, d)`, all nodes of a grid, the last coordinate running fastest.
            outputs: Array `(n, p, m)`, the training outputs there.

        Raises:
            ValueError: If the points are not the nodes of a grid, there are fewer modes than asked
                for, or the network has other modes already.
        """
        points = check_array("points", points, (None, None))
        outputs = check_array("outputs", outputs, (None, len(points), None))
        axes = _axes_of(points)
        mean = outputs.mean(axis=0)  # (points, outputs)
        snapshots = np.moveaxis(outputs - mean, -1, 1).reshape(-1, len(points))
        values, modes = _decompose(snapshots)
        size = self._size_for(values)
        deviations = np.sqrt(values[:size] / len(snapshots))
        table = np.concatenate([modes[:, :size] * deviations, mean], axis=1)
        if not self.built:
            self._axes, self._table, self.basis_size = axes, table, size
            return
        known = [tuple(weight.shape) for weight in self.axes], tuple(self.table.shape)
        if known != ([axis.shape for axis in axes], table.shape):
            raise ValueError(
                "PODDeepONet is built for other nodes or modes: make a new network for these data."
            )
        self._assign(axes, table)

    def build_parts(self, shapes: dict[str, Any], dimension: int) -> None:
        if len(shapes) != 1:
            raise ValueError(f"PODDeepONet takes one input function. Received: {sorted(shapes)}.")
        if self._axes is None:
            raise ValueError(
                "PODDeepONet has no basis yet: call model.adapt(data.train) of its SurrogateModel, "
                "or its own adapt(points, outputs), first."
            )
        if dimension != len(self._axes):
            raise ValueError(
                f"PODDeepONet has modes over {len(self._axes)} coordinates. Received: points with "
                f"{dimension}."
            )
        ((name, shape),) = shapes.items()
        build_part("branch", self.branch, shape, self.basis_size * self.outputs, self.dtype_policy)
        self.function_shapes[name] = free_shape(self.branch, shape)
        self.axes = [
            self.add_weight(axis.shape, trainable=False, autocast=False, name=f"axis_{index}")
            for index, axis in enumerate(self._axes)
        ]
        self.table = self.add_weight(
            self._table.shape, trainable=False, autocast=False, name="modes_and_mean"
        )
        self._assign(self._axes, self._table)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        functions, points = self._split(inputs)
        self._check_shapes({key: f.shape for key, f in functions.items()}, points.shape)
        values = self._interpolated(points)
        modes, mean = values[..., : self.basis_size], values[..., self.basis_size :]
        change = contract(self.coefficients(functions, training=training), modes)
        return ops.cast(change, mean.dtype) + mean

    def coefficients(self, functions: Mapping[str, Any], training: bool | None = None) -> Any:
        (values,) = functions.values()
        found = self.branch(values, training=training)
        return ops.reshape(found, (-1, self.basis_size, self.outputs))

    def basis(self, points: Any) -> Any:
        return self._interpolated(points)[..., : self.basis_size]

    def mean(self, points: Any) -> Any:
        """The mean of the training outputs at points: `(..., d)` to `(..., outputs)`."""
        return self._interpolated(points)[..., self.basis_size :]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["bias"]  # the mean is one
        return {
            **config,
            "branch": pack(self.branch),
            "modes": self.modes,
            "energy": self.energy,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> PODDeepONet:
        return cls(**unpack(config, "branch"))

    def get_build_config(self) -> dict[str, Any] | None:
        if not self.built:
            return None
        sizes = {"grid": [axis.shape[0] for axis in self.axes], "basis": self.basis_size}
        return {**(super().get_build_config() or {}), **sizes, "outputs": self.outputs}

    def build_from_config(self, config: dict[str, Any]) -> None:
        config = dict(config)
        grid, self.basis_size = config.pop("grid"), config.pop("basis")
        self._axes = [np.zeros(size) for size in grid]
        self._table = np.zeros((math.prod(grid), self.basis_size + config.pop("outputs")))
        super().build_from_config(config)

    def _size_for(self, values: np.ndarray) -> int:
        """The number of modes, where their energies are `values`."""
        if self.energy is not None and not self.built:
            shares = np.cumsum(values) / np.sum(values)
            return int(np.searchsorted(shares, self.energy)) + 1
        if self.basis_size > len(values):
            expected = f"at most {len(values)}, the modes of these outputs"
            raise ValueError(message("modes", expected, self.basis_size))
        return self.basis_size

    def _assign(self, axes: list[np.ndarray], table: np.ndarray) -> None:
        for weight, axis in zip(self.axes, axes, strict=True):
            weight.assign(axis)
        self.table.assign(table)

    def _interpolated(self, points: Any) -> Any:
        """Modes and mean at points, multilinear between the nodes: `(..., K + outputs)`."""
        sides = [
            _neighbours(ops.convert_to_tensor(axis), points[..., index])
            for index, axis in enumerate(self.axes)
        ]
        table, total = ops.convert_to_tensor(self.table), 0.0
        for corner in itertools.product((0, 1), repeat=len(sides)):
            node, weight = 0, 1.0
            for axis, side, (lower, upper, fraction) in zip(self.axes, corner, sides, strict=True):
                node = node * axis.shape[0] + (upper if side else lower)
                weight = weight * (fraction if side else 1 - fraction)
            total = total + ops.take(table, node, axis=0) * ops.expand_dims(weight, -1)
        return total


def _neighbours(axis: Any, values: Any) -> tuple[Any, Any, Any]:
    """The nodes on both sides of values, and how far these are from the lower to the upper."""
    last = axis.shape[0] - 1
    flat = ops.reshape(values, (-1,))
    found = ops.reshape(tf.searchsorted(axis, flat, side="right"), ops.shape(values))
    lower = ops.clip(found - 1, 0, max(last - 1, 0))
    upper = ops.minimum(lower + 1, last)
    start = ops.take(axis, lower)
    width = ops.take(axis, upper) - start
    fraction = (values - start) / ops.where(width > 0, width, ops.ones_like(width))
    return lower, upper, ops.clip(fraction, 0, 1)


def _axes_of(points: np.ndarray) -> list[np.ndarray]:
    """The axes of the grid whose nodes the points are."""
    axes = [np.unique(column) for column in points.T]
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    if not np.array_equal(nodes, points):
        expected = "all nodes of a grid, the last coordinate running fastest"
        raise ValueError(message("points", expected, points))
    return axes


def _decompose(snapshots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Energies in falling order and orthonormal modes `(p, r)` of snapshots `(n, p)`."""
    _, singular, modes = np.linalg.svd(snapshots, full_matrices=False)
    rank = np.sum(singular > singular[0] * max(snapshots.shape) * np.finfo(float).eps)
    return np.square(singular[:rank]), modes[:rank].T
