"""Integrals: exact values, their gradient, and a problem that is solvable only with its mean."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.analysis.condition_state import condition_states, gradients_of
from kerasphys.models import pinn_objective
from kerasphys.models.condition_gradients import condition_gradients
from tests.formula import loss_terms

LINE = kp.geometry.Interval(0.0, 2.0, "x")
PLATE = kp.geometry.Box((0.0, 0.0), (2.0, 1.0))
ROD = LINE * kp.geometry.Interval(0.0, 3.0, "t")
DISK = kp.geometry.Disk((1.0, 0.0), 0.5)


@keras.saving.register_keras_serializable("tests")
def value(u):
    return u


def mean_of(domain, function=value, fields="u", **options):
    return kp.Problem(domain, fields, {"gauge": kp.Integral(function, **options)})


def residual(problem, *formulas, **points):
    """The square root of the loss of the only condition."""
    return np.sqrt(loss_terms(problem, *formulas, **points)["gauge"])


class TestValues:
    """Against integrals known in closed form."""

    def test_over_the_whole_domain(self):
        found = residual(mean_of(PLATE, equals=1.0), lambda x, y: x**3 * y)
        np.testing.assert_allclose(found, 4.0 * 0.5 - 1.0, rtol=1e-13)

    def test_derivatives_givens_and_parameters(self):
        problem = kp.Problem(
            LINE,
            "u",
            {
                "work": kp.Integral(
                    lambda x, u_xx, load, k: k * load * u_xx + x, load=lambda x: np.cos(x)
                )
            },
            parameters={"k": 3.0},
        )
        problem_loss = loss_terms(problem, tf.sin)["work"]
        exact = -3 * np.sin(2.0) ** 2 / 2 + 2.0
        np.testing.assert_allclose(problem_loss, exact**2, rtol=1e-12)

    def test_over_a_part_of_the_boundary(self):
        problem = mean_of(PLATE, on=PLATE.end("x"), nodes=4)
        np.testing.assert_allclose(residual(problem, lambda x, y: x * y**2), 2 / 3, rtol=1e-13)

    def test_the_normal(self):
        """The divergence theorem: the flux of (x, 3 y) out of a disk is four times its area."""

        def flux(u, v, normal_x, normal_y):
            return u * normal_x + v * normal_y

        problem = mean_of(DISK, flux, ("u", "v"), on=DISK.boundary())
        found = residual(problem, lambda x, y: x, lambda x, y: 3 * y)
        np.testing.assert_allclose(found, 4 * DISK.measure, rtol=1e-12)

    def test_one_at_each_time(self):
        problem = mean_of(ROD, each="t", equals=lambda t: 2 * t)
        t = problem.points(gauge=7, seed=3).sets["gauge"].points[:, 0, 1]
        found = loss_terms(problem, lambda x, t: x * t**2, gauge=7, seed=3)["gauge"]
        np.testing.assert_allclose(found, np.mean((2 * t**2 - 2 * t) ** 2), rtol=1e-12)

    def test_at_times_of_the_users_own_with_weights(self):
        t = np.array([[0.5], [1.0], [3.0]])
        for equals in (t[:, 0], kp.Table({"t": [0.0, 3.0]}, [0.0, 3.0])):
            problem = mean_of(ROD, each="t", equals=equals)
            found = loss_terms(problem, lambda x, t: t, gauge=t, weights={"gauge": lambda t: t})
            np.testing.assert_allclose(found["gauge"], np.mean(t**3), rtol=1e-12)

    def test_at_each_value_of_a_range(self):
        """Lifted: the wall of the space is the wall at all values of the parameter."""
        problem = kp.Problem(
            PLATE,
            "u",
            {"flow": kp.Integral(value, on=PLATE.end("x"), each="a", equals=lambda a: a)},
            parameters={"a": kp.Range(1.0, 2.0)},
        )
        found = loss_terms(problem, lambda x, y, a: a * x * y, flow=5)["flow"]
        assert found < 1e-28

    def test_no_integral_goes_over_a_range(self):
        for each, cure in ((None, r"\('a',\)"), ("y", r"\('y', 'a'\)")):
            mean = kp.Integral(value, each=each)
            with pytest.raises(ValueError, match=f"values of a, a kp.Range.*each={cure}"):
                kp.Problem(PLATE, "u", {"mean": mean}, parameters={"a": kp.Range(1.0, 2.0)})


def test_rows_are_drawn_anew_and_by_seed():
    problem = mean_of(ROD, each="t", nodes=8)
    sets = problem.points(gauge=5)
    shapes = {name: array.shape for name, array in sets.sets["gauge"].arrays().items()}
    assert shapes == {
        "points": (5, 8, 2),
        "weights.gauge": (5,),
        "givens.gauge.quadrature.weights": (5, 8),
        "givens.gauge.equals": (),
    }
    again = sets.redrawn(1).sets["gauge"].points
    assert not np.array_equal(again, sets.sets["gauge"].points)
    np.testing.assert_array_equal(again[:, :, 0], sets.sets["gauge"].points[:, :, 0])
    assert sets.drawn == ()


def gauge_model(**options):
    """A network of a rod whose moment is given at each time."""
    conditions = {
        "equation": kp.Residual(lambda u, x: u - x),
        "gauge": kp.Integral(lambda u, x: u * x, each="t", equals=1.0, nodes=6),
    }
    problem = kp.Problem(ROD, "u", conditions)
    model = kp.models.PINNModel(kp.networks.MLP([4], seed=0), problem)
    model.compile(**({"optimizer": "adam"} | options))
    points = problem.points(equation=9, gauge=5, weights={"gauge": lambda t: 1.0 + t})
    return model, points


def test_the_jacobian_is_that_of_the_rows(monkeypatch):
    monkeypatch.setattr(pinn_objective, "BLOCK", 13)  # two rows of six nodes in a block
    monkeypatch.setattr(pinn_objective, "JACOBIAN_BLOCK", 18)  # three
    model, points = gauge_model()
    model.fit(points, verbose=0)
    objective = model.objective(None, True)
    (group,) = [
        g for g, part in zip(objective.groups, objective.parts, strict=True) if part.nodes > 1
    ]
    assert group.blocks == 2
    pieces = [group(tf.constant(block)) for block in range(group.blocks)]
    residuals, jacobian = (tf.concat(column, 0).numpy() for column in zip(*pieces, strict=True))

    def loss():
        return float(objective.terms()[1])

    np.testing.assert_allclose(np.sum(residuals**2), loss(), rtol=1e-12)
    gradient = condition_gradients(model)["gauge"]
    np.testing.assert_allclose(2 * jacobian.T @ residuals, gradient, rtol=1e-9)
    bias = model.trainable_variables[1]
    start, losses = bias.numpy(), []
    for step in (1e-6, -1e-6):
        bias.assign(start + step * np.eye(4)[2])
        losses.append(loss())
    bias.assign(start)
    np.testing.assert_allclose(gradient[2 * 4 + 2], (losses[0] - losses[1]) / 2e-6, rtol=1e-6)

    states = condition_states(model, points, gradients_of(model, points), seed=0)
    assert states["gauge"].where[0] == pytest.approx(1.0)  # the middle of the rod
    np.testing.assert_allclose(states["gauge"].loss, loss(), rtol=1e-12)


def test_the_mean_that_insulated_walls_leave_open(tmp_path):
    """−u'' = cos(πx) with u' = 0 at both ends is solvable up to a constant: the mean is 3."""
    line = kp.geometry.Interval(0.0, 1.0, "x")
    problem = kp.Problem(
        line,
        "u",
        {
            "equation": kp.Residual(kp.equations.poisson, source=lambda x: np.cos(np.pi * x)),
            "ends": kp.Neumann(u=0.0, on=line.boundary()),
            "mean": kp.Integral(value, equals=3.0, nodes=16),
        },
    )
    model = kp.models.PINNModel(kp.networks.MLP([12], seed=0), problem)
    model.compile(kp.optimizers.LevenbergMarquardt())
    points = problem.points(equation=40, ends=2)
    history = model.fit(points, epochs=4, steps_per_epoch=25, verbose=0).history
    assert history["mean_loss"][-1] < 1e-9
    x = np.linspace(0, 1, 21)
    exact = 3.0 + np.cos(np.pi * x) / np.pi**2
    np.testing.assert_allclose(model.predict(x[:, None])[:, 0], exact, atol=1e-4)

    model.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras", problem=problem)
    np.testing.assert_array_equal(loaded.predict(x[:, None]), model.predict(x[:, None]))
    before = model.evaluate(points, return_dict=True, verbose=0)
    assert loaded.evaluate(points, return_dict=True, verbose=0) == before


