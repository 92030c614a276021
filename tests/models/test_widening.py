"""A saved model as the start of one with another parameter, or a wider network."""

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.models.widening import widened

LINE = kp.geometry.Interval(0, 2, "x")
X = np.linspace(0, 2, 21)[:, None]


def problem(load=1.0, fields="u"):
    return kp.Problem(
        LINE,
        fields,
        {
            "equation": kp.Residual(lambda u, u_xx, load: u_xx + load + u**3),
            "ends": kp.Dirichlet(u=lambda x: x / 2, on=LINE.boundary("x")),
        },
        parameters={"load": load},
    )


def pinn(network, load=1.0, **arguments):
    return kp.models.PINNModel(network, problem(load), **arguments)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A model whose weights are none that an initialiser makes, biases included."""
    path = tmp_path_factory.mktemp("start") / "narrow.keras"
    model = pinn(kp.networks.MLP([4, 3], seed=0), hard=["ends"])
    rng = np.random.default_rng(0)
    for variable in model.network.variables:
        variable.assign(rng.normal(size=variable.shape))
    model.save(path)
    return model, path


@pytest.mark.parametrize("units", [[4, 3], [8, 3], [16, 16]], ids=["same", "first", "all"])
def test_a_wider_network_computes_the_same(saved, units):
    narrow, path = saved
    wide = pinn(kp.networks.MLP(units, seed=1), load=2.5, hard=["ends"])
    wide.warm_start(path)
    np.testing.assert_allclose(wide.predict(X), narrow.predict(X), rtol=1e-13, atol=1e-13)
    assert wide.parameters == {"load": 2.5}


def test_new_units_are_different_and_learn(saved):
    _, path = saved
    wide = pinn(kp.networks.MLP([6, 8], seed=1), hard=["ends"])
    wide.warm_start(path)
    last = wide.network.dense[-1].kernel
    assert (last.numpy()[3:] == 0).all()
    new = wide.network.dense[1].kernel.numpy()[:, 3:]
    assert len(np.unique(new.round(12))) == new.size
    wide.compile(keras.optimizers.SGD(1e-3))
    wide.fit(wide.problem.points(equation=16), verbose=0)
    assert (last.numpy()[3:] != 0).all()


def test_one_more_input_makes_no_difference_at_first(saved):
    narrow, path = saved
    for network in (kp.networks.MLP([4, 3], seed=1), kp.networks.MLP([8, 8], seed=1)):
        wide = pinn(network, load=kp.Range(0.5, 2.0), hard=["ends"])
        wide.warm_start(path)
        for load in (0.5, 2.0):
            found = wide.predict(X, parameters={"load": load})
            np.testing.assert_allclose(found, narrow.predict(X), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("kind", ["resnet", "pirate"])
def test_other_architectures(kind, tmp_path):
    def network(width, seed):
        return {
            "resnet": lambda: kp.networks.ResNet(width, 2, seed=seed),
            "pirate": lambda: kp.networks.PirateNet(1, width, seed=seed),
        }[kind]()

    narrow = pinn(network(3, 0))
    for variable in narrow.network.variables:
        variable.assign(variable + 0.3)
    narrow.save(tmp_path / "narrow.keras")
    wide = pinn(network(5, 1))
    wide.warm_start(tmp_path / "narrow.keras")
    np.testing.assert_allclose(wide.predict(X), narrow.predict(X), rtol=1e-12, atol=1e-12)


def test_fine_tuning_from_a_file_with_another_value(saved):
    narrow, path = saved
    model = kp.load_model(path, problem=problem(load=3.0))
    np.testing.assert_array_equal(model.predict(X), narrow.predict(X))
    assert model.parameters == {"load": 3.0}
    model.compile(keras.optimizers.Adam(1e-3))
    model.fit(model.problem.points(equation=8), verbose=0)


def test_unknowns_start_anew(tmp_path):
    first = pinn(kp.networks.MLP([4], seed=0), kp.Unknown(1.0), hard=["ends"])
    first.unknowns["load"].assign(0.7)
    first.save(tmp_path / "first.keras")
    second = pinn(kp.networks.MLP([4], seed=1), kp.Unknown(5.0, lower=0.0), hard=["ends"])
    second.warm_start(tmp_path / "first.keras")
    np.testing.assert_array_equal(second.predict(X), first.predict(X))
    assert second.parameters["load"] == pytest.approx(5.0)


def test_unknown_fields_come_along(tmp_path):
    def model(units, seed, **parameters):
        line = kp.Problem(
            LINE,
            "u",
            {"equation": kp.Residual(lambda u_xx, k: u_xx + k, on=LINE)},
            {"k": kp.UnknownField(network=kp.networks.MLP(units, seed=seed), **parameters)},
        )
        return kp.models.PINNModel(kp.networks.MLP([4], seed=seed), line)

    first, second = model([3], 0, lower=0.0), model([5], 1, lower=0.0)
    first.save(tmp_path / "first.keras")
    second.warm_start(tmp_path / "first.keras")
    np.testing.assert_allclose(second.predict(X), first.predict(X), rtol=1e-13)
    other = model([5], 1, lower=-3.0)
    before = other.predict(X)
    with pytest.raises(ValueError, match="something else"):
        other.warm_start(tmp_path / "first.keras")
    np.testing.assert_array_equal(other.predict(X), before)  # both networks


def test_files_that_do_not_fit(saved, tmp_path):
    _, path = saved
    for network, text in [
        (kp.networks.MLP([3, 3]), r"shape \(1, 4\) do not fit into \(1, 3\).*same kind and depth"),
        (kp.networks.MLP([4, 3, 3]), "6 arrays of weights is no narrower MLP with 8"),
        (kp.networks.ResNet(4, 2), "MLP with 6 arrays"),
        (kp.networks.MLP([4, 3], activation="sine"), "would compute something else"),
    ]:
        model = pinn(network)
        before = model.predict(X)
        with pytest.raises(ValueError, match=text):
            model.warm_start(path)
        np.testing.assert_array_equal(model.predict(X), before)
    other = kp.models.PINNModel(kp.networks.MLP([4, 3]), problem(fields=("u", "v")))
    with pytest.raises(ValueError, match="with the fields u, and this model has u, v"):
        other.warm_start(path)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        other.warm_start(tmp_path / "nowhere.keras")
    with pytest.raises(TypeError, match=r"the path of a \.keras file"):
        other.warm_start(3)


def test_a_problem_with_fewer_inputs_cannot_take_more(saved, tmp_path):
    model = pinn(kp.networks.MLP([4, 3]), kp.Range(0, 1))
    model.save(tmp_path / "range.keras")
    with pytest.raises(ValueError, match="the inputs x, load, and this model has x"):
        pinn(kp.networks.MLP([4, 3])).warm_start(tmp_path / "range.keras")


def test_old_units_hear_nothing_of_new_ones():
    found = widened(np.ones((2, 2)), np.full((3, 4), 5.0))
    assert found.tolist() == [[1, 1, 5, 5], [1, 1, 5, 5], [0, 0, 5, 5]]
    assert widened(np.ones(2), np.full(3, 5.0)).tolist() == [1, 1, 5]
