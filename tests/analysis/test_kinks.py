"""Kinks, counted where they are known, and against differences on a fine grid."""

import math

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.analysis import kinks, linear_regions


def random_network(units, seed, d=1, activation="relu", dtype="float64", outputs=1):
    network = kp.networks.MLP(
        units, activation, outputs=outputs, kernel_initializer="he_normal", dtype=dtype, seed=seed
    )
    network.build((None, d))
    rng = np.random.default_rng(seed)
    for layer in network.dense:
        layer.bias.assign(rng.normal(size=layer.bias.shape))
    return network


def bends_on_grid(network, x):
    """The cells of a grid within which, or at the ends of which, the slope changes."""
    slopes = np.diff(network(x[:, None]).numpy(), axis=0) / np.diff(x)[:, None]
    return np.abs(np.diff(slopes, axis=0)).max(axis=1) > 1e-6 * np.abs(slopes).max()


@pytest.mark.parametrize("seed", range(5))
def test_a_shallow_network_has_a_kink_for_each_neuron(seed):
    network = random_network([50], seed)
    hidden = network.dense[0]
    expected = np.sort(-hidden.bias.numpy() / hidden.kernel.numpy()[0])
    np.testing.assert_allclose(kinks(network), expected, rtol=1e-12)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
@pytest.mark.parametrize("outputs", [1, 3])
def test_deep_networks_bend_where_a_fine_grid_sees_it(activation, outputs):
    network = random_network([8, 8, 8], 3, activation=activation, outputs=outputs)
    x = np.linspace(-2, 2, 40001)
    found = kinks(network, -2, 2)
    assert len(found) > 12
    bends = bends_on_grid(network, x)
    cells = np.floor((found + 2) / (x[1] - x[0])).astype(int)
    near = np.zeros(len(x), dtype=bool)
    for shift in (0, 1):
        near[np.clip(cells + shift, 0, len(x) - 1)] = True
    assert not np.any(bends & ~near[1:-1])  # every bend is a kink
    for place in found:  # every kink is a bend
        h = 0.4 * np.abs(np.delete(found, np.searchsorted(found, place)) - place).min()
        left, middle, right = network(np.array([[place - h], [place], [place + h]])).numpy()
        assert np.abs(right - 2 * middle + left).max() / h > 1e-9


def test_pieces_are_affine_between_kinks():
    network = random_network([6, 6], 1)
    edges = np.concatenate([[-3.0], kinks(network, -3, 3), [3.0]])
    left, right = edges[:-1], edges[1:]
    third = network((left + (right - left) / 3)[:, None]).numpy()
    ends = [network(edge[:, None]).numpy() for edge in (left, right)]
    np.testing.assert_allclose(third, ends[0] * 2 / 3 + ends[1] / 3, rtol=0, atol=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 5, 10])
def test_the_tent_map_bends_at_dyadic_points(depth):
    found = kinks(kp.networks.tent_map(depth), 0.0, 1.0)
    np.testing.assert_array_equal(found, np.arange(1, 2**depth) / 2**depth)


def test_the_number_of_kinks_grows_like_the_number_of_neurons():
    """He weights and normal biases: about `50 L` kinks, far below the bound `51^L - 1`."""
    for depth in (1, 2, 3, 4):
        counts = [len(kinks(random_network([50] * depth, seed))) for seed in range(20)]
        assert abs(np.mean(counts) / (50 * depth) - 1) < 0.1
        assert max(counts) < 51**depth


def test_kinks_that_nobody_sees_do_not_count():
    network = random_network([5, 4], 0)
    network.dense[1].kernel.assign(np.zeros((5, 4)))
    assert kinks(network).size == 0
    twice = kp.networks.MLP([2], "relu", outputs=1, dtype="float64")  # relu(x) - relu(x) + relu(0)
    twice.build((None, 1))
    twice.set_weights([np.ones((1, 2)), np.zeros(2), np.array([[1.0], [-1.0]]), np.zeros(1)])
    assert kinks(twice).size == 0


