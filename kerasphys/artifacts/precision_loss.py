"""Signatures in a precision of choice, and how far that moves what they return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys._validation import message
from kerasphys.artifacts.operator_arrays import evaluate, operator_functions
from kerasphys.artifacts.precision import Conversion
from kerasphys.artifacts.sample_arrays import sample_arrays

PRECISIONS = ("float64", "float32", "bfloat16")


def check_export_dtype(value: Any, serve: Mapping[str, Any]) -> None:
    """Refuses what is no precision, or one with more digits than the model has.

    Args:
        value: The argument.
        serve: The description of a signature in the precision of the model.
    """
    if value is None:
        return
    if not isinstance(value, str) or value not in PRECISIONS:
        raise ValueError(message("dtype", "None, 'float64', 'float32' or 'bfloat16'", value))
    own = next((i["dtype"] for i in serve["inputs"].values() if i["dtype"] in PRECISIONS), value)
    if PRECISIONS.index(value) < PRECISIONS.index(own):
        cure = f"The model computes in {own}, and more digits would be made up."
        raise ValueError(message("dtype", f"None, {own!r} or a lower precision", value, cure))


def in_precision(
    signatures: Mapping[str, Any],
    resources: Sequence[Any],
    dtype: str,
    samples: Any,
    fields: Sequence[str],
) -> tuple[dict[str, Any], list[Any], dict[str, Any]]:
    """Signatures that compute in single precision or in bfloat16.

    Args:
        signatures: Mapping from names to functions, all with the inputs of `"serve"`.
        resources: What they use.
        dtype: `"float32"` or `"bfloat16"`.
        samples: Inputs on which both precisions are compared, or `None`.
        fields: The names of what `"serve"` returns, or of its channels.

    Returns:
        The signatures, what they use, and the entry `precision` of the card.

    Raises:
        ValueError: If the samples do not suit the signatures, or if a result is not finite in that
            precision.
    """
    convert = Conversion(dtype, [v for one in resources for v in _variables(one)])
    converted = {name: convert(function) for name, function in signatures.items()}
    specs = _specs(signatures["serve"])
    facts: dict[str, Any] = {
        "computes_in": dtype,
        "trained_in": next(iter(specs.values())).dtype.name,
        "samples": None,
        "differences": None,
    }
    if samples is not None:
        arrays = _arrays(samples, specs)
        facts["samples"] = len(next(iter(arrays.values())))
        facts["differences"] = {
            name: _differences(signatures[name], function, arrays, dtype, fields)
            for name, function in converted.items()
        }
    tables = [one for one in resources if not _variables(one)]
    return converted, [*tables, *convert.variables], facts


def _variables(resource: Any) -> Sequence[tf.Variable]:
    return [resource] if isinstance(resource, tf.Variable) else getattr(resource, "variables", ())


def _specs(function: Any) -> dict[str, tf.TensorSpec]:
    signature = function.get_concrete_function().structured_input_signature
    return {spec.name: spec for spec in tf.nest.flatten(signature)}


def _arrays(samples: Any, specs: Mapping[str, tf.TensorSpec]) -> dict[str, np.ndarray]:
    """The samples by the names of the inputs, those of an operator before its points."""
    if "points" not in specs or len(specs) == 1:
        return sample_arrays(samples, specs)
    functions = operator_functions(samples, specs)
    points = sample_arrays({"points": samples["points"]}, {"points": specs["points"]})
    return {**functions, **points}


def _values(function: Any, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What a signature returns, evaluated in batches."""
    specs = _specs(function)

    def by_name(**batch: tf.Tensor) -> dict[str, tf.Tensor]:
        return function(*[tf.cast(batch[name], spec.dtype) for name, spec in specs.items()])

    return evaluate(by_name, arrays, None, 0)


def _differences(
    function: Any,
    converted: Any,
    arrays: Mapping[str, np.ndarray],
    dtype: str,
    fields: Sequence[str],
) -> dict[str, dict[str, float | None]]:
    """For each field, or output of another name, how far the precision moves it."""
    expected, found = (_by_field(_values(one, arrays), fields) for one in (function, converted))
    differences = {}
    for name, values in found.items():
        if not np.all(np.isfinite(values)):
            cure = "Its numbers leave the range, or a method in it does not converge there."
            what = f"such that {name!r} is finite on the samples"
            raise ValueError(message("dtype", what, dtype, cure))
        exact = expected[name].astype(np.float64)
        off = values - exact
        size = np.linalg.norm(exact)
        differences[name] = {
            "relative_l2": float(np.linalg.norm(off) / size) if size else None,
            "maximum": float(np.max(np.abs(off))),
        }
    return differences


def _by_field(values: Mapping[str, np.ndarray], fields: Sequence[str]) -> dict[str, np.ndarray]:
    """The channels of an only output by the names of the fields."""
    if len(values) > 1 or set(values) <= set(fields):
        return dict(values)
    (output,) = values.values()
    if output.shape[-1] != len(fields):  # the probabilities of classes
        return dict(values)
    return {field: output[..., index] for index, field in enumerate(fields)}
