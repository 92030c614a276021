"""Residual networks are forward Euler."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp


def euler(field, x, step, steps):
    for index in range(steps):
        x = x + step * np.asarray(field(index * step, x))
    return x


def decay(steps):
    """The network whose blocks are steps of `x' = -x` up to the time 1."""
    network = kp.networks.ResNet(
        1, steps, 1 / steps, activation="linear", outputs=1, dtype="float64"
    )
    network.build((None, 1))
    for block in network.blocks:
        block.dense[0].kernel.assign([[-1.0]])
    return network


@pytest.mark.parametrize("duration", [None, 7.0])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
def test_the_network_is_euler(dtype, tolerance, duration, rng):
    network = kp.networks.ResNet(3, 30, 0.1, 2, outputs=3, dtype=dtype, seed=0)
    network.build((None, 3))
    for block in network.blocks:
        block.dense[0].bias.assign(rng.normal(size=3))
    x = rng.normal(size=(8, 3)).astype(dtype)
    field, step = kp.analysis.as_ode(network, duration)
    assert step == pytest.approx(0.1 if duration is None else 7 / 30, rel=1e-15)
    np.testing.assert_allclose(euler(field, x, step, 30), network(x), rtol=0, atol=tolerance)


def test_the_velocity_of_each_time(rng):
    network = kp.networks.ResNet(2, 4, 0.5, outputs=2, dtype="float64", seed=0)
    network.build((None, 2))
    x = rng.normal(size=(3, 2))
    field, step = kp.analysis.as_ode(network)
    expected = [np.tanh(x @ block.dense[0].kernel.numpy()) for block in network.blocks]
    compiled = tf.function(field, jit_compile=True)
    for time, index in [(-1.0, 0), (0.0, 0), (0.3, 0), (0.5, 1), (1.9, 3), (2.0, 3), (9.0, 3)]:
        np.testing.assert_allclose(field(time, x), expected[index], rtol=0, atol=1e-15)
        time = tf.constant(time, tf.float64)
        np.testing.assert_allclose(compiled(time, x), expected[index], rtol=0, atol=1e-15)
    assert step == 0.5


def test_odeint_walks_through_the_blocks(rng):
    network = kp.networks.ResNet(3, 10, 0.1, outputs=3, dtype="float64", seed=0)
    network.build((None, 3))
    x = tf.constant(rng.normal(size=(5, 3)))
    field, step = kp.analysis.as_ode(network)
    times = tf.constant([0.0, 10 * step], tf.float64)
    states = kp.ode.odeint(field, x, times, "euler", steps=10)
    np.testing.assert_allclose(states[-1], network(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("steps", "error"), [(10, 0.019201), (20, 0.009394), (40, 0.004647)])
def test_decay_has_the_known_error(steps, error):
    network = decay(steps)
    found = float(network(np.ones((1, 1)))[0, 0])
    assert abs(found - (1 - 1 / steps) ** steps) < 1e-14
    assert round(np.exp(-1) - found, 6) == error


def test_what_is_refused():
    with pytest.raises(TypeError, match="`network`"):
        kp.analysis.as_ode(kp.networks.MLP([2]))
    with pytest.raises(ValueError, match="built"):
        kp.analysis.as_ode(kp.networks.ResNet(2, 3))
    with pytest.raises(ValueError, match="`duration`"):
        kp.analysis.as_ode(decay(2), 0.0)
