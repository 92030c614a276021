"""A network of continuous depth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._precision import PRECISIONS
from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import (
    check_array,
    check_bool,
    check_int,
    check_positive_int,
    message,
)
from kerasphys.networks.mlp import MLP
from kerasphys.networks.network import Network
from kerasphys.ode import ODEBlock


@serializable
class NeuralODE(Network):
    """Follows `z' = f(z)` or `z' = f(z, t)` from the inputs on, where `f` is a network.

    The outputs are `z(T)`, or the states at several `times`: fitted on pairs it is a network for
    regression or a flow map, fitted on trajectories a model of a dynamical system, which
    `trajectory` continues to any time. It has the weights of `f`, whatever the number of steps.

    A flow cannot tear or fold: in one dimension it keeps the order of points, so that it cannot
    learn `y = -x`. With `augment` the states have further components, which begin at zero, and
    points find a way past one another.

    Args:
        field: Sequence of positive integers, the widths of the hidden layers of `f`, which is
            then an `MLP` with tanh; or a Keras layer or model whose outputs have the shape of the
            states `(n, d + augment)`.
        outputs: Positive integer. Without a head it is the width of the inputs. A
            `SurrogateModel` fills it in.
        augment: Non-negative integer, the number of further components.
        head: Whether a linear layer maps the states to the outputs. Without it the outputs are
            the states, less the further components.
        time: As of `kp.ode.ODEBlock`. It is not used if there are `times`.
        times: `None` for the states at `time` only, or rising non-negative numbers, `(k,)`: the
            times of the outputs, after that of the inputs, 0.
        time_input: As of `kp.ode.ODEBlock`.
        method: As of `kp.ode.ODEBlock`.
        steps: As of `kp.ode.ODEBlock`; with `times`, between two of them.
        rtol: As of `kp.ode.odeint`.
        atol: As of `kp.ode.odeint`.
        max_steps: As of `kp.ode.odeint`.
        gradient: As of `kp.ode.odeint`.
        seed: Integer, for the initial weights, or `None` for other weights each time.
        dtype: A Keras dtype or policy. The owner may fill it in.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(n, d)`.
    Output shape: `(n, outputs)`; with `times`, `(n, k, outputs)`.

    Raises:
        ValueError: If `outputs` is not the width of the inputs and there is no head, or `times` do
            not rise.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        times = np.linspace(0.1, 1.0, 10)
        network = kp.networks.NeuralODE([16], times=times, steps=2, seed=0)
        print(network(np.ones((5, 2))).shape)  # (5, 10, 2)
        print(network.count_params())  # 82
        ```

    References:
        Chen et al., 2018, https://arxiv.org/abs/1806.07366
        Dupont, Doucet and Teh, 2019, https://arxiv.org/abs/1904.01681
    """

    def __init__(
        self,
        field: Sequence[int] | keras.layers.Layer,
        outputs: int | None = None,
        augment: int = 0,
        head: bool = False,
        time: float = 1.0,
        times: Any = None,
        time_input: bool = False,
        method: str = "rk4",
        steps: int | None = 20,
        rtol: float = 1e-6,
        atol: float = 1e-6,
        max_steps: int = 1000,
        gradient: str = "backprop",
        seed: int | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        seed = None if seed is None else check_int("seed", seed, minimum=0)
        layer = _layer(field, seed)
        augment = check_int("augment", augment, minimum=0)
        head = check_bool("head", head)
        times = None if times is None else _rising(times)
        super().__init__(outputs=outputs, dtype=dtype, **kwargs)
        self.field = layer if layer is field else list(layer.units)
        self.augment = augment
        self.head = head
        self.times = times
        self.seed = seed
        self.block = ODEBlock(
            layer,
            time=time,
            time_input=time_input,
            method=method,
            steps=steps,
            rtol=rtol,
            atol=atol,
            max_steps=max_steps,
            gradient=gradient,
            name="block",
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        width: Any = input_shape[-1]
        if self.head:
            self._known_outputs()
        if self.outputs not in (None, width) and not self.head:
            cure = "Map the states to the outputs with head=True."
            expected = f"the width of the inputs, {width}"
            raise ValueError(message("outputs", expected, self.outputs, cure))
        self.prepare(width, self.dtype_policy)
        if self.compute_dtype not in PRECISIONS:
            cure = "Its steps are small changes of the states, which 16 bits round away."
            expected = "'float32' or 'float64'"
            raise ValueError(message("dtype", expected, self.dtype_policy.name, cure))
        self.block.dtype_policy = self.dtype_policy
        self.block.build((None, width + self.augment))
        self.readout = None
        if self.head:
            initializer = keras.initializers.GlorotNormal(self.seed)
            self.readout = keras.layers.Dense(
                self.outputs,
                kernel_initializer=initializer,
                dtype=self.dtype_policy,
                name="readout",
            )
            self.readout.build((None, width + self.augment))
        self.built = True

    def trajectory(self, inputs: Any, times: Any) -> Any:
        """The outputs at any times, also before 0 or after those of the training.

        Args:
            inputs: The states at time 0, `(n, d)`.
            times: Numbers that rise, or that fall, from 0 on, `(k,)`. The first need not be 0.

        Returns:
            A tensor `(n, k, outputs)`.
        """
        times = check_array("times", times, (None,))
        states = self._augmented(tf.convert_to_tensor(inputs, self.compute_dtype))
        given = len(times) and times[0] == 0
        path = self.block.trajectory(states, times if given else [0.0, *times])
        return self._outputs(tf.transpose(path if given else path[1:], [1, 0, 2]))

    def call(self, inputs: Any) -> Any:
        if self.times is not None:
            return self.trajectory(inputs, self.times)
        return self._outputs(self.block(self._augmented(inputs)))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        outputs = input_shape[-1] if self.outputs is None else self.outputs
        middle = () if self.times is None else (len(self.times),)
        return (input_shape[0], *middle, outputs)

    def get_config(self) -> dict[str, Any]:
        block = self.block
        return {
            **super().get_config(),
            "field": pack(self.field),
            "augment": self.augment,
            "head": self.head,
            "times": self.times,
            "seed": self.seed,
            **{name: getattr(block, name) for name in _OF_THE_BLOCK},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> NeuralODE:
        return cls(**unpack(config, "field"))

    def _augmented(self, states: Any) -> Any:
        return tf.pad(states, [[0, 0], [0, self.augment]]) if self.augment else states

    def _outputs(self, states: Any) -> Any:
        return states[..., : self.outputs] if self.readout is None else self.readout(states)


_OF_THE_BLOCK = ("time", "time_input", "method", "steps", "rtol", "atol", "max_steps", "gradient")


def _layer(field: Any, seed: int | None) -> keras.layers.Layer:
    """The field as a layer."""
    if isinstance(field, keras.layers.Layer):
        return field
    if isinstance(field, Sequence) and not isinstance(field, str) and field:
        widths = [check_positive_int("field", width) for width in field]
        return MLP(widths, seed=seed, name="field")
    raise TypeError(message("field", "a sequence of widths, such as [32, 32], or a layer", field))


def _rising(times: Any) -> list[float]:
    array = check_array("times", times, (None,))
    if not len(array) or array[0] < 0 or np.any(np.diff(array) <= 0):
        raise ValueError(message("times", "rising non-negative numbers", times))
    if array[-1] == 0:
        raise ValueError(
            message("times", "numbers of which one is after 0, the time of the inputs", times)
        )
    return array.tolist()
