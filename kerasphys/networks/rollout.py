"""A one-step network, step after step."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import check_positive_int, message
from kerasphys.networks.grid_network import split_inputs
from kerasphys.networks.network import Network


@serializable
class Rollout(Network):
    """Applies a network that advances fields by one time step again and again.

    All steps are outputs, so that training on trajectories sees how errors accumulate. The loop is
    in the graph: its size does not grow with the number of steps.

    Args:
        network: A `kp.networks.GridNetwork`, or any Keras model or layer, whose outputs have the
            channels of its inputs.
        steps: Positive integer.
        dtype: A Keras dtype or policy. The owner may fill it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(n, *grid, c)`, the fields at the start; or, with a condition for every step,
        `{"inputs": (n, *grid, c), "condition": (n, p)}`.
    Output shape: `(n, steps, *grid, c)`, the fields after each step.

    Raises:
        ValueError: If the outputs of the network do not have the shape of its inputs.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        step = kp.networks.UNet(depth=2, base_channels=4, padding="periodic", seed=0)
        network = kp.networks.Rollout(step, steps=5)
        print(network(np.ones((2, 32, 1))).shape)  # (2, 5, 32, 1)
        ```
    """

    def __init__(self, network: keras.layers.Layer, steps: int, dtype: Any = None, **kwargs: Any):
        if not isinstance(network, keras.layers.Layer):
            raise TypeError(message("network", "a Keras model or layer", network))
        steps = check_positive_int("steps", steps)
        outputs = network.outputs if isinstance(network, Network) else None
        super().__init__(outputs=outputs, dtype=dtype, **kwargs)
        self.network = network
        self.steps = steps

    def prepare(self, outputs: int, dtype: Any) -> None:
        super().prepare(outputs, dtype)
        if isinstance(self.network, Network):
            self.network.prepare(outputs, self.dtype_policy)

    def build(self, input_shape: Any) -> None:
        shape, _ = split_inputs(input_shape)
        self.prepare(shape[-1], self.dtype_policy)
        if not self.network.built:
            self.network.build(input_shape)
        made = tuple(self.network.compute_output_shape(input_shape))
        if made[1:] != tuple(shape[1:]):
            raise ValueError(
                "Rollout needs a network whose outputs have the shape of its inputs. Received: "
                f"inputs of shape {tuple(shape)}, outputs of shape {made}."
            )
        self.outputs = shape[-1]
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        start, condition = split_inputs(inputs)

        def advance(step: Any, values: Any, past: Any) -> tuple[Any, Any, Any]:
            given = values if condition is None else {"inputs": values, "condition": condition}
            values = tf.ensure_shape(self.network(given, training=training), start.shape)
            return step + 1, values, past.write(step, values)

        past = tf.TensorArray(start.dtype, self.steps, element_shape=start.shape)
        *_, past = tf.while_loop(
            lambda step, *_: step < self.steps,
            advance,
            (tf.constant(0), start, past),
            maximum_iterations=self.steps,
        )
        rank = len(start.shape)
        return tf.transpose(past.stack(), [1, 0, *range(2, rank + 1)])

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        shape, _ = split_inputs(input_shape)
        return (shape[0], self.steps, *shape[1:])

    def serving_spec(self) -> Any:
        """That of the network, or of the model."""
        spec = getattr(self.network, "serving_spec", None)
        return spec() if callable(spec) else None

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["outputs"]  # they are the network's
        return {**config, "network": pack(self.network), "steps": self.steps}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Rollout:
        return cls(**unpack(config, "network"))
