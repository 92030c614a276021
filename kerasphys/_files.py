"""Files that are whole or absent: atomic writes and manifests."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def replace_directory(path: str | os.PathLike) -> Iterator[Path]:
    """Yields an empty directory that takes the place of `path` only when the block succeeds.

    An error inside the block leaves what was at `path` as it was. A process that is killed, at any
    moment, leaves it too, or the new one, whole: both change places in one step of the file system.
    Where the system has no such step, there is a moment at which `path` does not exist, and what
    was there is at `standing_directory(path)`.
    """
    target = Path(path).absolute()
    if target.exists() and not target.is_dir():
        raise FileExistsError(f"Cannot write the directory {target}: a file has that name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    staged.chmod(0o755)
    try:
        yield staged
        for entry in sorted(staged.rglob("*")):
            _flush(entry)
        _flush(staged)
        _bring_back(target)
        if not target.exists():
            os.replace(staged, target)
        elif not _exchange(staged, target):
            _replace_in_two_steps(staged, target)
        _flush(target.parent)
    finally:
        if staged.is_symlink():  # it was at `path`
            staged.unlink()
        shutil.rmtree(staged, ignore_errors=True)


def standing_directory(path: str | os.PathLike) -> Path:
    """Where the directory is that `replace_directory` wrote at `path` last."""
    target = Path(path).absolute()
    retired = _retired(target)
    return retired if not target.exists() and retired.is_dir() else target


def remove_directory(path: str | os.PathLike) -> None:
    """Removes a directory at once: what is killed on the way leaves it whole or under no name.

    What remains then has a name that begins with a dot, as what `replace_directory` leaves.
    """
    target = Path(path).absolute()
    retired = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    os.replace(target, retired / target.name)
    shutil.rmtree(retired, ignore_errors=True)


def remove_leftovers(directory: str | os.PathLike, name: str) -> None:
    """Removes what a killed process left below `directory` while it wrote or removed `name`.

    Args:
        directory: Where the directories were written.
        name: A pattern of their names, such as `"epoch-*"`.
    """
    for leftover in Path(directory).glob(f".{name}"):
        shutil.rmtree(leftover, ignore_errors=True)


@contextlib.contextmanager
def replace_file(path: str | os.PathLike) -> Iterator[Path]:
    """Yields a path that takes the place of the file `path` only when the block succeeds."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield staged
        _flush(staged)
        os.replace(staged, target)
    finally:
        staged.unlink(missing_ok=True)


def write_json(path: str | os.PathLike, value: Any) -> None:
    """Writes `value` as JSON, replacing an old file only when the new one is whole."""
    with replace_file(path) as staged:
        staged.write_text(
            json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
            encoding="utf-8",
        )


def manifest(directory: str | os.PathLike) -> dict[str, str]:
    """The SHA-256 digest of every file below `directory`, by its path with forward slashes."""
    root = Path(directory)
    return {
        file.relative_to(root).as_posix(): _digest(file)
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }


def _exchange(one: Path, other: Path) -> bool:
    """Lets two directories change places in one step. Says whether that was possible."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None
    if rename is None:  # not Linux
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def _replace_in_two_steps(staged: Path, target: Path) -> None:
    """Puts one directory in the place of another, which is at a known path in between."""
    retired = _retired(target)
    os.replace(target, retired)
    try:
        os.replace(staged, target)
    except BaseException:
        os.replace(retired, target)
        raise
    os.replace(retired, staged)


def _bring_back(target: Path) -> None:
    """Ends what a killed process left between the two steps."""
    retired = _retired(target)
    if not retired.is_dir():
        return
    if target.exists():
        shutil.rmtree(retired)
    else:
        os.replace(retired, target)


def _retired(target: Path) -> Path:
    return target.with_name(f".{target.name}-retired")


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _flush(path: Path) -> None:
    """Waits until a file, or the list of what is in a directory, is on the disk."""
    if path.is_file():
        with path.open("rb") as handle:
            os.fsync(handle.fileno())
        return
    with contextlib.suppress(OSError):  # some systems have no such thing for directories
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
