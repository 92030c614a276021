"""Writes the table of docs/runtimes.md: what leaves as ONNX.

python -m tests.artifacts.onnx_table
"""

from __future__ import annotations

import functools
import re
import tempfile
from pathlib import Path
from typing import Any

from kerasphys.artifacts import to_onnx
from tests.artifacts.exports import NETWORKS, export_grid_pinn, export_network, export_pinn

PAGE = Path(__file__).resolve().parents[2] / "docs" / "runtimes.md"
HEAD = "| model | signature | float32 | float64 |\n|---|---|---|---|\n"
REASONS = {
    r"no ONNX operation for ([\w, ]+)\.": "no: ONNX has no {}",
    r"implementation for (\w+)\(": "no: onnxruntime has no {}",
}


def verdict(path: Path, signature: str = "serve") -> str:
    """`yes`, or the operation for want of which a signature cannot be converted."""
    try:
        to_onnx(path, path.with_suffix(".onnx"), signature)
    except ValueError as error:
        for pattern, text in REASONS.items():
            if found := re.search(pattern, str(error)):
                return text.format(found[1])
        raise
    return "yes"


def row(title: str, signature: str, export: Any, directory: Path) -> str:
    """A line of the table, for what `export(path, dtype)` writes."""
    verdicts = []
    for dtype in ("float32", "float64"):
        export(directory / dtype, dtype)
        verdicts.append(verdict(directory / dtype, signature))
    return f"| {title} | `{signature}` | {' | '.join(verdicts)} |\n"


def network_row(cls: type, directory: Path) -> str:
    """The line of a network."""
    export = functools.partial(export_network, cls)
    return row(f"`{cls.__name__}`", "serve", export, directory)


DERIVATIVES = {
    "`PINNModel` of a `PirateNet`": export_pinn,
    "`GridPINNModel` of a `UNet`": export_grid_pinn,
}


def main() -> None:
    """Makes the table anew."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        rows = [network_row(cls, root / cls.__name__) for cls in NETWORKS]
        for index, (title, export) in enumerate(DERIVATIVES.items()):
            rows.append(row(title, "derivatives", export, root / str(index)))
    table = HEAD + "".join(rows)
    text = PAGE.read_text(encoding="utf-8")
    start, stop = text.index(HEAD), text.index("\n\n", text.index(HEAD)) + 1
    PAGE.write_text(text[:start] + table + text[stop:], encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
