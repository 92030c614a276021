"""What is refused before TensorFlow sees it."""

import contextlib
import json
import os
import shutil
import struct

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2, tensor_bundle_pb2

from benchmarks.mutations import masked_crc
from kerasphys.artifacts import load_surrogate, write_artifact
from kerasphys.artifacts.layout import write_manifest
from kerasphys.artifacts.variable_table import _entries, check_variables
from tests.artifacts.conftest import Cubic

POINTS = [[0.5, 0.0]]


@pytest.fixture
def copy(tmp_path, written):
    return shutil.copytree(written, tmp_path / "copy")


def sign(directory):
    (directory / "manifest.json").unlink()
    write_manifest(directory)


def edit_model(directory, change):
    """Changes the protocol buffer of an artefact, and its manifest."""
    file = directory / "saved_model.pb"
    model = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    change(model)
    file.write_bytes(model.SerializeToString())
    sign(directory)


def refused(directory, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        load_surrogate(directory)
    assert str(directory) in str(caught.value)


def nodes(model):
    return [n for f in model.meta_graphs[0].graph_def.library.function for n in f.node_def]


def first(model, operation):
    return next(node for node in nodes(model) if node.op == operation)


def reads_a_file(x):
    return tf.strings.length(tf.io.read_file("/etc/passwd"))


def writes_a_file(x):
    tf.io.write_file("was-here", "x")
    return tf.size(x)


def calls_python(x):
    return tf.reshape(tf.py_function(lambda v: tf.size(v), [x], tf.int32), ())


def prints_to_a_file(x):
    tf.print("x", output_stream="file:///was-here")
    return tf.size(x)


@pytest.mark.parametrize("reach", [reads_a_file, writes_a_file, calls_python, prints_to_a_file])
def test_a_model_that_does_more_than_compute_is_refused(tmp_path, card, reach):
    cubic = Cubic()

    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float64, name="points")])
    def serve(points):
        return {"u": points[:, 0] + tf.cast(reach(points), tf.float64), "U": points[:, 1]}

    path = write_artifact(tmp_path / "a", {"serve": serve}, card, [cubic.weights])
    refused(path, "does more than compute")


def test_what_saves_the_model_may_not_be_a_signature(copy):
    def expose(model):
        graph = model.meta_graphs[0]
        names = [function.signature.name for function in graph.graph_def.library.function]
        (saver,) = (name for name in names if "traced_save" in name)
        graph.object_graph_def.concrete_functions[saver].SetInParent()

    edit_model(copy, expose)
    refused(copy, "MergeV2Checkpoints|SaveV2")


def huge(model):
    first(model, "Const").attr["value"].tensor.tensor_shape.dim.add(size=2**50)


def negative(model):
    first(model, "Const").attr["value"].tensor.tensor_shape.dim.add(size=-1)


def asset(model):
    model.meta_graphs[0].asset_file_def.add(filename="../../etc/passwd")


def two(model):
    model.meta_graphs.append(model.meta_graphs[0])


def unknown(model):
    first(model, "Exp").op = "NoSuchOperation"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (huge, "constant .* shape"),
        (negative, "constant .* shape"),
        (asset, "the asset '../../etc/passwd', outside"),
        (two, "2 graphs"),
        (unknown, "TensorFlow cannot load its model .*NoSuchOperation"),
    ],
)
def test_hostile_graphs_are_refused(copy, change, reason):
    edit_model(copy, change)
    refused(copy, reason)


def test_files_that_tensorflow_would_take_instead(copy):
    (copy / "saved_model.cpb").write_bytes(b"x")
    sign(copy)
    refused(copy, r"must be in saved_model\.pb")
    (copy / "saved_model.cpb").unlink()
    (copy / "saved_model.pb").write_bytes(b"\xff" * 9)
    sign(copy)
    refused(copy, "no protocol buffer")
    (copy / "saved_model.pb").rename(copy / "saved_model.pbtxt")
    sign(copy)
    refused(copy, r"must be in saved_model\.pb")


def test_links_and_pipes_are_refused(copy, tmp_path):
    (copy / "card.json").rename(tmp_path / "card.json")
    (copy / "card.json").symlink_to(tmp_path / "card.json")
    refused(copy, "link that leads out")
    (copy / "card.json").unlink()
    os.mkfifo(copy / "card.json")
    refused(copy, "neither a file nor a directory")


