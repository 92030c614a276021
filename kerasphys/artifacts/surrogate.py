"""Loading and use of artefacts from Python."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._outside import outside
from kerasphys._validation import check_array, check_names, message
from kerasphys.artifacts.card import read_card
from kerasphys.artifacts.layout import artifact_directory, refuse, verify_manifest
from kerasphys.artifacts.operator_arrays import evaluate, operator_functions
from kerasphys.artifacts.sample_arrays import sample_arrays
from kerasphys.artifacts.saved_model import check_signatures, evaluation, load_saved_model


class Surrogate:
    """A model that was exported, ready to predict.

    The files are checked against their digests before anything is loaded. A SavedModel is a
    program: load it only from a source that you trust.

    Args:
        path: Directory of the artefact.

    Attributes:
        path: The absolute path of the artefact.
        card: The `Card` of the model.
        signatures: Mapping from names to functions of tensors, as TensorFlow loads them.

    Raises:
        FileNotFoundError: If there is no such directory.
        ValueError: If a file is missing, altered or foreign; the message has its path.
    """

    def __init__(self, path: str | os.PathLike):
        directory = artifact_directory("path", path)
        verify_manifest(directory)
        self.path = directory
        self.card = read_card(directory)
        # The loaded object owns the variables: its functions fail once it is gone.
        self._model = load_saved_model(directory)
        if set(self._model.signatures) != {*self.card.signatures, "serving_default"}:
            refuse(
                directory,
                f"the model has the signatures {sorted(self._model.signatures)}, and its card "
                f"lists {sorted(self.card.signatures)}",
            )
        self.signatures = {name: self._model.signatures[name] for name in self.card.signatures}
        check_signatures(directory, self.signatures, self.card)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """Names of the columns of the points, in their order."""
        return self.card.coordinate_names

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields that `predict` returns, or of the channels of its output."""
        return tuple(self.card.fields)

    def predict(
        self, points: Any, batch_size: int | None = None, verbose: str | int = "auto"
    ) -> Any:
        """Evaluates the model.

        Args:
            points: For a function of points, array `(n, d)` with the columns `coordinates`, or a
                mapping or a data frame with one column `(n,)` for each of them, in any order. For
                a model of fields or other samples, array `(n, ...)` such as `(n, *grid, c)`; or,
                where it has several inputs, a mapping from their names to arrays. For an operator
                a mapping from the names of its input functions to arrays, with `points` as for a
                function of points, common to all of them.
            batch_size: Positive integer, how many points or samples to evaluate at once. By
                default 65536 points; of samples, fewer the larger they are.
            verbose: `"auto"`: a progress bar if there are many batches; 0: none; 1: always.

        Returns:
            What `serve` returns by its names, in the precision of the model: for a function of
            points, a dict from fields to arrays `(n,)`; for an operator, arrays `(n, p)`; for a
            model of fields `{"outputs": (n, *grid, m)}`. For a pandas data frame of points a data
            frame with the same index: `frame.join(surrogate.predict(frame))`.

        Warns:
            UserWarning: If points lie outside the ranges of the card.

        Raises:
            TypeError: If there is something else than numbers.
            ValueError: If the shape, the channels or the names are wrong, or a value is not
                finite.
        """
        values = self._evaluate("serve", points, batch_size, verbose)
        in_order = {name: values[name] for name in self.fields if name in values}
        return _like(points, in_order | values)

    def derivatives(
        self,
        points: Any,
        names: str | Sequence[str] | None = None,
        batch_size: int | None = None,
        verbose: str | int = "auto",
    ) -> Any:
        """Evaluates the derivatives that were exported.

        Args:
            points: As for `predict`.
            names: Names such as `"u_x"` among those exported; by default all of them.
            batch_size: As for `predict`.
            verbose: As for `predict`.

        Returns:
            A dict from names to arrays `(n,)`, or `(n, d)` for gradients; on a grid `(n, *grid)`.
            For a pandas data frame a data frame, in which a gradient has the columns `grad_u_1`,
            `grad_u_2`, ....

        Raises:
            ValueError: If the model was exported without derivatives or without one of `names`.
        """
        if "derivatives" not in self.signatures:
            raise ValueError(
                f"The model at {self.path} was exported without derivatives. Export it again with "
                "export(path, derivatives=[...])."
            )
        known = tuple(self.signatures["derivatives"].structured_outputs)
        wanted = known if names is None else check_names("names", names)
        for name in wanted:
            if name not in known:
                raise ValueError(message("names", f"among those exported, {known}", name))
        values = self._evaluate("derivatives", points, batch_size, verbose)
        return _like(points, {name: values[name] for name in wanted})

    def band(self, points: Any, batch_size: int | None = None, verbose: str | int = "auto") -> Any:
        """The band around the predictions that was calibrated before the export.

        The entry `band` of `card.parameters` says what it covers, with which probability.

        Args:
            points: As for `predict`.
            batch_size: As for `predict`.
            verbose: As for `predict`.

        Returns:
            For each name that `predict` returns two arrays of the same shape, or columns, under
            `lower_<name>` and `upper_<name>`.

        Raises:
            ValueError: If the model was exported without a band.
        """
        if "band" not in self.signatures:
            raise ValueError(
                f"The model at {self.path} was exported without a band. Call calibrate before "
                "export."
            )
        return _like(points, self._evaluate("band", points, batch_size, verbose))

    def __repr__(self) -> str:
        return (
            f"<Surrogate {self.card.name!r}, coordinates {self.coordinates}, fields {self.fields}, "
            f"at {self.path}>"
        )

    @evaluation
    def _evaluate(
        self, signature: str, points: Any, batch_size: int | None, verbose: str | int
    ) -> dict[str, np.ndarray]:
        function = self.signatures[signature]
        specs = function.structured_input_signature[1]
        if set(specs) == {"points"}:
            arrays = {"points": self._check_points(points, specs["points"])}
        elif "points" in specs:
            functions = operator_functions(points, specs)
            nodes = self._check_points(points["points"], specs["points"])
            arrays = {**functions, "points": nodes}
        else:
            arrays = sample_arrays(points, specs)
        return evaluate(function, arrays, batch_size, verbose)

    def _check_points(self, points: Any, spec: tf.TensorSpec) -> np.ndarray:
        dtype = spec.dtype.as_numpy_dtype
        array, precision = self._as_array(points)
        self._warn_outside(array, max(precision, np.finfo(dtype).eps))
        return array.astype(dtype)

    def _as_array(self, points: Any) -> tuple[np.ndarray, float]:
        """Points as float64, and the rounding error of the numbers as they were given."""
        columns = len(self.coordinates)
        names = ", ".join(self.coordinates)
        if hasattr(points, "columns"):  # a data frame, of pandas or its like
            points = {name: np.asarray(points[name]) for name in points.columns}
        if isinstance(points, Mapping):
            if set(points) != set(self.coordinates):
                raise ValueError(
                    f"Argument `points` must have exactly the columns {names}. Received: "
                    f"{', '.join(map(str, points))}."
                )
            arrays = [
                check_array(f"points[{name!r}]", points[name], (None,)) for name in self.coordinates
            ]
            if len({len(array) for array in arrays}) > 1:
                raise ValueError(
                    "Argument `points` must have columns of one length. Received: "
                    + ", ".join(f"{k}: {len(v)}" for k, v in points.items())
                )
            dtypes = [np.asarray(points[name]).dtype for name in self.coordinates]
            return np.stack(arrays, axis=1), _rounding(dtypes)
        array = check_array("points", points, (None, columns), f"The columns are {names}.")
        return array, _rounding([np.asarray(points).dtype])

    def _warn_outside(self, array: np.ndarray, precision: float) -> None:
        for coordinate, column in zip(self.card.coordinates, array.T, strict=True):
            lower = -np.inf if coordinate["lower"] is None else coordinate["lower"]
            upper = np.inf if coordinate["upper"] is None else coordinate["upper"]
            beyond = outside(column, lower, upper, precision)
            if len(beyond):
                name = coordinate["name"]
                kind = "parameter " if name in self.card.parameters else ""
                warnings.warn(
                    f"{len(beyond)} of {len(array)} points lie outside the range of the model "
                    f"card, {kind}{name} in [{lower}, {upper}]; the first is "
                    f"{name} = {beyond[0]}. The errors on the card say nothing "
                    "about them.",
                    UserWarning,
                    stacklevel=6,
                )


def load_surrogate(path: str | os.PathLike) -> Surrogate:
    """Loads what `export` wrote.

    Args:
        path: Directory of the artefact.

    Returns:
        A `Surrogate`, with `predict`, `derivatives` and the model `card`.

    Raises:
        FileNotFoundError: If there is no such directory.
        ValueError: If a file is missing, altered or foreign; the message has its path.

    Example:
        ```python notest
        import kerasphys as kp

        surrogate = kp.load_surrogate("saved_models/burgers")
        u = surrogate.predict({"x": x, "t": t})["u"]
        ```
    """
    return Surrogate(path)


def _rounding(dtypes: Sequence[np.dtype]) -> float:
    return max(float(np.finfo(dtype).eps) if dtype.kind == "f" else 0.0 for dtype in dtypes)


def _like(points: Any, values: dict[str, np.ndarray]) -> Any:
    """The values in a data frame if the points are in one of pandas."""
    if not hasattr(points, "iloc"):
        return values
    import pandas

    columns: dict[str, np.ndarray] = {}
    for name, array in values.items():
        if array.ndim == 1:
            columns[name] = array
        else:
            columns |= {f"{name}_{i}": part for i, part in enumerate(array.T, start=1)}
    return pandas.DataFrame(columns, index=points.index)
