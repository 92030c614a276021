"""Solutions against scipy's and closed forms; orders; every mode; bad input and failures."""

import functools

import keras
import numpy as np
import pytest
import scipy
import tensorflow as tf

import kerasphys as kp
from kerasphys.ode._stepper import Stepper

METHODS = kp.ode.METHODS
ADAPTIVE = [name for name, method in METHODS.items() if method.embedded and method.order > 2]
MODES = {
    "eager": lambda f: f,
    "graph": functools.partial(tf.function, autograph=False),
    "xla": functools.partial(tf.function, autograph=False, jit_compile=True),
}
SPIRAL = np.array([[-0.1, 2.0], [-2.0, -0.1]])
STARTS = np.random.default_rng(0).normal(size=(4, 2))


def spiral(t, y):
    return tf.matmul(y, tf.constant(SPIRAL, y.dtype), transpose_b=True)


def spiral_at(times, starts=STARTS):
    return np.stack([starts @ scipy.linalg.expm(SPIRAL * t).T for t in times])


def forced(t, y):
    """Neither linear nor autonomous: all order conditions matter."""
    first, second = tf.unstack(y, axis=-1)
    return tf.stack([second * tf.cos(t), -tf.sin(first) + 0.3 * t * second], axis=-1)


def forced_at(times, start):
    def field(t, y):
        return [y[1] * np.cos(t), -np.sin(y[0]) + 0.3 * t * y[1]]

    options = dict(method="DOP853", rtol=1e-13, atol=1e-13)
    return scipy.integrate.solve_ivp(
        field, (times[0], times[-1]), start, t_eval=times, **options
    ).y.T


START = np.array([1.0, 0.5])


def predators(t, y):
    """Far from where errors of higher order cancel, as they do for `forced`."""
    prey, hunters = tf.unstack(y, axis=-1)
    return tf.stack([prey * (1 - hunters), hunters * (prey - 1)], axis=-1)


@functools.cache
def predators_at(end):
    def field(t, y):
        return [y[0] * (1 - y[1]), y[1] * (y[0] - 1)]

    options = dict(method="DOP853", rtol=1e-13, atol=1e-13)
    return scipy.integrate.solve_ivp(field, (0.0, end), [1.5, 0.7], **options).y[:, -1]


@pytest.mark.parametrize("name", METHODS)
def test_observed_order(name):
    order = METHODS[name].order
    errors = []
    for steps in {1: (200, 400), 5: (80, 160)}.get(order, (40, 80)):
        solve = tf.function(
            lambda y, steps=steps: kp.ode.odeint(predators, y, [0.0, 4.0], name, steps=steps)
        )
        end = solve(tf.constant([1.5, 0.7], tf.float64))[-1]
        errors.append(np.max(np.abs(end - predators_at(4.0))))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.2)


@pytest.mark.parametrize("name", METHODS)
def test_order_of_dense_output(name):
    """One step has one order more than many of them."""
    method = METHODS[name]
    stepper, errors = Stepper(method, 1e-12), []
    field = lambda t, state: [forced(t, state[0])]  # noqa: E731
    start = [tf.constant(START)]
    for h in (0.1, 0.05):
        step, zero = tf.constant(h, tf.float64), tf.constant(0.0, tf.float64)
        slopes = stepper.slopes(field, zero, step, start, None, every=True)
        thetas = np.array([0.0, 0.2, 0.5, 0.7])
        exact = forced_at(thetas * h, START)[1:]
        found = [
            stepper.within(tf.constant(theta, tf.float64), step, start, slopes)[0]
            for theta in thetas[1:]
        ]
        errors.append(np.max(np.abs(np.stack(found) - exact)))
    assert np.log2(errors[0] / errors[1]) > method.dense_order + 0.8


