"""What is special to the tape engine."""

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.derivatives import Namespace, Plan, TapeEngine

NAMES = Namespace(("x", "y", "t"), ("u", "v"))


def test_order_zero_hands_on_the_points(rng):
    points = rng.uniform(-1, 1, size=(7, 3))
    received = []

    def network(p):
        received.append(p)
        return tf.stack([p[:, 0], p[:, 1]], axis=1)

    points = tf.constant(points)
    values = TapeEngine()(Plan.of(NAMES, ["v", "t"]), network, points)
    assert received[0] is points
    np.testing.assert_array_equal(values["v"], points[:, 1])


@pytest.mark.parametrize(
    ("names", "passes"),
    [
        (["x", "u", "v"], ()),
        (["u_x", "u_y", "u_t"], (1,)),
        (["u_x", "v_x"], (2,)),
        (["u_t", "u_xx"], (1, 1)),
        (["u_xx", "u_xy", "u_xt"], (1, 1)),
        (["laplacian_u"], (1, 2)),
        (["u_xx", "u_xy", "u_yy"], (1, 2)),
        (["u_xxy", "u_xyy"], (1, 1, 1)),
        (["u_y", "u_xy"], (1, 1)),
        (["u_xxx", "u_xx", "u_x"], (1, 1, 1)),
        (["u_xxxx", "u_xxyy", "u_yyyy"], (1, 2, 2, 3)),
    ],
)
def test_few_reverse_passes(names, passes):
    assert TapeEngine().reverse_passes(Plan.of(NAMES, names)) == passes


def test_types():
    with pytest.raises(TypeError, match="plan"):
        TapeEngine().reverse_passes(object())
