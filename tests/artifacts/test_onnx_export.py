import json
import logging
import sys

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.artifacts import Card, load_surrogate, read_card, to_onnx, write_artifact
from kerasphys.artifacts.onnx_operations import OPERATIONS
from tests.artifacts import onnx_table
from tests.artifacts.exports import NETWORKS, every_network

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("tf2onnx")


@pytest.fixture
def write(tmp_path):
    """Writes an artefact of one function of tensors by name."""

    def write(function, **shapes):
        spec = [tf.TensorSpec(shape, tf.float64, name) for name, shape in shapes.items()]
        serve = tf.function(function, input_signature=spec, autograph=False)
        ranges = [dict(name="x", lower=2.0, upper=None), dict(name="y", lower=None, upper=-1.0)]
        coordinates = ranges if "points" in shapes else []
        card = Card(kind="formula", name="A formula", coordinates=coordinates, fields=["u"])
        return write_artifact(tmp_path / "artefact", {"serve": serve}, card)

    return write


@pytest.fixture
def target(tmp_path):
    return tmp_path / "new" / "model.onnx"


def run(file, **inputs):
    session = onnxruntime.InferenceSession(file)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


def test_the_numbers_are_those_of_the_artefact(written, points, target):
    errors = to_onnx(written, target)
    assert set(errors) == {"u", "U"}
    assert max(errors.values()) <= 1e-15
    expected = load_surrogate(written).predict(points)
    for name, values in run(target, points=points).items():
        np.testing.assert_allclose(values, expected[name], rtol=0, atol=1e-15)


def test_the_signature_and_the_card_stay(written, points, target):
    errors = to_onnx(written, target, "derivatives", inputs=points)
    assert set(errors) == {"u_x", "grad_u"}
    session = onnxruntime.InferenceSession(target)
    (taken,) = session.get_inputs()
    assert (taken.name, taken.type, taken.shape) == ("points", "tensor(double)", ["points_0", 2])
    assert {o.name: o.shape for o in session.get_outputs()} == {
        "u_x": ["u_x_0"],
        "grad_u": ["grad_u_0", 2],
    }
    card = session.get_modelmeta().custom_metadata_map["card"]
    assert json.loads(card) == read_card(written).to_dict()
    onnx.checker.check_model(onnx.load(target), full_check=True)


def test_remainders_have_the_sign_of_the_divisor(write, target):
    def serve(inputs):
        n = tf.shape(inputs)[1]
        index = tf.cast((tf.range(n) - 7) % 3 + (-n) % 5, inputs.dtype)
        return {"u": inputs + index, "v": inputs % -0.7}

    to_onnx(write(serve, inputs=(None, None)), target)
    x = np.array([[1.0, -2.0, 3.0, -4.0]])
    result = run(target, inputs=x)
    np.testing.assert_array_equal(result["u"], x + (np.arange(4) - 7) % 3 + (-4) % 5)
    np.testing.assert_allclose(result["v"], x % -0.7, atol=1e-15)


WRONG = {  # what comes out wrong where -n % 5 is negative: the values, the shape, the run
    "The output 'u' of the ONNX model differs": lambda x, n: x + tf.cast(-n % 5, x.dtype),
    "is float64 of shape .* float64 of shape": lambda x, n: x[:, : 4 + -n % 5],
    "onnxruntime cannot run": lambda x, n: x[:, : 4 + -n % 5] + x[:, : 4 + (5 - n % 5) % 5],
}


@pytest.mark.parametrize(("match", "function"), WRONG.items(), ids=["values", "shape", "run"])
def test_a_wrong_model_is_refused(write, target, monkeypatch, match, function):
    """Without our remainder tf2onnx makes a wrong one; once it does not, ours can go."""
    path = write(lambda inputs: {"u": function(inputs, tf.shape(inputs)[1])}, inputs=(None, None))
    assert to_onnx(path, target) == {"u": 0.0}
    target.unlink()
    monkeypatch.delitem(OPERATIONS, "FloorMod")
    with pytest.raises(ValueError, match=match):
        to_onnx(path, target)
    assert not target.exists()


def test_as_much_difference_as_the_user_accepts(write, target, monkeypatch):
    monkeypatch.delitem(OPERATIONS, "FloorMod")
    path = write(
        lambda inputs: {"u": 0 * inputs + tf.cast(-tf.shape(inputs)[1] % 32, inputs.dtype)},
        inputs=(None, None),
    )
    zeros = np.zeros((1, 31))
    assert to_onnx(path, target, inputs=zeros, tolerance=50.0)["u"] == 32.0  # -31, not 1
    with pytest.raises(ValueError, match=r"by 3\.2e\+01 .* 3\.0e\+01 is accepted"):
        to_onnx(path, target, inputs=zeros, tolerance=30.0)


def test_not_a_number_is_no_agreement(write, target):
    path = write(lambda inputs: {"u": tf.math.log(-tf.abs(inputs))}, inputs=(None, 2))
    with pytest.raises(ValueError, match="by nan of its largest value"):
        to_onnx(path, target)


@pytest.mark.parametrize("side", ["left", "right"])
def test_searches_in_sorted_numbers(write, target, side):
    edges = np.array([-1.0, 0.0, 0.0, 0.5, 2.0])

    def serve(inputs):
        found = tf.searchsorted(tf.constant(edges), tf.reshape(inputs, [-1]), side)
        return {"u": tf.cast(found, tf.float64)}

    to_onnx(write(serve, inputs=(None, 2)), target)
    x = np.array([[0.0, 0.1], [-3.0, 2.0], [2.1, 0.5]])
    result = run(target, inputs=x)["u"]
    np.testing.assert_array_equal(result, np.searchsorted(edges, x.ravel(), side))


