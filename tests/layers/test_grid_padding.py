"""Padding of grids against NumPy's."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp

NUMPY = {"periodic": "wrap", "zero": "constant", "reflect": "reflect"}
SHAPES = [(2, 5, 3), (2, 5, 6, 3), (2, 5, 4, 6, 2)]


def padded(x, widths, modes):
    """One axis after the other by `np.pad`."""
    for axis, (pair, mode) in enumerate(zip(widths, modes, strict=True), start=1):
        pairs = [pair if other == axis else (0, 0) for other in range(x.ndim)]
        x = np.pad(x, pairs, mode=NUMPY[mode])
    return x


@pytest.mark.parametrize("modes", [*NUMPY, ["zero", "periodic", "reflect"]], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=len)
def test_as_numpy_does(shape, modes, rng):
    rank = len(shape) - 2
    x, widths = rng.normal(size=shape), [(1, 2), (0, 3), (2, 1)][:rank]
    modes = modes[:rank] if isinstance(modes, list) else modes
    every = modes if isinstance(modes, list) else [modes] * rank
    expected = padded(x, widths, every)
    layer = kp.layers.GridPadding(widths, modes, dtype="float64")
    np.testing.assert_array_equal(layer(x), expected)
    assert tuple(layer.compute_output_shape(x.shape)) == expected.shape
    free = [None] * (rank + 1)
    assert tuple(layer.compute_output_shape((*free, shape[-1]))) == (*free, shape[-1])

    @tf.function(input_signature=[tf.TensorSpec([*free, shape[-1]], tf.float64)])
    def of_any_size(values):
        return layer(values)

    np.testing.assert_array_equal(of_any_size(x), expected)


def test_the_gradient_is_the_adjoint(rng):
    x = tf.constant(rng.normal(size=(1, 5, 6, 1)))
    layer = kp.layers.GridPadding(2, ["periodic", "reflect"], dtype="float64")
    y = tf.constant(rng.normal(size=layer(x).shape))

    def gradient(values):
        with tf.GradientTape() as tape:
            tape.watch(values)
            product = tf.reduce_sum(layer(values) * y)
        return tape.gradient(product, values)

    eager = gradient(x)
    np.testing.assert_allclose(tf.reduce_sum(eager * x), tf.reduce_sum(layer(x) * y), rtol=1e-13)
    compiled = tf.function(gradient, jit_compile=True)(x)
    np.testing.assert_allclose(compiled, eager, rtol=1e-13)


@pytest.mark.parametrize(("mode", "least"), [("periodic", 3), ("reflect", 4), ("zero", 1)])
def test_an_axis_that_is_too_short(mode, least):
    layer = kp.layers.GridPadding(3, mode, dtype="float64")

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 1], tf.float64)])
    def of_any_size(values):
        return layer(values)

    enough, short = np.zeros((1, 5, least, 1)), np.zeros((1, 5, least - 1, 1))
    assert of_any_size(enough).shape == layer(enough).shape == (1, 11, least + 6, 1)
    if least > 1:
        with pytest.raises(ValueError, match=f"at least {least} points"):
            layer(short)
        with pytest.raises(tf.errors.InvalidArgumentError, match=f"at least {least} points"):
            of_any_size(short)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(width=-1), "`width`"),
        (dict(width=[1, 2]), "`width`"),
        (dict(width=[(1, 2)] * 4), "`width`"),
        (dict(width=[(1, -2)]), "`width`"),
        (dict(width=1.5), "`width`"),
        (dict(mode="mirror"), "`mode`"),
        (dict(mode=["zero", "mirror"]), "`mode`"),
        (dict(mode=[]), "`mode`"),
        (dict(width=[(1, 1)], mode=["zero", "zero"]), "`mode`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.layers.GridPadding(**{"width": 1, **arguments})


def test_inputs_of_another_rank():
    with pytest.raises(ValueError, match="one, two or three grid axes"):
        kp.layers.GridPadding(1)(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="2 pairs in `width`"):
        kp.layers.GridPadding([(1, 1), (1, 1)])(np.zeros((2, 3, 1)))
    with pytest.raises(ValueError, match="`mode`"):
        kp.layers.GridPadding(1, ["zero", "zero"])(np.zeros((2, 3, 1)))
