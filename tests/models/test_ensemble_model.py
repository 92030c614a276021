"""`EnsembleModel`: many networks in one training, their mean and their spread."""

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.models.member_networks import MemberNetworks

ROD = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 1, "t")
AT = np.array([[0.5, 0.5], [0.3, 0.5]])


@keras.saving.register_keras_serializable(package="tests")
def hill_at_start(x):
    return np.sin(np.pi * x)


def rod_problem(**conditions):
    return kp.Problem(
        ROD,
        "u",
        {
            "equation": kp.Residual(kp.equations.heat),
            "initial": kp.Dirichlet(u=hill_at_start, on=ROD.start("t")),
            "walls": kp.Dirichlet(u=0.0, on=ROD.boundary("x")),
            "sensors": kp.Data(at=AT, u=np.array([0.3, 0.2])),
            **conditions,
        },
        parameters={"diffusivity": kp.Unknown(0.5, lower=0.0)},
    )


def ensemble(problem=None, network=None, **kwargs):
    network = network or kp.networks.MLP([5], seed=0)
    arguments = {"members": 3, "hard": ["walls"], **kwargs}
    return kp.models.EnsembleModel(network, problem or rod_problem(), **arguments)


def points(problem, seed=0):
    return problem.points(equation=20, initial=5, seed=seed)


X = ROD.sample(9)


def test_it_is_the_mean_of_its_members():
    model = ensemble()
    singles = np.stack([model.member(index).predict(X) for index in range(3)])
    np.testing.assert_allclose(model.predict_members(X), singles, atol=1e-15)
    np.testing.assert_allclose(model.predict_members(X, batch_size=4), singles, atol=1e-15)
    np.testing.assert_allclose(model.predict(X), singles.mean(axis=0), atol=1e-15)
    np.testing.assert_allclose(model.spread(X), singles.std(axis=0, ddof=1), atol=1e-15)
    assert model.predict_members(X[:0]).shape == (3, 0, 1)
    names = ["u_t", "u_xx"]
    found = model.derivatives(X, names)
    alone = [model.member(index).derivatives(X, names) for index in range(3)]
    for name in names:
        mean = np.mean([values[name] for values in alone], axis=0)
        np.testing.assert_allclose(found[name], mean, atol=1e-12)


