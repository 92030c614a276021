"""Where a solution meets an event."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp

GRAVITY = tf.constant(9.81, tf.float64)
HEIGHT = tf.constant([1.0, 2.0, 3.0], tf.float64)
SPEED = tf.constant([0.0, 1.0, -1.0], tf.float64)


def landing(height, speed, gravity, t0=0.0, t_max=3.0, **options):
    def fall(t, y):
        return tf.stack([y[:, 1], -gravity * tf.ones_like(y[:, 1])], axis=1)

    y0 = tf.stack([height, speed], axis=1)
    options = dict(direction=-1, checks=10, rtol=1e-9, atol=1e-9) | options
    return kp.ode.odeint_event(fall, y0, t0, lambda t, y: y[:, 0], t_max, **options)


def closed_form(height, speed, gravity):
    impact = tf.sqrt(speed**2 + 2 * gravity * height)
    return (speed + impact) / gravity, -impact


def derivatives(solve):
    """Landing times, speeds, and the derivatives of both sums."""

    def compute(*given):
        rows = []
        for index in (0, 1):
            with tf.GradientTape() as tape:
                tape.watch(given)
                found = solve(*given)
                total = tf.reduce_sum(found[index])
            rows += [found[index], *tape.gradient(total, given)]
        return rows

    return compute


def time_and_speed(*given, **options):
    found = landing(*given, **options)
    return found.time, found.state[:, 1]


@pytest.mark.parametrize(
    ("options", "mode"),
    [
        ({}, "eager"),
        ({"method": "rk4", "steps": 1}, "xla"),
        ({"gradient": "adjoint"}, "graph"),
    ],
)
def test_a_ball_lands_when_it_must(options, mode):
    given = (HEIGHT, SPEED, GRAVITY)
    compute = derivatives(lambda *given: time_and_speed(*given, **options))
    if mode != "eager":
        compute = tf.function(compute, autograph=False, jit_compile=mode == "xla")
    for found, known in zip(compute(*given), derivatives(closed_form)(*given), strict=True):
        np.testing.assert_allclose(found, known, rtol=0, atol=1e-10)


def test_bounce_after_bounce():
    restitution = tf.constant(0.7, tf.float64)
    height = tf.constant([1.0, 2.0], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch([restitution, height])
        time, speed = tf.zeros_like(height), tf.zeros_like(height)
        y = height
        for _ in range(3):
            event = landing(y, speed, GRAVITY, time, time + 2.0)
            time, speed = event.time, -restitution * event.state[:, 1]
            y = tf.zeros_like(height)
        total = tf.reduce_sum(time)
    found = tape.gradient(total, [restitution, height])
    fall = np.sqrt(2 * height.numpy() / 9.81)
    np.testing.assert_allclose(time, fall * (1 + 2 * 0.7 + 2 * 0.7**2), rtol=0, atol=1e-8)
    np.testing.assert_allclose(found[0], np.sum(fall * (2 + 4 * 0.7)), rtol=0, atol=1e-8)
    known = fall / (2 * height.numpy()) * (1 + 2 * 0.7 + 2 * 0.7**2)
    np.testing.assert_allclose(found[1], known, rtol=0, atol=1e-8)


def turning(t, y):
    return tf.stack([y[:, 1], -y[:, 0]], axis=1)


@pytest.mark.parametrize(("direction", "known"), [(0, np.pi), (1, 2 * np.pi)])
def test_the_direction(direction, known):
    # x = sin t begins at zero, which is no event
    @tf.function(autograph=False)
    def locate(y):
        return kp.ode.odeint_event(
            turning,
            y,
            0.0,
            lambda t, y: y[:, 0],
            7.0,
            direction=direction,
            rtol=1e-10,
            atol=1e-10,
        )

    event = locate(tf.constant([[0.0, 1.0]], tf.float64))
    np.testing.assert_allclose(event.time, [known], rtol=0, atol=1e-8)
    np.testing.assert_allclose(event.state, [[0, np.cos(known)]], rtol=0, atol=1e-8)
    assert event.found.numpy().tolist() == [True]


def test_no_event_is_told_and_has_the_state_at_the_end():
    height = tf.constant([1.0, 50.0], tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(height)
        event = landing(height, tf.zeros_like(height), GRAVITY, t_max=1.0)
        time, state = tf.reduce_sum(event.time), tf.reduce_sum(event.state[:, 0])
    assert event.found.numpy().tolist() == [True, False]
    np.testing.assert_allclose(event.time, [np.sqrt(2 / 9.81), 1.0], rtol=1e-12)
    np.testing.assert_allclose(event.state[1], [50 - 9.81 / 2, -9.81], rtol=1e-12)
    np.testing.assert_allclose(tape.gradient(time, height)[1], 0.0)
    np.testing.assert_allclose(tape.gradient(state, height), [0.0, 1.0], atol=1e-12)


def test_an_event_in_time_and_with_a_kink_for_newton():
    # |x - 1/2|^(1/3) with its sign: Newton's method alone runs away
    def event(t, y):
        distance = y[:, 0] + 0.1 * t - 0.55
        return tf.sign(distance) * tf.abs(distance) ** (1 / 3)

    found = kp.ode.odeint_event(
        lambda t, y: tf.ones_like(y), tf.zeros([1, 1], tf.float64), 0.0, event, 1.3, checks=3
    )
    np.testing.assert_allclose(found.time, [0.5], rtol=0, atol=1e-8)


def test_a_network_learns_when_to_arrive():
    rate = tf.Variable([[0.5]], dtype=tf.float64)

    def arrival():
        return kp.ode.odeint_event(
            lambda t, y: y @ rate,
            tf.ones([1, 1], tf.float64),
            0.0,
            lambda t, y: y[:, 0] - 2,
            5.0,
            method="rk4",
            steps=1,
        ).time[0]

    with tf.GradientTape() as tape:
        time = arrival()
    # ln(2) / rate
    np.testing.assert_allclose(time, np.log(2) / 0.5, rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(time, rate), [[-np.log(2) / 0.25]], rtol=1e-5)


def test_what_is_refused():
    with pytest.raises(ValueError, match="`direction`"):
        landing(HEIGHT, SPEED, GRAVITY, direction=2)
    with pytest.raises(ValueError, match="`checks`"):
        landing(HEIGHT, SPEED, GRAVITY, checks=0)
    with pytest.raises(ValueError, match="`t_max`"):
        landing(HEIGHT, SPEED, GRAVITY, t0=1.0, t_max=1.0)
    with pytest.raises(ValueError, match="`t0`"):
        landing(HEIGHT, SPEED, GRAVITY, t0=np.zeros(2))
    with pytest.raises(ValueError, match="`event` must return one number for each sample"):
        kp.ode.odeint_event(turning, np.ones((3, 2)), 0.0, lambda t, y: y, 1.0)
    with pytest.raises(ValueError, match="`method`"):
        landing(HEIGHT, SPEED, GRAVITY, method="rk5")
