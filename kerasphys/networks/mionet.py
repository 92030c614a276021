"""Operator networks with several input functions."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import check_name, check_positive_int, message
from kerasphys.networks._parts import build_part, check_part, free_shape, on_rows
from kerasphys.networks.operator_network import POINTS, OperatorNetwork


@serializable
class MIONet(OperatorNetwork):
    """A DeepONet of several functions: `u(f, g)(y) = Σ a_k(f) b_k(g) trunk_k(y) + bias`.

    Each input function has a branch of its own; their coefficients are multiplied.

    Args:
        branches: Mapping from the names of the input functions to networks, each as the branch of
            a `kp.networks.DeepONet`.
        trunk: As of `kp.networks.DeepONet`.
        basis: Positive integer, the number of basis functions.
        outputs: Positive integer, the number of output functions. The owner may fill it in.
        bias: Whether to add a constant that is trained to each output.
        dtype: A Keras dtype or policy. The owner may fill it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: a dict with `points`, `(p, d)` or `(n, p, d)`, and each input function by its
        name, `(n, m)` or `(n, *grid, c)`.
    Output shape: `(n, p, outputs)`.

    Raises:
        TypeError: If a branch or the trunk is no network.
        ValueError: If a part returns other numbers than it must, or the names differ from those of
            the data.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        network = kp.networks.MIONet(
            branches={"kappa": kp.networks.MLP([40], seed=0), "g": kp.networks.MLP([40], seed=1)},
            trunk=kp.networks.MLP([40], seed=2), basis=20, outputs=1,
        )
        batch = {"kappa": np.ones((5, 30)), "g": np.ones((5, 2)), "points": np.ones((7, 1))}
        print(network(batch).shape)  # (5, 7, 1)
        ```

    Reference:
        Jin, Meng and Lu, 2022, https://doi.org/10.1137/22M1477751
    """

    def __init__(
        self,
        branches: Mapping[str, keras.layers.Layer],
        trunk: keras.layers.Layer,
        basis: int,
        outputs: int | None = None,
        bias: bool = True,
        dtype: Any = None,
        **kwargs: Any,
    ):
        if not isinstance(branches, Mapping):
            expected = "a mapping from names of functions to networks"
            raise TypeError(message("branches", expected, branches))
        if not branches or POINTS in branches:
            expected = "networks by names of functions, other than 'points'"
            raise ValueError(message("branches", expected, sorted(branches)))
        for name, part in branches.items():
            check_part(f"branches[{check_name('branches', name)!r}]", part)
        check_part("trunk", trunk)
        basis = check_positive_int("basis", basis)
        super().__init__(outputs=outputs, bias=bias, dtype=dtype, **kwargs)
        self.branches = dict(branches)
        self.trunk = trunk
        self.basis_size = basis

    def build_parts(self, shapes: dict[str, Any], dimension: int) -> None:
        if set(shapes) != set(self.branches):
            raise ValueError(
                f"MIONet has branches for the input functions {sorted(self.branches)}. Received: "
                f"{sorted(shapes)}."
            )
        for name, branch in self.branches.items():
            argument, width = f"branches[{name!r}]", self.basis_size * self.outputs
            build_part(argument, branch, shapes[name], width, self.dtype_policy)
            self.function_shapes[name] = free_shape(branch, shapes[name])
        build_part("trunk", self.trunk, (None, dimension), self.basis_size, self.variable_dtype)

    def coefficients(self, functions: Mapping[str, Any], training: bool | None = None) -> Any:
        found = [
            branch(functions[name], training=training) for name, branch in self.branches.items()
        ]
        product = functools.reduce(operator.mul, found)
        return ops.reshape(product, (-1, self.basis_size, self.outputs))

    def basis(self, points: Any) -> Any:
        return on_rows(self.trunk, points)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "branches": pack(dict(self.branches)),
            "trunk": pack(self.trunk),
            "basis": self.basis_size,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> MIONet:
        return cls(**unpack(config, "branches", "trunk"))
