"""Pooling and strided convolutions."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp

SHAPES = [(2, 8, 3), (2, 8, 4, 3), (2, 4, 6, 8, 3)]


def blocks(x, factor):
    """The points of each block along axes of their own, at the end."""
    grid = [(n // factor, factor) for n in x.shape[1:-1]]
    cut = x[tuple(slice(0, a * f) for a, f in [(x.shape[0], 1), *grid])]
    split = cut.reshape(x.shape[0], *[n for pair in grid for n in pair], x.shape[-1])
    inner = [2 + 2 * axis for axis in range(len(grid))]
    return np.moveaxis(split, inner, range(-len(grid), 0)).reshape(
        x.shape[0], *[a for a, _ in grid], x.shape[-1], factor ** len(grid)
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("factor", [2, 3])
@pytest.mark.parametrize("shape", SHAPES, ids=len)
def test_pooling(shape, factor, dtype, rng):
    x = rng.normal(size=shape).astype(dtype)
    for kind, reduce in (("max", np.max), ("average", np.mean)):
        layer = kp.layers.Downsample(kind, factor, dtype=dtype)
        expected = reduce(blocks(x, factor), axis=-1)
        np.testing.assert_allclose(layer(x), expected, rtol=0, atol=1e-6)
        assert layer.compute_output_shape(x.shape) == expected.shape
        assert not layer.weights


def test_maximum_of_a_known_block():
    x = np.arange(16.0).reshape(1, 4, 4, 1)
    found = kp.layers.Downsample("max")(x)[0, ..., 0]
    np.testing.assert_array_equal(found, [[5, 7], [13, 15]])


@pytest.mark.parametrize("shape", SHAPES, ids=len)
def test_the_average_keeps_the_mean(shape, rng):
    x = rng.normal(size=shape)
    axes = tuple(range(1, len(shape) - 1))
    found = kp.layers.Downsample("average", dtype="float64")(x).numpy()
    np.testing.assert_allclose(found.mean(axis=axes), x.mean(axis=axes), rtol=0, atol=1e-14)


def test_sizes_that_only_the_graph_knows(rng):
    x = rng.normal(size=(2, 4, 5, 6, 2))
    for kind in ("max", "average", "strided"):
        layer = kp.layers.Downsample(kind, kernel_size=3, padding="periodic", dtype="float64")
        layer.build(x.shape)

        @tf.function(input_signature=[tf.TensorSpec([None] * 4 + [2], tf.float64)])
        def of_any_size(values, layer=layer):
            return layer(values)

        np.testing.assert_array_equal(of_any_size(x), layer(x))


def test_commutes_with_shifts_by_the_factor(rng):
    x = rng.normal(size=(1, 12, 9, 2)).astype("float32")
    layer = kp.layers.Downsample("strided", 3, 4, kernel_size=5, padding="periodic", seed=0)
    shifted = layer(np.roll(x, (3, -6), (1, 2)))
    np.testing.assert_allclose(shifted, np.roll(layer(x), (1, -2), (1, 2)), rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", ["max", "strided"])
def test_a_grid_that_is_too_small(kind):
    with pytest.raises(ValueError, match="at least 3 points"):
        kp.layers.Downsample(kind, 3)(np.zeros((1, 8, 2, 1)))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(kind="median"), "`kind`"),
        (dict(factor=1), "`factor`"),
        (dict(kind="strided", filters=0), "`filters`"),
        (dict(kind="max", filters=3), "`filters`"),
        (dict(kind="strided", factor=3, kernel_size=2), "`kernel_size`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.layers.Downsample(**arguments)
