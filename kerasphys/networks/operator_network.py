"""Networks from functions to functions that can be evaluated anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from kerasphys._validation import check_bool, message
from kerasphys.networks.network import Network

POINTS = "points"


class OperatorNetwork(Network):
    """A network whose outputs are linear in basis functions: `u(f)(y) = Σ c_k(f) b_k(y) + bias`.

    The functions `f` are known at fixed sensors or on a grid; the points `y` are free. Each output
    has coefficients of its own, and all share one basis. A subclass makes its layers in
    `build_parts`, and gives `coefficients` and `basis`.

    Args:
        outputs: Positive integer, the number of output functions. The owner may fill it in.
        bias: Whether to add a constant that is trained to each output.
        dtype: A Keras dtype or policy. The owner may fill it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Attributes:
        bias: Tensor `(outputs,)`, or `None` if there is none.
        function_shapes: Dict from the names of the input functions to their shapes, `None` where
            an axis is free.
        dimension: The number of coordinates of a point.

    Input shape: a dict with `points`, `(p, d)` common to all functions or `(n, p, d)` of each, and
        the input functions by their names, `(n, m)` or `(n, *grid, c)`.
    Output shape: `(n, p, outputs)`.
    """

    bias: Any = None
    outputs: Any

    def __init__(
        self, outputs: int | None = None, bias: bool = True, dtype: Any = None, **kwargs: Any
    ):
        check_bool("bias", bias)
        super().__init__(outputs=outputs, dtype=dtype, **kwargs)
        self.use_bias = bias

    def build_parts(self, shapes: dict[str, Any], dimension: int) -> None:
        """Makes the layers.

        Args:
            shapes: The shapes of the input functions by their names.
            dimension: The number of coordinates of a point.
        """
        raise NotImplementedError

    def coefficients(self, functions: Mapping[str, Any], training: bool | None = None) -> Any:
        """The coefficients of the basis functions.

        Args:
            functions: The input functions by their names, `(n, m)` or `(n, *grid, c)`.
            training: Whether it is a training step.

        Returns:
            Tensor `(n, K, outputs)` for `K` basis functions.
        """
        raise NotImplementedError

    def basis(self, points: Any) -> Any:
        """The basis functions at points: `(..., d)` to `(..., K)`."""
        raise NotImplementedError

    def build(self, input_shape: Any) -> None:
        name = type(self).__name__
        self._known_outputs()
        functions, points = self._split(input_shape)
        if len(points) not in (2, 3) or points[-1] is None:
            raise ValueError(
                f"{name} needs points of shape (p, d) or (n, p, d). Received: {tuple(points)}."
            )
        self.function_shapes = {
            key: (None, *map(_known, shape[1:])) for key, shape in functions.items()
        }
        self.dimension = int(points[-1])
        self.build_parts(dict(self.function_shapes), self.dimension)
        if self.use_bias:
            self.bias = self.add_weight((self.outputs,), "zeros", name="bias")
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        functions, points = self._split(inputs)
        self._check_shapes({key: f.shape for key, f in functions.items()}, points.shape)
        coefficients = self.coefficients(functions, training=training)
        values = contract(coefficients, self.basis(points))
        return values if self.bias is None else values + self.bias

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        functions, points = self._split(input_shape)
        if self.built:  # a model asks before it trains: the shapes of a step may be left open
            self._check_shapes(functions, points)
        return (next(iter(functions.values()))[0], points[-2], self.outputs)

    @property
    def input_dtype(self) -> str:
        """Points keep all their digits where the coefficients are computed in 16 bits."""
        return self.variable_dtype

    def serving_spec(self) -> Any:
        """The inputs of an export, free in the functions and in the points."""
        shapes = {POINTS: (None, self.dimension), **self.function_shapes}
        return {
            key: keras.InputSpec(shape=shape, dtype=self.input_dtype)
            for key, shape in shapes.items()
        }

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "bias": self.use_bias}

    def _split(self, inputs: Any) -> tuple[dict[str, Any], Any]:
        """The input functions and the points, or their shapes."""
        if not isinstance(inputs, Mapping) or POINTS not in inputs or len(inputs) < 2:
            received = sorted(inputs) if isinstance(inputs, Mapping) else type(inputs).__name__
            expected = "a dict with 'points' and the input functions by their names"
            cure = "Arrays on a grid become one by kp.datasets.at_points(data)."
            raise ValueError(message("inputs", expected, received, cure))
        return {key: value for key, value in inputs.items() if key != POINTS}, inputs[POINTS]

    def _check_shapes(self, functions: Mapping[str, Any], points: Any) -> None:
        """Refuses what the layers would trip over, wherever the shape is known."""
        name = type(self).__name__
        if set(functions) != set(self.function_shapes):
            raise ValueError(
                f"{name} was built for the input functions {sorted(self.function_shapes)}. "
                f"Received: {sorted(functions)}."
            )
        for key, wanted in self.function_shapes.items():
            shape = tuple(functions[key])
            if len(shape) != len(wanted) or any(
                None not in pair and pair[0] != pair[1]
                for pair in zip(shape[1:], wanted[1:], strict=True)
            ):
                text = "(" + ", ".join(["n", *map(str, wanted[1:])]) + ")"
                raise ValueError(
                    f"{name} was built for the input function {key!r} of shape {text}: the same "
                    f"sensors for all functions. Received: {shape}."
                )
        if len(points) not in (2, 3) or points[-1] != self.dimension:
            raise ValueError(
                f"{name} was built for points (p, {self.dimension}) or (n, p, {self.dimension}). "
                f"Received: points of shape {tuple(points)}."
            )


def contract(coefficients: Any, basis: Any) -> Any:
    """`Σ_k coefficients_k basis_k` for coefficients `(n, K, m)`: `(n, p, m)`.

    Args:
        coefficients: Tensor `(n, K, m)`.
        basis: Tensor `(p, K)` common to all functions, or `(n, p, K)` of each.
    """
    basis = ops.cast(basis, coefficients.dtype)
    if len(basis.shape) == 3:
        return ops.matmul(basis, coefficients)
    return ops.einsum("nkm,pk->npm", coefficients, basis)


def _known(size: Any) -> int | None:
    return None if size is None else int(size)
