"""Damage to files, as bad disks do it, and as people do it who know the format."""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ODD = (
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    10**4000,
    1e308,
    float("nan"),
    "",
    "x" * 100_000,
    "\0",
    "object",
    "../../../../etc/passwd",
    "/etc/passwd",
    [],
    {},
    [[]],
    {"array": [0, "O"]},
)

Rng = np.random.Generator
Change = Callable[[bytes, Rng], bytes]


def mutate(path: Path, rng: Rng, skilled: bool) -> str:
    """Damages a file, or one of the files of a directory, and says how.

    Args:
        path: The file or directory.
        rng: What draws the damage.
        skilled: Whether the damage knows the formats: checksums within files stay right.
    """
    files = [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.is_file())
    file = files[rng.integers(len(files))]
    whole = (_remove, _link, _pipe, _swap) if len(files) > 1 else (_remove,)
    if rng.random() < 0.15:
        change_file = whole[rng.integers(len(whole))]
        change_file(file, files, rng)
        return f"{change_file.__name__[1:]} {file.name}"
    known = KNOWN.get(file.suffix) if skilled or file.suffix == ".json" else None
    changes: tuple[Change, ...] = BYTES if known is None or rng.random() < 0.2 else (known,)
    change = changes[rng.integers(len(changes))]
    file.write_bytes(change(file.read_bytes(), rng))
    return f"{change.__name__[1:]} {file.name}"


def _remove(file: Path, files: list[Path], rng: Rng) -> None:
    file.unlink()


def _link(file: Path, files: list[Path], rng: Rng) -> None:
    """The file lies elsewhere."""
    elsewhere = file.parents[len(file.parents) - 2] / f"kerasphys-{os.getpid()}"
    shutil.copyfile(file, elsewhere)
    file.unlink()
    file.symlink_to(elsewhere)


def _pipe(file: Path, files: list[Path], rng: Rng) -> None:
    """Whoever opens it waits for ever."""
    file.unlink()
    os.mkfifo(file)


def _swap(file: Path, files: list[Path], rng: Rng) -> None:
    other = files[rng.integers(len(files))]
    one, two = file.read_bytes(), other.read_bytes()
    file.write_bytes(two)
    other.write_bytes(one)