def test_ends_do_not_count():
    network = kp.networks.shallow_interpolant([0.0, 0.5, 1.0], [0.0, 1.0, 0.5])
    np.testing.assert_array_equal(kinks(network), [0.0, 0.5])
    np.testing.assert_array_equal(kinks(network, 0.0, 0.5), [])
    np.testing.assert_array_equal(kinks(network, 0.25), [0.5])
    np.testing.assert_array_equal(kinks(network, upper=0.25), [0.0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sequential_models_of_keras_layers(dtype):
    network = random_network([6, 5], 2, dtype=dtype)
    layers = [
        keras.layers.Dense(6, dtype=dtype),
        keras.layers.ReLU(dtype=dtype),
        keras.layers.Dropout(0.5, dtype=dtype),
        keras.Sequential([keras.layers.Dense(5, activation="relu", dtype=dtype)]),
        keras.layers.Dense(1, dtype=dtype),
        keras.layers.Activation("linear", dtype=dtype),
    ]
    same = keras.Sequential([keras.Input((1,), dtype=dtype), *layers])
    same.set_weights(network.get_weights())
    np.testing.assert_array_equal(kinks(same), kinks(network))


def test_leaky_layers_and_dense_layers_without_bias():
    leaky = keras.Sequential(
        [
            keras.Input((1,)),
            keras.layers.Dense(1, use_bias=False, kernel_initializer="ones"),
            keras.layers.LeakyReLU(negative_slope=0.1),
            keras.layers.Dense(1, bias_initializer="ones", kernel_initializer="ones"),
            keras.layers.ReLU(),
        ]
    )
    np.testing.assert_allclose(kinks(leaky), [-10.0, 0.0], rtol=1e-7)


def test_regions_along_a_segment():
    network = random_network([10, 10], 0, d=3)
    start, end = np.array([-2.0, 1.0, 0.5]), np.array([1.5, -2.0, 0.3])
    line = kp.networks.MLP([10, 10], "relu", outputs=1, dtype="float64")
    line.build((None, 1))
    kernel, bias, *rest = network.get_weights()
    line.set_weights([(end - start)[None] @ kernel, bias + start @ kernel, *rest])
    assert linear_regions(network, start, end) == 1 + len(kinks(line, 0, 1)) > 5
    assert linear_regions(network, end, start) == linear_regions(network, start, end)


def test_the_lines_of_a_shallow_network_are_crossed_once():
    network = random_network([7], 4, d=2)
    kernel, bias = network.get_weights()[:2]
    start, end = np.array([-5.0, -4.0]), np.array([3.0, 6.0])
    crossed = np.sum(np.sign(start @ kernel + bias) != np.sign(end @ kernel + bias))
    assert linear_regions(network, start, end) == 1 + crossed > 3


def sequential(*layers):
    return keras.Sequential([keras.Input((1,)), *layers])


@pytest.mark.parametrize(
    ("network", "error", "text"),
    [
        (random_network([3], 0, activation="tanh"), TypeError, "leaky_relu"),
        (random_network([3], 0, d=2), ValueError, "linear_regions"),
        (kp.networks.MLP([3], "relu", outputs=1), ValueError, "built"),
        (sequential(keras.layers.ReLU(max_value=6.0)), TypeError, "`network`"),
        (sequential(keras.layers.ReLU(threshold=1.0)), TypeError, "`network`"),
        (sequential(keras.layers.ReLU()), ValueError, "dense layers"),
        (keras.layers.Conv1D(3, 3), TypeError, "`network`"),
        (np.sin, TypeError, "`network`"),
    ],
)
def test_networks_that_are_refused(network, error, text):
    with pytest.raises(error, match=text):
        kinks(network)


def test_ends_that_are_refused():
    network = random_network([3], 0)
    for ends in [(1.0, 1.0), (math.nan, 1.0), (0.0, "1"), (math.inf, math.inf)]:
        with pytest.raises((TypeError, ValueError), match=r"`(lower|upper)`"):
            kinks(network, *ends)
    for points in [([0.0], [0.0]), ([0.0], [1.0, 2.0]), (0.0, [1.0])]:
        with pytest.raises(ValueError, match=r"`(start|end)`"):
            linear_regions(network, *points)
