"""The random generators that a whole process shares."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import tensorflow as tf

# Neither library gives its state away by a public name.
from keras.src.backend.common.global_state import get_global_attribute
from keras.src.random.seed_generator import global_seed_generator
from tensorflow.python.eager.context import context
from tensorflow.python.ops import stateful_random_ops

from kerasphys.callbacks._packing import check_position


def random_state() -> dict[str, Any]:
    """The states of the generators of Python, NumPy, TensorFlow and Keras; `None` if not in use."""
    seeds = getattr(context(), "_rng", None)  # of the operations without a seed of their own
    generator = stateful_random_ops.global_generator
    keras_generator = get_global_attribute("global_seed_generator")
    return {
        "python": random.getstate(),
        "numpy": np.random.get_state(legacy=False),  # noqa: NPY002 (the shared one is meant)
        "tensorflow_seeds": None if seeds is None else seeds.getstate(),
        "tensorflow_generator": None if generator is None else generator.state.numpy(),
        "keras": None if keras_generator is None else np.asarray(keras_generator.state),
    }


def restore_random_state(state: dict[str, Any]) -> None:
    """Goes on with the states that `random_state` found."""
    if state["keras"] is not None:
        global_seed_generator().state.assign(state["keras"])  # made anew, it draws from Python's
    if state["tensorflow_generator"] is not None:
        tf.random.get_global_generator().reset(state["tensorflow_generator"])
    seeds = getattr(context(), "_rng", None)
    if seeds is not None and state["tensorflow_seeds"] is not None:
        seeds.setstate(state["tensorflow_seeds"])
    check_position(state["numpy"])
    np.random.set_state(state["numpy"])  # noqa: NPY002
    random.setstate(state["python"])
