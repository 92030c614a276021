import keras
import numpy as np
import pytest

from kerasphys.geometry import PointCloud

ANGLE = np.linspace(0, 6, 50)
RING = np.stack([np.cos(ANGLE), np.sin(ANGLE)], axis=1)
CLOUD = PointCloud(RING, ("x", "y"), normals=RING)


def test_attributes():
    np.testing.assert_array_equal(CLOUD.points, RING)
    assert CLOUD.coordinates == ("x", "y")
    assert CLOUD.dim == 2
    assert CLOUD.measure == 50.0
    assert repr(CLOUD) == "<PointCloud of 50 points with normals in (x, y)>"
    assert repr(PointCloud([[1], [2]], "t")) == "<PointCloud of 2 points in (t)>"


def test_all_points_come_in_order():
    np.testing.assert_array_equal(CLOUD.sample(), RING)
    np.testing.assert_array_equal(CLOUD.sample(50, seed=3), RING)
    CLOUD.sample()[:] = 0
    np.testing.assert_array_equal(CLOUD.points, RING)


def test_some_points_come_without_replacement():
    some = CLOUD.sample(30, seed=1)
    assert len(np.unique(some, axis=0)) == 30
    assert CLOUD.contains(some).all()
    np.testing.assert_array_equal(some, CLOUD.sample(30, seed=1))
    assert not np.array_equal(some, CLOUD.sample(30, seed=2))
    order = [int(np.flatnonzero((point == RING).all(axis=1))[0]) for point in some]
    assert order != sorted(order)


def test_normals_follow_their_points():
    some = CLOUD.sample(30, seed=1)
    np.testing.assert_array_equal(CLOUD.normals(some), some)
    with pytest.raises(ValueError, match=r"must lie on <PointCloud.*at index 1"):
        CLOUD.normals([RING[0], [0.0, 0.0]])
    with pytest.raises(ValueError, match=r"no normals.*normals=\.\.\."):
        PointCloud(RING, ("x", "y")).normals(some)


def test_columns_of_very_different_extent():
    thin = np.stack([np.linspace(0, 1e-12, 5), np.linspace(1e6, 1e6 + 1, 5), np.full(5, 7e5)], 1)
    cloud = PointCloud(thin, ("x", "t", "p"))
    assert cloud.contains(thin).all()
    assert not cloud.contains(thin + np.array([1e-13, 0, 0])).any()
    assert not cloud.contains(thin + np.array([0, 1e-2, 0])).any()
    assert cloud.contains(thin + np.array([1e-13, 0, 0]), tolerance=0.2).all()


def test_config_round_trip():
    for cloud in (CLOUD, PointCloud(RING, ("x", "y"))):
        copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(cloud))
        assert copy == cloud
        assert hash(copy) == hash(cloud)
    assert PointCloud(RING, ("x", "y")) != CLOUD
    assert PointCloud(RING[:9], ("x", "y")) != PointCloud(RING[:8], ("x", "y"))


def test_one_point():
    cloud = PointCloud([[0.0, 0.0]], ("x", "y"))
    assert cloud.sample(1).tolist() == [[0.0, 0.0]]
    assert cloud.contains([[0.0, 0.0], [0.0, 1e-3]]).tolist() == [True, False]


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"points": object()}, TypeError, "`points`"),
        ({"points": np.zeros(3)}, ValueError, "`points`"),
        ({"points": np.zeros((0, 2))}, ValueError, "`points` must be at least one"),
        ({"points": [[0, np.nan]]}, ValueError, "`points`"),
        ({"coordinates": object()}, TypeError, "`coordinates`"),
        ({"coordinates": "x"}, ValueError, "`coordinates` must be 2 names"),
        ({"coordinates": ("x", "x")}, ValueError, "`coordinates`"),
        ({"coordinates": ("x", "y_1")}, ValueError, "`coordinates` must be without underscores"),
        ({"normals": object()}, TypeError, "`normals`"),
        ({"normals": RING[:9]}, ValueError, "`normals`"),
        ({"normals": RING * np.where(np.arange(50) == 7, 2, 1)[:, None]}, ValueError, "2 at index"),
    ],
)
def test_bad_arguments(change, error, text):
    with pytest.raises(error, match=text):
        PointCloud(**({"points": RING, "coordinates": ("x", "y")} | change))


def test_bad_arguments_of_methods():
    with pytest.raises(ValueError, match="`n` must be at most 50"):
        CLOUD.sample(51)
    with pytest.raises(ValueError, match="`n`"):
        CLOUD.sample(0)
    with pytest.raises(ValueError, match="`sampler`"):
        CLOUD.sample(5, "halton")
    with pytest.raises(TypeError, match="`seed`"):
        CLOUD.sample(5, seed=None)
    with pytest.raises(ValueError, match="`tolerance`"):
        CLOUD.contains(RING, tolerance=-1)
    with pytest.raises(ValueError, match="`points`"):
        CLOUD.contains(RING[:, :1])