class TestCallbacks:
    """Callbacks that move or weigh points leave integrals alone."""

    def test_points_are_moved_and_weighed(self):
        model, points = gauge_model()
        callbacks = [
            kp.callbacks.Resample(every=1),
            kp.callbacks.ResidualResample(every=1),
            kp.callbacks.ResidualAttention(),
        ]
        model.fit(points, epochs=2, batch_size=3, callbacks=callbacks, verbose=0)
        now = model.points.arrays("gauge")
        assert now["points"].shape == (5, 6, 2)
        t = now["points"][:, 0, 1]
        assert not np.array_equal(t, points.sets["gauge"].points[:, 0, 1])
        np.testing.assert_allclose(now["weights.gauge"], 1.0 + t)

    def test_named_integrals_are_refused(self):
        model, points = gauge_model()
        callback = kp.callbacks.ResidualAttention(conditions="gauge")
        with pytest.raises(ValueError, match="not of integrals"):
            model.fit(points, callbacks=[callback], verbose=0)


def test_it_has_no_residual_at_single_points():
    model, _ = gauge_model()
    with pytest.raises(ValueError, match="points of its own"):
        model.derivatives([[0.0, 0.0]], "gauge")


def test_description_and_config():
    flow = kp.Integral(value, equals=2.0, on=ROD.start("x"), each="t", weight=3.0)
    assert flow.describe().endswith("equals 2 at each t")
    again = kp.Integral.from_config(flow.get_config())
    assert again.get_config() == flow.get_config()
    assert again.function is value
    assert again.each == ("t",)

    def flux(u, normal_x):
        return u * normal_x

    config = kp.Integral(flux, equals=lambda t: t, each="t").get_config()
    again = kp.Integral.from_config(config)
    assert set(config["values"]) == {"equals"}
    assert [name.rpartition(".")[2] for name in again.missing_functions] == ["flux", "<lambda>"]
    assert "normal" not in again.describe()


