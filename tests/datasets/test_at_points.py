"""Samples with points: what they keep, and how a grid becomes them."""

import numpy as np
import pytest

from kerasphys.datasets import Dataset, Samples, at_points

X = {"name": "x", "lower": 0.0, "upper": 1.0}
T = {"name": "t", "lower": 0.0, "upper": 2.0}
U = {"u": np.arange(12.0).reshape(3, 4)}
NODES = np.array([[x, t] for x in (0.0, 0.5) for t in (0.0, 1.0, 2.0)])


def grid(**kwargs):
    inputs = np.arange(3 * 2 * 3 * 2.0).reshape(3, 2, 3, 2)
    samples = Samples(inputs, inputs[..., :1])
    return Dataset(train=samples, test=samples[:1], coordinates=[X, T], periodic=["x"], **kwargs)


def test_points_in_three_layouts():
    common = Samples(U, np.ones((3, 6, 1)), NODES)
    x, y = common
    assert set(x) == {"u", "points"}
    assert y.shape == (3, 6, 1)
    assert common[1:].points.shape == (6, 2)
    assert repr(common) == "Samples({u: (3, 4), points: (6, 2)} -> (3, 6, 1))"
    own = Samples(U, np.ones((3, 6, 1)), np.stack([NODES, NODES + 1, NODES + 2]))
    np.testing.assert_array_equal(own[[2]].points, [NODES + 2])
    aligned = Samples(U, np.ones((3, 1)), NODES[:3])
    assert (aligned.points.shape, aligned.outputs.shape) == ((3, 1, 2), (3, 1, 1))


@pytest.mark.parametrize(
    ("inputs", "outputs", "points", "reason"),
    [
        (U["u"], np.ones((3, 6, 1)), NODES, "a dict of functions"),
        ({"points": U["u"]}, np.ones((3, 6, 1)), NODES, "other than 'points'"),
        (U, np.ones((3, 5, 1)), NODES, "a point for each value"),
        (U, np.ones((3, 6)), NODES[:, 0], "a point for each value"),
        (U, np.ones((3, 1)), NODES, "a point for each value"),
        (U, np.ones((3, 6, 1)), np.stack([NODES] * 2), "a point for each value"),
        (U, np.ones((3, 6, 1)), NODES * np.nan, "`points` must be finite"),
    ],
)
def test_points_that_do_not_fit(inputs, outputs, points, reason):
    with pytest.raises(ValueError, match=reason):
        Samples(inputs, outputs, points)


def test_a_grid_becomes_points():
    data = at_points(grid(), "f")
    np.testing.assert_array_equal(data.train.points, NODES)
    np.testing.assert_array_equal(data.axes["t"], [0.0, 1.0, 2.0])
    assert data.grid == (2, 3)
    outputs = data.train.outputs.reshape(3, *data.grid, 1)
    np.testing.assert_array_equal(outputs, grid().train.outputs)
    np.testing.assert_array_equal(data.test.inputs["f"], grid().test.inputs)
    assert at_points(grid(), flat=True).train.inputs["u"].shape == (3, 12)
    named = Samples({"a": np.ones((3, 2, 3, 1)), "b": np.ones((3, 2, 3, 1))}, np.ones((3, 2, 3, 1)))
    found = at_points(Dataset(train=named, coordinates=[X, T]))
    assert set(found.train.inputs) == {"a", "b"}
    for bad in (data, Dataset(train=grid().train)):
        with pytest.raises(ValueError, match="fields on a grid"):
            at_points(bad)
    with pytest.raises(TypeError, match="Dataset"):
        at_points(grid().train)
    with pytest.raises(ValueError, match="another name than 'points'"):
        at_points(grid(), "points")


def test_data_sets_of_points():
    train = Samples(U, np.ones((3, 6, 1)), NODES)
    other = Samples(U, np.ones((3, 1)), NODES[:3])
    data = Dataset(train=train, test=other, coordinates=[X, T], sensors={"u": range(4)})
    np.testing.assert_array_equal(data.sensors["u"], [0, 1, 2, 3])
    scattered = Dataset(train=Samples(U, np.ones((3, 5, 1)), NODES[:5]), coordinates=[X, T])
    with pytest.raises(ValueError, match="not the nodes of a grid"):
        scattered.axes  # noqa: B018
    with pytest.raises(ValueError, match="`validation` must be of the shape"):
        Dataset(train=train, validation=Samples(U, np.ones((3, 6, 2)), NODES))
    for sensors, reason in (
        ({"v": range(4)}, "among"),
        ({"u": range(3)}, "4 positions"),
        ([1.0], "a mapping"),
    ):
        with pytest.raises((TypeError, ValueError), match=reason):
            Dataset(train=train, coordinates=[X, T], sensors=sensors)
