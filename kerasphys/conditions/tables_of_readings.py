"""Readings in pandas tables, as the arguments of `Data`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerasphys._validation import check_array, check_bool, check_name, check_names, message
from kerasphys.conditions.readings import rows


def from_frame(
    frame: Any,
    coordinates: Sequence[str],
    std: Any,
    dropna: bool,
    fields: Mapping[str, Any],
) -> dict[str, Any]:
    """See `Data.from_frame`."""
    _check_frame(frame)
    if not isinstance(coordinates, Sequence) or isinstance(coordinates, str) or not coordinates:
        raise TypeError(message("coordinates", "a sequence of names of columns", coordinates))
    if not fields:
        raise ValueError('No field: name the column of each, from_frame(frame, ..., u="column").')
    given = std if isinstance(std, Mapping) else dict.fromkeys(fields, std)
    labels = {name: label for name, label in given.items() if isinstance(label, str)}
    used = [*coordinates, *fields.values(), *labels.values()]
    table = np.stack([_column(frame, label) for label in used], axis=1)
    table = table[_present(table, frame.index, check_bool("dropna", dropna))]
    columns = dict(zip(used, table.T, strict=True))
    std = None if std is None else {**given, **{n: columns[label] for n, label in labels.items()}}
    readings = {name: columns[label] for name, label in fields.items()}
    return {"at": table[:, : len(coordinates)], "std": std, **readings}


def from_time_series(
    frame: Any,
    positions: Mapping[Any, Any],
    field: str,
    time: str,
    coordinates: Sequence[str] | None,
    std: Any,
    dropna: bool,
) -> dict[str, Any]:
    """See `Data.from_time_series`."""
    _check_frame(frame)
    field, places = check_name("field", field), _places(positions)
    times = _times(frame.index)
    dim = len(next(iter(places.values())))
    axis = _axis_of_time(check_name("time", time), coordinates, dim)
    parts = [np.insert(np.tile(p, (len(times), 1)), axis, times, axis=1) for p in places.values()]
    readings = np.concatenate([_column(frame, sensor) for sensor in places])
    index = np.concatenate([np.asarray(frame.index)] * len(places))
    keep = _present(readings[:, np.newaxis], index, check_bool("dropna", dropna))
    if isinstance(std, Mapping):
        missing = [sensor for sensor in places if sensor not in std]
        if missing:
            raise ValueError(message("std", f"given for each sensor, {missing[0]!r} too", std))
        std = np.repeat([std[sensor] for sensor in places], len(times))[keep]
    return {"at": np.concatenate(parts)[keep], "std": std, field: readings[keep]}


def _check_frame(frame: Any) -> None:
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise TypeError(message("frame", "a pandas DataFrame", frame))
    if not len(frame):
        raise ValueError(message("frame", "a table with at least one row", frame))


def _column(frame: Any, label: Any) -> np.ndarray:
    """A column as floats `(n,)`, NaN where a number is missing."""
    if label not in frame.columns:
        listed = ", ".join(repr(name) for name in frame.columns)
        raise ValueError(f"The frame has no column {label!r}. Its columns are {listed}.")
    try:
        return frame[label].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"The column {label!r} must hold numbers. Received: {frame[label].dtype}."
        ) from error


def _present(table: np.ndarray, index: Any, dropna: bool) -> np.ndarray:
    """The rows `(n,)` of a table `(n, k)` in which no number is missing; others are an error."""
    missing = np.isnan(table).any(axis=1)
    if missing.any() and not dropna:
        first = index[int(np.argmax(missing))]
        raise ValueError(
            f"The frame must have all numbers. Received: {missing.sum()} of {len(missing)} "
            f"readings are missing (NaN), in {rows(missing)}; the first at the index {first}. "
            "Leave them out with dropna=True."
        )
    if missing.all():
        raise ValueError("The frame must have readings. Received: all are missing (NaN).")
    return ~missing


def _places(positions: Any) -> dict[Any, np.ndarray]:
    """For each sensor its coordinates other than time, equally many for all."""
    if not isinstance(positions, Mapping) or not positions:
        expected = 'a dict from columns to positions, such as {"T1": (0.2,)}'
        raise TypeError(message("positions", expected, positions))
    places = {
        sensor: check_array(f"positions[{sensor!r}]", np.atleast_1d(place), (None,))
        for sensor, place in positions.items()
    }
    if len({len(place) for place in places.values()}) > 1:
        raise ValueError(message("positions", "of equally many coordinates for all", positions))
    return places


def _times(index: Any) -> np.ndarray:
    if index.dtype.kind not in "fiu":
        raise TypeError(
            f"The index of the frame is the time, and must hold numbers. Received: {index.dtype}. "
            "For dates: frame.index = (frame.index - frame.index[0]).total_seconds()."
        )
    return check_array("frame.index", index.to_numpy(), (None,))


def _axis_of_time(time: str, coordinates: Sequence[str] | None, dim: int) -> int:
    """The place of time among the coordinates."""
    if coordinates is None:
        return dim
    names = check_names("coordinates", coordinates)
    if time not in names or len(names) != dim + 1:
        expected = f"{dim + 1} names, {time!r} among them"
        raise ValueError(message("coordinates", expected, coordinates))
    return names.index(time)
