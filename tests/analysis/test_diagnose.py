"""`diagnose`: its numbers, against those computed with NumPy, and every kind of model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests import components
from tests.analysis.conftest import LINE, SMALL, SPACE_TIME, sum_model
from tests.formula import formula_model


def one(x):
    return tf.ones_like(x)


def square(x):
    return x**2


def hump(x):
    return np.sin(3 * x)


def bent(u_xx, u, f):
    return u_xx + u - f


# Numbers


def test_conditions_by_hand():
    """u = a + b x² with a = 0.5, b = -2 under u_xx + u = sin 3x and u(1) = 1."""
    conditions = {
        "equation": kp.Residual(bent, f=hump, weight=3.0),
        "end": kp.Dirichlet(u=1.0, on=LINE.end("x"), weight=0.5),
    }
    model = sum_model(LINE, conditions, [one, square], [0.5, -2.0])
    points = model.problem.points(equation=200, end=1, seed=4, weights={"equation": square})
    found = kp.diagnose(model, points=points, **SMALL)
    state, end = found.conditions["equation"], found.conditions["end"]

    (x,) = points.sets["equation"].points.T
    residual = -4.0 + 0.5 - 2.0 * x**2 - hump(x)
    inner = np.stack([np.ones_like(x), 2 + x**2])
    gradient = 2 * np.mean(x**2 * residual * inner, axis=1)
    outer = 2 * (0.5 - 2.0 - 1.0) * np.array([1.0, 1.0])
    assert (state.points, state.weight, state.drawn) == (200, 3.0, True)
    assert state.mean_square == pytest.approx(np.mean(residual**2), rel=1e-12)
    assert state.loss == pytest.approx(3 * np.mean(x**2 * residual**2), rel=1e-12)
    assert state.gradient == pytest.approx(np.linalg.norm(gradient), rel=1e-12)
    assert state.pull == pytest.approx(3 * np.linalg.norm(gradient), rel=1e-12)
    assert end.mean_square == end.fresh_mean_square == pytest.approx(6.25)
    assert end.gradient == pytest.approx(np.linalg.norm(outer), rel=1e-12)
    cosine = gradient @ outer / np.linalg.norm(gradient) / np.linalg.norm(outer)
    assert state.cosines == pytest.approx({"end": cosine})
    assert end.cosines == pytest.approx({"equation": cosine})
    assert found.findings["cosine"] == pytest.approx(cosine)
    assert found.findings["loss"] == pytest.approx(state.loss + 0.5 * 6.25)
    total = np.linalg.norm(3 * gradient + 0.5 * outer)
    assert found.findings["gradient"] == pytest.approx(total, rel=1e-12)
    assert found.findings["domination"] == pytest.approx(state.pull / end.pull)
    flatness = found.findings["loss"] / total / np.hypot(0.5, 2.0)
    assert found.findings["flatness"] == pytest.approx(flatness)

    # at fresh points, as evenly spread as those of the training but not the same
    t = np.linspace(0, 1, 10001)
    exact = (-3.5 - 2.0 * t**2 - hump(t)) ** 2
    assert state.fresh_mean_square == pytest.approx(np.mean(exact), rel=0.02)
    assert state.fresh_mean_square != state.mean_square
    assert state.largest == pytest.approx(np.sqrt(exact.max()), rel=0.01)
    assert state.where == pytest.approx(t[np.argmax(exact)], abs=0.02)
    assert state.concentration == pytest.approx(0.01 * exact.max() / np.mean(exact), rel=0.05)
    assert np.isnan(end.concentration)  # of one point


def test_several_residuals_of_a_condition_add_up():
    pair = kp.Residual(lambda u, u_x, x: (u - 1.0, 2.0 * u_x + 0 * x))
    problem = kp.Problem(LINE, "u", {"pair": pair})
    found = kp.diagnose(formula_model(problem, lambda x: 3.0 * x), resolution=3)
    state = found.conditions["pair"]
    assert state.mean_square == pytest.approx(np.mean([1.0, 0.25, 4.0]) + 35.25, rel=0.02)
    expected = np.sqrt((3 * np.array([0.0, 0.5, 1.0]) - 1.0) ** 2 + 36.0)
    np.testing.assert_allclose(found.maps.residuals["pair"], expected, rtol=1e-12)


def test_layers_by_hand():
    """tanh((x - c t) / w): thickness 2 w along x, 2 w / c along t."""
    width, speed = 0.02, 0.5
    problem = kp.Problem(SPACE_TIME, "u", {"zero": kp.Residual(lambda u, u_t: 0 * u * u_t)})
    model = formula_model(problem, lambda x, t: tf.tanh((x - speed * t) / width))
    points = problem.points(zero=5000)
    found = kp.diagnose(model, points=points, **SMALL)
    along_x, along_t = found.layers
    assert (along_x.field, along_x.coordinate, along_t.coordinate) == ("u", "x", "t")
    assert along_x.thickness == pytest.approx(2 * width, rel=1e-3)
    assert along_t.thickness == pytest.approx(2 * width / speed, rel=1e-3)
    assert along_x.relative == pytest.approx(width, rel=1e-3)
    assert along_x.where[0] - speed * along_x.where[1] == pytest.approx(0.0, abs=width / 20)

    x, t = points.sets["zero"].points.T
    inside = np.cosh((x - speed * t) / width) ** -2 > 0.5
    assert along_x.points == along_t.points == pytest.approx(np.sum(inside), abs=1)
    assert along_x.total == 5000
    exact = 2 * width * np.arccosh(np.sqrt(2.0)) / 2  # share of the domain
    assert along_x.uniform == pytest.approx(5000 * exact, rel=0.05)
    assert along_x.points_across == pytest.approx(np.sqrt(along_x.points))
    assert found.findings["layer_thickness"] == along_x.relative
    assert found.findings["layer_points_across"] == along_x.points_across


def test_a_layer_between_all_points_is_found():
    def step(x):
        return tf.tanh((x - 0.123456) / 1e-4)

    problem = kp.Problem(LINE, "u", {"zero": kp.Residual(lambda u: 0 * u)})
    (layer,) = kp.diagnose(formula_model(problem, step), **SMALL).layers
    assert layer.thickness == pytest.approx(2e-4, rel=1e-3)
    assert layer.where == pytest.approx([0.123456], abs=1e-6)


def test_a_field_that_does_not_vary_has_no_layers():
    problem = kp.Problem(LINE, ("u", "v"), {"zero": kp.Residual(lambda u, v: u + v)})
    model = formula_model(problem, lambda x: 2.0 * x, lambda x: 0 * x)
    found = kp.diagnose(model, **SMALL)
    assert [(layer.field, layer.relative) for layer in found.layers] == [
        ("u", pytest.approx(1.0, rel=1e-3))
    ]
    assert np.isnan(found.findings["layer_points_across"])


def test_errors_and_maps():
    def exact(x, t):
        return np.sin(x) * np.exp(-t)

    problem = kp.Problem(SPACE_TIME, ("u", "v"), {"heat": kp.Residual(lambda u_t, v: u_t + v)})
    model = formula_model(
        problem, lambda x, t: 1.01 * tf.sin(x) * tf.exp(-t), lambda x, t: x * t**2
    )
    table = kp.Table({"t": [0.0, 1.0]}, [1.0, 1.0])
    found = kp.diagnose(model, reference={"u": exact, "v": table}, resolution=7)
    assert found.findings["relative_l2_u"] == pytest.approx(0.01)
    assert found.findings["largest_error_u"] == pytest.approx(0.01 * np.sin(1.0), rel=0.01)
    assert found.findings["largest_error_v"] == pytest.approx(2.0, rel=0.02)
    x, t = np.meshgrid(np.linspace(-1, 1, 7), np.linspace(0, 1, 7), indexing="ij")
    maps = found.maps
    assert list(maps.axes) == ["x", "t"]
    assert maps.fixed == {}
    np.testing.assert_allclose(maps.fields["v"], x * t**2, atol=1e-14)
    np.testing.assert_allclose(maps.errors["u"], 0.01 * exact(x, t), atol=1e-14)
    np.testing.assert_allclose(maps.errors["v"], x * t**2 - 1.0, atol=1e-14)
    np.testing.assert_allclose(maps.residuals["heat"], x * t**2 - 1.01 * exact(x, t), atol=1e-14)


def test_a_map_of_many_coordinates_shows_those_that_matter():
    cube = kp.geometry.Box((0.0, 0.0, 0.0), (1.0, 2.0, 3.0))
    problem = kp.Problem(cube, "u", {"zero": kp.Residual(lambda u: u)})
    model = formula_model(problem, lambda x, y, z: x + 0.1 * y + z**2)
    maps = kp.diagnose(model, resolution=4).maps
    assert maps.fixed == {"y": 1.0}
    x, z = np.linspace(0, 1, 4), np.linspace(0, 3, 4)
    np.testing.assert_allclose(maps.fields["u"], x[:, None] + 0.1 + z**2, atol=1e-14)


def test_a_map_is_blank_outside_of_the_domain():
    disk = kp.geometry.Disk(center=(0.0, 0.0), radius=1.0)
    problem = kp.Problem(disk, "u", {"zero": kp.Residual(lambda u: u)})
    maps = kp.diagnose(formula_model(problem, lambda x, y: x + y), resolution=5).maps
    x = np.linspace(-1, 1, 5)
    outside = x[:, None] ** 2 + x**2 > 1
    np.testing.assert_array_equal(np.isnan(maps.residuals["zero"]), outside)


def test_one_seed_one_diagnosis():
    problem = kp.Problem(LINE, "u", {"fit": kp.Residual(lambda u, f: u - f, f=hump)})
    model = formula_model(problem, lambda x: x)
    first, again, other = (kp.diagnose(model, seed=seed, **SMALL) for seed in (1, 1, 2))
    assert str(first) == str(again)
    assert str(first) != str(other)


# Kinds of models


def rich_problem():
    """Every kind of condition, two fields and an unknown."""
    return kp.Problem(
        SPACE_TIME,
        ("u", "v"),
        {
            "heat": kp.Residual(lambda u_t, u_xx, v, k: u_t - k * u_xx + v),
            "pair": kp.Residual(lambda u, v_t: (u, v_t), on=SPACE_TIME.end("t")),
            "initial": kp.Dirichlet(u=lambda x: np.sin(np.pi * x), v=0.0, on=SPACE_TIME.start("t")),
            "flux": kp.Neumann(u=0.0, on=SPACE_TIME.start("x")),
            "mixed": kp.Robin(alpha=1.0, beta=2.0, u=0.0, on=SPACE_TIME.end("x")),
            "ring": kp.Periodic("x", "v"),
            "sensors": kp.Data(at=[[0.1, 0.2], [0.3, 0.4]], u=[0.5, 0.1]),
        },
        parameters={"k": kp.Unknown(0.3, lower=0.0)},
    )


@pytest.mark.parametrize(("hard", "dtype"), [(False, "float64"), (["initial"], "float32")])
def test_every_kind_of_condition(hard, dtype):
    problem = rich_problem()
    model = kp.models.PINNModel(kp.networks.MLP([6], seed=0), problem, hard=hard, dtype=dtype)
    points = problem.points(heat=64, pair=32, initial=32, flux=32, mixed=32, ring=32)
    found = kp.diagnose(model, points=points, **SMALL)
    names = [name for name in problem.conditions if name not in (hard or [])]
    assert list(found.conditions) == list(found.table.index) == names
    terms = model.loss_terms(points.tensors(dtype), training=False)
    for name in names:
        state = found.conditions[name]
        assert state.gradient > 0
        assert state.mean_square == pytest.approx(float(terms[name]), rel=1e-5)
        assert state.overfitting == pytest.approx(1.0, rel=0.1) or name == "sensors"
    assert found.findings["loss"] == pytest.approx(float(sum(terms.values())), rel=1e-5)
    sensors = found.conditions["sensors"]
    assert (sensors.points, sensors.drawn) == (2, False)
    assert np.isnan(sensors.fresh_mean_square)
    assert list(found.maps.residuals) == ["heat"]  # what holds in the whole domain


def test_the_points_of_the_training_are_judged_and_nothing_changes():
    model = components.built(kp.models.PINNModel)
    model.compile(keras.optimizers.Adam(1e-2))
    points = components.points()
    model.fit(points, epochs=2, verbose=0)
    before = [np.array(value) for value in model.get_weights()]
    step = model.train_function
    found = kp.diagnose(model, **SMALL)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old)
    losses = model.evaluate(points, verbose=0, return_dict=True)
    for name, state in found.conditions.items():
        assert state.mean_square == pytest.approx(losses[f"{name}_loss"], rel=1e-12)
    assert found.findings["loss"] == pytest.approx(losses["loss"], rel=1e-12)
    np.testing.assert_array_equal(found.points, points.sets["equation"].points)
    history = model.fit(epochs=1, verbose=0).history
    assert history["loss"][0] == pytest.approx(losses["loss"], rel=1e-12)
    assert model.train_function is step  # nothing is compiled again


def test_weights_that_callbacks_give_count():
    model = components.built(kp.models.PINNModel)
    model.compile("adam")
    model.fit(components.points(), epochs=1, verbose=0)
    plain = kp.diagnose(model, **SMALL).conditions["equation"]
    model.points.scale("equation", "test", np.full(16, 0.25))
    model.loss_weights["equation"].assign(8.0)
    scaled = kp.diagnose(model, **SMALL).conditions["equation"]
    assert scaled.mean_square == pytest.approx(plain.mean_square)
    assert scaled.loss == pytest.approx(2.0 * plain.loss)
    assert scaled.gradient == pytest.approx(0.25 * plain.gradient)
    assert scaled.pull == pytest.approx(2.0 * plain.pull)


def test_a_loaded_model(tmp_path):
    model = components.built(kp.models.PINNModel)
    model.compile("adam")
    model.fit(components.points(), epochs=1, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras")
    assert str(kp.diagnose(loaded, **SMALL)) == str(kp.diagnose(model, **SMALL))


def test_a_loaded_model_without_its_functions(tmp_path):
    problem = kp.Problem(LINE, "u", {"fit": kp.Residual(lambda u, f: u - f, f=lambda x: x)})
    model = kp.models.PINNModel(components.network(), problem)
    model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"saved without its functions.*load_model"):
        kp.diagnose(kp.load_model(tmp_path / "model.keras"), **SMALL)
    loaded = kp.load_model(tmp_path / "model.keras", problem=problem)
    assert str(kp.diagnose(loaded, **SMALL)) == str(kp.diagnose(model, **SMALL))


def test_values_that_belong_to_points_of_ones_own():
    x = np.linspace(0, 1, 5)[:, None]
    conditions = {
        "fit": kp.Residual(lambda u, f: u - f, f=np.arange(5.0)),
        "zero": kp.Residual(lambda u_x: u_x),
    }
    problem = kp.Problem(LINE, "u", conditions)
    model = formula_model(problem, lambda x: x)
    with pytest.raises(ValueError, match=r"`points` must be given.*'fit'.*fit=\.\.\., zero=\.\.\."):
        kp.diagnose(model, **SMALL)
    found = kp.diagnose(model, points=problem.points(fit=x, zero=8), **SMALL)
    assert found.conditions["fit"].mean_square == pytest.approx(9 / 16 * np.mean(np.arange(5) ** 2))
    assert np.isnan(found.conditions["fit"].fresh_mean_square)
    assert list(found.maps.residuals) == ["zero"]


def test_readings_only():
    at = np.linspace(0, 1, 9)[:, None]
    problem = kp.Problem(LINE, "u", {"sensors": kp.Data(at=at, u=np.zeros(9))})
    found = kp.diagnose(formula_model(problem, lambda x: x), **SMALL)
    np.testing.assert_array_equal(found.points, at)
    assert found.maps.residuals == {}
    found.picture().canvas.draw()


def test_what_overflows_is_reported():
    model = sum_model(LINE, {"fit": kp.Residual(lambda u: u**2)}, [one], [1e200])
    found = kp.diagnose(model, **SMALL)
    assert "'fit' is not finite at 2048 of 2048 points" in found.advice
    str(found)
    found.picture().canvas.draw()


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"model": keras.Sequential()}, TypeError, "`model` must be a kp.models.PINNModel"),
        ({"model": object()}, TypeError, "`model`"),
        ({"reference": 3.0}, TypeError, "`reference` must be a NumPy function"),
        ({"reference": lambda y: y}, ValueError, "`reference` may name only the coordinates x"),
        ({"reference": {"v": np.sin}}, ValueError, "`reference` must be for fields among u"),
        ({"reference": {"u": 1.0}}, TypeError, r"`reference\['u'\]`"),
        ({"reference": lambda x: np.nan * x}, ValueError, "`reference` must be finite"),
        ({"points": 100}, TypeError, r"`points` must be points made by problem.points"),
        ({"points": "few"}, ValueError, "`points` has no points for the condition 'ends'"),
        ({"resolution": 1}, ValueError, "`resolution` must be an integer of at least 2"),
        ({"resolution": 2.0}, TypeError, "`resolution`"),
        ({"seed": -1}, ValueError, "`seed`"),
    ],
)
def test_bad_arguments(changes, error, match):
    conditions = {
        "fit": kp.Residual(lambda u: u),
        "ends": kp.Dirichlet(u=0.0, on=LINE.boundary("x")),
    }
    problem = kp.Problem(LINE, "u", conditions)
    if changes.get("points") == "few":
        changes = {"points": problem.points(fit=4)}
    arguments = {"model": formula_model(problem, lambda x: x), **SMALL, **changes}
    with pytest.raises(error, match=match):
        kp.diagnose(**arguments)


def test_one_reference_for_several_fields():
    problem = kp.Problem(LINE, ("u", "v"), {"zero": kp.Residual(lambda u, v: u + v)})
    model = formula_model(problem, lambda x: x, lambda x: x)
    with pytest.raises(ValueError, match=r"`reference` must be a dict by field.*Which field"):
        kp.diagnose(model, reference=lambda x: x)
