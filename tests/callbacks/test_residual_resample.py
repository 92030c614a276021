import keras
import numpy as np
import pytest
import scipy

import kerasphys as kp
from kerasphys.callbacks import ResidualResample
from kerasphys.callbacks.residual_resample import _without_replacement
from kerasphys.models import PINNModel
from tests.callbacks.conftest import make_model, train

SQUARE = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 1, "t")


def known_model(residual, **conditions):
    """A model whose residual does not depend on its weights."""
    problem = kp.Problem(SQUARE, "u", {"equation": kp.Residual(residual), **conditions})
    model = PINNModel(kp.networks.MLP([2], seed=0), problem)
    model.compile("sgd")
    return model


def points_of(model, name="equation"):
    return model.points.arrays(name)["points"]


def drawn(residual, n=2000, epochs=2, seed=0, **options):
    """The points of the last epoch."""
    model = known_model(residual)
    resample = ResidualResample(seed=seed, **options)
    model.fit(model.problem.points(equation=n), epochs=epochs, callbacks=[resample], verbose=0)
    return points_of(model)


class Recorder(keras.callbacks.Callback):
    """Keeps the points that each epoch is trained on."""

    def __init__(self):
        super().__init__()
        self.points = []

    def on_train_batch_begin(self, batch, logs=None):
        self.points.append(points_of(self.model))


@pytest.mark.parametrize(
    ("options", "distribution"),
    [
        ({}, lambda x: (x**2 + x) / 2),
        ({"exponent": 2.0}, lambda x: (x**3 + x) / 2),
        ({"offset": 0.0}, lambda x: x**2),
        ({"exponent": 3.0, "offset": 0.5}, lambda x: (x**4 + 0.5 * x) / 1.5),
        ({"exponent": 0.0}, lambda x: x),
    ],
)
def test_points_follow_the_residual(options, distribution):
    x = drawn(lambda u, x: x + 0 * u, pool=60_000, **options)[:, 0]
    edges = np.linspace(0, 1, 11)
    counts = np.histogram(x, edges)[0]
    expected = len(x) * np.diff(distribution(edges))
    chi_square = np.sum((counts - expected) ** 2 / expected)
    assert chi_square < scipy.stats.chi2(len(counts) - 1).ppf(0.999)


def test_where_the_residual_vanishes_the_points_stay_even():
    x = drawn(lambda u: 0 * u, n=1000, pool=20_000)[:, 0]
    assert scipy.stats.kstest(x, "uniform").pvalue > 0.01


def test_draws_are_without_replacement_and_in_proportion_to_what_is_left():
    density = np.array([1.0, 2.0, 5.0, 0.0])
    chosen = [tuple(_without_replacement(density, 2, seed)) for seed in range(4000)]
    p = density / density.sum()
    for i, j in ((0, 1), (0, 2), (1, 2)):
        probability = p[i] * p[j] * (1 / (1 - p[i]) + 1 / (1 - p[j]))
        deviation = np.sqrt(4000 * probability * (1 - probability))
        assert abs(chosen.count((i, j)) - 4000 * probability) < 4 * deviation
    assert sum(chosen.count((i, j)) for i, j in ((0, 1), (0, 2), (1, 2))) == 4000


def test_points_are_in_the_region_different_and_as_many_as_before(problem):
    recorder = Recorder()
    train(make_model(problem), [ResidualResample(), recorder])
    given = problem.points(seed=3, equation=8, initialu=8).sets["equation"].points
    np.testing.assert_array_equal(recorder.points[0], given)
    for points in recorder.points:
        assert points.shape == (8, 2)
        assert problem.domain.contains(points).all()
        assert len(np.unique(points, axis=0)) == 8
    assert len({points.tobytes() for points in recorder.points}) == 3


def test_seed_and_epoch_decide():
    def residual(u, x):
        return x + 0 * u

    first = drawn(residual, n=20, seed=1)
    np.testing.assert_array_equal(first, drawn(residual, n=20, seed=1))
    for other in ({"seed": 2}, {"seed": 1, "epochs": 3}):
        assert not np.any(np.all(first == drawn(residual, n=20, **other), axis=1))
    np.testing.assert_array_equal(first, drawn(residual, n=20, seed=1, every=1, epochs=2))


def test_every_second_epoch(problem):
    recorder = Recorder()
    train(make_model(problem), [ResidualResample(every=2), recorder], epochs=5)
    for a, b in ((0, 1), (2, 3)):
        np.testing.assert_array_equal(recorder.points[a], recorder.points[b])
    assert len({points.tobytes() for points in recorder.points}) == 3


