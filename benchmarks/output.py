"""The lines of JSON that the benchmarks print."""

import json
from pathlib import Path
from typing import Any


def emit(line: dict[str, Any], out: Path | None = None) -> None:
    """Prints a measurement, and appends it to a file where one is given."""
    text = json.dumps(line)
    print(text, flush=True)
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
