"""A layer that flows along a vector field."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import (
    check_bool,
    check_choice,
    check_positive,
    check_positive_int,
    message,
)
from kerasphys.ode._inputs import check_steps
from kerasphys.ode._states import along
from kerasphys.ode.methods import METHODS
from kerasphys.ode.odeint import GRADIENTS, odeint


@serializable
class ODEBlock(keras.layers.Layer):
    """Maps `x(0)` to `x(T)`, where `x' = f(x)` or `x' = f(x, t)` and `f` is a Keras layer.

    The layer has the weights of its field, whatever the number of steps. Several blocks may stand
    in one model, also with one field in common.

    Args:
        field: A Keras layer or model whose outputs have the shape of the states. It should be
            smooth: the order of a method supposes it. A `kp.networks` network takes the number of
            its outputs and its dtype from here.
        time: Positive number, `T`.
        time_input: Whether the field depends on the time. Its inputs are then the states with the
            time appended as a last channel.
        method: A name, as of `kp.ode.odeint`.
        steps: Positive integer, the number of equal steps, or `None` for a step size by the error.
        rtol: As of `kp.ode.odeint`.
        atol: As of `kp.ode.odeint`.
        max_steps: As of `kp.ode.odeint`.
        gradient: As of `kp.ode.odeint`.
        **kwargs: `name`, `trainable` and `dtype`, as of any Keras layer.

    Input shape: `(n, ..., d)`.
    Output shape: the same.

    Raises:
        ValueError: If the outputs of the field do not have the shape of the states, or the field
            was built in another precision.

    Example:
        ```python
        import keras
        import kerasphys as kp

        inputs = keras.Input((2,))
        block = kp.ode.ODEBlock(kp.networks.MLP([16], seed=0), steps=10)
        model = keras.Model(inputs, keras.layers.Dense(1)(block(inputs)))
        print(block.count_params())  # 82
        ```

    Reference:
        Chen et al., 2018, https://arxiv.org/abs/1806.07366
    """

    def __init__(
        self,
        field: keras.layers.Layer,
        time: float = 1.0,
        time_input: bool = False,
        method: str = "rk4",
        steps: int | None = 20,
        rtol: float = 1e-6,
        atol: float = 1e-6,
        max_steps: int = 1000,
        gradient: str = "backprop",
        **kwargs: Any,
    ):
        if not isinstance(field, keras.layers.Layer):
            raise TypeError(message("field", "a Keras layer or model", field))
        check_positive("time", time)
        check_bool("time_input", time_input)
        check_choice("method", method, METHODS)
        check_steps(steps, METHODS[method])
        check_positive("rtol", rtol)
        check_positive("atol", atol)
        check_positive_int("max_steps", max_steps)
        check_choice("gradient", gradient, GRADIENTS)
        super().__init__(**kwargs)
        self.field = field
        self.time = float(time)
        self.time_input = bool(time_input)
        self.method = method
        self.steps = steps
        self.rtol = float(rtol)
        self.atol = float(atol)
        self.max_steps = max_steps
        self.gradient = gradient

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        shape: Any = tuple(input_shape)
        inputs = (*shape[:-1], shape[-1] + 1) if self.time_input else shape
        _adopt(self.field, shape[-1], self.dtype_policy)
        made = tuple(self.field(keras.KerasTensor(inputs, self.compute_dtype)).shape)
        if made[1:] != shape[1:]:
            raise ValueError(
                "ODEBlock needs a field whose outputs have the shape of the states. Received: "
                f"states of shape {shape}, outputs of shape {made}."
            )
        self.built = True

    def derivative(self, t: Any, x: Any) -> Any:
        """The field at a time, a number or `(n,)`, and at states `(n, ..., d)`."""
        if not self.time_input:
            return self.field(x)
        t = along(tf.cast(t, x.dtype), x)
        return self.field(tf.concat([x, t * tf.ones_like(x[..., :1])], axis=-1))

    def trajectory(self, inputs: Any, times: Any) -> Any:
        """The states at several times, the first of which is that of the inputs.

        Args:
            inputs: The states at the first time, `(n, ..., d)`.
            times: As of `kp.ode.odeint`, `(k,)`.

        Returns:
            The states, `(k, n, ..., d)`.
        """
        return odeint(
            self.derivative,
            inputs,
            times,
            method=self.method,
            steps=self.steps,
            rtol=self.rtol,
            atol=self.atol,
            max_steps=self.max_steps,
            gradient=self.gradient,
        )

    def call(self, inputs: Any) -> Any:
        return self.trajectory(inputs, [0.0, self.time])[-1]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "field": pack(self.field),
            "time": self.time,
            "time_input": self.time_input,
            "method": self.method,
            "steps": self.steps,
            "rtol": self.rtol,
            "atol": self.atol,
            "max_steps": self.max_steps,
            "gradient": self.gradient,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> ODEBlock:
        return cls(**unpack(config, "field"))


def _adopt(field: keras.layers.Layer, outputs: int, policy: Any) -> None:
    """Gives a field the precision of its block, and a network of ours its outputs too."""
    prepare = getattr(field, "prepare", None)
    if callable(prepare):
        prepare(outputs, policy)
    for other in {v.dtype for v in field.variables if "float" in v.dtype} - {policy.variable_dtype}:
        raise ValueError(
            f"The field {field.name!r} was built in {other}, the block is in "
            f"{policy.variable_dtype}. Make it anew and leave it unbuilt, or with "
            f"dtype={policy.variable_dtype!r} in every layer."
        )
    if not field.built:
        for layer in field._flatten_layers():
            layer.dtype_policy = policy
