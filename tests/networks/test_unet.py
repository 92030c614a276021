"""The U-Net: what it computes, its symmetries, sizes, conditions, files."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp

GRIDS = [(16,), (8, 12), (4, 8, 4)]


def unet(depth=2, base_channels=2, outputs=2, dtype="float64", seed=0, **kwargs):
    return kp.networks.UNet(depth, base_channels, outputs=outputs, dtype=dtype, seed=seed, **kwargs)


def test_by_hand(rng):
    network = unet(depth=1, activation="tanh")
    x = rng.normal(size=(2, 6, 1))
    found = network(x)

    def block(layer, values):
        for convolution in layer.layers:
            kernel = convolution.kernel.numpy()
            padded = np.pad(values, [(0, 0), (1, 1), (0, 0)])
            n = values.shape[1]
            values = np.tanh(sum(padded[:, m : m + n] @ kernel[m] for m in range(3)))
        return values

    top = block(network.encoder[0], x)
    bottom = block(network.encoder[1], top.reshape(2, 3, 2, 2).max(axis=2))
    kernel = network.ups[0].convolution.kernel.numpy()  # (2, filters, channels)
    raised = np.einsum("nic,mfc->nimf", bottom, kernel).reshape(2, 6, 2)
    joined = block(network.decoder[0], np.concatenate([top, raised], axis=-1))
    expected = joined @ network.head.layers[0].kernel.numpy()[0]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("upsampling", ["transpose", "nearest", "linear"])
@pytest.mark.parametrize("downsampling", ["max", "average", "strided"])
def test_every_kind_in_every_rank(downsampling, upsampling, rng):
    for grid in GRIDS:
        network = unet(downsampling=downsampling, upsampling=upsampling)
        x = rng.normal(size=(2, *grid, 3))
        found = network(x)
        assert found.shape == (2, *grid, 2) == network.compute_output_shape(x.shape)
        assert np.all(np.isfinite(found))
        assert np.asarray(found).std() > 0


@pytest.mark.parametrize("upsampling", ["transpose", "nearest", "linear"])
@pytest.mark.parametrize("grid", GRIDS, ids=len)
def test_it_commutes_with_shifts_by_multiples_if_periodic(grid, upsampling, rng):
    network = unet(
        padding="periodic", upsampling=upsampling, downsampling="strided", norm="instance"
    )
    x, axes = rng.normal(size=(1, *grid, 1)), tuple(range(1, len(grid) + 1))
    shifts = (4, -4, 8)[: len(grid)]
    shifted = network(np.roll(x, shifts, axes))
    np.testing.assert_allclose(shifted, np.roll(network(x), shifts, axes), rtol=0, atol=1e-10)


def test_a_periodic_size_that_does_not_divide_is_nearly_periodic(rng):
    # away from the seam the longer ring looks the same: beyond the reach of the network
    network = unet(depth=1, padding="periodic", downsampling="average")
    x = rng.normal(size=(1, 41, 1))
    left, right = network(x).numpy(), network(np.roll(x, 2, axis=1)).numpy()
    away = slice(14, 30)
    np.testing.assert_allclose(right[:, away], np.roll(left, 2, axis=1)[:, away], atol=1e-12)
    assert np.abs(right - np.roll(left, 2, axis=1)).max() > 1e-3


@pytest.mark.parametrize("padding", ["zero", "periodic", "reflect"])
def test_one_network_for_all_sizes_known_or_not(padding, rng):
    network = unet(padding=padding, coordinates=True, norm="group", residual=True)
    network.build((None, None, None, 1))
    spec = tf.TensorSpec((None, None, None, 1), tf.float64)
    of_any_size = tf.function(network, input_signature=[spec])
    for grid in ((8, 8), (9, 14), (11, 16)):
        x = rng.normal(size=(2, *grid, 1))
        found = network(x)
        assert found.shape == (2, *grid, 2)
        np.testing.assert_allclose(of_any_size(x), found, rtol=0, atol=1e-12)


def test_zeros_around_change_nothing_without_biases(rng):
    # with zero padding, no biases met: a centred field is what the padding to a multiple gives
    network = unet(depth=1)
    x = rng.normal(size=(1, 9, 1))
    wide = np.pad(x, [(0, 0), (0, 1), (0, 0)])
    np.testing.assert_allclose(network(x), network(wide)[:, :9], rtol=0, atol=1e-13)


def parameters(channels, width, depth, outputs, skips=True):
    """Counted layer by layer, in 2-D, with biases and without a normalisation."""

    def double(a, b):
        return 9 * a * b + b + 9 * b * b + b

    widths = [width * 2**level for level in range(depth + 1)]
    total = double(channels, width) + width * outputs + outputs
    for fine, coarse in itertools.pairwise(widths):
        total += double(fine, coarse) + 4 * coarse * fine + fine
        total += double(2 * fine if skips else fine, fine)
    return total


@pytest.mark.parametrize("skips", [True, False])
@pytest.mark.parametrize(("width", "depth"), [(4, 1), (8, 3)])
def test_number_of_parameters(width, depth, skips):
    network = unet(depth, width, skips=skips, outputs=3)
    network.build((None, 16, 16, 2))
    assert network.count_params() == parameters(2, width, depth, 3, skips)


def test_without_skips_only_the_coarsest_level_is_seen(rng):
    network = unet(skips=False, downsampling="average")
    x = rng.normal(size=(1, 16, 1))
    network(x)
    for lower in network.downs[1:]:  # nothing passes the coarsest level any more
        lower.call = lambda values: 0.0 * values[:, ::2]
    assert np.abs(network(x)).max() == 0


def test_the_seed_decides(rng):
    x = rng.normal(size=(1, 8, 1))
    keras.utils.set_random_seed(1)
    first = unet(seed=3)(x).numpy()
    keras.utils.set_random_seed(2)
    np.testing.assert_array_equal(unet(seed=3)(x), first)
    assert np.abs(unet(seed=4)(x) - first).max() > 1e-3
    kernels = [tuple(np.ravel(v)[:2]) for v in unet_weights() if v.ndim > 1]
    assert len(set(kernels)) == len(kernels)


def unet_weights():
    network = unet(depth=3, seed=0)
    network.build((None, 8, 2))
    return network.get_weights()


def test_the_initializer_and_the_regularizer_reach_all_kernels():
    network = unet(kernel_initializer="ones", kernel_regularizer=keras.regularizers.L2(0.5))
    network.build((None, 8, 2))
    kernels = [w for w in network.get_weights() if w.ndim > 1]
    assert all(np.all(w == 1) for w in kernels)
    np.testing.assert_allclose(sum(network.losses), 0.5 * sum(w.size for w in kernels))


def test_a_condition_modulates_every_block(rng):
    x, times = rng.normal(size=(2, 8, 8, 1)), rng.normal(size=(2, 3))
    network, plain = unet(condition_units=[4]), unet()
    plain(x)
    found = network({"inputs": x, "condition": times})
    assert len(network.films) == len(network.encoder) + len(network.decoder) == 5
    assert found.shape == plain(x).shape
    for film in network.films:
        before = network({"inputs": x, "condition": times}).numpy()
        film.dense[-1].kernel.assign(rng.normal(size=film.dense[-1].kernel.shape))
        assert np.abs(network({"inputs": x, "condition": times}) - before).max() > 1e-6
    other = network({"inputs": x, "condition": 2 * times})
    assert np.abs(other - network({"inputs": x, "condition": times})).max() > 1e-3


def test_it_learns_under_a_condition(rng):
    x = rng.normal(size=(32, 8, 1))
    condition = rng.choice([-1.0, 1.0], size=(32, 1))
    inputs, y = {"inputs": x, "condition": condition}, condition[:, None] * x
    network = unet(depth=1, base_channels=8, outputs=1, kernel_size=1)
    network.compile(keras.optimizers.Adam(0.03), loss="mse")
    losses = network.fit(inputs, y, epochs=40, verbose=0).history["loss"]
    assert losses[-1] < 0.1 * np.mean(y**2)


def test_an_export_is_free_in_batch_and_grid(tmp_path, rng):
    network = unet(norm="batch", padding="periodic", dtype="float32")
    x = rng.normal(size=(4, 8, 8, 1)).astype("float32")
    network.compile("adam", loss="mse")
    network.fit(x, np.concatenate([x, -x], axis=-1), epochs=2, verbose=0)
    network.export(tmp_path / "saved", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "saved")
    for grid in ((8, 8), (13, 10)):
        x = rng.normal(size=(3, *grid, 1)).astype("float32")
        np.testing.assert_allclose(loaded.serve(x), network(x), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("padding", "kernel_size", "least"),
    [("zero", 3, 4), ("periodic", 3, 4), ("reflect", 3, 8), ("periodic", 5, 8), ("zero", 7, 4)],
)
def test_the_smallest_grid(padding, kernel_size, least):
    network = unet(padding=padding, kernel_size=kernel_size)
    assert network.least_size == least
    assert network(np.ones((1, least, least, 1))).shape == (1, least, least, 2)
    with pytest.raises(ValueError, match=f"at least {least} points"):
        network(np.ones((1, least - 1, least, 1)))
    network.compile("adam", loss="mse")
    small = np.ones((1, least, least - 1, 1))
    with pytest.raises(ValueError, match=f"at least {least} points"):
        network.fit(small, np.ones((1, least, least - 1, 2)), verbose=0)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(depth=0), "`depth`"),
        (dict(base_channels=0), "`base_channels`"),
        (dict(outputs=0), "`outputs`"),
        (dict(norm="spectral"), "`norm`"),
        (dict(skips="yes"), "`skips`"),
        (dict(downsampling="median"), "`downsampling`"),
        (dict(upsampling="cubic"), "`upsampling`"),
        (dict(coordinates=1), "`coordinates`"),
        (dict(condition_units=[0]), "`condition_units`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        unet(**arguments)