def _flip(content: bytes, rng: Rng) -> bytes:
    changed = bytearray(content or b"\0")
    changed[rng.integers(len(changed))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _burst(content: bytes, rng: Rng) -> bytes:
    start = int(rng.integers(len(content) + 1))
    return content[:start] + rng.bytes(16) + content[start + 16 :]


def _blank(content: bytes, rng: Rng) -> bytes:
    start = int(rng.integers(len(content) + 1))
    length = min(512, len(content) - start)
    return content[:start] + bytes(length) + content[start + length :]


def _cut(content: bytes, rng: Rng) -> bytes:
    return content[: rng.integers(len(content) + 1)]


def _grow(content: bytes, rng: Rng) -> bytes:
    return content + rng.bytes(64)


def _shift(content: bytes, rng: Rng) -> bytes:
    start = int(rng.integers(len(content) + 1))
    return content[:start] + content[start + 1 :]


def _edit_json(content: bytes, rng: Rng) -> bytes:
    """Another value at some place, a key less or twice, or brackets without end."""
    try:
        tree = json.loads(content)
    except ValueError:
        return _flip(content, rng)
    kind = rng.random()
    if kind < 0.05:
        return b"[" * 200_000
    place, key = _place(tree, rng)
    if place is None:
        return b"3"
    if kind < 0.1 and isinstance(place, dict):
        return content.replace(b"{", b'{"a": 1, "a": 2, ', 1)
    if kind < 0.35:
        del place[key]
    else:
        place[key] = ODD[rng.integers(len(ODD))]
    return json.dumps(tree).encode()


def _place(tree: Any, rng: Rng) -> tuple[Any, Any]:
    """A container somewhere in a tree, and one of its keys."""
    place, key, node = None, None, tree
    while isinstance(node, dict | list) and node and (place is None or rng.random() < 0.8):
        place = node
        keys = list(node) if isinstance(node, dict) else range(len(node))
        key = keys[rng.integers(len(keys))]
        node = node[key]
    return place, key


def _edit_saved_model(content: bytes, rng: Rng) -> bytes:
    """One to three entries of the protocol buffer are others, or gone, or there twice."""
    from tensorflow.core.protobuf import saved_model_pb2

    message = saved_model_pb2.SavedModel()
    try:
        message.ParseFromString(content)
    except Exception:  # the bytes of another file
        return _flip(content, rng)
    for _ in range(rng.integers(1, 4)):
        edit_message(message, rng)
    return message.SerializeToString()


def edit_message(message: Any, rng: Rng) -> None:
    """Changes an entry somewhere in a message of protocol buffers."""
    fields = message.ListFields()
    if not fields:
        return
    field, value = fields[rng.integers(len(fields))]
    if hasattr(value, "keys"):  # a map
        key = sorted(value)[rng.integers(len(value))]
        if hasattr(value[key], "ListFields") and rng.random() < 0.8:
            edit_message(value[key], rng)
        else:
            del value[key]
    elif hasattr(value, "append"):
        index = int(rng.integers(len(value)))
        if hasattr(value[index], "ListFields") and rng.random() < 0.9:
            edit_message(value[index], rng)
        elif rng.random() < 0.5:
            del value[index]
        else:
            value.append(value[index])
    elif hasattr(value, "ListFields") and rng.random() < 0.9:
        edit_message(value, rng)
    elif hasattr(value, "ListFields") or rng.random() < 0.2:
        message.ClearField(field.name)
    else:
        setattr(message, field.name, _other(value, rng))


def _other(value: Any, rng: Rng) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        near = [value + 1, max(value - 1, 0), 0, 1, 9, 2**31 - 1]
        return near[rng.integers(len(near))]
    if isinstance(value, float):
        return [0.0, -1.0, 1e30, float("nan")][rng.integers(4)]
    if isinstance(value, str):
        words = ["", "x", value + "x", value[:-1], "Relu", "ReadFile", "PyFunc", "../../etc/passwd"]
        return words[rng.integers(len(words))]
    return BYTES[rng.integers(len(BYTES))](value, rng)


def _edit_index(content: bytes, rng: Rng) -> bytes:
    """A table of variables with other entries and the right checksums of its blocks."""
    try:
        offset, size = _first_block(content)
        block = BYTES[rng.integers(2)](content[offset : offset + size], rng) + b"\0"
    except (IndexError, struct.error):
        return _flip(content, rng)
    checksum = struct.pack("<I", masked_crc(block))
    return content[:offset] + block + checksum + content[offset + size + 5 :]


def _first_block(content: bytes) -> tuple[int, int]:
    """Offset and size of the entries in a table as LevelDB has them."""
    footer = content[-48:]
    _, at = varint(footer, 0)
    _, at = varint(footer, at)
    index, at = varint(footer, at)
    _, at = varint(content, index)
    key, at = varint(content, at)
    _, at = varint(content, at)
    offset, at = varint(content, at + key)
    return offset, varint(content, at)[0]


def varint(content: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where it ends."""
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def masked_crc(content: bytes) -> int:
    """The checksum (CRC-32C) of blocks of LevelDB, turned as it is stored."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _edit_member(content: bytes, rng: Rng) -> bytes:
    """A member of a ZIP archive is another, and its checksum right."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        return _flip(content, rng)
    name = list(members)[rng.integers(len(members))]
    if rng.random() < 0.1:
        del members[name]
    else:
        known = KNOWN.get(Path(name).suffix)
        changes = BYTES if known is None or rng.random() < 0.2 else (known,)
        members[name] = changes[rng.integers(len(changes))](members[name], rng)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return stream.getvalue()


def _edit_head(content: bytes, rng: Rng) -> bytes:
    """Damage where an array, or a file of them, says what it holds."""
    length = min(128, len(content))
    return BYTES[rng.integers(2)](content[:length], rng)[:length] + content[length:]


BYTES: tuple[Change, ...] = (_flip, _burst, _blank, _cut, _grow, _shift)
KNOWN: dict[str, Change] = {
    ".json": _edit_json,
    ".pb": _edit_saved_model,
    ".index": _edit_index,
    ".npz": _edit_member,
    ".keras": _edit_member,
    ".npy": _edit_head,
    ".mat": _edit_head,
    ".h5": _edit_head,
}
