"""Limits on files from elsewhere, checked before their content is believed."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any, NoReturn

JSON_BYTES = 2**26
EXPANSION = 100  # that an archive may have, whose members are not compressed
COMPRESSION = 2000  # that an array may have: equal numbers shrink a thousandfold
ALWAYS_ALLOWED = 2**26  # bytes, whatever they come from


def check_plain_files(directory: Path) -> None:
    """Refuses a directory that leads elsewhere, or in which reading a file may never end.

    Links are followed only where they stay in the directory. Pipes, sockets and devices are
    refused.

    Raises:
        ValueError: If there is such a thing; the message has its path.
    """
    root = directory.resolve()
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            entry = Path(folder, name)
            where = directory / entry.relative_to(root)
            if entry.is_symlink() and not entry.resolve().is_relative_to(root):
                raise ValueError(
                    f"Cannot load {where}: it is a link that leads out of {directory}."
                )
            if not entry.exists():
                raise ValueError(f"Cannot load {where}: it is a link to nothing.")
            mode = entry.stat().st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise ValueError(f"Cannot load {where}: it is neither a file nor a directory.")


def check_archive(path: Path) -> None:
    """Refuses a ZIP archive that would become much larger than it is.

    Raises:
        ValueError: If it would, or is no archive; the message has its path.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except Exception as error:  # the parser of zipfile raises whatever damaged bytes lead to
        raise ValueError(f"Cannot load {path}: it is no whole archive ({error}).") from error
    if size > max(ALWAYS_ALLOWED, EXPANSION * path.stat().st_size):
        raise ValueError(
            f"Cannot load {path}: its {path.stat().st_size} bytes say that they become {size}, "
            f"more than {EXPANSION} times as many."
        )


def check_expansion(path: str | os.PathLike, name: str, size: int, stored: int) -> None:
    """Refuses an array that says that it is much larger than what is stored of it.

    Args:
        path: The file.
        name: The array.
        size: The bytes that it says it has.
        stored: The bytes that the file has of it.

    Raises:
        ValueError: If that is more than compression explains; the message has the path.
    """
    if size > max(ALWAYS_ALLOWED, COMPRESSION * stored):
        raise ValueError(
            f"Cannot load {path}: its array {name!r} says that it has {size} bytes, and {stored} "
            "are in the file."
        )


def parse_json(file: Path) -> Any:
    """What strict JSON holds: no NaN, no Infinity, no key twice, no more than 64 MiB.

    Raises:
        ValueError: If it is something else. The message has the reason and not the path.
    """
    if file.stat().st_size > JSON_BYTES:
        raise ValueError(f"it is larger than {JSON_BYTES} bytes")
    try:
        return json.loads(
            file.read_text(encoding="utf-8"),
            parse_constant=_refuse_constant,
            object_pairs_hook=_refuse_repetition,
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number of JSON")


def _refuse_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a key appears twice")
    return table
