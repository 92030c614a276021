"""Deep operator networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import check_positive_int, message
from kerasphys.networks._parts import build_part, check_part, free_shape, on_rows
from kerasphys.networks.operator_network import OperatorNetwork


@serializable
class DeepONet(OperatorNetwork):
    """A deep operator network: `u(f)(y) = Σ branch_k(f) trunk_k(y) + bias`.

    The branch sees the input function at its sensors, the trunk a point; both are any networks.
    Several outputs share the trunk, and the branch returns coefficients for each.

    Args:
        branch: A `kp.networks` network whose number of outputs is open, or a Keras model or layer
            that returns `basis * outputs` numbers for each function: those of the first basis
            function for all outputs, then of the second. A sequence of `basis` networks, each with
            `outputs` numbers, is the stacked form.
        trunk: Likewise, with `basis` numbers for each point.
        basis: Positive integer, the number of basis functions.
        outputs: Positive integer, the number of output functions. The owner may fill it in.
        bias: Whether to add a constant that is trained to each output.
        dtype: A Keras dtype or policy. The owner may fill it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `{"points": (p, d) or (n, p, d), "u": (n, m) or (n, *grid, c)}`, the input function
        under any name.
    Output shape: `(n, p, outputs)`.

    Raises:
        TypeError: If branch or trunk is no network.
        ValueError: If a part returns other numbers than it must.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        network = kp.networks.DeepONet(
            branch=kp.networks.MLP([40], seed=0), trunk=kp.networks.MLP([40], seed=1), basis=20,
            outputs=1,
        )
        batch = {"u": np.ones((5, 100)), "points": np.linspace(0, 1, 7)[:, None]}
        print(network(batch).shape)  # (5, 7, 1)
        ```

    Reference:
        Lu et al., 2021, https://doi.org/10.1038/s42256-021-00302-5
    """

    def __init__(
        self,
        branch: keras.layers.Layer | Sequence[keras.layers.Layer],
        trunk: keras.layers.Layer,
        basis: int,
        outputs: int | None = None,
        bias: bool = True,
        dtype: Any = None,
        **kwargs: Any,
    ):
        basis = check_positive_int("basis", basis)
        stacked = isinstance(branch, list | tuple)
        parts = [check_part("branch", part) for part in (branch if stacked else [branch])]
        if stacked and len(parts) != basis:
            expected = f"one network, or {basis} networks, one for each basis function"
            raise ValueError(message("branch", expected, parts))
        check_part("trunk", trunk)
        super().__init__(outputs=outputs, bias=bias, dtype=dtype, **kwargs)
        self.branch = parts if stacked else branch
        self.trunk = trunk
        self.basis_size = basis
        self.stacked = stacked

    def build_parts(self, shapes: dict[str, Any], dimension: int) -> None:
        if len(shapes) != 1:
            raise ValueError(
                "DeepONet takes one input function; kp.networks.MIONet takes several. Received: "
                f"{sorted(shapes)}."
            )
        ((name, shape),) = shapes.items()
        width = self.outputs if self.stacked else self.basis_size * self.outputs
        for part in self._branches:
            build_part("branch", part, shape, width, self.dtype_policy)
        build_part("trunk", self.trunk, (None, dimension), self.basis_size, self.variable_dtype)
        self.function_shapes[name] = free_shape(self._branches[0], shape)

    def coefficients(self, functions: Mapping[str, Any], training: bool | None = None) -> Any:
        (values,) = functions.values()
        found = [part(values, training=training) for part in self._branches]
        if self.stacked:
            return ops.stack(found, axis=1)
        return ops.reshape(found[0], (-1, self.basis_size, self.outputs))

    def basis(self, points: Any) -> Any:
        return on_rows(self.trunk, points)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "branch": pack(self.branch),
            "trunk": pack(self.trunk),
            "basis": self.basis_size,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> DeepONet:
        return cls(**unpack(config, "branch", "trunk"))

    @property
    def _branches(self) -> list[keras.layers.Layer]:
        return list(self.branch) if self.stacked else [self.branch]
