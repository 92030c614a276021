"""Settings that every test shares."""

import gc
import os
from collections.abc import Iterator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "Agg")

import matplotlib
import numpy as np
import pytest
import tensorflow as tf

matplotlib.use("Agg")
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.set_logical_device_configuration(  # two devices for what trains on several
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)


@pytest.fixture
def rng() -> np.random.Generator:
    """A random generator with a fixed seed."""
    return np.random.default_rng(0)


@pytest.fixture(autouse=True, scope="module")
def _settled() -> Iterator[None]:
    """Takes what a module leaves, graphs for the most part, from the collector's sight.

    It would look at millions of objects again and again: minutes in all.
    """
    yield
    gc.collect()
    gc.freeze()
