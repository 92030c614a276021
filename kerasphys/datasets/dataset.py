"""Samples for training, validation and test, and what they are."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerasphys._validation import check_array, check_int, check_names, message
from kerasphys.artifacts.card import check_coordinates, check_json
from kerasphys.datasets._nodes import nodes
from kerasphys.datasets.samples import Samples


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Samples for training, validation and test, with what a model card says about them.

    Args:
        train: Samples.
        validation: Samples to watch while training, or `None`.
        test: Samples to judge with afterwards, or `None`.
        name: Text, a title.
        description: Text: where the samples come from, and in what units.
        coordinates: The coordinates of the grid in the order of its axes, or of the points in
            the order of their columns, as in a `kp.artifacts.Card`: mappings with the keys `name`,
            `lower` and `upper`.
        periodic: Names of the coordinates whose grid is periodic: it leaves out the upper end.
        input_fields: Names of the input channels.
        output_fields: Names of the output channels.
        classes: Names of the classes, where the outputs are labels 0, 1, ...
        parameters: Mapping of numbers, and whatever else JSON can hold: how the samples were made.
        seed: Integer, or `None`.
        sensors: Where input functions are known: mapping from their names to arrays `(m,)` or
            `(m, d)` of positions.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If the samples of the three differ in shape, or a coordinate is not known. The
            number of points may differ.

    Example:
        ```python
        import kerasphys as kp

        data = kp.datasets.poisson_2d(samples=12, resolution=16, validation=2, test=2, seed=0)
        assert len(data.train) == 8
        assert data.axes["x"].shape == (16,)
        ```
    """

    train: Samples
    validation: Samples | None = None
    test: Samples | None = None
    name: str = ""
    description: str = ""
    coordinates: Sequence[Mapping[str, Any]] = ()
    periodic: Sequence[str] = ()
    input_fields: Sequence[str] = ("inputs",)
    output_fields: Sequence[str] = ("outputs",)
    classes: Sequence[str] = ()
    parameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    seed: int | None = None
    sensors: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        for split in ("train", "validation", "test"):
            samples = getattr(self, split)
            if not isinstance(samples, Samples) and (samples is not None or split == "train"):
                raise TypeError(message(split, "kp.datasets.Samples", samples))
            if samples is not None and _shapes(samples) != _shapes(self.train):
                cure = f"The training samples are {self.train!r}."
                raise ValueError(message(split, "of the shape of the others", samples, cure))
        for text in ("name", "description"):
            if not isinstance(getattr(self, text), str):
                raise TypeError(message(text, "text", getattr(self, text)))
        checked: dict[str, Any] = {
            "coordinates": check_coordinates(self.coordinates),
            "periodic": _check_optional_names("periodic", self.periodic),
            "input_fields": check_names("input_fields", self.input_fields),
            "output_fields": check_names("output_fields", self.output_fields),
            "classes": _check_classes(self.classes),
            "seed": None if self.seed is None else check_int("seed", self.seed, minimum=0),
        }
        if not isinstance(self.parameters, Mapping):
            raise TypeError(message("parameters", "a mapping", self.parameters))
        checked["parameters"] = check_json("parameters", self.parameters)
        checked["sensors"] = _check_sensors(self.sensors, self.train.inputs)
        for argument, value in checked.items():
            object.__setattr__(self, argument, value)
        for coordinate in self.coordinates:
            if None in coordinate.values():
                raise ValueError(message("coordinates", "given with both bounds", coordinate))
        known = [coordinate["name"] for coordinate in self.coordinates]
        if set(self.periodic) - set(known):
            raise ValueError(message("periodic", f"names among {known}", self.periodic))

    @property
    def splits(self) -> dict[str, Samples]:
        """The samples by name: `train`, and where they exist `validation` and `test`."""
        found = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: samples for name, samples in found.items() if samples is not None}

    @property
    def axes(self) -> dict[str, np.ndarray]:
        """The grid values of each coordinate, as `kp.plotting.field` takes them.

        Raises:
            ValueError: If the samples have points that are not the nodes of a grid, in its order.
        """
        inputs = self.train.inputs
        if self.train.points is not None:
            return self._axes_of_points()
        if isinstance(inputs, dict):
            inputs = next(iter(inputs.values()))
        grid = inputs.shape[1 : 1 + len(self.coordinates)]
        return {
            coordinate["name"]: np.linspace(
                coordinate["lower"],
                coordinate["upper"],
                points,
                endpoint=coordinate["name"] not in self.periodic,
            )
            for coordinate, points in zip(self.coordinates, grid, strict=True)
        }

    @property
    def grid(self) -> tuple[int, ...]:
        """The sizes of the axes: `outputs.reshape(n, *grid, channels)` puts values at points there.

        Raises:
            ValueError: As of `axes`.
        """
        return tuple(map(len, self.axes.values()))

    def summary(self) -> dict[str, Any]:
        """What the samples are and how many, as the entry `data` of a model card holds it."""
        return {
            "name": self.name,
            "description": self.description,
            "parameters": dict(self.parameters),
            "samples": {name: len(samples) for name, samples in self.splits.items()},
            "seed": self.seed,
        }

    def _axes_of_points(self) -> dict[str, np.ndarray]:
        points = self.train.points
        names = [coordinate["name"] for coordinate in self.coordinates]
        if points.ndim == 2 and points.shape[1] == len(names):
            lines = [np.unique(column) for column in points.T]
            if np.array_equal(nodes(*lines), points):
                return dict(zip(names, lines, strict=True))
        raise ValueError(
            f"The points {points.shape} are not the nodes of a grid over the coordinates {names}: "
            "the data have no axes."
        )

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}: {len(samples)}" for name, samples in self.splits.items())
        return f"Dataset({self.name!r}, {self.train!r}, {sizes})"


def _shapes(samples: Samples) -> Any:
    """The shape of one sample."""
    if isinstance(samples.inputs, dict):
        inputs: Any = {name: array.shape[1:] for name, array in samples.inputs.items()}
    else:
        inputs = samples.inputs.shape[1:]
    if samples.points is not None:
        return inputs, samples.outputs.shape[2:], samples.points.shape[-1]
    return inputs, samples.outputs.shape[1:]


def _check_sensors(sensors: Any, inputs: Any) -> dict[str, np.ndarray]:
    """Positions of the sensors, as many as an input function has."""
    if not isinstance(sensors, Mapping):
        raise TypeError(message("sensors", "a mapping from names to positions", sensors))
    functions = inputs if isinstance(inputs, dict) else {}
    checked = {}
    for name, positions in sensors.items():
        if name not in functions:
            raise ValueError(message("sensors", f"of inputs among {list(functions)}", name))
        array = np.asarray(positions)
        rank = 1 if array.ndim < 2 else 2
        checked[name] = check_array(f"sensors[{name!r}]", positions, (None,) * rank)
        shape = functions[name].shape
        wanted = math.prod(shape[1:] if len(shape) == 2 else shape[1:-1])
        if len(array) != wanted:
            expected = f"{wanted} positions, one for each value of the function"
            raise ValueError(message(f"sensors[{name!r}]", expected, array.shape))
    return checked


def _check_optional_names(argument: str, value: Any) -> tuple[str, ...]:
    return () if isinstance(value, tuple | list) and not value else check_names(argument, value)


def _check_classes(value: Any) -> tuple[str, ...]:
    expected = "a sequence of names of classes"
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(message("classes", expected, value))
    if not all(isinstance(name, str) for name in value) or len(set(value)) < len(value):
        raise ValueError(message("classes", f"{expected}, all different", value))
    return tuple(value)
