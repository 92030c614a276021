"""The Fourier neural operator: what it computes, on grids of any size, and in every model."""

import itertools

import numpy as np
import pytest
import scipy
import tensorflow as tf

import kerasphys as kp
from tests.models.test_grid_pinn_model import problem


def fno(modes=2, width=3, depth=2, outputs=2, dtype="float64", seed=0, **kwargs):
    options = dict(projection=4) | kwargs
    return kp.networks.FNO(modes, width, depth, outputs, dtype=dtype, seed=seed, **options)


def gelu(x):
    return x * scipy.stats.norm.cdf(x)


def test_by_hand(rng):
    network = fno(lifting=5, channel_mlp=2.0)
    x = rng.normal(size=(2, 9, 1))
    found = network(x)

    def dense(layer, values):
        for index, (kernel, bias) in enumerate(zip(layer.kernels, layer.biases, strict=True)):
            values = gelu(values) if index else values
            values = values @ kernel.numpy() + bias.numpy()
        return values

    values = dense(network.lift, x)
    for index in range(2):
        kernel = network.spectral[index].kernel.numpy()
        coefficients = np.fft.rfft(values, axis=1)[:, :3]
        made = np.einsum("nkc,kcf->nkf", coefficients, kernel[:, :, 0] + 1j * kernel[:, :, 1])
        values = np.fft.irfft(made, 9, axis=1) + dense(network.local[index], values)
        values = values if index else gelu(values)
        values = values + dense(network.mixers[index], values)
    np.testing.assert_allclose(found, dense(network.project, values), rtol=0, atol=1e-13)


def parameters(modes, channels, width, depth, projection, outputs):
    """Counted layer by layer, for one-sided wavenumbers along the first axis."""
    first, *others = modes
    kept = (first + 1) * int(np.prod([2 * m + 1 for m in others]))
    layer = 2 * kept * width**2 + width**2 + width
    ends = channels * width + width + width * projection + projection
    return ends + depth * layer + projection * outputs + outputs


@pytest.mark.parametrize(
    ("modes", "coordinates"), [([3], False), ([3, 2], True), ([1, 2, 3], True)], ids=str
)
def test_number_of_parameters(modes, coordinates):
    network = fno(modes, 5, 3, 2, coordinates=coordinates, padding="zero")
    network.build((None, *(None,) * len(modes), 2))
    channels = 2 + coordinates * len(modes)
    assert network.count_params() == parameters(modes, channels, 5, 3, 4, 2)


@pytest.mark.parametrize("grid", [(11,), (8, 7), (6, 5, 7)], ids=len)
def test_it_commutes_with_shifts_if_periodic(grid, rng):
    network = fno(norm="instance")
    x, axes = rng.normal(size=(1, *grid, 1)), tuple(range(1, len(grid) + 1))
    shifts = (3, -2, 1)[: len(grid)]
    shifted = network(np.roll(x, shifts, axes))
    np.testing.assert_allclose(shifted, np.roll(network(x), shifts, axes), rtol=0, atol=1e-10)


def smooth(x):
    return (np.cos(2 * np.pi * x) + 0.3 * np.cos(6 * np.pi * x))[None, :, None]


def test_values_at_shared_points_agree_on_a_ring():
    network = fno(8, coordinates=True, channel_mlp=0.5)
    coarse, fine = (network(smooth(np.arange(n) / n)).numpy() for n in (64, 128))
    assert coarse.std() > 0.1
    np.testing.assert_allclose(fine[:, ::2], coarse, rtol=0, atol=1e-12)


@pytest.mark.parametrize("padding", ["zero", "reflect"])
def test_values_at_shared_points_agree_on_an_interval(padding):
    # the continued fields have kinks, whose coefficients sums find to second order
    network = fno(6, coordinates=True, padding=padding)
    made = [network(smooth(np.linspace(0, 1, n + 1))).numpy() for n in (64, 128, 256)]
    first, second = (
        np.abs(fine[:, ::2] - coarse).max() for coarse, fine in itertools.pairwise(made)
    )
    assert second < 3e-3 * made[-1].std()
    assert np.log2(first / second) == pytest.approx(2, abs=0.3)


def test_the_longer_period_is_the_same_length_on_every_grid(rng):
    network = fno(padding=["periodic", "zero", "reflect"], domain_padding=0.25)
    network.build((None, None, None, None, 1))
    for cells in (16, 32):
        seen = []
        network.spectral[0].call = lambda values, seen=seen: seen.append(values) or values
        network(rng.normal(size=(1, 4, cells + 1, cells + 1, 1)))
        assert tuple(seen[0].shape) == (1, 4, 1.25 * cells, 2 * cells, 3)


def test_zero_padding_leads_back_to_the_first_values(rng):
    network = fno(padding="zero", domain_padding=0.5)
    seen, x = [], rng.normal(size=(1, 9, 1))
    network.build(x.shape)
    network.spectral[0].call = lambda values: seen.append(values) or values
    network(x)
    values = seen[0].numpy()
    assert values.shape == (1, 12, 3)
    np.testing.assert_array_equal(values[:, :9], network.lift(x))
    bridge = [np.interp([1, 2, 3], [0, 4], values[0, [8, 0], c]) for c in range(3)]
    np.testing.assert_allclose(values[0, 9:], np.transpose(bridge), rtol=0, atol=1e-14)


