"""Pictures on disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from kerasphys._validation import message


def save(figure: Any, path: str | os.PathLike) -> Path:
    """Writes a picture; an older file is replaced only when the new one is whole.

    Args:
        figure: A `matplotlib.figure.Figure`.
        path: Where to write. Its ending says the format: `.png`, `.pdf`, `.svg`.

    Returns:
        The absolute path of the file.

    Raises:
        ValueError: If matplotlib cannot write a file of that ending.

    Example:
        ```python
        import kerasphys as kp

        figure = kp.plotting.history({"loss": [1.0, 0.5, 0.25]})
        kp.plotting.save(figure, "pictures/history.png")
        ```
    """
    from matplotlib.figure import Figure

    if not isinstance(figure, Figure):
        raise TypeError(message("figure", "a matplotlib Figure", figure))
    if not isinstance(path, str | os.PathLike):
        raise TypeError(message("path", "a path", path))
    target = Path(path).absolute()
    form = target.suffix.lower().removeprefix(".")
    known = figure.canvas.get_supported_filetypes()
    if form not in known:
        endings = ", ".join(f".{name}" for name in sorted(known))
        raise ValueError(message("path", f"a path that ends in one of {endings}", str(path)))
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with staged.open("wb") as handle:
            figure.savefig(handle, format=form, dpi=figure.dpi)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(staged, target)
    finally:
        staged.unlink(missing_ok=True)
    return target
