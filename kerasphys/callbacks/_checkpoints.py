"""Numbered checkpoints in one directory, each whole or absent."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kerasphys._files import (
    manifest,
    remove_directory,
    remove_leftovers,
    replace_directory,
    write_json,
)
from kerasphys._limits import check_archive, check_plain_files, parse_json
from kerasphys.callbacks._packing import pack, unpack

FORMAT = 1
ARRAYS, STATE, MANIFEST = "arrays.npz", "state.json", "manifest.json"


class Checkpoints:
    """The last states of a run, in directories such as `epoch-000012`.

    A state is written beside the others and gets its name when it is whole, in one step of the
    file system; only then the oldest goes. So at every moment there is a whole one, and the one
    with the highest number is the last.

    Args:
        directory: Where they are.
        keep: Positive integer, how many stay.
    """

    def __init__(self, directory: Path, keep: int):
        self.directory = directory
        self.keep = keep

    def path(self, number: int) -> Path:
        """The directory of a state."""
        return self.directory / f"epoch-{number:06d}"

    def numbers(self) -> list[int]:
        """The numbers of the states that are there, ascending."""
        if not self.directory.is_dir():
            return []
        found = (re.fullmatch(r"epoch-(\d{6,})", path.name) for path in self.directory.iterdir())
        return sorted(int(match[1]) for match in found if match)

    def write(self, number: int, state: dict[str, Any]) -> None:
        """Writes a state, then removes the oldest ones.

        Raises:
            OSError: If that fails, because the disk is full, say. The last state stays.
            TypeError: If the state holds what cannot be kept.
        """
        arrays: list[np.ndarray] = []
        text = json.dumps({"format": FORMAT, "state": pack(state, arrays)}, allow_nan=False)
        kept = self.numbers()
        try:
            remove_leftovers(self.directory, "epoch-*")
            with replace_directory(self.path(number)) as staged:
                np.savez(staged / ARRAYS, *arrays)
                (staged / STATE).write_text(text, encoding="utf-8")
                write_json(staged / MANIFEST, manifest(staged))
            for old in self.numbers()[: -self.keep]:
                remove_directory(self.path(old))
        except OSError as error:
            stays = f"{self.path(kept[-1])} stays" if kept else "Nothing was kept so far"
            raise OSError(
                error.errno,
                f"Resume could not write {self.path(number)}: {error.strerror or error}. {stays}. "
                "Make room, or give Resume a directory that can be written",
            ) from error

    def read(self, number: int) -> dict[str, Any]:
        """Reads a state.

        Raises:
            ValueError: If it is damaged, or none of ours.
        """
        path = self.path(number)
        check_plain_files(path)
        digests = _json(path, MANIFEST)
        found = manifest(path)
        found.pop(MANIFEST, None)
        if digests != found:
            changed = sorted(
                name for name in {*digests, *found} if digests.get(name) != found.get(name)
            )
            raise _refusal(path, f"{', '.join(changed)} changed since it was written")
        content = _json(path, STATE)
        if content.get("format") != FORMAT:
            raise _refusal(path, f"its format is {content.get('format')!r}, known is {FORMAT}")
        check_archive(path / ARRAYS)
        with self.believing(number):
            with np.load(path / ARRAYS, allow_pickle=False) as file:
                arrays = [file[name] for name in file.files]
            return unpack(content["state"], arrays)

    @contextlib.contextmanager
    def believing(self, number: int) -> Iterator[None]:
        """Refuses a state that turns out in the block not to be what was written."""
        try:
            yield
        except Exception as error:  # whatever damaged data lead to
            reason = f"{type(error).__name__}: {error}"
            raise _refusal(self.path(number), f"it cannot be brought back ({reason})") from error


def _json(path: Path, name: str) -> dict[str, Any]:
    try:
        content = parse_json(path / name)
    except FileNotFoundError as error:
        raise _refusal(path, f"it has no {name}") from error
    except ValueError as error:  # neither JSON nor even text
        raise _refusal(path, f"{name} is not JSON ({error})") from error
    if not isinstance(content, dict):
        raise _refusal(path, f"{name} is no object of JSON")
    return content


def _refusal(path: Path, reason: str) -> ValueError:
    return ValueError(
        f"{path} is no whole checkpoint of a run: {reason}. Remove it to go on from an earlier one "
        "if there is one, or else from the beginning."
    )
