"""Transpose convolutions as adjoints, and resizing."""

import numpy as np
import pytest
import scipy
import tensorflow as tf

import kerasphys as kp

SHAPES = [(2, 12, 3), (2, 6, 12, 3), (2, 6, 12, 6, 3)]


@pytest.mark.parametrize("padding", ["zero", "periodic"])
@pytest.mark.parametrize(("factor", "kernel_size"), [(2, 2), (2, 3), (3, 4), (2, 5), (3, 7)])
@pytest.mark.parametrize("shape", SHAPES, ids=len)
def test_it_is_the_adjoint_of_downsample(shape, factor, kernel_size, padding, rng):
    options = dict(factor=factor, kernel_size=kernel_size, padding=padding, dtype="float64")
    down = kp.layers.Downsample("strided", filters=4, seed=0, **options)
    up = kp.layers.Upsample("transpose", filters=shape[-1], **options)
    x = rng.normal(size=shape)
    y = rng.normal(size=down(x).shape)
    assert up(y).shape == x.shape == up.compute_output_shape(y.shape)
    assert up.convolution.compute_output_shape(y.shape) == x.shape
    up.convolution.kernel.assign(down.convolution.kernel)
    left, right = np.vdot(down(x), y), np.vdot(x, up(y))
    assert abs(left) > 0.1
    np.testing.assert_allclose(left, right, rtol=1e-12)


@pytest.mark.parametrize("factor", [2, 3])
@pytest.mark.parametrize("kernel_size", [2, 3, 4, 5, 6])
def test_contributions_overlap_evenly_if_the_factor_divides_the_kernel(factor, kernel_size):
    if kernel_size < factor:
        with pytest.raises(ValueError, match="kernel_size"):
            kp.layers.Upsample("transpose", factor, kernel_size=kernel_size)
        return
    up = kp.layers.Upsample(
        "transpose", factor, 1, kernel_size, padding="periodic", kernel_initializer="ones"
    )
    counts = np.unique(up(np.ones((1, 12, 12, 1))))
    assert (len(counts) == 1) == (kernel_size % factor == 0)
    np.testing.assert_allclose(
        up(np.ones((1, 8, 8, 1))).numpy().mean(), (kernel_size / factor) ** 2
    )


def test_reflection_agrees_with_a_longer_grid(rng):
    x = rng.normal(size=(1, 6, 2))
    longer = np.pad(x, [(0, 0), (3, 3), (0, 0)], mode="reflect")
    options = dict(kernel_size=5, seed=0, dtype="float64")
    found = kp.layers.Upsample("transpose", padding="reflect", **options)(x)
    expected = kp.layers.Upsample("transpose", padding="zero", **options)(longer)[:, 6:-6]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)


def resized(x, factor, kind, padding):
    """By SciPy, axis by axis, at the centres of the smaller cells."""
    order, mode = (0, "nearest") if kind == "nearest" else (1, "nearest")
    mode = "grid-wrap" if padding == "periodic" else mode
    coordinates = [(np.arange(n * factor) + 0.5) / factor - 0.5 for n in x.shape[1:-1]]
    mesh = np.meshgrid(*coordinates, indexing="ij")
    channels = [
        [scipy.ndimage.map_coordinates(x[i, ..., c], mesh, order=order, mode=mode) for i in (0, 1)]
        for c in range(x.shape[-1])
    ]
    return np.moveaxis(np.array(channels), 0, -1)


@pytest.mark.parametrize("padding", ["zero", "periodic"])
@pytest.mark.parametrize("kind", ["nearest", "linear"])
@pytest.mark.parametrize("factor", [2, 3])
@pytest.mark.parametrize("shape", [(2, 5, 1), (2, 4, 5, 1), (2, 3, 4, 5, 1)], ids=len)
def test_resizing(shape, factor, kind, padding, rng):
    x = rng.normal(size=shape)
    layer = kp.layers.Upsample(
        kind, factor, 1, 1, padding=padding, kernel_initializer="ones", dtype="float64"
    )
    expected = resized(x, factor, kind, padding)
    np.testing.assert_allclose(layer(x), expected, rtol=0, atol=1e-13)
    assert layer.compute_output_shape(shape) == expected.shape


@pytest.mark.parametrize("padding", ["zero", "periodic", "reflect"])
@pytest.mark.parametrize("kind", ["transpose", "nearest", "linear"])
def test_sizes_that_only_the_graph_knows(kind, padding, rng):
    layer = kp.layers.Upsample(kind, 2, 3, 3, padding=padding, seed=0, dtype="float64")
    layer.build((None, None, None, 2))

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 2], tf.float64)])
    def of_any_size(values):
        return layer(values)

    for grid in ((4, 5), (3, 8)):
        x = rng.normal(size=(1, *grid, 2))
        np.testing.assert_allclose(of_any_size(x), layer(x), rtol=0, atol=1e-13)


def test_commutes_with_shifts_if_periodic(rng):
    x = rng.normal(size=(1, 6, 5, 2)).astype("float32")
    for kind, k in (("transpose", 3), ("nearest", 3), ("linear", 3)):
        layer = kp.layers.Upsample(kind, 2, 4, kernel_size=k, padding="periodic", seed=0)
        shifted = layer(np.roll(x, (1, -2), (1, 2)))
        expected = np.roll(layer(x), (2, -4), (1, 2))
        np.testing.assert_allclose(shifted, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(kind="cubic"), "`kind`"),
        (dict(factor=1), "`factor`"),
        (dict(filters=0), "`filters`"),
        (dict(kernel_size=1), "`kernel_size`"),
        (dict(kind="linear", kernel_size=0), "`kernel_size`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.layers.Upsample(**arguments)


def test_inputs_without_a_grid():
    with pytest.raises(ValueError, match="one, two or three grid axes"):
        kp.layers.Upsample()(np.zeros((2, 3)))
