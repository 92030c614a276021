"""Arithmetic of states: lists of tensors, with one step size or one for each sample."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

Leaves = list[Any]  # tensors, the leaves of a state

# one step needs the last one: iterations held ready would only take memory
loop = functools.partial(tf.while_loop, parallel_iterations=1)


def along(value: Any, leaf: Any) -> Any:
    """A number `()`, or one for each sample `(n,)`, shaped so that it multiplies a leaf."""
    if value.shape.rank == 0:
        return value
    return tf.reshape(value, [-1] + [1] * (len(leaf.shape) - 1))


def weighted(weights: Iterable[float], terms: Sequence[Leaves]) -> Leaves | None:
    """`Σ w_i terms_i` without the terms whose weight is zero; `None` if that is all of them."""
    used = [(w, term) for w, term in zip(weights, terms, strict=False) if w != 0]
    if not used:
        return None
    return [
        tf.add_n([term[index] if w == 1 else w * term[index] for w, term in used])
        if len(used) > 1
        else used[0][0] * used[0][1][index]
        for index in range(len(terms[0]))
    ]


def moved(state: Leaves, h: Any, slope: Leaves | None) -> Leaves:
    """`state + h slope`."""
    if slope is None:
        return state
    return [leaf + along(h, leaf) * k for leaf, k in zip(state, slope, strict=True)]


def choose(condition: Any, first: Leaves, second: Leaves) -> Leaves:
    """`tf.where` with one condition, or one for each sample."""
    return [tf.where(along(condition, a), a, b) for a, b in zip(first, second, strict=True)]


def is_finite(state: Leaves) -> Any:
    """Whether all numbers are, `()`."""
    return tf.reduce_all([tf.reduce_all(tf.math.is_finite(leaf)) for leaf in state])


def keep_shapes(state: Leaves, like: Leaves) -> Leaves:
    """Tells a loop that shapes do not change."""
    return [tf.ensure_shape(a, b.shape) for a, b in zip(state, like, strict=True)]


class History:
    """Immutable record of states in the loops of a solver: one `tf.TensorArray` for each leaf.

    Args:
        size: How many states it holds.
        like: A state.
        arrays: What it holds already.
    """

    def __init__(self, size: Any, like: Leaves, arrays: Sequence[Any] | None = None):
        self._size, self._like = size, like
        self.arrays: list[Any] = list(arrays or ()) or [
            tf.TensorArray(
                leaf.dtype,
                size,
                element_shape=leaf.shape,
                clear_after_read=False,
                infer_shape=leaf.shape.is_fully_defined(),
            )
            for leaf in like
        ]

    def holding(self, arrays: Sequence[Any]) -> History:
        """The same with other arrays, as they come back from a loop."""
        return History(self._size, self._like, list(arrays))

    def write(self, index: Any, state: Leaves) -> History:
        """The history with one more state."""
        pairs = zip(self.arrays, state, strict=True)
        return self.holding([array.write(index, leaf) for array, leaf in pairs])

    def read(self, index: Any) -> Leaves:
        """The state at an index."""
        return keep_shapes([array.read(index) for array in self.arrays], self._like)
