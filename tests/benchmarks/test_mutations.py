"""The damage itself: it is what it says, it can be repeated, and its checksums are right."""

import io
import json
import struct
import zipfile

import numpy as np
import pytest
import tensorflow as tf

from benchmarks import mutations


def test_the_checksum_is_that_of_tensorflow(tmp_path):
    with tf.io.TFRecordWriter(str(tmp_path / "record")) as writer:
        writer.write(b"some text")
    content = (tmp_path / "record").read_bytes()
    (length,) = struct.unpack("<I", content[8:12])
    assert mutations.masked_crc(content[:8]) == length
    assert mutations.masked_crc(b"some text") == struct.unpack("<I", content[-4:])[0]


def test_a_table_keeps_its_checksum(tmp_path):
    prefix = tf.train.Checkpoint(v=tf.Variable([1.0, 2.0])).write(str(tmp_path / "table"))
    content = (tmp_path / "table.index").read_bytes()
    offset, size = mutations._first_block(content)
    block = content[offset : offset + size + 1]
    stored = struct.unpack("<I", content[offset + size + 1 : offset + size + 5])[0]
    assert mutations.masked_crc(block) == stored
    assert prefix.endswith("table")
    changed = mutations._edit_index(content, np.random.default_rng(0))
    assert changed != content
    block = changed[offset : offset + size + 1]
    stored = struct.unpack("<I", changed[offset + size + 1 : offset + size + 5])[0]
    assert mutations.masked_crc(block) == stored


@pytest.mark.parametrize("skilled", [False, True])
def test_damage_can_be_repeated(tmp_path, skilled):
    found = []
    for attempt in ("a", "b"):
        folder = tmp_path / attempt
        folder.mkdir()
        (folder / "card.json").write_text(json.dumps({"a": [1, 2], "b": "text"}))
        (folder / "data.npz").write_bytes(archive())
        told = mutations.mutate(folder, np.random.default_rng(3), skilled)
        files = {f.name: f.read_bytes() for f in sorted(folder.iterdir()) if f.is_file()}
        found.append((told, files))
    assert found[0][0] == found[1][0]
    assert found[0][1].keys() == found[1][1].keys()


def archive():
    stream = io.BytesIO()
    np.savez(stream, one=np.arange(5.0), two=np.ones(3))
    return stream.getvalue()


def test_archives_stay_archives():
    whole = 0
    for seed in range(20):
        content = mutations._edit_member(archive(), np.random.default_rng(seed))
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            assert file.testzip() is None
            whole += len(file.namelist()) == 2
    assert 10 < whole <= 20


def test_json_is_edited_at_every_depth():
    tree = {"a": {"b": [1, {"c": 2}]}, "d": "text"}
    content = json.dumps(tree).encode()
    found = {mutations._edit_json(content, np.random.default_rng(seed)) for seed in range(60)}
    assert len(found) > 20
    assert any(text.startswith(b"[[[[") for text in found)
    assert any(b'[1, {"c": ' in text and b'"c": 2' not in text for text in found)
