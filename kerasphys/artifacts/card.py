"""The model card of an artefact."""

from __future__ import annotations

import dataclasses
import datetime
import math
import numbers
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerasphys._validation import (
    check_int,
    check_name,
    check_names,
    check_nonnegative,
    check_number,
    message,
)
from kerasphys.artifacts.layout import CARD_FILE, artifact_directory, read_json, refuse

FORMAT_VERSION = 1
ADDED = {"precision", "certificate"}  # entries that older cards lack


@dataclasses.dataclass(frozen=True, kw_only=True)
class Card:
    """What a model is, where it may be trusted, and how well it was measured to do.

    The last five entries are filled in when the artefact is written.

    Args:
        kind: A name for the kind of model, such as `"pinn"`.
        name: Text, the title of the model.
        coordinates: Sequence of mappings with the keys `name`, `lower` and `upper`, in the order
            of the columns of the points. A bound is a finite number in the unit of the
            coordinate, or `None` where there is none.
        fields: Names of the fields that the model returns.
        description: Text.
        parameters: Mapping from names of parameters to their values: numbers, or whatever else
            JSON can hold.
        problem: Text, the problem that was solved, as a reader should see it.
        data: What the model was trained on: text, or whatever else JSON can hold.
        errors: Mapping from names of measured errors to finite numbers, or to `None` for an error
            that was not measured.
        seed: Integer or `None`.
        command: Text, the command that made the artefact, or `None`.
        certificate: `None`, or a bound for the error of the model, as `Certificate.to_dict` of
            `kp.certify` gives it: a mapping with the keys `kind`, `reason`, `bounds` and `weights`.
        created: Text, ISO 8601 with a time zone, or `None`: the time of writing.
        versions: Mapping from packages to their versions.
        signatures: Mapping from names of signatures to descriptions of `inputs` and `outputs`.
        precision: `None` where the artefact computes as the model does. Otherwise a mapping with
            the keys `computes_in`, `trained_in`, `samples` (how many were compared, or `None`) and
            `differences`: for each signature and output `relative_l2` and `maximum`.
        format_version: Integer, the version of the format of the artefact.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If a number is not finite, a range is empty, or a name appears twice.

    Example:
        ```python
        import kerasphys as kp

        card = kp.artifacts.Card(
            kind="pinn",
            name="Heat in a rod",
            coordinates=[
                {"name": "x", "lower": 0.0, "upper": 1.0},
                {"name": "t", "lower": 0.0, "upper": None},
            ],
            fields=["u"],
            parameters={"diffusivity": 0.1},
            errors={"relative_l2": 3.2e-4},
        )
        assert card.coordinate_names == ("x", "t")
        ```
    """

    kind: str
    name: str
    coordinates: Sequence[Mapping[str, Any]]
    fields: Sequence[str]
    description: str = ""
    parameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    problem: str = ""
    data: Any = None
    errors: Mapping[str, float | None] = dataclasses.field(default_factory=dict)
    seed: int | None = None
    command: str | None = None
    certificate: Mapping[str, Any] | None = None
    created: str | None = None
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    signatures: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    precision: Mapping[str, Any] | None = None
    format_version: int = FORMAT_VERSION

    def __post_init__(self):
        checked = {
            "kind": check_name("kind", self.kind),
            "name": _check_text("name", self.name),
            "coordinates": check_coordinates(self.coordinates),
            "fields": check_names("fields", self.fields),
            "description": _check_text("description", self.description),
            "parameters": _check_mapping("parameters", self.parameters, check_json),
            "problem": _check_text("problem", self.problem),
            "data": check_json("data", self.data),
            "errors": _check_mapping("errors", self.errors, _optional(check_number)),
            "seed": _optional(check_int)("seed", self.seed),
            "command": _optional(_check_text)("command", self.command),
            "certificate": _optional(_check_certificate)("certificate", self.certificate),
            "created": _optional(_check_time)("created", self.created),
            "versions": _check_mapping("versions", self.versions, _check_text),
            "signatures": _check_mapping("signatures", self.signatures, _check_signature),
            "precision": _optional(_check_precision)("precision", self.precision),
            "format_version": check_int("format_version", self.format_version, minimum=1),
        }
        for argument, value in checked.items():
            object.__setattr__(self, argument, value)

    @property
    def coordinate_names(self) -> tuple[str, ...]:
        """Names of the columns of the points, in their order."""
        return tuple(coordinate["name"] for coordinate in self.coordinates)

    def to_dict(self) -> dict[str, Any]:
        """The entries as JSON holds them, the version of the format first."""
        entries = {"format_version": self.format_version, **dataclasses.asdict(self)}
        return check_json("card", entries)


def read_card(path: str | os.PathLike) -> Card:
    """Reads and checks the model card of an artefact, without loading the model.

    Args:
        path: Directory of the artefact.

    Raises:
        FileNotFoundError: If there is no such directory.
        ValueError: If the card is missing or is not a card that this version can read.

    Example:
        ```python notest
        import kerasphys as kp

        print(kp.artifacts.read_card("saved_models/advection_diffusion").errors)
        ```
    """
    file = artifact_directory("path", path) / CARD_FILE
    entries = read_json(file)
    if not isinstance(entries, dict):
        refuse(file, "it does not hold an object of JSON")
    version = entries.get("format_version")
    if version != FORMAT_VERSION or isinstance(version, bool):
        refuse(
            file,
            f"its format_version is {version!r}, and this version of kerasphys reads "
            f"{FORMAT_VERSION}; load it with the version that wrote it "
            f"({_writer(entries)}) or a later one",
        )
    known = {field.name for field in dataclasses.fields(Card)}
    for key in sorted((known ^ entries.keys()) - ADDED):
        refuse(file, f"the key {key!r} is " + ("missing" if key in known else "unknown"))
    try:
        return Card(**entries)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Cannot load {file}: {error}") from error


