"""What `odeint` checks before it starts."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._validation import (
    as_real_array,
    check_choice,
    check_equal_shapes,
    check_positive_int,
    message,
)
from kerasphys.ode._states import Leaves
from kerasphys.ode._stepper import Field
from kerasphys.ode.methods import METHODS
from kerasphys.ode.tableau import ButcherTableau

ORDERED = "two or more finite times that increase or decrease strictly"


def check_method(method: Any) -> ButcherTableau:
    """The tableau of a name, or a tableau as it is."""
    if isinstance(method, ButcherTableau):
        return method
    return METHODS[check_choice("method", method, METHODS)]


def check_steps(steps: Any, tableau: ButcherTableau) -> None:
    """A number of steps, or `None` for a method that estimates its error."""
    if steps is not None:
        check_positive_int("steps", steps)
    elif tableau.embedded is None:
        cure = f"Method {tableau.name!r} does not estimate its error. Give the number of steps."
        raise ValueError(message("steps", "a positive integer", steps, cure))


def check_state(y0: Any) -> tuple[Leaves, Any]:
    """The leaves of the state as tensors of one precision, and its structure."""
    flat = keras.tree.flatten(y0)
    if all(isinstance(leaf, numbers.Real) and not hasattr(leaf, "dtype") for leaf in flat):
        try:  # numbers in lists are one array
            y0 = tf.convert_to_tensor(y0, keras.config.floatx())
        except (TypeError, ValueError) as error:
            raise ValueError(message("y0", "an array, or a structure of arrays", y0)) from error
        flat = [y0]
    try:
        leaves = [tf.convert_to_tensor(leaf) for leaf in flat]
    except (TypeError, ValueError) as error:
        raise TypeError(message("y0", "an array, or a structure of arrays", y0)) from error
    dtypes = {leaf.dtype for leaf in leaves}
    if len(dtypes) > 1 or not leaves[0].dtype.is_floating:
        names = sorted(dtype.name for dtype in dtypes)
        raise TypeError(
            "Argument `y0` must hold floating-point numbers of one precision. "
            f"Received: {', '.join(names)}."
        )
    return leaves, y0


def check_times(times: Any, state: Leaves) -> Any:
    """The output times `(k,)` or `(n, k)` in the precision of the state."""
    dtype = state[0].dtype
    if tf.is_tensor(times) or isinstance(times, tf.Variable | keras.Variable):
        times = tf.cast(tf.convert_to_tensor(times), dtype)
    else:
        times = tf.constant(as_real_array("times", times, ORDERED), dtype)
    shape = times.shape
    if shape.rank not in (1, 2) or shape[-1] is None or shape[-1] < 2:
        raise ValueError(
            f"Argument `times` must be {ORDERED}, of shape (k,) or, for each sample, (n, k). "
            f"Received: an array of shape {tuple(shape)}."
        )
    if shape.rank == 2:
        for leaf in state:
            check_equal_shapes("times", shape[:1], "y0", leaf.shape[:1])
    text = f"Argument `times` must be {ORDERED}."
    known = tf.get_static_value(times)
    if known is not None:
        if not _in_order(known):
            raise ValueError(f"{text} Received: times={known!r}.")
        return times
    steps = times[..., 1:] - times[..., :-1]
    ordered = tf.reduce_all(steps * tf.sign(steps[..., :1]) > 0)
    ordered &= tf.reduce_all(tf.math.is_finite(times))
    with tf.control_dependencies([tf.debugging.Assert(ordered, [text, "Received:", times])]):
        return tf.identity(times)


def _in_order(times: np.ndarray) -> bool:
    """Whether times that are known are finite, and increase or decrease strictly."""
    if not np.all(np.isfinite(times)):
        return False
    steps = np.diff(times)
    return bool(np.all(steps * np.sign(steps[..., :1]) > 0))


def checked_field(field: Callable, structure: Any, leaves: Leaves) -> Field:
    """The field as a function of lists, whose values must look like the state."""

    def call(t: Any, state: Leaves) -> Leaves:
        value = field(t, keras.tree.pack_sequence_as(structure, state))
        found = [tf.convert_to_tensor(leaf) for leaf in keras.tree.flatten(value)]
        if len(found) != len(state):
            raise ValueError(
                "Argument `field` must return what the state looks like. Received: "
                f"{len(found)} arrays for a state of {len(state)}."
            )
        for slope, leaf, like in zip(found, state, leaves, strict=True):
            check_equal_shapes("field(t, y)", slope.shape, "y", leaf.shape)
            if slope.dtype != like.dtype:
                raise TypeError(
                    f"Argument `field` must compute in the precision of `y0`, {like.dtype.name}. "
                    f"Received: {slope.dtype.name}. Make its layers with dtype="
                    f"{like.dtype.name!r}, or cast `y0`."
                )
        return found

    return call
