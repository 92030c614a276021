"""Every public model leaves, and is what it was where kerasphys is not installed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import saved_model_pb2

import kerasphys as kp
from tests.models.families import NAMES, family, signature_rows

PAGE = Path(__file__).resolve().parents[2] / "docs" / "artefacts.md"
ALWAYS = ("DeepONet", "FNO", "NeuralODE", "PINNModel", "SurrogateModel with a band")
QUICK = ("ClassifierModel", "GridPINNModel", "MLP", "OperatorPINNModel", "PINNModel")
TOLERANCES = {"float64": 1e-12, "float32": 1e-5, "bfloat16": 5e-2}
WIDE = {types_pb2.DT_DOUBLE, types_pb2.DT_COMPLEX128}

ELSEWHERE = """
import pathlib, sys
import numpy as np
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "kerasphys":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import tensorflow as tf
for file in pathlib.Path(sys.argv[1]).glob("*.npz"):
    inputs = np.load(file)
    model = tf.saved_model.load(str(file.with_suffix("")))
    found = {}
    for name in model.signatures:
        signature = model.signatures[name]
        specs = signature.structured_input_signature[1]
        tensors = {key: tf.constant(inputs[key], spec.dtype) for key, spec in specs.items()}
        found |= {f"{name}.{key}": value for key, value in signature(**tensors).items()}
    np.savez(file.with_suffix(".found"), **found)
"""


def export(made, path, dtype):
    asked = {} if dtype == "float64" else {"dtype": dtype, "samples": made.inputs}
    made.model.export(path, **made.options, **asked)
    only = "points" if isinstance(made.model, kp.models.PINNModel) else "inputs"
    return made.inputs if isinstance(made.inputs, dict) else {only: made.inputs}


def said(made):
    """What the model itself says, by the names of an artefact."""
    outputs, fields = made.model.predict(made.inputs), made.options.get("fields")
    names = fields or getattr(getattr(made.model, "problem", None), "fields", ("u",))
    values = {f"serve.{key}": outputs for key in ("outputs", "probabilities")}
    values |= {f"serve.u{i + 1}": outputs[..., i] for i in range(outputs.shape[-1])}
    values |= {f"serve.{name}": outputs[..., i] for i, name in enumerate(names)}
    if "derivatives" in made.options:
        found = made.model.derivatives(made.inputs, made.options["derivatives"])
        values |= {f"derivatives.{name}": value for name, value in found.items()}
    if fields:
        ends = zip(("lower", "upper"), made.model.predict_band(made.inputs), strict=True)
        values |= {f"band.{end}_outputs": value for end, value in ends}
    return values


def assert_agrees(found, values, dtype):
    for key in found:
        value = values[key.replace("serving_default", "serve")]
        assert found[key].shape == value.shape
        assert found[key].dtype == ("float64" if dtype == "float64" else "float32")
        assert np.max(np.abs(found[key] - value)) <= TOLERANCES[dtype] * np.max(np.abs(value))


@pytest.mark.parametrize(
    "names", [QUICK, pytest.param(NAMES, marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_models_run_where_kerasphys_is_not(tmp_path, names):
    page, values = set(PAGE.read_text(encoding="utf-8").splitlines()), {}
    for name in names:
        made = family(name)
        inputs = export(made, tmp_path / name, "float64")
        np.savez(tmp_path / f"{name}.npz", **inputs)
        values[name] = said(made)
    subprocess.run([sys.executable, "-c", ELSEWHERE, str(tmp_path)], check=True)
    for name in names:
        found = np.load(tmp_path / f"{name}.found.npz")
        card, signatures = kp.artifacts.read_card(tmp_path / name), {k.split(".")[0] for k in found}
        assert set(signature_rows(name, card)) <= page
        assert signatures == {
            *card.signatures,
            "serving_default",
        }
        assert_agrees(found, values[name], "float64")


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in ALWAYS else pytest.mark.slow) for n in NAMES]
)
def test_all_models_leave_with_fewer_digits(tmp_path, name, dtype):
    made = family(name)
    inputs, values = export(made, tmp_path / "a", dtype), said(made)
    surrogate, found = kp.load_surrogate(tmp_path / "a"), {}
    for signature in surrogate.signatures:
        specs = surrogate.signatures[signature].structured_input_signature[1]
        tensors = {
            key: inputs[key].astype(spec.dtype.as_numpy_dtype) for key, spec in specs.items()
        }
        outputs = surrogate.signatures[signature](**tensors)
        found |= {f"{signature}.{key}": value.numpy() for key, value in outputs.items()}
    assert_agrees(found, values, dtype)
    assert_precise(surrogate.card.precision, found, values, dtype)
    assert_types(tmp_path / "a", dtype)


def assert_precise(precision, found, values, dtype):
    """The differences on the card are those that there are."""
    assert (precision["computes_in"], precision["trained_in"]) == (dtype, "float64")
    compared = 0
    for signature, differences in precision["differences"].items():
        for output, difference in differences.items():
            key = f"{signature}.{output}"
            if key in found:
                off, compared = found[key] - values[key], compared + 1
                relative = np.linalg.norm(off) / np.linalg.norm(values[key])
                assert difference["maximum"] == pytest.approx(np.max(np.abs(off)), rel=0.5)
                assert difference["relative_l2"] == pytest.approx(relative, rel=0.5)
    assert compared or list(found) == ["serve.outputs"]


def assert_types(path, dtype):
    """No number is in double precision, and products are in the precision of choice."""
    model = saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes())
    graph = model.meta_graphs[0].graph_def
    nodes = [*graph.node, *(node for f in graph.library.function for node in f.node_def)]
    assert len(nodes) > 10
    for node in nodes:
        for attribute in node.attr.values():
            assert not {attribute.type, attribute.tensor.dtype, *attribute.list.type} & WIDE
    products = {n.attr["T"].type for n in nodes if n.op in ("MatMul", "BatchMatMulV2", "Conv2D")}
    assert products == {types_pb2.DT_BFLOAT16 if dtype == "bfloat16" else types_pb2.DT_FLOAT}
