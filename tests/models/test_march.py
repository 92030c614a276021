"""`march`: one window of time after the other."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.models.march import _March
from kerasphys.models.time_slabs import TimeSlabs

TIME = kp.geometry.Interval(0, 12, "t")
ROD = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 2, "t")


@keras.saving.register_keras_serializable(package="tests")
def oscillator(u, u_tt):
    return u_tt + u


def oscillator_problem(**conditions):
    return kp.Problem(
        TIME,
        "u",
        {
            "equation": kp.Residual(oscillator),
            "initial": kp.Dirichlet(u=1.0, on=TIME.start("t")),
            "rate": kp.Residual(lambda u_t, speed: u_t - speed, on=TIME.start("t"), speed=0.0),
            **conditions,
        },
    )


def rod_problem(**conditions):
    return kp.Problem(
        ROD,
        "u",
        {
            "equation": kp.Residual(kp.equations.heat, diffusivity=0.1),
            "initial": kp.Dirichlet(u=1.0, on=ROD.start("t"), weight=7.0),
            **conditions,
        },
    )


def model_of(problem, windows=3, hard=False, optimizer="adam", units=8, **kwargs):
    network = kp.networks.TimeWindows(kp.networks.MLP([units], seed=0), windows)
    model = kp.models.PINNModel(network, problem, hard=hard)
    model.compile(optimizer, **kwargs)
    return model


POINTS = {"equation": 40, "initial": 1, "rate": 1}


def marched(model, points=POINTS, **kwargs):
    return kp.march(model, points, **{"verbose": 0, **kwargs})


# That it solves


def test_it_solves_window_after_window_and_saves_as_one_model(tmp_path):
    problem = oscillator_problem()
    optimizer = kp.optimizers.LevenbergMarquardt()
    model = model_of(problem, optimizer=optimizer, units=12, steps_per_execution=20)
    seen = []
    note = keras.callbacks.LambdaCallback(on_train_begin=lambda logs: seen.append("begins"))
    history = marched(
        model,
        epochs=2,
        steps_per_epoch=20,
        callbacks=[note],
        path=tmp_path / "model.keras",
    )
    t = np.linspace(0, 12, 100)
    u = model.predict(t[:, None])[:, 0]
    assert np.abs(u - np.cos(t)).max() < 1e-3
    assert history.history["window"] == [0, 0, 1, 1, 2, 2]
    assert history.epoch == list(range(6))
    assert {"loss", "rate_loss"} < set(history.history)
    assert seen == ["begins"] * 3
    assert model.network.finished == 3
    assert int(optimizer.iterations.numpy()) == 0  # each window had one of its own
    model.save(tmp_path / "with_optimizer.keras")
    for name in ("model.keras", "with_optimizer.keras"):
        loaded = kp.load_model(tmp_path / name, problem=problem)
        np.testing.assert_array_equal(loaded.predict(t[:, None])[:, 0], u)
    served = kp.load_surrogate(model.export(tmp_path / "surrogate", derivatives=["u_t"]))
    np.testing.assert_allclose(served.predict(t[:, None])["u"], u, rtol=1e-14)
    loaded.compile("adam")
    with pytest.raises(ValueError, match="All 3 windows are finished"):
        marched(loaded)


def test_a_window_computes_what_the_whole_model_computes_there():
    problem = rod_problem(walls=kp.Dirichlet(u=lambda x: 1.0 - 0 * x, on=ROD.boundary("x")))
    model = model_of(problem, hard=True)
    for index, copy in enumerate(model.network.copies):
        copy.dense[-1].bias.assign([float(index)])
    training = _March(model, model.network)
    for index, (lower, upper) in enumerate(zip(training.edges, training.edges[1:], strict=False)):
        window = training.enter(index)
        window.network.set_weights(model.network.copies[index].get_weights())
        points = ROD.sample(20)
        points[:, 1] = lower + (upper - lower) * points[:, 1] / 2
        np.testing.assert_allclose(window.predict(points), model.predict(points), atol=1e-14)
        # the initial value is built into the first window, and handed on to the others
        assert tuple(window.problem.conditions) == ("equation", "initial")[: 1 + (index > 0)]


def test_the_next_window_continues_the_end_of_the_one_before():
    model = model_of(oscillator_problem())
    training = _March(model, model.network)
    training.enter(0)
    training.finish(0)
    window = training.enter(1)
    points = training.points(POINTS, 0, "sobol")
    edge = np.array([[4.0]])
    copy = model.network.copies[0]
    t = tf.constant([[1.0]], "float64")  # where the first window ends, in its own scale
    with tf.GradientTape() as tape:
        tape.watch(t)
        value = copy(t)
    slope = tape.gradient(value, t) / 2.0
    np.testing.assert_array_equal(points.sets["initial"].points, edge)
    np.testing.assert_allclose(points.sets["initial"].givens["initial"]["u"], value[0, 0])
    where = next(s for s in points.sets.values() if "rate" in s.givens)
    np.testing.assert_allclose(where.givens["rate"]["u_t"], slope[0])
    # it begins with the weights of the one before
    for own, given in zip(window.network.get_weights(), copy.get_weights(), strict=True):
        np.testing.assert_array_equal(own, given)


# Interruption


class Interrupt(keras.callbacks.Callback):
    """Ends training as a user does, in one of the windows."""

    def __init__(self, number):
        super().__init__()
        self.left = number

    def on_train_begin(self, logs=None):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


def test_an_interrupted_march_goes_on_with_the_windows_that_are_left(tmp_path):
    problem = rod_problem()
    points = {"equation": 8, "initial": 4}
    whole, model = model_of(problem), model_of(problem)
    marched(whole, points, epochs=2)
    with pytest.raises(KeyboardInterrupt):
        marched(model, points, epochs=2, callbacks=[Interrupt(2)], path=tmp_path / "model.keras")
    assert model.network.finished == 2
    loaded = kp.load_model(tmp_path / "model.keras", problem=problem)
    loaded.compile("adam")
    history = marched(loaded, points, epochs=2)
    assert history.history["window"] == [2, 2]
    for own, expected in zip(loaded.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_allclose(own, expected, rtol=1e-12)
    with pytest.raises(ValueError, match="`first` must be at most 2, as 3 of 3 are finished"):
        marched(loaded, points, first=3)
    assert marched(loaded, points, first=2).history["window"] == [2]


def test_a_loss_that_is_not_finite_names_the_window():
    problem = kp.Problem(
        TIME,
        "u",
        {
            "equation": kp.Residual(lambda u_t, t: u_t + keras.ops.sqrt(5.0 - t)),
            "initial": kp.Dirichlet(u=1.0, on=TIME.start("t")),
        },
    )
    model = model_of(problem)
    with pytest.raises(FloatingPointError, match=r"In window 2 of 3, t from 4 to 8: .*'equation'"):
        marched(model, {"equation": 30, "initial": 1})
    assert model.network.finished == 1


# What holds in a window


def slabs(problem, edges=(0.0, 1.0, 2.0)):
    return TimeSlabs(problem, edges)


def before(name, points):
    return np.sin(points[:, 0])


def test_conditions_go_to_the_windows_in_which_they_hold():
    at = np.array([[0.2, 0.5], [0.4, 1.0], [0.6, 2.0]])
    cloud = kp.geometry.PointCloud(at, ("x", "t"), normals=np.tile([[1.0, 0.0]], (3, 1)))
    early = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 0.5, "t")
    problem = rod_problem(
        walls=kp.Neumann(u=0.0, on=ROD.boundary("x")),
        around=kp.Periodic("x", "u"),
        end=kp.Dirichlet(u=0.0, on=ROD.end("t")),
        readings=kp.Data(at=at, u=np.array([1.0, 2.0, 3.0]), std=np.array([0.1, 0.2, 0.3])),
        clouded=kp.Neumann(u=np.array([4.0, 5.0, 6.0]), on=cloud),
        early=kp.Residual(lambda u: u, on=early),
        total=kp.Integral(lambda u: u, equals=1.0, each="t"),
        entered=kp.Integral(lambda u: u, on=ROD.start("t")),
    )
    first, second = (slabs(problem).window(i, (None, before)[i], ()) for i in range(2))
    assert set(problem.conditions) - set(first.conditions) == {"end"}
    assert set(problem.conditions) - set(second.conditions) == {"early", "entered"}
    assert second.domain == kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(1, 2, "t")
    assert second.conditions["walls"].on == second.domain.boundary("x")
    initial = second.conditions["initial"]
    assert initial.on == second.domain.start("t")
    assert initial.weight == 7.0
    np.testing.assert_allclose(initial.givens["u"](x=at[:, 0]), np.sin(at[:, 0]))
    # what was taken at an edge counts in the window that begins there
    assert first.conditions["readings"].at.tolist() == at[:1].tolist()
    readings = second.conditions["readings"]
    assert readings.givens["u"].tolist() == [2.0, 3.0]
    assert readings.std["u"].tolist() == [0.2, 0.3]
    clouded = second.conditions["clouded"]
    assert clouded.givens["u"].tolist() == [5.0, 6.0]
    assert clouded.on.normals(at[1:]).tolist() == [[1.0, 0.0]] * 2
    only = rod_problem(readings=kp.Data(at=at[:1], u=np.array([1.0])))
    assert "readings" not in slabs(only).window(1, before, ()).conditions
    points = second.points(equation=4, initial=3, walls=4, around=3, end=2, total=5)
    assert points.sets["total"].points[..., 1].min() >= 1.0


def test_ranges_are_inputs_of_every_window():
    problem = kp.Problem(
        ROD,
        "u",
        {
            "equation": kp.Residual(kp.equations.heat),
            "initial": kp.Dirichlet(u=1.0, on=ROD.start("t")),
        },
        parameters={"diffusivity": kp.Range(0.1, 0.2)},
    )
    network = kp.networks.TimeWindows(kp.networks.MLP([4], seed=0), 2, axis=1)
    model = kp.models.PINNModel(network, problem)
    model.compile("adam")
    history = marched(model, {"equation": 8, "initial": 4})
    assert np.isfinite(history.history["loss"]).all()
    wrong = model_of(problem)
    with pytest.raises(ValueError, match="`axis` must be 1, the column of 't'"):
        marched(wrong, {"equation": 8, "initial": 4})


def test_histories_of_windows_with_other_conditions_make_one_table():
    problem = rod_problem(end=kp.Dirichlet(u=0.0, on=ROD.end("t")), around=kp.Periodic("x", "u"))
    model = model_of(problem, windows=2, hard=["around"])
    model_points = {"equation": 8, "initial": 4, "end": 4}
    numbers = []

    def callbacks(window):
        numbers.append(window)
        return [kp.callbacks.Resample()]

    history = marched(
        model, model_points, callbacks=callbacks, validation_points=model_points
    ).history
    assert numbers == [0, 1]
    for name in ("end_loss", "val_end_loss"):
        assert np.isnan(history[name]).tolist() == [True, False]


# What is refused


@pytest.mark.parametrize(
    ("conditions", "match"),
    [
        ({"initial": kp.Dirichlet(u=1.0, on=ROD.boundary())}, "'initial' holds elsewhere too"),
        ({"initial": kp.Dirichlet(u=1.0, on=ROD.boundary("x"))}, "makes 'u' evolve in t"),
        ({"around": kp.Periodic("t", "u")}, "'around' is periodic in it"),
        ({"total": kp.Integral(lambda u: u)}, "'total' integrates over all of t"),
    ],
)
def test_conditions_that_no_window_can_hold_are_refused(conditions, match):
    with pytest.raises(ValueError, match=match):
        slabs(rod_problem(**conditions))


def test_problems_that_cannot_be_cut_are_refused():
    line = kp.geometry.Interval(0, 1, "x")
    steady = kp.Problem(line, "u", {"ends": kp.Dirichlet(u=0.0, on=line.boundary())})
    with pytest.raises(ValueError, match="needs a problem with time"):
        marched(model_of(steady), {"ends": 2})
    unknown = kp.Problem(
        TIME,
        "u",
        {
            "equation": kp.Residual(lambda u_t, rate: u_t + rate),
            "initial": kp.Dirichlet(u=1.0, on=TIME.start("t")),
        },
        parameters={"rate": kp.Unknown(1.0)},
    )
    with pytest.raises(ValueError, match=r"'rate', a kp\.Unknown, depends on all of them"):
        marched(model_of(unknown), {})
    early = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 0.5, "t")
    short = rod_problem(initial=kp.Dirichlet(u=1.0, on=early.start("t")))
    with pytest.raises(ValueError, match="'initial' ends before the time 1"):
        slabs(short).window(1, before, ())


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("points", 40, TypeError),
        ("points", {"walls": 3}, ValueError),
        ("points", {"equation": 0}, ValueError),
        ("epochs", 0, ValueError),
        ("validation_points", 3, TypeError),
        ("callbacks", 3, TypeError),
        ("first", 1, ValueError),
        ("first", "a", TypeError),
        ("path", 3, TypeError),
        ("seed", -1, ValueError),
        ("sampler", "halton", ValueError),
    ],
)
def test_bad_arguments(argument, value, error):
    model = model_of(rod_problem())
    arguments = {"points": {"equation": 4, "initial": 4}, "verbose": 0, argument: value}
    with pytest.raises(error, match=f"`{argument}"):
        kp.march(model, **arguments)


@pytest.mark.parametrize("kind", [kp.callbacks.Resume, keras.callbacks.BackupAndRestore])
def test_states_of_one_fit_are_not_those_of_the_next(tmp_path, kind):
    with pytest.raises(ValueError, match=r"`callbacks`.*each window has its own.*lambda window"):
        marched(model_of(rod_problem()), {}, callbacks=[kind(tmp_path / "run")])


def test_a_window_is_not_written_as_a_model(tmp_path):
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "model.keras")
    points = {"equation": 4, "initial": 4}
    for callbacks in ([checkpoint], lambda window: [checkpoint]):
        with pytest.raises(ValueError, match=r"ModelCheckpoint.*save_weights_only=True.*path="):
            marched(model_of(rod_problem()), points, callbacks=callbacks)


@pytest.mark.parametrize("argument", ["points", "validation_points"])
def test_no_window_lacks_points(argument):
    walls = kp.Dirichlet(u=1.0, on=ROD.boundary("x"))
    numbers = {"points": {"equation": 4, "initial": 4, "walls": 4}}
    for hard, missing, match in (
        (False, "walls", "'walls'\\."),
        (True, "initial", "'initial', which each window but the first continues"),
    ):
        given = {**numbers, argument: {n: 4 for n in numbers["points"] if n != missing}}
        with pytest.raises(ValueError, match=rf"`{argument}` has no number.*{match}"):
            marched(model_of(rod_problem(walls=walls), hard=hard), **given)


def test_bad_models():
    with pytest.raises(TypeError, match=r"`model` must be a kp\.models.PINNModel"):
        kp.march(keras.Sequential(), {})
    network = kp.networks.TimeWindows(kp.networks.MLP([4], seed=0), 2)
    with pytest.raises(TypeError, match="PINNModel of a single network"):
        kp.march(kp.models.EnsembleModel(network, rod_problem(), members=2), {})
    plain = kp.models.PINNModel(kp.networks.MLP([4], seed=0), rod_problem())
    with pytest.raises(ValueError, match=r"`model` must be a model of kp\.networks\.TimeWindows"):
        kp.march(plain, {})
    windows = kp.networks.TimeWindows(kp.networks.MLP([4], seed=0), 2)
    with pytest.raises(ValueError, match="must be compiled before march"):
        kp.march(kp.models.PINNModel(windows, rod_problem()), {})
