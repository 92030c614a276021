"""What may compute in 16 bits, and the scale of the loss that float16 needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kerasphys._precision import PRECISIONS
from kerasphys._validation import message
from kerasphys.optimizers import SecondOrder

HALF = ("float16", "bfloat16")
MIXED = tuple(f"mixed_{name}" for name in HALF)
LEAST_SCALE = 1.0  # below this no gradient overflows for the sake of the scale


def check_policy(dtype: Any) -> Any:
    """The Keras policy of a model whose network may compute in 16 bits."""
    expected = "'float64', 'float32', 'mixed_bfloat16' or 'mixed_float16'"
    policy = policy_of(dtype, expected)
    if policy.name in HALF:
        cure = f"Steps are lost in weights of 16 bits: take dtype='mixed_{policy.name}'."
        raise ValueError(message("dtype", expected, dtype, cure))
    if policy.name not in (*PRECISIONS, *MIXED):
        raise ValueError(message("dtype", expected, dtype))
    return policy


def policy_of(dtype: Any, expected: str) -> Any:
    """The Keras policy that an argument `dtype` names."""
    try:
        return keras.dtype_policies.get(dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(message("dtype", expected, dtype)) from error


def check_network(network: keras.layers.Layer, policy: Any) -> None:
    """Refuses a built network of another precision than its model's."""
    computed = {layer.compute_dtype for layer in network._flatten_layers()}
    wrong = {v.dtype for v in network.variables if "float" in v.dtype} - {policy.variable_dtype}
    wrong |= computed & set(HALF) - {policy.compute_dtype}
    if wrong:
        raise ValueError(
            f"The network is in {wrong.pop()}, the model in {policy.name}. Make both with the same "
            "dtype."
        )
    if policy.compute_dtype in HALF and policy.compute_dtype not in computed:
        raise ValueError(
            f"The model is to train in {policy.name}, and no layer of its network computes in "
            f"{policy.compute_dtype}. Make its layers with dtype={policy.name!r} (a kp.networks "
            "network takes the model's dtype), or the model in float32."
        )


def check_optimizer(optimizer: Any, policy: Any) -> None:
    """Refuses an optimizer that needs more digits than there are."""
    found = _inner(optimizer)
    if policy.compute_dtype in HALF and isinstance(found, SecondOrder):
        raise ValueError(
            f"{type(found).__name__} takes the curvature from differences of gradients and "
            f"compares losses along a line, which the rounding of {policy.compute_dtype} hides. "
            f"The model is in {policy.name}: take a first-order optimizer, such as 'adam', or "
            "dtype='float32'."
        )


def scale_of(optimizer: Any) -> tf.Tensor | float | None:
    """What the loss is multiplied by before it is differentiated, or `None` for one."""
    if not _scales(optimizer):
        return None
    return optimizer.dynamic_scale.value if optimizer.built else optimizer.initial_scale


def judged(optimizer: Any, gradient: tf.Tensor) -> tf.Tensor:
    """A gradient as it shows whether training goes on: zeros where a smaller scale may cure it."""
    scale = scale_of(optimizer)
    if scale is None:
        return gradient
    return tf.where(scale > LEAST_SCALE, tf.zeros_like(gradient), gradient)


def apply(
    optimizer: keras.optimizers.Optimizer,
    gradients: Sequence[tf.Tensor],
    variables: Sequence[keras.Variable],
) -> None:
    """One step of an optimizer; none with gradients that a scale of the loss made not finite.

    The scale is halved then, and doubled after every `dynamic_growth_steps` good steps. This is
    what `apply` of Keras' LossScaleOptimizer does, which takes scaled gradients and cannot be
    called outside of the replicas of a strategy.

    Args:
        optimizer: Any, or one in a `keras.optimizers.LossScaleOptimizer`.
        gradients: Those of the loss itself.
        variables: The trainable variables.
    """
    if not _scales(optimizer):
        optimizer.apply(gradients, variables)
        return
    scale, count = optimizer.dynamic_scale, optimizer.step_counter

    def step() -> tf.Tensor:
        optimizer.inner_optimizer.apply(gradients, variables)
        following = count.value + 1
        grown = following >= optimizer.dynamic_growth_steps
        scale.assign(tf.where(grown, 2 * scale.value, scale.value))
        count.assign(tf.where(grown, tf.zeros_like(following), following))
        return tf.constant(True)

    def skip() -> tf.Tensor:
        scale.assign(scale.value / 2)
        count.assign(tf.zeros_like(count.value))
        return tf.constant(False)

    finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(g)) for g in gradients])
    tf.cond(finite, step, skip)


def _scales(optimizer: Any) -> bool:
    return isinstance(optimizer, keras.optimizers.LossScaleOptimizer)


def _inner(optimizer: Any) -> Any:
    return optimizer.inner_optimizer if _scales(optimizer) else optimizer
