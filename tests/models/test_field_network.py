"""Unknown fields in a model: what their networks see, and that all else takes them as fields."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp

LINE = kp.geometry.Interval(-1.0, 3.0, "x")
ROD = LINE * kp.geometry.Interval(0.0, 2.0, "t")
POINTS = ROD.sample(11)


def diffusion(u_t, u_x, u_xx, k, k_x):
    return u_t - k * u_xx - k_x * u_x


def problem(field=None, domain=ROD, **conditions):
    conditions = {
        "equation": kp.Residual(diffusion),
        "initial": kp.Dirichlet(u=lambda x: x, on=ROD.start("t")),
        "sensors": kp.Data(at=POINTS[:5], u=np.arange(5.0), k=np.arange(5.0), std={"k": 2.0}),
        **conditions,
    }
    field = kp.UnknownField(of="x", lower=0.0) if field is None else field
    return kp.Problem(domain, "u", conditions, parameters={"k": field})


def model(field=None, hard=False, dtype="float64", engine="auto", seed=0, **conditions):
    network = kp.networks.MLP([5], seed=seed)
    declared = problem(field, **conditions)
    return kp.models.PINNModel(network, declared, hard=hard, dtype=dtype, engine=engine)


def test_it_is_a_field_made_by_a_network_of_its_own():
    field = kp.UnknownField(of="x", network=kp.networks.MLP([4], seed=3), lower=0.0)
    made = model(field)
    assert made.problem.fields == ("u", "k")
    assert made.problem.solution_fields == ("u",)
    assert made.compute_output_shape((None, 2)) == (None, 2)
    values = made.predict(POINTS)
    scaled = (POINTS - [1.0, 1.0]) / [2.0, 1.0]
    np.testing.assert_allclose(values[:, :1], made.network(scaled), rtol=1e-14)
    own = made.field_networks["k"].network
    expected = np.log1p(np.exp(own(scaled[:, :1]))) / np.log(2)
    np.testing.assert_allclose(values[:, 1:], expected, rtol=1e-13)


@pytest.mark.parametrize("engine", ["tape", "jets"])
def test_derivatives_of_it(engine):
    made = model(engine=engine)
    found = made.derivatives(POINTS, ["k_x", "k_xx", "k_t", "grad_k", "equation", "u_xx"])
    h = 1e-4

    def k(shift):
        return made.predict(POINTS + np.array([shift, 0.0]))[:, 1]

    np.testing.assert_allclose(found["k_x"], (k(h) - k(-h)) / (2 * h), atol=1e-7)
    np.testing.assert_allclose(found["k_xx"], (k(h) - 2 * k(0) + k(-h)) / h**2, atol=1e-5)
    np.testing.assert_array_equal(found["k_t"], 0.0)
    np.testing.assert_array_equal(found["grad_k"][:, 0], found["k_x"])


def test_the_order_of_the_columns_is_that_of_its_coordinates():
    swapped = model(kp.UnknownField(of=("t", "x"), network=kp.networks.MLP([4], seed=3)))
    plain = model(kp.UnknownField(network=kp.networks.MLP([4], seed=3)))
    at = [[1.0, 2.0], [3.0, 1.0]]  # (0, 1) and (1, 0) when scaled
    np.testing.assert_allclose(swapped.predict(at)[:, 1], plain.predict(at)[::-1, 1], rtol=1e-14)


def test_readings_of_it_count_as_any():
    made = model()
    sets = made.problem.points(equation=4, initial=4)
    terms = made.loss_terms(sets.tensors("float64"), training=False)
    misfit = made.predict(POINTS[:5]) - np.arange(5.0)[:, None]
    expected = np.mean(misfit[:, 0] ** 2 + (misfit[:, 1] / 2.0) ** 2)
    np.testing.assert_allclose(terms["sensors"], expected, rtol=1e-13)


def test_hard_conditions_on_the_others_leave_it_alone():
    hard, soft = model(hard=["initial"]), model()
    start = np.stack([np.linspace(-1, 3, 7), np.zeros(7)], axis=1)
    np.testing.assert_allclose(hard.predict(start)[:, 0], start[:, 0], atol=1e-14)
    np.testing.assert_array_equal(hard.predict(POINTS)[:, 1], soft.predict(POINTS)[:, 1])


def test_hard_conditions_on_it():
    edge = kp.Dirichlet(k=2.0, on=ROD.start("x"))
    made = model(kp.UnknownField(), hard=["edge"], edge=edge)
    np.testing.assert_allclose(made.predict([[-1.0, 0.3], [-1.0, 2.0]])[:, 1], 2.0, rtol=1e-14)
    with pytest.raises(ValueError, match=r"'edge' cannot be built in.*'k' has bounds"):
        model(hard=True, edge=edge)


@pytest.mark.parametrize("fields", ["u", ("u", "k")])
def test_hard_periodicity(fields):
    made = model(hard=["ring"], ring=kp.Periodic("x", fields))
    left, right = (made.predict([[x, 0.7]])[0] for x in (-1.0, 3.0))
    assert abs(left[0] - right[0]) < 1e-14
    assert (abs(left[1] - right[1]) < 1e-14) == ("k" in fields)


def test_two_models_of_a_problem_share_no_weights():
    field = kp.UnknownField(network=kp.networks.MLP([4], seed=3))
    declared = problem(field)
    first, second = (kp.models.PINNModel(kp.networks.MLP([5], seed=0), declared) for _ in range(2))
    np.testing.assert_array_equal(first.predict(POINTS), second.predict(POINTS))
    first.field_networks["k"].set_weights([0 * w for w in first.field_networks["k"].get_weights()])
    np.testing.assert_allclose(first.predict(POINTS)[:, 1], 1.0)
    assert not np.allclose(second.predict(POINTS)[:, 1], 1.0)
    assert not field.network.built


def test_a_built_network_gives_its_weights():
    network = keras.Sequential([keras.Input((2,), dtype="float64")])
    network.add(keras.layers.Dense(1, dtype="float64", bias_initializer="ones"))
    made = model(kp.UnknownField(network=network))
    own = made.field_networks["k"].network
    assert own is not network
    for copied, weights in zip(own.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(copied, weights)


def test_the_seed_is_another_than_that_of_the_network():
    first, again, other = (model(seed=seed).field_networks["k"].network for seed in (0, 0, 1))
    assert first.seed == again.seed != other.seed
    assert first.seed != 0
    assert model(seed=None).field_networks["k"].network.seed is None


def no_config():
    class Plain(keras.layers.Layer):
        def __init__(self, power):
            super().__init__()

    return Plain(2)


@pytest.mark.parametrize(
    ("network", "text"),
    [
        (kp.networks.MLP([4], outputs=2), "'k' must return one column"),
        (kp.networks.MLP([4], dtype="float32"), "The network is in float32"),
        (kp.networks.MLP([4], activation="relu"), "'relu'.*order 2"),
        (no_config(), "'k' must have a config"),
    ],
)
def test_networks_that_do_not_suit(network, text):
    with pytest.raises((TypeError, ValueError), match=text):
        model(kp.UnknownField(network=network), smooth=kp.Residual(lambda k_xx: k_xx, weight=1e-3))


def test_models_of_input_functions_refuse_it():
    square = kp.geometry.Box((0, 0), (1, 1))
    declared = kp.Problem(
        square,
        "u",
        {"equation": kp.Residual(lambda laplacian_u, f, k: k * laplacian_u - f)},
        parameters={"f": kp.InputFunction(), "k": kp.UnknownField()},
    )
    with pytest.raises(ValueError, match=r"A network on grids .* unknown fields k"):
        kp.models.PINNModel(kp.networks.UNet(1, 2), declared)
    trunk, branch = (kp.networks.MLP([4]) for _ in range(2))
    with pytest.raises(ValueError, match=r"An operator network .* unknown fields k"):
        kp.models.PINNModel(kp.networks.DeepONet(branch, trunk, basis=3), declared)


def test_a_conductivity_is_identified_saved_and_exported(tmp_path):
    """-(k u')' = 0 with k = 1 + x and the flux k u' = 1: u = log(1 + x)."""
    line = kp.geometry.Interval(0.0, 1.0, "x")
    at = np.linspace(0.0, 1.0, 9)[:, None]
    declared = kp.Problem(
        line,
        "u",
        {
            "flux": kp.Residual(lambda k, u_x: k * u_x - 1.0),
            "sensors": kp.Data(at=at, u=np.log1p(at[:, 0]), std=0.01),
        },
        parameters={"k": kp.UnknownField(network=kp.networks.MLP([6], seed=1), log=True)},
    )
    made = kp.models.PINNModel(kp.networks.MLP([6], seed=0), declared)
    made.compile(kp.optimizers.SSBroyden(), steps_per_execution=200)
    made.fit(declared.points(flux=40), epochs=1, steps_per_epoch=200, verbose=0)
    found = made.predict(at)
    np.testing.assert_allclose(found[:, 1], 1 + at[:, 0], rtol=2e-3)
    made.save(tmp_path / "made.keras")
    loaded = kp.load_model(tmp_path / "made.keras", problem=declared)
    np.testing.assert_array_equal(loaded.predict(at), found)
    served = kp.load_surrogate(made.export(tmp_path / "out", derivatives="k_x"))
    assert served.card.fields == ("u", "k")
    np.testing.assert_allclose(served.predict(at)["k"], found[:, 1], rtol=1e-14)
    k_x = made.derivatives(at, "k_x")["k_x"]
    np.testing.assert_allclose(served.derivatives(at)["k_x"], k_x, rtol=1e-12)


def test_single_precision():
    made = model(dtype="float32")
    assert made.predict(POINTS).dtype == tf.float32
    assert made.derivatives(POINTS, ["k_x"])["k_x"].dtype == tf.float32