@pytest.mark.parametrize("name", ADAPTIVE)
def test_controlled_steps_keep_to_the_tolerance(name):
    times = np.linspace(0.0, 3.0, 13)
    exact = forced_at(times, START)
    solve = tf.function(
        lambda y, tol: kp.ode.odeint(forced, y, times, name, rtol=tol, atol=tol, info=True),
        reduce_retracing=False,
    )
    last = 0
    for tolerance in (1e-4, 1e-7):
        states, facts = solve(tf.constant(START), tolerance)
        assert np.max(np.abs(states - exact)) < 30 * tolerance
        assert facts["status"] == 0
        assert last < facts["steps"] <= facts["attempts"] < facts["evaluations"]
        last = facts["steps"]
    if METHODS[name].order == 5:
        assert last < 60


def test_outputs_between_steps_cost_nothing():
    few = kp.ode.odeint(spiral, STARTS, np.linspace(0, 2, 3), info=True)[1]
    states, many = kp.ode.odeint(spiral, STARTS, np.linspace(0, 2, 201), info=True)
    assert few == many
    np.testing.assert_allclose(states, spiral_at(np.linspace(0, 2, 201)), atol=2e-5)


@pytest.mark.parametrize(("mode", "backwards"), [("eager", False), ("graph", True), ("xla", False)])
def test_every_kind_of_times(mode, backwards):
    times = np.array([0.0, 0.3, 0.5, 1.2]) * (-1 if backwards else 1)
    each = np.stack([times * (1 + 0.2 * i) + i for i in range(4)])
    exact = spiral_at(times)
    own = np.stack([spiral_at(row - row[0], STARTS[i : i + 1])[:, 0] for i, row in enumerate(each)])

    def solve(y0):
        tight = dict(rtol=1e-9, atol=1e-9)
        return (
            kp.ode.odeint(spiral, y0, times, "rk4", steps=60),
            kp.ode.odeint(spiral, y0, times, **tight),
            kp.ode.odeint(spiral, y0, each, "rk4", steps=60),
            kp.ode.odeint(spiral, y0, each, **tight),
            kp.ode.odeint(spiral, y0, times, control="sample", **tight),
            kp.ode.odeint(spiral, y0, each, control="sample", **tight),
        )

    found = [value.numpy() for value in MODES[mode](solve)(tf.constant(STARTS))]
    for index in (0, 1, 4):
        np.testing.assert_allclose(found[index], exact, atol=2e-7)
    for index in (2, 3, 5):
        np.testing.assert_allclose(found[index], own.transpose(1, 0, 2), atol=2e-7)


def test_fields_see_the_time_of_their_sample():
    each = np.array([[0.0, 1.0], [2.0, 4.0], [5.0, 3.0]])[:2]
    for options in (dict(), dict(control="sample"), dict(method="rk4", steps=20)):
        states = kp.ode.odeint(
            lambda t, y: tf.reshape(2 * t, (-1, 1)) * tf.ones_like(y),
            np.zeros((2, 1)),
            each,
            **options,
        )
        np.testing.assert_allclose(states[1, :, 0], each[:, 1] ** 2 - each[:, 0] ** 2, rtol=1e-12)


def test_one_step_size_each_leaves_calm_samples_alone():
    rates = np.array([[1.0], [200.0]])
    field = lambda t, y: -tf.constant(rates) * (y - tf.cos(rates * 0 + 1.0))  # noqa: E731
    states = kp.ode.odeint(
        field, np.ones((2, 1)) * 2, [0.0, 1.0], control="sample", rtol=1e-5, atol=1e-8
    )
    exact = np.cos(1.0) + (2 - np.cos(1.0)) * np.exp(-rates)
    np.testing.assert_allclose(states[-1], exact, rtol=1e-4)
    alone = kp.ode.odeint(
        lambda t, y: -(y - tf.cos(tf.ones_like(y))),
        np.ones((1, 1)) * 2,
        [0.0, 1.0],
        rtol=1e-5,
        atol=1e-8,
        control="sample",
    )
    np.testing.assert_allclose(states[-1, :1], alone[-1], rtol=1e-12)


