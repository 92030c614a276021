"""Files that are whole or absent: atomic writes and manifests."""

from __future__ import annotations

import contextlib
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

    An error inside the block leaves what was at `path` as it was.
    """
    target = Path(path).absolute()
    if target.exists() and not target.is_dir():
        raise FileExistsError(f"Cannot write the directory {target}: a file has that name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    staged.chmod(0o755)
    try:
        yield staged
        for file in sorted(staged.rglob("*")):
            if file.is_file():
                _flush(file)
        if target.exists():
            retired = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
            os.replace(target, retired / target.name)
            try:
                os.replace(staged, target)
            except BaseException:
                os.replace(retired / target.name, target)
                raise
            shutil.rmtree(retired, ignore_errors=True)
        else:
            os.replace(staged, target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def write_json(path: str | os.PathLike, value: Any) -> None:
    """Writes `value` as JSON, replacing an old file only when the new one is whole."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        staged.write_text(
            json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
            encoding="utf-8",
        )
        _flush(staged)
        os.replace(staged, target)
    finally:
        staged.unlink(missing_ok=True)


def manifest(directory: str | os.PathLike) -> dict[str, str]:
    """The SHA-256 digest of every file below `directory`, by its path with forward slashes."""
    root = Path(directory)
    return {
        file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }


def _flush(file: Path) -> None:
    with file.open("rb") as handle:
        os.fsync(handle.fileno())
