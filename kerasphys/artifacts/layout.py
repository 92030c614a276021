"""What lies where in an artefact, and whether it is still what was written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NoReturn

from kerasphys._files import manifest, standing_directory, write_json
from kerasphys._limits import check_plain_files, parse_json
from kerasphys._validation import message

CARD_FILE = "card.json"
MANIFEST_FILE = "manifest.json"


def check_path(argument: str, value: Any) -> Path:
    """A path, absolute."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(message(argument, "a path", value))
    return Path(value).absolute()


def artifact_directory(argument: str, value: Any) -> Path:
    """The absolute path of a directory that exists."""
    path = standing_directory(check_path(argument, value))
    if not path.exists():
        raise FileNotFoundError(f"There is no artefact at {path}: the directory does not exist.")
    if not path.is_dir():
        refuse(path, "it is a file, where an artefact is a directory")
    return path


def refuse(path: Path, reason: str, cause: Exception | None = None) -> NoReturn:
    """Raises the ValueError of a damaged or foreign file."""
    raise ValueError(f"Cannot load {path}: {reason}.") from cause


def read_json(file: Path) -> Any:
    """Reads strict JSON (no NaN, no Infinity, no key twice), or refuses with path and reason."""
    if not file.is_file():
        refuse(file.parent, f"it has no {file.name}, so it is not an artefact of kerasphys")
    try:
        return parse_json(file)
    except ValueError as error:
        refuse(file, f"it is not valid JSON ({error})", error)


def write_manifest(directory: Path) -> None:
    """Writes the SHA-256 digest of every file in `directory`."""
    write_json(directory / MANIFEST_FILE, {"sha256": manifest(directory)})


def verify_manifest(directory: Path) -> None:
    """Refuses a directory in which a file is missing, altered or not listed.

    This finds damage, not malice: whoever can alter a file can alter the manifest too.
    """
    check_plain_files(directory)
    content = read_json(directory / MANIFEST_FILE)
    listed = content.get("sha256") if isinstance(content, dict) else None
    if not isinstance(listed, dict):
        refuse(directory / MANIFEST_FILE, 'it has no table of digests under the key "sha256"')
    found = manifest(directory)
    del found[MANIFEST_FILE]
    for name in sorted(listed.keys() | found.keys()):
        if name not in found:
            refuse(directory, f"the file {name!r}, listed in {MANIFEST_FILE}, is missing")
        if name not in listed:
            refuse(directory, f"the file {name!r} is not listed in {MANIFEST_FILE}")
        if found[name] != listed[name]:
            refuse(
                directory,
                f"the file {name!r} was altered after it was written (its SHA-256 digest differs "
                f"from the one in {MANIFEST_FILE})",
            )