def test_structures_and_precision():
    y0 = {"x": tf.ones((3, 1)), "v": (tf.zeros((3, 1)),)}
    states = kp.ode.odeint(lambda t, y: {"x": y["v"][0], "v": (-y["x"],)}, y0, [0.0, 1.0, 2.0])
    assert states["x"].dtype == "float32"
    np.testing.assert_allclose(states["x"][:, 0, 0], np.cos([0.0, 1.0, 2.0]), atol=1e-5)
    np.testing.assert_allclose(states["v"][0][:, 0, 0], -np.sin([0.0, 1.0, 2.0]), atol=1e-5)
    scalar = kp.ode.odeint(lambda t, y: -y, 1.0, [0.0, 1.0])
    assert scalar.shape == (2,)
    assert scalar.dtype == keras.config.floatx()
    numbers = kp.ode.odeint(lambda t, y: -y, [1.0, 2.0], [0.0, 1.0], "heun", steps=1)
    np.testing.assert_allclose(numbers, [[1.0, 2.0], [0.5, 1.0]])


def test_forward_euler_by_hand():
    errors = [
        abs(
            float(kp.ode.odeint(lambda t, y: -y, np.ones(1), [0, 1], "euler", steps=n)[-1, 0])
            - np.exp(-1)
        )
        for n in (10, 20, 40)
    ]
    np.testing.assert_allclose(errors, [0.019201, 0.009394, 0.004647], atol=1e-6)


def test_van_der_pol_is_stiff():
    """μ = 1000, where an explicit method would need millions of steps."""
    mu = 1000.0

    def field(t, y):
        x, v = tf.unstack(y, axis=-1)
        return tf.stack([v, mu * (1 - x**2) * v - x], axis=-1)

    times = [0.0, 400.0, 1000.0, 1600.0]
    exact = scipy.integrate.solve_ivp(
        lambda t, y: [y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]],
        (0.0, times[-1]),
        [2.0, 0.0],
        method="Radau",
        rtol=1e-9,
        atol=1e-11,
        t_eval=times,
    ).y.T
    solve = tf.function(
        lambda y: kp.ode.odeint(
            field,
            y,
            times,
            "kvaerno3",
            rtol=1e-5,
            atol=1e-5,
            max_steps=3000,
            gradient="checkpoint",
            info=True,
        )
    )
    states, facts = solve(tf.constant([2.0, 0.0], tf.float64))
    np.testing.assert_allclose(states[:, 0], exact[:, 0], atol=3e-4)
    np.testing.assert_allclose(states[:, 1], exact[:, 1], atol=1e-4)
    assert facts["steps"] < 2000


def blow_up(t, y):
    return y**2


def undefined(t, y):
    return tf.math.log(0.5 - t) + 0 * y


@pytest.mark.parametrize(
    ("field", "options", "reason", "status"),
    [
        (blow_up, dict(method="rk4", steps=10), "not finite.*time.*0.64.*step size.*0.09", 1),
        (undefined, dict(), "not finite.*time.*0.49.*step size", 1),
        (blow_up, dict(), "step size underflows.*time.*0.500.*step size", 2),
        (blow_up, dict(max_steps=3), "max_steps.*time.*0.13.*step size", 3),
    ],
)
def test_failures(field, options, reason, status):
    start = tf.constant([2.0], tf.float64)
    times = tf.constant([0.0, 0.1, 1.0], tf.float64)
    solve = functools.partial(kp.ode.odeint, field, times=times, **options)
    with pytest.raises(FloatingPointError, match=reason):
        solve(start)
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        MODES["graph"](solve)(start)
    assert "odeint failed" in str(caught.value)

    def quiet(y0):
        with tf.GradientTape() as tape:
            tape.watch(y0)
            states, facts = solve(y0, info=True, check=False)
        return states, facts["status"], tape.gradient(states, y0)

    for mode in ("graph", "xla") if options else ("graph",):
        states, found, slope = MODES[mode](quiet)(start)
        assert found == status
        assert np.all(np.isnan(states))
        assert np.all(np.isnan(slope))


