"""Several networks of one kind as one."""

from __future__ import annotations

import copy
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._registry import pack
from kerasphys._validation import message
from kerasphys.derivatives.trace import Trace, apply
from kerasphys.networks import GridNetwork, Network, OperatorNetwork


class MemberNetworks(Network):
    """The members of an ensemble: networks that differ in their weights only.

    A variable of the network becomes one with an axis of members in front, and all members are
    computed together. The rows of the inputs are those of the first member, then those of the
    second, and so on.

    Args:
        network: A network that treats each point by itself. The first member begins as it does,
            the others with other seeds.
        members: Positive integer, how many.

    Input shape: `(members * n, d)`.
    Output shape: `(members * n, outputs)`.

    Raises:
        ValueError: If a network has what members cannot have each, such as regularisers, or if all
            would begin alike.
    """

    def __init__(self, network: keras.layers.Layer, members: int):
        if isinstance(network, GridNetwork | OperatorNetwork):
            expected = "a network of points, such as kp.networks.MLP"
            raise ValueError(message("network", expected, network))
        super().__init__(name=network.name)
        self.template = pack(network)
        self.members = members

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        networks = [self.make(index) for index in range(self.members)]
        for network in networks:
            if not network.built:
                network.build(input_shape)
        first = networks[0]
        _check_member(first)
        self.trained = [
            self._stacked([network.trainable_variables[i] for network in networks], True)
            for i in range(len(first.trainable_variables))
        ]
        self.fixed = [
            self._stacked([network.non_trainable_variables[i] for network in networks], False)
            for i in range(len(first.non_trainable_variables))
        ]
        if all(np.ptp(variable.numpy(), axis=0).max() == 0 for variable in self.trained):
            cure = "Leave the seeds of its initializers out, or give the network a seed."
            raise ValueError(message("network", "such that its weights are random", first, cure))
        self._together = _Together(first, [*self.trained, *self.fixed], int(input_shape[-1] or 0))
        self.built = True

    def make(self, index: int) -> keras.layers.Layer:
        """The network of a member, with its first weights once it is built."""
        network = keras.saving.deserialize_keras_object(_reseeded(self.template, index))
        if isinstance(network, Network):
            network.prepare(self._known_outputs(), self.dtype_policy)
        return network

    def give_weights(self, index: int, network: keras.layers.Layer) -> None:
        """Gives a network that `make` made, and that is built, the weights of a member."""
        own = [*network.trainable_variables, *network.non_trainable_variables]
        for variable, stacked in zip(own, [*self.trained, *self.fixed], strict=True):
            variable.assign(stacked[index])

    def call(self, inputs: Any) -> tf.Tensor:
        outputs = self._together(inputs)
        outputs.set_shape((inputs.shape[0], self.outputs))
        return outputs

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.outputs)

    def _stacked(self, variables: list[keras.Variable], trainable: bool) -> keras.Variable:
        values = np.stack([variable.numpy() for variable in variables])
        weight = self.add_weight(
            shape=values.shape, initializer="zeros", trainable=trainable, name=variables[0].name
        )
        weight.assign(values)
        return weight


class _Together:
    """All members as a list of operations, each on an axis of members in front.

    It is made once: where XLA compiles, TensorFlow would hide what it vectorises in a function,
    through which no jets pass. The weights are read at each call, where each device has its own.
    Keras does not see the network from which it is made.
    """

    def __init__(self, network: keras.layers.Layer, weights: list[keras.Variable], width: int):
        self._weights = weights
        count, members = len(network.trainable_variables), weights[0].shape[0]

        def one(rows_and_weights: tuple[tf.Tensor, ...]) -> tf.Tensor:
            rows, *own = rows_and_weights
            return network.stateless_call(own[:count], own[count:], rows)[0]

        def together(inputs: tf.Tensor, *values: tf.Tensor) -> tf.Tensor:
            rows = tf.reshape(inputs, (members, -1, width))  # (members, n, d)
            outputs = tf.vectorized_map(one, (rows, *values), fallback_to_while_loop=False)
            return tf.reshape(outputs, (-1, outputs.shape[-1]))

        with tf.init_scope():
            inputs, *values = [
                tf.TensorSpec(shape, weights[0].dtype)
                for shape in ((None, width), *(variable.shape for variable in weights))
            ]
            self._trace = Trace(together, inputs, values)

    def __call__(self, inputs: Any) -> tf.Tensor:
        values = [tf.convert_to_tensor(variable.value) for variable in self._weights]
        return self._trace.replay(inputs, apply, values)


def _check_member(network: keras.layers.Layer) -> None:
    if any("float" not in variable.dtype for variable in network.non_trainable_variables):
        expected = "without states that count or draw random numbers, such as dropout"
        raise ValueError(message("network", expected, network))
    if network.losses:
        raise ValueError(message("network", "without regularisers", network))


def _reseeded(config: Any, index: int) -> Any:
    """A configuration with other seeds; that of the first member stays as it is."""
    if isinstance(config, dict):
        return {
            key: int(np.random.SeedSequence([value, index]).generate_state(1)[0])
            if index and key == "seed" and isinstance(value, int)
            else _reseeded(value, index)
            for key, value in config.items()
        }
    if isinstance(config, list):
        return [_reseeded(value, index) for value in config]
    return copy.deepcopy(config)