def test_the_first_member_begins_as_the_network_does():
    model, alone = ensemble(), kp.models.PINNModel(kp.networks.MLP([5], seed=0), rod_problem())
    for own, given in zip(
        model.member(0).network.get_weights(), alone.network.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(own, given)
    assert model.spread(X).min() > 0


def test_with_adam_every_member_goes_where_it_goes_alone():
    integral = kp.Integral(lambda u: u, equals=0.3, each="t", nodes=4)
    problem = rod_problem(total=integral)
    sets = problem.points(equation=20, initial=5, total=3)
    model = ensemble(problem, members=2)
    singles = [model.member(index) for index in range(2)]
    model.compile(keras.optimizers.Adam(0.05), jit_compile=True)
    history = model.fit(sets, epochs=2, steps_per_epoch=5, verbose=0).history
    logs = []
    for single in singles:
        single.compile(keras.optimizers.Adam(0.05))
        logs.append(single.fit(sets, epochs=2, steps_per_epoch=5, verbose=0).history)
    together = np.stack([single.predict(X) for single in singles])
    np.testing.assert_allclose(model.predict_members(X), together, atol=1e-12)
    kappa = [single.parameters["diffusivity"] for single in singles]
    np.testing.assert_allclose(model.member_parameters["diffusivity"], kappa, rtol=1e-12)
    assert model.parameters["diffusivity"] == pytest.approx(np.mean(kappa), rel=1e-12)
    for name in ("loss", "total_loss", "diffusivity"):
        np.testing.assert_allclose(history[name], np.mean([h[name] for h in logs], axis=0))
    losses = [m.evaluate(sets, verbose=0, return_dict=True)["loss"] for m in (model, *singles)]
    assert losses[0] == pytest.approx(np.mean(losses[1:]), rel=1e-10)


@pytest.mark.parametrize(
    "optimizer",
    [kp.optimizers.SSBroyden, kp.optimizers.LevenbergMarquardt],
    ids=lambda o: o.__name__,
)
def test_second_order_optimizers_train_all_members_at_once(optimizer):
    problem = rod_problem()
    model = ensemble(problem, members=2)
    model.compile(optimizer())
    losses = model.fit(points(problem), epochs=2, steps_per_epoch=15, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]
    assert np.ptp(model.member_parameters["diffusivity"]) > 0


def test_what_judges_residuals_sees_the_means_of_the_logs():
    model = ensemble()
    sets = points(model.problem)
    model.compile("adam")
    logs = model.evaluate(sets, verbose=0, return_dict=True)
    for name, state in kp.diagnose(model, points=sets, resolution=3).conditions.items():
        assert state.loss == pytest.approx(logs[f"{name}_loss"], rel=1e-10)


def test_a_wider_ensemble_begins_with_a_narrower_one(tmp_path):
    narrow = ensemble()
    narrow.save(tmp_path / "narrow.keras")
    wide = ensemble(network=kp.networks.MLP([7], seed=3))
    wide.warm_start(tmp_path / "narrow.keras")
    np.testing.assert_allclose(wide.predict_members(X), narrow.predict_members(X), atol=1e-15)
    with pytest.raises(ValueError, match="holds a model with another network"):
        ensemble(members=2).warm_start(tmp_path / "narrow.keras")


def test_it_leaves_as_one_model(tmp_path):
    problem = rod_problem()
    model = ensemble(problem)
    model.unknowns["diffusivity"].assign([0.0, 0.1, -0.1])
    served = kp.load_surrogate(model.export(tmp_path / "surrogate", derivatives=["u_x"]))
    assert served.card.fields == ("u", "u_std")
    values = model.member_parameters["diffusivity"]
    entry = {"members": 3, "std": {"diffusivity": pytest.approx(values.std(ddof=1))}}
    assert served.card.parameters["ensemble"] == entry
    found = served.predict(X)
    np.testing.assert_allclose(found["u"], model.predict(X)[:, 0], atol=1e-15)
    np.testing.assert_allclose(found["u_std"], model.spread(X)[:, 0], atol=1e-15)
    model.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras", problem=problem)
    np.testing.assert_array_equal(loaded.predict_members(X), model.predict_members(X))
    np.testing.assert_array_equal(loaded.member_parameters["diffusivity"], values)


@pytest.mark.parametrize(
    "network",
    [
        kp.networks.ModifiedMLP([4, 4], seed=0, embedding=kp.layers.FourierFeatures(2, seed=1)),
        kp.networks.TimeWindows(kp.networks.MLP([4], seed=0), 2),
    ],
    ids=lambda network: type(network).__name__,
)
def test_other_networks_have_members_too(network):
    problem = rod_problem()
    model = ensemble(problem, network, members=2, hard=False)
    singles = np.stack([model.member(index).derivatives(X, "u_xx")["u_xx"] for index in range(2)])
    found = model.derivatives(X, "u_xx")["u_xx"]
    np.testing.assert_allclose(found, singles.mean(axis=0), atol=1e-11)
    assert np.ptp(singles, axis=0).max() > 1e-3


def test_seeds_inside_of_a_network_are_changed_for_all_members_but_the_first():
    initializer = keras.initializers.GlorotNormal(seed=4)
    layers = [keras.Input((2,), dtype="float64")]
    layers += [keras.layers.Dense(1, kernel_initializer=initializer, dtype="float64")]
    model = ensemble(network=keras.Sequential(layers), hard=False)
    kernels = model.network.trained[0].numpy()
    assert len(np.unique(kernels[:, 0, 0])) == 3


# What is refused


@pytest.mark.parametrize(
    ("network", "match"),
    [
        (kp.networks.UNet(1, 2, seed=0), "`network` must be a network of points"),
        (kp.networks.MLP([3], kernel_initializer="ones"), "such that its weights are random"),
        (kp.networks.MLP([3], kernel_regularizer="l2", seed=0), "without regularisers"),
        (
            kp.networks.MLP([3], seed=0, embedding=keras.layers.Dropout(0.1)),
            "without states that count",
        ),
    ],
    ids=["grid", "alike", "regularised", "random"],
)
def test_networks_without_members(network, match):
    with pytest.raises(ValueError, match=match):
        ensemble(network=network)


def test_problems_without_ensembles():
    line = kp.geometry.Interval(0, 1, "x")
    data = kp.Data(at=np.array([[0.5]]), u=np.ones(1))

    def problem(parameter, name="k"):
        residual = kp.Residual(lambda u_x, k: u_x * k, rename={"k": name})
        return kp.Problem(line, "u", {"e": residual, "data": data}, parameters={name: parameter})

    with pytest.raises(ValueError, match=r"without kp\.UnknownField"):
        ensemble(problem(kp.UnknownField()), hard=False)
    with pytest.raises(ValueError, match="'ensemble' is needed for the card"):
        ensemble(problem(1.0, "ensemble"), hard=False)


@pytest.mark.parametrize("members", [1, 2.5])
def test_an_ensemble_has_several_members(members):
    with pytest.raises((TypeError, ValueError), match="`members` must be an integer of at least 2"):
        ensemble(members=members)


def test_there_is_no_member_beyond_the_last():
    with pytest.raises(ValueError, match="`index` must be below 3"):
        ensemble().member(3)
    assert isinstance(ensemble().network, MemberNetworks)