@pytest.mark.parametrize("first", [2, 3])
def test_a_run_that_goes_on_sees_the_points_of_the_whole_run(problem, first):
    whole, resample, rest = Recorder(), ResidualResample(every=2), Recorder()
    train(make_model(problem), [ResidualResample(every=2), whole], epochs=5)
    model = make_model(problem)
    train(model, [resample], epochs=first)
    train(model, [resample, rest], epochs=5, initial_epoch=first)
    np.testing.assert_array_equal(rest.points, whole.points[first:])


def test_a_run_from_the_beginning_forgets_the_one_before(problem):
    resample, again = ResidualResample(), Recorder()
    train(make_model(problem), [resample], epochs=4)
    train(make_model(problem), [resample, again], epochs=2)
    fresh = Recorder()
    train(make_model(problem), [ResidualResample(), fresh], epochs=2)
    np.testing.assert_array_equal(again.points, fresh.points)


def test_nothing_is_compiled_again(problem):
    model = make_model(problem)
    model.compile("adam", jit_compile=True)
    train(model, [ResidualResample()], epochs=4)
    assert model.train_function is not None
    traced = model.train_function
    train(model, [ResidualResample()], epochs=4)
    assert model.train_function is traced


def test_what_is_given_is_evaluated_anew():
    start, walls = SQUARE.start("t"), SQUARE.boundary("x")
    problem = kp.Problem(
        SQUARE,
        ("u", "v"),
        {
            "equation": kp.Residual(lambda u, f: u - f, f=lambda x, t: x + 2 * t),
            "second": kp.Residual(lambda v: v),
            "initial": kp.Dirichlet(u=lambda x: np.sin(x), on=start),
            "flux": kp.Neumann(u=lambda t: t, on=walls),
            "around": kp.Periodic(across="x", fields="v", order=0),
        },
    )
    model = PINNModel(kp.networks.MLP([4], seed=0), problem)
    model.compile("adam")
    points = problem.points(
        equation=8, second=8, initial=4, flux=6, around=4, weights={"second": lambda x: 1 + x}
    )
    before = {name: arrays.points for name, arrays in points.sets.items()}
    chosen = ["second", "flux", "around"]
    resample = ResidualResample(conditions=chosen)
    model.fit(points, epochs=2, callbacks=[resample], verbose=0)
    after = {name: model.points.arrays(name) for name in points.sets}
    np.testing.assert_array_equal(after["initial"]["points"], before["initial"])
    for name in ("equation", "flux", "around"):  # `second` shares the points of `equation`
        assert not np.any(np.all(after[name]["points"] == before[name], axis=1))
    x, t = after["equation"]["points"].T
    np.testing.assert_allclose(after["equation"]["givens.equation.f"], x + 2 * t)
    np.testing.assert_allclose(after["equation"]["weights.second"], 1 + x)
    x, t = after["flux"]["points"].T
    np.testing.assert_array_equal(after["flux"]["normals"], np.where(x == 0, -1.0, 1.0)[:, None])
    np.testing.assert_allclose(after["flux"]["givens.flux.u"], t)
    np.testing.assert_array_equal(after["around"]["points"][:, 0], 0.0)
    np.testing.assert_array_equal(after["around"]["images"][:, 0], 1.0)


def test_conditions_that_share_points_add_their_squares():
    def step(x):
        return 0.5 * (1 + keras.ops.sign(x - 0.5))

    left = kp.Residual(lambda u, x: 1 - step(x) + 0 * u)
    model = known_model(lambda u, x: 3 * step(x) + 0 * u, left=left)
    points = model.problem.points(equation=1000, left=1000)
    resample = ResidualResample(pool=40_000, offset=0.0)
    model.fit(points, epochs=2, callbacks=[resample], verbose=0)
    share = np.mean(points_of(model)[:, 0] > 0.5)
    assert share == pytest.approx(0.75, abs=0.05)
    model.loss_weights["left"].assign(9.0)
    model.fit(points, epochs=2, callbacks=[resample], verbose=0)
    assert np.mean(points_of(model)[:, 0] > 0.5) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_resample_moves_the_others_only(problem, order):
    def run(*others):
        model = make_model(problem)
        callbacks = [ResidualResample(every=2), *others]
        train(model, callbacks[order], epochs=4)
        return model

    model, alone = run(kp.callbacks.Resample()), run()
    moved, still = points_of(model, "initialu"), points_of(alone, "initialu")
    assert not np.any(np.all(moved == still, axis=1))
    held = model.points.arrays("equation")["points"]
    assert held.tobytes() == model._point_sets.sets["equation"].points.tobytes()
    expected = ResidualResample(every=2)
    train(make_model(problem), [kp.callbacks.Resample(), expected], epochs=4)
    np.testing.assert_array_equal(held, expected.points["equation"])


