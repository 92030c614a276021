"""`TimeWindows`: which copy answers, and what it sees."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp


def windows(count=3, inputs=2, **kwargs):
    """A network whose copies differ."""
    network = kp.networks.TimeWindows(
        kp.networks.MLP([4], seed=0), count, outputs=1, dtype="float64", **kwargs
    )
    network.build((None, inputs))
    for index, copy in enumerate(network.copies):
        copy.dense[-1].bias.assign([float(index)])
    return network


def test_each_window_has_a_copy_that_sees_its_own_time():
    network = windows([-1.0, -0.5, 0.25, 1.0])
    x = np.linspace(-1, 1, 41)
    inputs = np.stack([np.cos(x), x], axis=1)
    place = np.searchsorted([-0.5, 0.25], x, side="right")
    expected = np.zeros((41, 1))
    for index, (lower, upper) in enumerate([(-1, -0.5), (-0.5, 0.25), (0.25, 1)]):
        own = inputs.copy()
        own[:, 1] = (2 * x - lower - upper) / (upper - lower)
        rows = place == index
        expected[rows] = network.copies[index](own[rows])
    np.testing.assert_allclose(network(inputs), expected, atol=1e-14)


def test_time_may_be_any_column_and_beyond_the_ends_the_copies_go_on():
    network = windows(2, axis=0)
    inside, beyond = (network(np.array([[t, 0.5]]))[0, 0] for t in (1.0, 1.5))
    np.testing.assert_allclose(inside, network.copies[1](np.array([[1.0, 0.5]]))[0, 0])
    np.testing.assert_allclose(beyond, network.copies[1](np.array([[2.0, 0.5]]))[0, 0])
    before = network(np.array([[-1.5, 0.5]]))[0, 0]
    np.testing.assert_allclose(before, network.copies[0](np.array([[-2.0, 0.5]]))[0, 0])


@pytest.mark.parametrize("engine", ["jets", "tape"])
def test_derivatives_are_those_of_the_copy_on_either_side_of_an_edge(engine):
    network = windows(2)
    points = tf.constant([[0.3, -0.25], [0.3, 0.0], [0.3, 0.75]], "float64")
    plan = kp.derivatives.Plan.of(kp.derivatives.Namespace(("x", "t"), "u"), ["u", "u_tt", "u_xt"])
    chosen = kp.derivatives.select(engine, plan, network)
    found = chosen(plan, network, points)
    for row, (index, own) in enumerate([(0, 0.5), (1, -1.0), (1, 0.5)]):
        there = tf.constant([[0.3, own]], "float64")
        alone = chosen(plan, network.copies[index], there)
        for name, factor in (("u", 1), ("u_tt", 4), ("u_xt", 2)):
            np.testing.assert_allclose(found[name][row], factor * alone[name][0], rtol=1e-12)


def test_copies_begin_with_the_weights_that_the_network_has():
    network = kp.networks.MLP([4], outputs=1, seed=3)
    network.build((None, 2))
    network.dense[0].bias.assign(np.ones(4))
    copies = kp.networks.TimeWindows(network, 2, outputs=1)
    copies.build((None, 2))
    for copy in copies.copies:
        for own, given in zip(copy.get_weights(), network.get_weights(), strict=True):
            np.testing.assert_array_equal(own, given)


def test_it_takes_any_keras_layer_that_suits():
    network = kp.networks.TimeWindows(keras.layers.Dense(2), 2, outputs=2)
    assert network(np.ones((3, 2))).shape == (3, 2)


@pytest.mark.parametrize(
    ("windows", "error"),
    [
        (0, ValueError),
        (2.5, TypeError),
        ("3", TypeError),
        ([-1.0], ValueError),
        ([-1.0, 0.5, 0.5, 1.0], ValueError),
        ([0.0, 1.0], ValueError),
    ],
)
def test_windows_must_cover_all_of_time(windows, error):
    with pytest.raises(error, match="`windows` must be"):
        kp.networks.TimeWindows(kp.networks.MLP([4]), windows)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="`axis` must be a column among 2 inputs"):
        windows(2, axis=2)
    with pytest.raises(ValueError, match="`network` must be a network with 2 outputs"):
        kp.networks.TimeWindows(keras.layers.Dense(3), 2, outputs=2).build((None, 2))
