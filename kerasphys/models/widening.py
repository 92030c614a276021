"""A network that computes what a narrower one of its kind computes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def widened(old: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """Weights that leave what the old units compute as it is.

    Of a matrix the old units get no input from new ones, while new units keep their first weights:
    they see all that comes in, count for nothing at first, and training lets them in.

    Args:
        old: Weights `(inputs, units)`, `(units,)` or of another shape; of an ensemble with an axis
            of members in front.
        fresh: First weights of the wider network, as large in each axis or larger.

    Raises:
        ValueError: If the fresh weights have not room for the old ones.
    """
    if old.ndim != fresh.ndim or np.any(np.array(old.shape) > fresh.shape):
        raise ValueError(f"weights of shape {old.shape} do not fit into {fresh.shape}")
    found = np.array(fresh)
    if found.ndim >= 2:
        found[..., old.shape[-2] :, : old.shape[-1]] = 0.0
    found[tuple(slice(length) for length in old.shape)] = old
    return found


def widen(network: keras.layers.Layer, old: keras.layers.Layer, inputs: Any, columns: int) -> None:
    """Gives a network the weights of a narrower one, with the same function.

    Args:
        network: The network.
        old: A network of the same kind, with fewer or as many units in each layer.
        inputs: Tensor `(n, d)`, what `network` is applied to, on which the two must agree.
        columns: How many of its columns, the first ones, `old` takes. The others make no difference
            at first.

    Raises:
        ValueError: If there is no room for the old weights, or the function would be another one.
    """
    first = [variable.numpy() for variable in network.variables]
    if type(network) is not type(old) or len(first) != len(old.variables):
        raise ValueError(
            f"a {type(old).__name__} with {len(old.variables)} arrays of weights is no narrower "
            f"{type(network).__name__} with {len(first)}"
        )
    for variable, fresh, other in zip(network.variables, first, old.variables, strict=True):
        variable.assign(widened(other.numpy(), fresh))
    wanted = np.asarray(old(inputs[:, :columns]))
    miss = np.abs(np.asarray(network(inputs)) - wanted).max()
    if not miss <= np.sqrt(np.finfo(wanted.dtype).eps) * (1.0 + np.abs(wanted).max()):
        raise ValueError(f"with these weights it would compute something else, by {miss:.1e}")
