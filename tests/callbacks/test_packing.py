"""What is written is what is read."""

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.callbacks._packing import pack, unpack


def test_plain_data_is_packed_exactly():
    values = {
        "numbers": [0, -(2**70), 0.1, -0.0, np.inf, True, None, "θ"],
        3: (1, [2.5, (np.float64(0.1), np.int8(-3), np.bool_(True))]),
        "arrays": [np.zeros((2, 0)), np.array(1.5, "f2"), np.array([1 + 2j]), np.array([True])],
        "bfloat16": np.asarray(tf.constant([1.0, 2.5], tf.bfloat16)),
        "columns": np.arange(6.0).reshape(2, 3).T,
    }
    arrays = []
    found = unpack(pack(values, arrays), arrays)
    assert repr(found) == repr(values)
    for a, b in zip(found["arrays"], values["arrays"], strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
    assert np.isnan(unpack(pack(np.nan, arrays), arrays))
    for bad in (object(), {1, 2}, np.array(["a"]), np.array([None]), lambda: 0):
        with pytest.raises(TypeError, match="Cannot keep"):
            pack([bad], [])
