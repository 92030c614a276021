"""Measured values at points inside the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._registry import serializable
from kerasphys._validation import check_array
from kerasphys.conditions import tables_of_readings
from kerasphys.conditions.condition import FieldCondition
from kerasphys.conditions.located import Located
from kerasphys.conditions.readings import check_readings, check_std, rows
from kerasphys.conditions.values import deserialize_value, serialize_value
from kerasphys.derivatives import Namespace
from kerasphys.geometry import Geometry, PointCloud, Region


@serializable
class Data(FieldCondition):
    """Readings of fields at fixed positions.

    With `std`, the residual of a reading is its misfit divided by its standard deviation. Where the
    noise is what `std` says and nothing else is wrong, the loss of the condition is about one for
    each field, and `kp.analysis.uncertainty` can tell how well the readings determine what was
    identified.

    Args:
        at: Positions, array of shape `(n, d)`, columns in the order of the problem's coordinates.
        std: The standard deviation of the readings: a positive number, an array of shape `(n,)`,
            or a dict of these by field. By default residuals are the misfits themselves.
        weight: Non-negative number, the factor of the mean square residual in the loss.
        **fields: For each measured field its readings, array of shape `(n,)`.

    Raises:
        ValueError: If the lengths differ, a number is not finite, or a standard deviation is not
            positive; when the problem is made, if a position lies outside the domain.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        positions = np.array([[0.2, 0.0], [0.2, 0.5], [0.8, 0.5]])  # x, t
        kp.Data(at=positions, u=np.array([0.31, 0.27, 0.11]), std=0.01)
        ```
    """

    has_own_points = True

    def __init__(
        self,
        at: np.ndarray | Sequence,
        std: float | np.ndarray | Mapping[str, Any] | None = None,
        weight: float = 1.0,
        **fields: Any,
    ):
        self.at = check_array("at", at, (None, None))
        for name, readings in fields.items():
            check_readings(name, readings, len(self.at))
        super().__init__(None, weight, fields)
        self.std = check_std(std, self.fields, len(self.at))
        self.givens |= {f"{name}.std": value for name, value in (self.std or {}).items()}

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        coordinates: Sequence[str],
        std: float | str | Mapping[str, Any] | None = None,
        weight: float = 1.0,
        dropna: bool = False,
        **fields: str,
    ) -> Data:
        """Readings from a pandas DataFrame with one row for each position.

        Args:
            frame: The table.
            coordinates: The columns that hold the position, in the order of the problem's
                coordinates.
            std: A number, the name of a column, or a dict of these by field.
            weight: As of `Data`.
            dropna: Whether rows in which a number is missing are left out. Otherwise they are an
                error.
            **fields: For each measured field the name of its column.

        Raises:
            ValueError: If a column is missing, or a number in it.

        Example:
            ```python
            import pandas as pd
            import kerasphys as kp

            frame = pd.DataFrame({"x": [0.2, 0.8], "t": [0.0, 0.5], "temperature": [31.0, 27.0]})
            kp.Data.from_frame(frame, ("x", "t"), u="temperature", std=0.5)
            ```
        """
        return cls(
            weight=weight,
            **tables_of_readings.from_frame(frame, coordinates, std, dropna, fields),
        )

    @classmethod
    def from_time_series(
        cls,
        frame: Any,
        positions: Mapping[Any, Sequence[float] | float],
        field: str,
        time: str = "t",
        coordinates: Sequence[str] | None = None,
        std: float | Mapping[Any, float] | None = None,
        weight: float = 1.0,
        dropna: bool = False,
    ) -> Data:
        """Readings of sensors over time, from a pandas DataFrame with a column for each sensor.

        Args:
            frame: The table; its index is the time, a number.
            positions: For each sensor, by the name of its column, its position: the coordinates
                other than time, in the problem's order.
            field: The field that the sensors measure.
            time: The name of the coordinate that is time.
            coordinates: The names of the problem's coordinates, in their order; by default time is
                the last of them.
            std: A number, or a dict by sensor.
            weight: As of `Data`.
            dropna: Whether missing readings are left out. Otherwise they are an error.

        Raises:
            ValueError: If a column is missing, or a number in it; if the index is no number.

        Example:
            ```python
            import pandas as pd
            import kerasphys as kp

            frame = pd.DataFrame({"T1": [20.0, 21.5], "T2": [20.0, 20.3]}, index=[0.0, 60.0])
            kp.Data.from_time_series(frame, {"T1": (0.2,), "T2": (0.8,)}, field="u", std=0.1)
            ```
        """
        return cls(
            weight=weight,
            **tables_of_readings.from_time_series(
                frame, positions, field, time, coordinates, std, dropna
            ),
        )

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(name for name in self.givens if name.isidentifier())

    def region(self, domain: Geometry) -> Region:
        return PointCloud(self.at, domain.coordinates)

    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        misfits = {name: at.values[name] - at.givens[name] for name in self.fields}
        return tuple(
            misfit / at.givens[f"{name}.std"] if name in (self.std or ()) else misfit
            for name, misfit in misfits.items()
        )

    def check(self, namespace: Namespace, domain: Geometry) -> None:
        check_array(
            "at",
            self.at,
            (None, len(namespace.coordinates)),
            f"One column for each of {', '.join(namespace.coordinates)}.",
        )
        super().check(namespace, domain)
        outside = ~domain.contains(self.at)
        if outside.any():
            first = int(np.argmax(outside))
            raise ValueError(
                f"Argument `at` must lie inside the domain. Received: {outside.sum()} positions "
                f"outside, in {rows(outside)}; the first is {self.at[first].tolist()}."
            )

    def describe(self) -> str:
        return f"Data({', '.join(self.fields)}) at {len(self.at)} positions"

    def get_config(self) -> dict[str, Any]:
        std = self.std and {name: serialize_value(value) for name, value in self.std.items()}
        return {
            "at": self.at.tolist(),
            "std": std,
            "weight": self.weight,
            "values": {name: serialize_value(self.givens[name]) for name in self.fields},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Data:
        std = config.get("std")
        std = std and {name: deserialize_value(value) for name, value in std.items()}
        made = super().from_config({**config, "std": std})
        assert isinstance(made, Data)
        return made
