"""A graph in another precision computes the same, with as many digits."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.artifacts import Card, load_surrogate, write_artifact
from kerasphys.artifacts.precision import Conversion
from tests.artifacts.conftest import Cubic
from tests.models.families import family

MATRIX = np.array([[1.0, 1 / 3], [-1 / 7, 2.0]])


def with_loop(x, v):
    return tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, tf.tanh(x @ v)), (0, x))[1]


def with_branches(x, v):
    return tf.cond(x[0, 0] > 0, lambda: tf.exp(x @ v), lambda: x)


def with_gradient(x, v):
    @tf.custom_gradient
    def doubled(x):
        return 2 * x, lambda upstream: 2 * upstream

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = doubled(x @ v) ** 2
    return tape.gradient(y, x)


def with_complex_numbers(x, v):
    return tf.signal.irfft(tf.signal.rfft(x @ v), [2])


FUNCTIONS = (with_loop, with_branches, with_gradient, with_complex_numbers)


def signature(function, dtype="float64"):
    matrix = tf.Variable(MATRIX, dtype=dtype)
    specs = [tf.TensorSpec((None, 2), dtype, "x")]
    return tf.function(lambda x: {"y": function(x, matrix)}, specs, autograph=False), matrix


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-6), ("bfloat16", 2e-2)])
def test_what_a_graph_may_hold(function, dtype, tolerance):
    original, matrix = signature(function)
    convert = Conversion(dtype, [matrix])
    x = np.array([[0.3, -0.2], [0.7, 1 / 3]])
    found = convert(original)(tf.constant(x, tf.float32))["y"].numpy()
    exact = original(tf.constant(x))["y"].numpy()
    assert found.dtype == np.float32
    assert np.max(np.abs(found - exact)) < tolerance * np.max(np.abs(exact))
    (variable,) = convert.variables
    in_loop = function in (with_loop, with_branches)
    assert variable.dtype == ("bfloat16" if dtype == "bfloat16" and not in_loop else "float32")


def test_constants_keep_their_sign_and_stay_finite():
    constants = tf.constant([1e-300, -1e-300, 1e300, -1e300, 0.0, np.inf, 1 / 3], tf.float64)

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float64, "x")])
    def shifted(x):
        return {"y": x + np.array([1e-300, -1e-300, 1e300, -1e300, 0.0, np.inf, 1 / 3])}

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float64, "x")])
    def captured(x):
        return {"y": x + constants}

    limits = np.finfo(np.float32)
    expected = [limits.tiny, -limits.tiny, limits.max, limits.min, 0.0, np.inf, np.float32(1 / 3)]
    convert = Conversion("float32", [])
    np.testing.assert_array_equal(convert(shifted)(tf.zeros(7))["y"], expected)
    np.testing.assert_allclose(convert(captured)(tf.zeros(7))["y"][4:], expected[4:])


def test_16_bits_inside_become_single_precision():
    def halved(x, v):
        return tf.cast(tf.cast(x, "float16") @ tf.cast(v, "float16"), "float32")

    original, matrix = signature(halved, "float32")
    x = np.array([[0.3, -0.2]], np.float32)
    found = Conversion("float32", [matrix])(original)(x)["y"]
    np.testing.assert_allclose(found, x @ MATRIX, rtol=1e-6)


def test_variables_are_shared_and_must_be_listed(cubic):
    convert = Conversion("float32", [cubic.weights])
    for function in cubic.signatures.values():
        convert(function)
    assert len(convert.variables) == 1
    with pytest.raises(ValueError, match="`resources` must hold every variable"):
        Conversion("float32", [])(cubic.signatures["serve"])


def test_an_artefact_says_what_it_computes_in(tmp_path, cubic, card, points):
    path = write_artifact(
        tmp_path / "a", cubic.signatures, card, [cubic.weights], "float32", points
    )
    surrogate, exact = load_surrogate(path), Cubic().signatures["serve"](tf.constant(points))
    found = surrogate.predict(points)
    precision = surrogate.card.precision
    assert (precision["computes_in"], precision["trained_in"]) == ("float32", "float64")
    assert precision["samples"] == len(points)
    for name in ("u", "U"):
        off = found[name] - exact[name].numpy()
        differences = precision["differences"]["serve"][name]
        assert differences["maximum"] == np.max(np.abs(off))
        assert differences["relative_l2"] == np.linalg.norm(off) / np.linalg.norm(exact[name])
    assert set(precision["differences"]["derivatives"]) == {"u_x", "grad_u"}
    path = write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights], "float64")
    assert load_surrogate(path).card.precision is None
    path = write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights], "float32")
    assert load_surrogate(path).card.precision["differences"] is None


def test_nothing_is_zero_by_division(tmp_path, cubic, card):
    path = write_artifact(
        tmp_path / "a", cubic.signatures, card, [cubic.weights], "float32", np.zeros((3, 2))
    )
    differences = load_surrogate(path).card.precision["differences"]["serve"]["u"]
    assert differences == {"relative_l2": None, "maximum": 0.0}


def test_modules_and_tables_are_resources(tmp_path, card):
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(tf.range(3), tf.range(3) * 5), -1
    )
    module = tf.Module()
    module.scale = tf.Variable(2.0, dtype="float64")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float64, "points")])
    def serve(points):
        found = tf.cast(table.lookup(tf.cast(points[:, 1], tf.int32)), tf.float64)
        return {"u": module.scale * found, "U": points[:, 0]}

    points = np.array([[0.0, 1.0], [0.5, 2.0]])
    path = write_artifact(
        tmp_path / "a", {"serve": serve}, card, [table, module], "float32", points
    )
    np.testing.assert_array_equal(load_surrogate(path).predict(points)["u"], [10.0, 20.0])


@pytest.mark.parametrize(
    ("dtype", "text"),
    [("float16", "None, 'float64'"), (np.float32, "None, 'float64'"), (3, "None, 'float64'")],
)
def test_what_is_no_precision_is_refused(tmp_path, cubic, card, dtype, text):
    with pytest.raises(ValueError, match=f"`dtype`.*{text}"):
        write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights], dtype)
    assert not list(tmp_path.iterdir())


def test_more_digits_than_there_are_are_refused(tmp_path, card):
    cubic = Cubic("float32")
    with pytest.raises(ValueError, match="more digits would be made up"):
        write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights], "float64")


def test_numbers_that_leave_the_range_are_refused(tmp_path, card):
    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float64, "points")])
    def serve(points):
        return {"u": tf.exp(200 * points[:, 0]), "U": points[:, 0]}

    points = np.array([[0.5, 0.0], [0.1, 0.0]])
    with pytest.raises(ValueError, match="such that 'u' is finite on the samples"):
        write_artifact(tmp_path / "a", {"serve": serve}, card, [], "float32", points)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("samples", [np.zeros((3, 1)), [[np.nan, 0.0]], {"x": [0.0]}, "points"])
def test_bad_samples_are_refused(tmp_path, cubic, card, samples):
    with pytest.raises((TypeError, ValueError), match=r"points|inputs"):
        write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights], "float32", samples)


def test_models_of_samples_need_samples(tmp_path):
    model = kp.models.SurrogateModel(kp.networks.MLP([3], outputs=1, seed=0), dtype="float64")
    model.build((None, 2))
    with pytest.raises(ValueError, match=r"`samples` must be inputs such as predict takes"):
        model.export(tmp_path / "a", dtype="float32")
    grid = family("GridPINNModel").model
    with pytest.raises(ValueError, match=r"`samples` must be inputs such as predict takes"):
        grid.export(tmp_path / "a", dtype="float32")
    data = kp.datasets.Samples(np.ones((4, 2)), np.ones((4, 1)))
    card = load_surrogate(model.export(tmp_path / "a", dtype="float32", samples=data)).card
    assert card.precision["samples"] == 4


def test_a_card_says_what_its_precision_is(card):
    with pytest.raises(TypeError, match="`precision` must be None or a mapping with the keys"):
        Card(kind="a", name="a", coordinates=[], fields=["u"], precision={"computes_in": "float32"})


def test_samples_without_a_precision_are_refused(tmp_path, cubic, card, points):
    with pytest.raises(ValueError, match="`samples` must be None without a dtype"):
        write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights], samples=points)


def test_an_input_that_is_not_used(tmp_path, card):
    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float64, "points")])
    def serve(points):
        with tf.control_dependencies([points]):
            return {"u": tf.constant([1 / 3], tf.float64), "U": tf.constant([0.5], tf.float64)}

    path = write_artifact(tmp_path / "a", {"serve": serve}, card, [], "bfloat16", np.zeros((1, 2)))
    assert load_surrogate(path).predict([[0.0, 0.0]])["u"] == np.float32(1 / 3)
