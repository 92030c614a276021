"""The table of the variables of a SavedModel, read and checked without TensorFlow's reader.

TensorFlow ends the process where an entry of the table is damaged, and makes a tensor of the size
that an entry claims before it looks into the file. The format is that of LevelDB:
https://github.com/google/leveldb/blob/main/doc/table_format.md, with entries as in
tensor_bundle.proto of TensorFlow.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

FOOTER = 48  # bytes
TRAILER = 5  # bytes behind each block: the compression and a checksum


def check_variables(prefix: Path) -> None:
    """Refuses variables that the files do not hold as the table says.

    Args:
        prefix: The path of the table without `.index`.

    Raises:
        ValueError: With the reason.
    """
    from tensorflow.core.protobuf import tensor_bundle_pb2

    entries = dict(_entries(prefix.with_name(f"{prefix.name}.index").read_bytes()))
    header = tensor_bundle_pb2.BundleHeaderProto.FromString(entries.pop(b""))
    shards = [
        prefix.with_name(f"{prefix.name}.data-{i:05d}-of-{header.num_shards:05d}")
        for i in range(min(header.num_shards, 1000))
    ]
    for name, content in entries.items():
        entry = tensor_bundle_pb2.BundleEntryProto.FromString(content)
        shape = [dim.size for dim in entry.shape.dim]
        where = f"{name.decode()!r} of shape {tuple(shape)}"
        if entry.slices or entry.shape.unknown_rank or min(shape, default=0) < 0:
            raise ValueError(f"{where} is no whole tensor")
        shard = shards[entry.shard_id]
        if min(entry.offset, entry.size) < 0 or entry.offset + entry.size > shard.stat().st_size:
            raise ValueError(f"{where} lies beyond the end of {shard.name}")
        dtype = tf.dtypes.as_dtype(entry.dtype)
        if dtype == tf.string:
            wanted = _string_size(shard, entry, math.prod(shape))
        else:
            wanted = dtype.size * math.prod(shape)
        if wanted != entry.size:
            raise ValueError(f"{where} needs {wanted} bytes, and {entry.size} are its own")


def _string_size(shard: Path, entry: Any, count: int) -> int:
    """The bytes of strings: their lengths, a checksum, and themselves."""
    with shard.open("rb") as file:
        file.seek(entry.offset)
        content = file.read(entry.size)
    at = total = 0
    for _ in range(min(count, entry.size)):
        length, at = _varint(content, at)
        total += length
    return at + 4 + total


def _entries(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a table."""
    footer = content[-FOOTER:]
    at = _handle(footer, 0)[2]  # the first one is that of a block of facts about the table
    for _, handle in _block(content, *_handle(footer, at)[:2]):
        yield from _block(content, *_handle(handle, 0)[:2])


def _block(content: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a block: each key shares its beginning with the one before."""
    block = content[offset : offset + size]
    if len(content) < offset + size + TRAILER or content[offset + size]:
        raise ValueError("a block of it is cut short or compressed")
    (restarts,) = struct.unpack("<I", block[-4:])
    end = size - 4 - 4 * restarts
    key, at = b"", 0
    while at < end:
        shared, at = _varint(block, at)
        own, at = _varint(block, at)
        length, at = _varint(block, at)
        if shared > len(key) or at + own + length > end:
            raise ValueError("an entry of it reaches beyond its block")
        key = key[:shared] + block[at : at + own]
        at += own
        yield key, block[at : at + length]
        at += length


def _handle(content: bytes, at: int) -> tuple[int, int, int]:
    """Offset and size of a block, and where they end."""
    offset, at = _varint(content, at)
    size, at = _varint(content, at)
    return offset, size, at


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        byte = content[at]
        value, at = value | (byte & 127) << shift, at + 1
        if byte < 128:
            return value, at
    raise ValueError("a number of it does not end")