class TestBadInput:
    """All before any training."""

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"each": ()}, "`each`"),
            ({"nodes": 0}, "`nodes`"),
            ({"equals": np.inf}, "`equals`"),
            ({"equals": lambda t: t}, "`equals`"),
            ({"weight": -1.0}, "`weight`"),
        ],
    )
    def test_arguments(self, options, expected):
        with pytest.raises(ValueError, match=expected):
            kp.Integral(value, **options)

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"each": "y"}, "`each`"),
            ({"each": ("x", "t")}, "leaves none"),
            ({"each": "t", "on": ROD.start("t")}, "no product"),
            ({"each": "t", "equals": lambda x: x}, "may name only the coordinates t"),
            ({"function": lambda u, normal_x: u}, "Only boundaries have normals"),
            ({"function": lambda u, normal_z: u, "on": ROD.start("x")}, "normal_z"),
            ({"function": lambda u: (u, u)}, "one integrand"),
            ({"function": lambda w: w}, "w"),
        ],
    )
    def test_problems(self, options, expected):
        with pytest.raises(ValueError, match=expected):
            mean_of(ROD, **options)

    def test_points(self):
        with pytest.raises(ValueError, match="positions of its own"):
            mean_of(ROD).points(gauge=5)
        each = mean_of(ROD, each="t")
        with pytest.raises(ValueError, match="`gauge` must lie in"):
            each.points(gauge=np.array([[0.0], [4.0]]))
        with pytest.raises(ValueError, match="One column for each of t"):
            each.points(gauge=np.zeros((3, 2)))
        with pytest.raises(ValueError, match="`gauge`"):
            each.points(gauge=0)
        with pytest.raises(ValueError, match="may name only the coordinates t"):
            each.points(gauge=5, weights={"gauge": lambda x: x})

    @pytest.mark.parametrize("axes", [None, {"x": [0.0, 1.0, 2.0]}])
    def test_other_networks(self, axes):
        problem = kp.Problem(
            LINE, "u", {"gauge": kp.Integral(value)}, parameters={"f": kp.InputFunction(axes)}
        )
        network = (
            kp.networks.UNet()
            if axes is None
            else kp.networks.DeepONet(kp.networks.MLP([4]), kp.networks.MLP([4]), basis=3)
        )
        with pytest.raises(ValueError, match="is an integral"):
            kp.models.PINNModel(network, problem)


def test_integrals_do_not_share_the_points_of_equations():
    conditions = {"equation": kp.Residual(lambda u: u), "mean": kp.Integral(value)}
    assert set(kp.Problem(LINE, "u", conditions).points(equation=1).sets) == {"equation", "mean"}