def test_precision_is_the_models(problem):
    model = make_model(problem, dtype="float32")
    train(model, [ResidualResample()])
    assert points_of(model).dtype == np.float32


def test_a_residual_that_is_not_finite_is_reported():
    model = known_model(lambda u, x: 0 * u + keras.ops.sqrt(x - 0.1))
    points = model.problem.points(equation=9)
    points.sets["equation"].points[:] = np.linspace(0.2, 0.9, 9)[:, None]
    with pytest.raises(FloatingPointError, match=r"'equation' is not finite at .* of the 90.*x = "):
        model.fit(points, epochs=2, callbacks=[ResidualResample()], verbose=0)


def test_refuses_other_models():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse")
    with pytest.raises(TypeError, match=r"ResidualResample works on a kp\.models\.PINNModel"):
        model.fit(np.ones((2, 1)), np.ones((2, 1)), callbacks=[ResidualResample()], verbose=0)


@pytest.mark.parametrize(
    ("options", "points", "match"),
    [
        ({"conditions": "nothing"}, {"equation": 8}, "conditions.*among equation, start.*nothing"),
        ({"pool": 7}, {"equation": 8}, "pool.*at least 8.*'equation'.*pool=7"),
        ({}, {"equation": np.full((4, 2), 0.5)}, "conditions.*no equation"),
        ({"conditions": "equation"}, {"equation": np.full((4, 2), 0.5)}, "'equation' are your own"),
        ({"conditions": "sensors"}, {"equation": 8}, "'sensors' are your own"),
        ({}, {"equation": 8, "weights": {"equation": np.ones(8)}}, "weights.*8 values for 80"),
    ],
)
def test_what_does_not_fit_is_refused_before_training(options, points, match):
    model = known_model(
        lambda u: u,
        start=kp.Dirichlet(u=0.0, on=SQUARE.start("t")),
        sensors=kp.Data(at=[[0.5, 0.5]], u=[1.0]),
    )
    resample = ResidualResample(**options)
    with pytest.raises(ValueError, match=match):
        model.fit(model.problem.points(start=2, **points), callbacks=[resample], verbose=0)
    assert model.optimizer.iterations == 0


def test_a_loaded_model_needs_its_points_again(tmp_path):
    line = kp.geometry.Interval(0, 1, "x")
    poisson = kp.Residual(kp.equations.poisson, source=1.0)
    problem = kp.Problem(line, "u", {"equation": poisson})
    model = PINNModel(kp.networks.MLP([2], seed=0), problem)
    model.compile("adam")
    model.fit(problem.points(equation=4), epochs=2, callbacks=[ResidualResample()], verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(points_of(loaded), points_of(model))
    with pytest.raises(ValueError, match=r"call fit with problem\.points"):
        loaded.fit(callbacks=[ResidualResample()], verbose=0)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"every": 0}, ValueError),
        ({"pool": 0}, ValueError),
        ({"exponent": -1.0}, ValueError),
        ({"offset": -1.0}, ValueError),
        ({"conditions": ()}, ValueError),
        ({"seed": -1}, ValueError),
        ({"seed": 0.5}, TypeError),
    ],
)
def test_bad_arguments(options, error):
    with pytest.raises(error, match=next(iter(options))):
        ResidualResample(**options)


@pytest.mark.filterwarnings("ignore:.*found no lower loss")  # few fixed points are soon fitted
def test_a_narrow_peak_is_found():
    line, center, width = kp.geometry.Interval(-1, 1, "x"), 0.3, 0.1

    def peak(x):
        return np.exp(-(((x - center) / width) ** 2))

    def source(x):
        return (2 / width**2 - 4 * (x - center) ** 2 / width**4) * peak(x)

    problem = kp.Problem(
        line,
        "u",
        {
            "equation": kp.Residual(lambda u_xx, f: u_xx + f, f=source),
            "ends": kp.Dirichlet(u=0.0, on=line.boundary()),
        },
    )
    x, errors = np.linspace(-1, 1, 500), []
    for callbacks in ([], [ResidualResample()]):
        model = PINNModel(kp.networks.MLP([16, 16], seed=1), problem, hard=True)
        model.compile(kp.optimizers.SSBroyden())
        points = problem.points(equation=20)
        model.fit(points, epochs=12, steps_per_epoch=40, callbacks=callbacks, verbose=0)
        errors.append(kp.solvers.relative_l2(model.predict(x[:, None])[:, 0], peak(x)))
    assert errors[1] < 0.2 * errors[0], errors