def check_json(argument: str, value: Any) -> Any:
    """What strict JSON can hold, with NumPy scalars and tuples made plain."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, numbers.Real) and math.isfinite(value):
        return float(value)
    if isinstance(value, Mapping):
        return _check_mapping(argument, value, check_json)
    if isinstance(value, list | tuple):
        return [check_json(f"{argument}[{i}]", item) for i, item in enumerate(value)]
    error = ValueError if isinstance(value, numbers.Real) else TypeError
    raise error(message(argument, "what JSON can hold (numbers must be finite)", value))


def _writer(entries: dict) -> str:
    versions = entries.get("versions")
    version = versions.get("kerasphys") if isinstance(versions, dict) else None
    return f"kerasphys {version}" if isinstance(version, str) else "it does not say which"


def _optional(check):
    return lambda argument, value: None if value is None else check(argument, value)


def _check_text(argument: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(message(argument, "text", value))
    return value


def _check_time(argument: str, value: Any) -> str:
    expected = "a time in ISO 8601 with its zone, such as '2026-01-31T12:00:00+00:00'"
    try:
        zone = datetime.datetime.fromisoformat(_check_text(argument, value)).tzinfo
    except ValueError as error:
        raise ValueError(message(argument, expected, value)) from error
    if zone is None:
        raise ValueError(message(argument, expected, value))
    return value


def _check_mapping(argument: str, value: Any, check) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TypeError(message(argument, "a mapping whose keys are text", value))
    return {key: check(f"{argument}[{key!r}]", item) for key, item in value.items()}


def check_coordinates(value: Any) -> tuple[dict[str, Any], ...]:
    expected = "a sequence of mappings with the keys 'name', 'lower' and 'upper'"
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(message("coordinates", expected, value))
    coordinates = []
    for item in value:
        if not isinstance(item, Mapping) or set(item) != {"name", "lower", "upper"}:
            raise ValueError(message("coordinates", expected, value))
        name = check_name("coordinates", item["name"])
        lower, upper = (
            _optional(check_number)(f"coordinates[{name!r}][{bound!r}]", item[bound])
            for bound in ("lower", "upper")
        )
        if lower is not None and upper is not None and lower >= upper:
            raise ValueError(message("coordinates", f"given with lower < upper ({name})", value))
        coordinates.append({"name": name, "lower": lower, "upper": upper})
    if len({coordinate["name"] for coordinate in coordinates}) < len(coordinates):
        raise ValueError(message("coordinates", "given with different names", value))
    return tuple(coordinates)


def _check_precision(argument: str, value: Any) -> dict[str, Any]:
    keys = ("computes_in", "trained_in", "samples", "differences")
    if not isinstance(value, Mapping) or set(value) != set(keys):
        raise TypeError(message(argument, f"None or a mapping with the keys {keys}", value))
    return check_json(argument, value)


def _check_certificate(argument: str, value: Any) -> dict[str, Any]:
    """A certificate whose bounds are the sums of their terms."""
    found = _check_entries(argument, value, ("kind", "reason", "bounds", "weights"))
    _optional(_check_text)(f"{argument}['kind']", found["kind"])
    for key in ("reason", "weights"):
        _check_text(f"{argument}[{key!r}]", found[key])
    for name, entry in _check_mapping(f"{argument}['bounds']", found["bounds"], check_json).items():
        here = f"{argument}['bounds'][{name!r}]"
        bound = _check_entries(here, entry, ("norm", "value", "error", "terms"))
        _check_text(f"{here}['norm']", bound["norm"])
        _optional(check_nonnegative)(f"{here}['error']", bound["error"])
        total = 0.0
        for part, numbers_of in _check_mapping(here, bound["terms"], check_json).items():
            term = _check_entries(here, numbers_of, ("size", "uncertainty", "constant"))
            size, uncertainty, constant = (
                check_nonnegative(f"{here}[{part!r}][{key!r}]", n) for key, n in term.items()
            )
            total += constant * (size + uncertainty)
        if not math.isclose(check_number(here, bound["value"]), total, rel_tol=1e-9):
            raise ValueError(message(here, f"the sum of its terms, {total:g}", bound["value"]))
    return check_json(argument, value)


def _check_entries(argument: str, value: Any, keys: Sequence[str]) -> dict[str, Any]:
    """The values of a mapping with exactly these keys, in their order."""
    if not isinstance(value, Mapping) or set(value) != set(keys):
        raise TypeError(message(argument, f"a mapping with the keys {', '.join(keys)}", value))
    return {key: value[key] for key in keys}


def _check_signature(argument: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or set(value) != {"inputs", "outputs"}:
        raise TypeError(message(argument, "a mapping with the keys 'inputs' and 'outputs'", value))
    return check_json(argument, value)
