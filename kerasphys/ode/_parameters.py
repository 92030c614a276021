"""What a field depends on beside time and state: variables, and tensors from outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from kerasphys.ode._states import Leaves


def captured(field: Callable, t: Any, state: Leaves) -> list[Any]:
    """The floating-point tensors that a field takes from where it was written.

    A solver differentiates by hand; without this list their gradients would silently be zero.
    """
    specs = [tf.TensorSpec(leaf.shape, leaf.dtype) for leaf in state]
    traced = tf.function(lambda t, *state: field(t, list(state)), autograph=False)
    graph = traced.get_concrete_function(tf.TensorSpec(t.shape, t.dtype), *specs).graph
    given = {id(t), *map(id, state)}
    return [
        tensor
        for tensor in graph.external_captures
        if tensor.dtype.is_floating and id(tensor) not in given
    ]


def pull_back(
    function: Callable[..., Sequence[Any]],
    state: Leaves,
    parameters: Sequence[Any],
    upstream: Leaves,
) -> tuple[Leaves, Leaves, list[Any]]:
    """Values, and the products of upstream gradients with the derivatives of a function.

    Args:
        function: From a state to a list of tensors.
        state: Where to evaluate it.
        parameters: Variables and captured tensors that it depends on.
        upstream: The gradients with respect to the values.

    Returns:
        The values, and the gradients with respect to the state and to the parameters.
    """
    here = [_inside(parameter) for parameter in parameters]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(state)
        tape.watch(here)
        values = list(function(state))
    gradients = tape.gradient(
        values,
        [*state, *here],
        output_gradients=upstream,
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )
    gradients = list(map(tf.convert_to_tensor, gradients))
    return values, gradients[: len(state)], gradients[len(state) :]


def _inside(parameter: Any) -> Any:
    """A tensor from outside as the body of a loop sees it, which is what a tape must watch."""
    graph = tf.compat.v1.get_default_graph()
    if isinstance(parameter, tf.Variable) or not hasattr(graph, "capture"):
        return parameter
    return graph.capture(parameter)