def test_xla_cannot_raise():
    states = MODES["xla"](lambda y: kp.ode.odeint(blow_up, y, [0.0, 1.0], "euler", steps=50))(
        tf.constant([9.0])
    )
    assert np.all(np.isnan(states))


@pytest.mark.parametrize(
    ("times", "text"),
    [
        ([0.0, 1.0, 0.5], "increase or decrease strictly"),
        ([0.0, 1.0, 1.0], "increase or decrease strictly"),
        ([0.0, np.nan], "increase or decrease strictly"),
        ([0.0], "shape"),
        (np.zeros((1, 2, 2)), "shape"),
        (np.tile([0.0, 1.0], (3, 1)), "match `y0`"),
        (["a", "b"], "times"),
        ([[0.0, 1.0], [0.0]], "times"),
        (np.stack([np.arange(3.0)] * 3 + [[0.0, 2.0, 1.0]]), "increase or decrease strictly"),
    ],
)
def test_bad_times(times, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.ode.odeint(spiral, STARTS, times)


def test_bad_times_in_a_graph():
    solve = MODES["graph"](lambda times: kp.ode.odeint(spiral, STARTS, times))
    solve(tf.constant([0.0, 1.0]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="increase or decrease strictly"):
        solve(tf.constant([1.0, 1.0]))
    with pytest.raises(ValueError, match="increase or decrease strictly"):
        MODES["graph"](lambda: kp.ode.odeint(spiral, STARTS, [1.0, 1.0]))()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (dict(method="rk5"), "Argument `method` must be one of 'euler'"),
        (dict(rtol=0.0), "rtol"),
        (dict(atol=-1.0), "atol"),
        (dict(method="rk4"), "Argument `steps`.*does not estimate its error"),
        (dict(steps=0), "steps"),
        (dict(control="each"), "control"),
        (dict(gradient="forward"), "gradient"),
        (dict(method="kvaerno3", gradient="adjoint"), "unstable backwards"),
        (dict(max_steps=0), "max_steps"),
        (dict(first_step=0), "first_step"),
        (dict(checkpoints=1), "checkpoints"),
        (dict(check=1), "check"),
        (dict(info="yes"), "info"),
        (dict(field=3), "field"),
        (dict(y0=np.ones((4, 2), int)), "floating-point"),
        (dict(y0=[np.ones(2), np.ones(2, "float32")]), "one precision"),
        (dict(y0=object()), "y0"),
        (dict(y0=[[1.0, 2.0], [1.0]]), "y0"),
        (dict(y0=1.0, control="sample"), "samples"),
        (dict(y0=[STARTS, STARTS], method="kvaerno3"), "one array"),
        (dict(field=lambda t, y: y[:, :1]), "nothing is broadcast"),
        (dict(field=lambda t, y: (y, y)), "2 arrays for a state of 1"),
        (dict(field=lambda t, y: tf.cast(y, "float32")), "precision of `y0`"),
    ],
)
def test_bad_arguments(changes, text):
    arguments = dict(field=spiral, y0=STARTS, times=[0.0, 1.0]) | changes
    with pytest.raises((TypeError, ValueError), match=text):
        kp.ode.odeint(**arguments)


def test_first_step():
    for step in (1e-3, 10.0):
        states = kp.ode.odeint(spiral, STARTS, [0.0, 1.0], first_step=step)
        np.testing.assert_allclose(states, spiral_at([0.0, 1.0]), atol=1e-5)


def test_a_state_at_rest():
    states, facts = kp.ode.odeint(lambda t, y: 0 * y, np.zeros((2, 2)), [0.0, 100.0], info=True)
    assert np.all(states == 0)
    assert facts["steps"] < 20
