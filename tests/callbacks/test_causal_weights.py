import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.callbacks import CausalWeights
from tests.callbacks.conftest import make_model, make_problem, train

ROD = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(1, 3, "t")


def known_model(domain=ROD, time=None, **residuals):
    """A model whose residuals do not depend on its weights."""
    conditions = {name: kp.Residual(residual) for name, residual in residuals.items()}
    problem = kp.Problem(domain, "u", conditions, time=time)
    model = kp.models.PINNModel(kp.networks.MLP([2], seed=0), problem)
    model.compile("sgd")
    return model


def fit(model, causal, epochs=1, weights=None, **sizes):
    """Trains, and gives the points and the weights of the last epoch."""
    points = model.problem.points(weights=weights, **sizes)
    model.fit(points, epochs=epochs, callbacks=[causal], verbose=0)
    return {name: model.points.arrays(name) for name in points.sets}


def test_weights_by_hand():
    model = known_model(equation=lambda u, t: t + 0 * u)
    arrays = fit(model, CausalWeights(tolerance=0.1, bins=4), equation=40)["equation"]
    t, weights = arrays["points"][:, 1], arrays["weights.equation"]
    losses = [np.mean(t[(t >= low) & (t < low + 0.5)] ** 2) for low in (1.0, 1.5, 2.0, 2.5)]
    for k, low in enumerate((1.0, 1.5, 2.0, 2.5)):
        expected = np.exp(-0.1 * sum(losses[:k]))
        np.testing.assert_allclose(weights[(t >= low) & (t < low + 0.5)], expected)
    assert weights.max() == 1.0


def test_ends_of_time_and_slabs_without_points():
    model = known_model(equation=lambda u: 1 + 0 * u)
    x = np.array([[0.5, 1.0], [0.2, 1.2], [0.5, 2.9], [0.1, 3.0]])
    causal = CausalWeights(tolerance=1.0, bins=4)
    weights = fit(model, causal, equation=x)["equation"]["weights.equation"]
    np.testing.assert_allclose(weights, [1.0, 1.0, np.exp(-1), np.exp(-1)])
    np.testing.assert_allclose(causal.slab_weights, [1.0] + [np.exp(-1)] * 3)


def test_equations_are_judged_together():
    model = known_model(first=lambda u: 1 + 0 * u, second=lambda u: (1 + 0 * u, 1 + 0 * u))
    sets = fit(model, CausalWeights(bins=2), first=20, second=30)
    for name in ("first", "second"):
        late = sets[name]["points"][:, 1] > 2.0
        expected = np.where(late, np.exp(-3.0), 1.0)
        np.testing.assert_allclose(sets[name][f"weights.{name}"], expected)


def test_only_the_equations_unless_others_are_named():
    for conditions, weighted in ((None, "equation"), ("initialu", "initialu")):
        model = make_model(make_problem())
        train(model, [CausalWeights(tolerance=100.0, conditions=conditions)])
        for name in ("equation", "initialu"):
            changed = np.any(model.points.arrays(name)[f"weights.{name}"] != 1.0)
            # all points of the initial state are in the first slab, whose weight is 1
            assert changed == (name == weighted == "equation")


def test_weights_of_the_user_stay():
    model = known_model(equation=lambda u: 1 + 0 * u)
    own = {"equation": lambda x: 1 + x}
    arrays = fit(model, CausalWeights(bins=2), weights=own, equation=20)["equation"]
    x, t = arrays["points"].T
    expected = (1 + x) * np.where(t > 2, np.exp(-1), 1.0)
    np.testing.assert_allclose(arrays["weights.equation"], expected)


def test_the_tolerance_advances_when_the_last_slab_counts():
    model = known_model(equation=lambda u: 0.1 + 0 * u)  # the losses of the slabs are 0.01

    def last(tolerance, epochs, threshold=0.99):
        causal = CausalWeights(tolerance, bins=2, threshold=threshold)
        fit(model, causal, epochs=epochs, equation=20)
        return causal.level, causal.slab_weights[-1]

    assert last((1.0, 2.0), 3) == (1, pytest.approx(np.exp(-0.02)))  # exp(-0.01) is above 0.99
    assert last((2.0, 3.0), 3) == (0, pytest.approx(np.exp(-0.02)))
    assert last((0.1, 0.2, 0.3), 1) == (1, pytest.approx(np.exp(-0.002)))
    assert last((0.1, 0.2, 0.3), 2) == (2, pytest.approx(np.exp(-0.003)))
    assert last((0.1, 0.2, 0.3), 5) == (2, pytest.approx(np.exp(-0.003)))
    assert last((0.1, 10.0), 1, threshold=0.9999) == (0, pytest.approx(np.exp(-0.001)))


def test_a_run_that_goes_on_keeps_the_tolerance_and_another_does_not():
    model = known_model(equation=lambda u: 0.1 + 0 * u)
    causal = CausalWeights((0.1, 0.2, 0.3, 0.4), bins=2)
    points = model.problem.points(equation=20)
    model.fit(points, epochs=2, callbacks=[causal], verbose=0)
    assert causal.level == 2
    model.fit(points, epochs=3, initial_epoch=2, callbacks=[causal], verbose=0)
    assert causal.level == 3
    model.fit(points, epochs=1, callbacks=[causal], verbose=0)
    assert causal.level == 1


def test_time_may_have_another_name():
    domain = kp.geometry.Interval(0, 1, "s") * kp.geometry.Interval(0, 2, "y")
    model = known_model(domain, time="s", equation=lambda u: 1 + 0 * u)
    arrays = fit(model, CausalWeights(bins=2), equation=20)["equation"]
    expected = np.where(arrays["points"][:, 0] > 0.5, np.exp(-1), 1.0)
    np.testing.assert_allclose(arrays["weights.equation"], expected)


def test_nothing_is_compiled_again(model):
    train(model, [CausalWeights()])
    traced = model.train_function
    train(model, [CausalWeights((0.1, 1.0))])
    assert model.train_function is traced


def test_what_does_not_fit(model):
    other = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    other.compile("sgd", loss="mse")
    with pytest.raises(TypeError, match="CausalWeights works on"):
        other.fit(np.ones((2, 1)), np.ones((2, 1)), callbacks=[CausalWeights()], verbose=0)
    with pytest.raises(ValueError, match=r"conditions.*equation, initialu.*'walls'"):
        train(model, [CausalWeights(conditions="walls")])
    box = kp.geometry.Box((0, 0), (1, 1))
    steady = known_model(box, equation=lambda u: u)
    with pytest.raises(ValueError, match=r"CausalWeights needs a problem with time.*are x, y"):
        fit(steady, CausalWeights(), equation=4)
    end = kp.Residual(lambda u: u, on=ROD.end("t"))
    problem = kp.Problem(ROD, "u", {"end": end})
    elsewhere = kp.models.PINNModel(kp.networks.MLP([2]), problem)
    elsewhere.compile("sgd")
    with pytest.raises(ValueError, match=r"conditions.*no equation"):
        fit(elsewhere, CausalWeights(), end=4)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"tolerance": 0.0}, ValueError),
        ({"tolerance": ()}, ValueError),
        ({"tolerance": (1.0, 1.0)}, ValueError),
        ({"tolerance": "1"}, TypeError),
        ({"bins": 1}, ValueError),
        ({"threshold": 1.0}, ValueError),
        ({"threshold": 0.0}, ValueError),
    ],
)
def test_bad_arguments(options, error):
    with pytest.raises(error, match=next(iter(options))):
        CausalWeights(**options)