def test_reflection_is_the_even_continuation(rng):
    network, around = fno(3, depth=1, padding="reflect"), fno(3, depth=1)
    x = rng.normal(size=(1, 9, 1))
    even = np.concatenate([x, x[:, -2:0:-1]], axis=1)
    network.build(x.shape)
    around.build(even.shape)
    around.set_weights(network.get_weights())
    np.testing.assert_allclose(network(x), around(even)[:, :9], rtol=0, atol=1e-13)


@pytest.mark.parametrize("padding", ["zero", "periodic", "reflect"])
def test_one_network_for_all_sizes_known_or_not(padding, rng):
    network = fno(padding=padding, coordinates=True, norm="group", domain_padding=0.3)
    network.build((None, None, None, 1))
    spec = tf.TensorSpec((None, None, None, 1), tf.float64)
    of_any_size = tf.function(network, input_signature=[spec])
    for grid in ((8, 8), (9, 14)):
        x = rng.normal(size=(2, *grid, 1))
        found = network(x)
        assert found.shape == (2, *grid, 2)
        np.testing.assert_allclose(of_any_size(x), found, rtol=0, atol=1e-12)


def test_a_condition_modulates_every_layer(rng):
    network = fno(condition_units=[4])
    x, condition = rng.normal(size=(2, 8, 1)), rng.normal(size=(2, 3))
    plain = network({"inputs": x, "condition": 0 * condition})
    for film in network.films:
        film.dense[-1].kernel.assign(rng.normal(size=(4, 6)))
    found = network({"inputs": x, "condition": condition})
    assert len(network.films) == 2
    assert np.abs(found - plain).max() > 0.1


def test_the_export_of_a_model_is_free_in_batch_and_grid(tmp_path, rng):
    network = fno(3, norm="batch", padding="zero", coordinates=True, outputs=None, dtype=None)
    model = kp.models.SurrogateModel(network)
    x = 3 + rng.normal(size=(4, 12, 12, 1))
    model.adapt(x, 100 + x)
    model.compile("adam", loss=kp.losses.RelativeL2())
    model.fit(x, 100 + x, epochs=1, verbose=0)
    loaded = kp.load_surrogate(model.export(tmp_path / "saved"))
    for grid in ((12, 12), (9, 16)):
        x = 3 + rng.normal(size=(3, *grid, 1))
        found = loaded.predict(x)["outputs"]
        np.testing.assert_allclose(found, model.predict(x, verbose=0), rtol=1e-6)


def test_it_rolls_out(rng):
    step = fno(outputs=1)
    x = rng.normal(size=(2, 8, 1))
    made = kp.networks.Rollout(step, steps=3, dtype="float64")(x)
    np.testing.assert_allclose(made[:, 2], step(step(step(x))), rtol=0, atol=1e-13)


def test_it_learns_from_an_equation_alone(rng):
    network = kp.networks.FNO(2, 4, 2, padding="zero", coordinates=True, seed=0)
    model = kp.models.PINNModel(network, problem())
    assert isinstance(model, kp.models.GridPINNModel)
    model.compile("adam")
    losses = model.fit(rng.normal(size=(4, 9, 9, 1)), epochs=2, verbose=0).history["loss"]
    assert losses[1] < losses[0]


def test_seeds_decide_the_weights():
    def weights(seed):
        network = fno(channel_mlp=1.0, seed=seed)
        network.build((None, 8, 1))
        return network.get_weights()

    for one, other in zip(weights(0), weights(0), strict=True):
        np.testing.assert_array_equal(one, other)
    kernels = [w for w in weights(0) if w.ndim == 4]
    assert np.abs(kernels[0] - kernels[1]).max() > 0.1
    assert np.abs(weights(0)[0] - weights(1)[0]).max() > 0.1


@pytest.mark.parametrize(
    ("padding", "least"), [("periodic", 8), ("zero", 7), ("reflect", 5)], ids=str
)
def test_more_modes_than_the_grid_carries(padding, least):
    network = fno(4, padding=padding, domain_padding=0.5)
    assert network(np.ones((1, least, 1))).shape == (1, least, 2)
    with pytest.raises(ValueError, match=r"up to 4, which needs 8 points(.|\n)*finer grid"):
        network(np.ones((1, least - 1, 1)))
    free = tf.function(network, input_signature=[tf.TensorSpec((1, None, 1), tf.float64)])
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least 8 points along axis 0"):
        free(np.ones((1, least - 1, 1)))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(modes=0), "`modes`"),
        (dict(modes=[2, 2, 2, 2]), "`modes`"),
        (dict(width=0), "`width`"),
        (dict(channel_mlp=0.0), "`channel_mlp`"),
        (dict(domain_padding=-0.1), "`domain_padding`"),
        (dict(method="dct"), "`method`"),
    ],
    ids=str,
)
def test_bad_arguments(arguments, text):
    with pytest.raises(ValueError, match=text):
        fno(**arguments)


def test_one_number_of_modes_for_each_axis():
    with pytest.raises(ValueError, match="`modes`"):
        fno([2, 2]).build((None, 8, 1))
