"""A progress bar over samples."""

from __future__ import annotations

from collections.abc import Iterator

import keras


def blocks(samples: int, size: int, verbose: bool) -> Iterator[slice]:
    """The samples in blocks of a size, counted on a progress bar if `verbose`."""
    bar = keras.utils.Progbar(samples, unit_name="sample") if verbose else None
    for start in range(0, samples, size):
        stop = min(start + size, samples)
        yield slice(start, stop)
        if bar is not None:
            bar.update(stop)