def edit_card(directory, change):
    file = directory / "card.json"
    card = json.loads(file.read_text())
    change(card)
    file.write_text(json.dumps(card))
    sign(directory)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda card: card["coordinates"].pop(), "takes 2 columns"),
        (lambda card: card["fields"].pop(), "returns"),
        (lambda card: card["signatures"]["serve"].update(inputs={}), "inputs of its 'serve'"),
        (lambda card: card["signatures"]["serve"]["outputs"].update(u=3), "'u' of its 'serve'"),
        (
            lambda card: card["signatures"]["serve"]["inputs"]["points"].update(dtype="float32"),
            "'points' of its 'serve' is float64",
        ),
    ],
    ids=["coordinates", "fields", "inputs", "output", "dtype"],
)
def test_a_card_that_does_not_fit_the_model_is_refused(copy, change, reason):
    edit_card(copy, change)
    refused(copy, reason)


def test_errors_of_an_evaluation_have_the_path(copy, monkeypatch):
    surrogate = load_surrogate(copy)

    def fail(error, **_):
        raise error(None, None, "the reason")

    for error, text in (
        (tf.errors.InvalidArgumentError, "refuses inputs"),
        (tf.errors.ResourceExhaustedError, "smaller batch_size"),
        (tf.errors.InternalError, "cannot be evaluated"),
    ):
        function = surrogate.signatures["serve"]
        monkeypatch.setattr(type(function), "__call__", lambda self, e=error, **k: fail(e))
        with pytest.raises(ValueError, match=f"{copy} .*{text}.*the reason"):
            surrogate.predict(POINTS)
        monkeypatch.undo()


def rewrite_entry(index, change):
    """Changes the entry of the weights in a table that has one block, with its checksum right."""
    entries = dict(_entries(index.read_bytes()))
    key = next(k for k in entries if k.startswith(b"resources"))
    entry = tensor_bundle_pb2.BundleEntryProto.FromString(entries[key])
    old = entry.SerializeToString()
    change(entry)
    new = entry.SerializeToString()
    assert len(new) == len(old)  # or all offsets move
    content = index.read_bytes()
    size = len(content) - 48
    start = content.index(old)
    content = content[:start] + new + content[start + len(old) :]
    for end in range(start + len(new), size):  # the trailer of the block
        if content[end] == 0 and struct.unpack("<I", content[end + 1 : end + 5])[0] == masked_crc(
            index.read_bytes()[: end + 1]
        ):
            crc = struct.pack("<I", masked_crc(content[: end + 1]))
            index.write_bytes(content[: end + 1] + crc + content[end + 5 :])
            return
    raise AssertionError("the block has no end")


def larger(entry):
    entry.shape.dim[0].size = 100


def longer(entry):
    entry.size = 100


def text(entry):
    entry.dtype = tf.string.as_datatype_enum


@pytest.mark.parametrize(
    ("change", "reason"),
    [(larger, "needs 800 bytes"), (longer, "needs 16 bytes, and 100"), (text, "needs")],
)
def test_variables_that_are_not_there_are_refused(copy, change, reason):
    rewrite_entry(copy / "variables" / "variables.index", change)
    sign(copy)
    refused(copy, f"table of variables is damaged.*{reason}")


def test_variables_that_were_cut_are_refused(copy):
    (data,) = (copy / "variables").glob("*.data-*")
    data.write_bytes(data.read_bytes()[:40])
    sign(copy)
    refused(copy, "beyond the end of variables.data-00000-of-00001")


def test_a_damaged_table_is_refused_where_tensorflow_would_end_the_process(copy):
    index = copy / "variables" / "variables.index"
    content = index.read_bytes()
    for at in range(0, len(content), 7):
        index.write_bytes(content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :])
        with contextlib.suppress(Exception):  # an error, if any, and not a dead process
            check_variables(index.with_suffix(""))
    index.unlink()
    sign(copy)
    refused(copy, r"no variables/variables\.index")


def test_the_table_is_read_as_tensorflow_reads_it(tmp_path):
    variables = {f"v{i}": tf.Variable(np.arange(i + 1.0)) for i in range(40)}
    prefix = tf.train.Checkpoint(**variables).write(str(tmp_path / "table"))
    shapes = tf.train.load_checkpoint(prefix).get_variable_to_shape_map()
    entries = dict(_entries((tmp_path / "table.index").read_bytes()))
    assert entries.pop(b"")
    assert {name.decode() for name in entries} == set(shapes)
    for name, content in entries.items():
        shape = tensor_bundle_pb2.BundleEntryProto.FromString(content).shape
        assert [dim.size for dim in shape.dim] == shapes[name.decode()]
    check_variables(tmp_path / "table")


def test_a_model_without_variables_loads(tmp_path, card):
    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float64, name="points")])
    def serve(points):
        return {"u": 2 * points[:, 0], "U": points[:, 1]}

    path = write_artifact(tmp_path / "a", {"serve": serve}, card)
    assert load_surrogate(path).predict(POINTS)["u"] == [1.0]