def test_an_operation_that_onnx_has_not_is_named(write, target):
    """It is found inside a loop too."""

    def advance(step, values):
        product = tf.matmul(values, values, transpose_a=True) + tf.eye(2, dtype=values.dtype)
        return step + 1, tf.ensure_shape(values @ tf.linalg.cholesky(product), (None, 2))

    def serve(inputs):
        return {"u": tf.while_loop(lambda step, _: step < 3, advance, (0, inputs))[1]}

    target.parent.mkdir()
    target.write_bytes(b"old")
    with pytest.raises(ValueError, match=r"no ONNX operation for Cholesky\. Run it with"):
        to_onnx(write(serve, inputs=(None, 2)), target)
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


def test_a_kernel_that_onnxruntime_has_not_is_named(write, target):
    path = write(lambda inputs: {"u": tf.math.erf(inputs)}, inputs=(None, 2))
    with pytest.raises(ValueError, match=r"implementation for Erf(?s:.*)dtype=\"float32\" first"):
        to_onnx(path, target)


def test_functions_and_points_have_lengths_of_their_own(write, target):
    def serve(f, points):
        return {"u": tf.einsum("nm,pm->np", f, tf.sin(points @ tf.ones((2, 4), tf.float64)))}

    path = write(serve, f=(None, 4), points=(None, 2))
    to_onnx(path, target)
    inputs = {"f": np.ones((2, 4)), "points": np.ones((3, 2))}
    assert run(target, **inputs)["u"].shape == (2, 3)
    assert to_onnx(path, target, inputs=inputs)["u"] <= 1e-15
    with pytest.raises(ValueError, match="`inputs` must be given the keys"):
        to_onnx(path, target, inputs={"points": inputs["points"]})


def test_points_stay_in_the_ranges_of_the_card(write, target):
    def serve(points):
        x, y = points[:, 0], points[:, 1]
        inside = (x >= 2) & (x <= 3) & (y >= -2) & (y <= -1)
        return {"u": tf.where(inside, x, x / 0)}

    assert to_onnx(write(serve, points=(None, 2)), target) == {"u": 0.0}


def test_other_inputs_for_a_model_that_refuses_the_random_ones(write, target):
    def serve(inputs):
        with tf.control_dependencies([tf.debugging.assert_greater(tf.shape(inputs)[1], 50)]):
            return {"u": 2 * inputs}

    path = write(serve, inputs=(None, None))
    with pytest.raises(ValueError, match=r"\(3, 32\)(?s:.*)pass others as `inputs`"):
        to_onnx(path, target)
    assert to_onnx(path, target, inputs=np.ones((1, 60))) == {"u": 0.0}


def test_branches_of_different_rank(write, target):
    def serve(inputs):
        several = tf.shape(inputs)[0] > 1
        return {"u": tf.cond(several, lambda: 2 * inputs, lambda: inputs[0])}

    to_onnx(write(serve, inputs=(None, 2)), target)
    np.testing.assert_array_equal(run(target, inputs=np.ones((1, 2)))["u"], [1.0, 1.0])
    np.testing.assert_array_equal(run(target, inputs=np.ones((2, 2)))["u"], 2 * np.ones((2, 2)))


def test_a_field_that_is_zero(write, target):
    path = write(lambda inputs: {"u": 0 * inputs}, inputs=(None, 2))
    assert to_onnx(path, target) == {"u": 0.0}


def test_logging_stays_as_it_was(written, target):
    root = logging.getLogger()
    before = (list(root.handlers), root.manager.disable, tf.get_logger().level)
    to_onnx(written, target)
    assert (list(root.handlers), root.manager.disable, tf.get_logger().level) == before


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"onnx_path": 3}, TypeError, "`onnx_path` must be a path"),
        ({"onnx_path": "."}, ValueError, "It is a directory"),
        ({"path": "nowhere"}, FileNotFoundError, "no artefact"),
        ({"signature": "band"}, ValueError, "`signature` must be one of 'serve', 'derivatives'"),
        ({"tolerance": 0}, ValueError, "`tolerance` must be a positive number"),
        ({"inputs": {"x": [1.0]}}, ValueError, "exactly the keys"),
        ({"inputs": np.ones((2, 3))}, ValueError, "`points` must be an array"),
    ],
)
def test_bad_arguments(written, target, arguments, error, match):
    with pytest.raises(error, match=match):
        to_onnx(**({"path": written, "onnx_path": target} | arguments))


def test_what_to_install(written, target, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(ImportError, match=r"pip install 'kerasphys\[onnx\]'"):
        to_onnx(written, target)


def test_the_page_has_all_networks():
    text = onnx_table.PAGE.read_text(encoding="utf-8").split(onnx_table.HEAD)[1]
    titles = [line.split("|")[1].strip() for line in text.split("\n\n")[0].splitlines()]
    assert titles == [f"`{cls.__name__}`" for cls in NETWORKS] + [*onnx_table.DERIVATIVES]


@every_network
def test_the_page_says_what_can_be_converted(cls, tmp_path):
    assert onnx_table.network_row(cls, tmp_path) in onnx_table.PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("title", onnx_table.DERIVATIVES)
def test_the_page_says_it_of_derivatives(title, tmp_path):
    found = onnx_table.row(title, "derivatives", onnx_table.DERIVATIVES[title], tmp_path)
    assert found in onnx_table.PAGE.read_text(encoding="utf-8")
