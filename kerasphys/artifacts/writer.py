"""Writing of artefacts."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import errno
import importlib.metadata
import logging
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from kerasphys._files import replace_directory, write_json
from kerasphys._validation import message
from kerasphys._version import __version__
from kerasphys.artifacts.card import FORMAT_VERSION, Card
from kerasphys.artifacts.layout import CARD_FILE, check_path, write_manifest
from kerasphys.artifacts.precision_loss import check_export_dtype, in_precision

# What the system says where TensorFlow says these
ERRNO = {
    tf.errors.ResourceExhaustedError: errno.ENOSPC,
    tf.errors.PermissionDeniedError: errno.EACCES,
}
_GRAPH_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def write_artifact(
    path: str | os.PathLike,
    signatures: Mapping[str, Any],
    card: Card,
    resources: Sequence[Any] = (),
    dtype: str | None = None,
    samples: Any = None,
) -> Path:
    """Writes a SavedModel with its model card and manifest.

    The directory appears, and replaces an older one, only when it is whole. TensorFlow alone
    loads it: `tf.saved_model.load(path).signatures["serve"](points=...)`.

    Args:
        path: Directory to write.
        signatures: Mapping from names to functions. Each is a `tf.function` whose
            `input_signature` names its tensors, with a free first axis, and returns a dict of
            tensors. `"serve"` is required, and becomes `"serving_default"` too. A signature
            `"serve"` that takes `points`, of shape `(n, d)`, has one column for each coordinate
            of the card and returns the fields of the card.
        card: `Card` of the model. Versions, time, signatures and precision are filled in.
        resources: The `tf.Variable`, `tf.Module` and other trackable objects whose values the
            functions use.
        dtype: `"float32"` or `"bfloat16"` for an artefact that computes with fewer digits, by a
            graph rewritten: in `"float32"` no number of it is in double precision. In
            `"bfloat16"` products of matrices and convolutions are, and the weights of these; it
            takes and returns single precision. `None`, or the precision of the functions: theirs.
        samples: With `dtype`, inputs on which both precisions are compared: an array, or a mapping
            from the names of the inputs of `"serve"` to arrays. The card then holds the relative
            difference in the 2-norm and the largest difference, of each output.

    Returns:
        The absolute path of the artefact.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If a signature breaks the rules above; if a function uses a variable that is
            not among the resources; or if a result is not finite in the precision of choice.
        OSError: If the artefact cannot be written. What was at `path` stays.

    Example:
        ```python
        import numpy as np
        import tensorflow as tf
        import kerasphys as kp

        slope = tf.Variable(2.0, dtype="float64")

        @tf.function(input_signature=[tf.TensorSpec((None, 1), tf.float64, name="points")])
        def serve(points):
            return {"u": slope * points[:, 0]}

        card = kp.artifacts.Card(
            kind="formula",
            name="A line",
            coordinates=[{"name": "x", "lower": 0.0, "upper": 1.0}],
            fields=["u"],
        )
        path = kp.artifacts.write_artifact("line", {"serve": serve}, card, [slope])
        surrogate = kp.artifacts.load_surrogate(path)
        assert surrogate.predict(np.array([[0.5]]))["u"] == [1.0]
        ```
    """
    target = check_path("path", path)
    if not isinstance(card, Card):
        raise TypeError(message("card", "a Card", card))
    resources = _check_resources(resources)
    functions = _check_signatures(signatures)
    precision = None
    check_export_dtype(dtype, _describe("serve", functions["serve"]))
    if dtype is None and samples is not None:
        cure = "They tell what another dtype costs."
        raise ValueError(message("samples", "None without a dtype", samples, cure))
    if dtype in ("float32", "bfloat16"):
        functions, resources, precision = in_precision(
            functions, resources, dtype, samples, card.fields
        )
    module = tf.Module()
    module.resources = resources
    described = {name: _describe(name, function) for name, function in functions.items()}
    _check_agreement(described["serve"], card)
    card = dataclasses.replace(
        card,
        created=card.created or datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        versions=_versions(),
        signatures=described,
        precision=precision,
        format_version=FORMAT_VERSION,
    )
    with _reporting(target), replace_directory(target) as staged:
        _save(module, staged, functions)
        write_json(staged / CARD_FILE, card.to_dict())
        write_manifest(staged)
    return target


@contextlib.contextmanager
def _reporting(target: Path) -> Iterator[None]:
    """Says where writing failed, what stays, and what helps."""
    there = target.exists()
    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        if isinstance(error, OSError):
            if error.errno is None:  # of `replace_directory`, which says all itself
                raise
            number, reason = error.errno, error.strerror or error
        else:
            number, reason = ERRNO.get(type(error), errno.EIO), error.message
        stays = "The artefact that was there stays" if there else "Nothing was there before"
        raise OSError(
            number,
            f"The artefact {target} could not be written: {reason}. {stays}; the model is as it "
            "was. Make room, or export to a directory that can be written",
        ) from error


def _check_resources(resources: Any) -> list:
    expected = "a list of tf.Variable, tf.Module or other trackable objects"
    if not isinstance(resources, list | tuple):
        raise TypeError(message("resources", expected, resources))
    for resource in resources:
        if not isinstance(resource, tf.Variable | tf.__internal__.tracking.Trackable):
            raise TypeError(
                message("resources", expected, resources, "For a keras.Variable, pass its `value`.")
            )
    return list(resources)


def _check_signatures(signatures: Any) -> dict[str, Any]:
    expected = "a mapping from names to tf.functions"
    if not isinstance(signatures, Mapping):
        raise TypeError(message("signatures", expected, signatures))
    for name, function in signatures.items():
        if not isinstance(name, str) or not _GRAPH_NAME.fullmatch(name):
            raise ValueError(
                message("signatures", "given names of ASCII letters, digits and _", name)
            )
        if not isinstance(function, tf.types.experimental.PolymorphicFunction):
            raise TypeError(message(f"signatures[{name!r}]", "a tf.function", function))
        if function.input_signature is None:
            raise ValueError(
                message(f"signatures[{name!r}]", "a tf.function with an input_signature", function)
            )
    if "serve" not in signatures or "serving_default" in signatures:
        raise ValueError(
            message(
                "signatures",
                'given with "serve" among its names and without "serving_default"',
                list(signatures),
                '"serving_default" is made from "serve".',
            )
        )
    return dict(signatures)


def _describe(name: str, function: Any) -> dict[str, Any]:
    """Names, shapes and dtypes of what a signature takes and returns."""
    where = f"signatures[{name!r}]"
    concrete = function.get_concrete_function()
    inputs: dict[str, Any] = {}
    for spec in tf.nest.flatten(concrete.structured_input_signature):
        if not _GRAPH_NAME.fullmatch(spec.name) or spec.name in inputs:
            raise ValueError(
                message(
                    where, "given inputs with different names of ASCII letters and digits", spec
                )
            )
        if not spec.shape.rank or spec.shape[0] is not None:
            raise ValueError(message(where, "given inputs whose first axis is free (None)", spec))
        inputs[spec.name] = _describe_tensor(spec)
    outputs = concrete.structured_outputs
    if not isinstance(outputs, dict) or not outputs:
        raise ValueError(message(where, "a function that returns a dict of tensors", outputs))
    return {
        "inputs": inputs,
        "outputs": {key: _describe_tensor(tensor) for key, tensor in outputs.items()},
    }


def _describe_tensor(tensor: Any) -> dict[str, Any]:
    rank = tensor.shape.rank
    return {
        "shape": None if rank is None else tensor.shape.as_list(),
        "dtype": tensor.dtype.name,
    }


def _check_agreement(serve: dict[str, Any], card: Card) -> None:
    """The columns and the fields of a signature on points are those of the card."""
    if "points" not in serve["inputs"]:
        return
    shape = [None, len(card.coordinates)]
    if serve["inputs"]["points"]["shape"] != shape:
        raise ValueError(
            message(
                "signatures['serve']",
                f"given `points` of shape {shape}, one column for each coordinate of the card "
                f"{card.coordinate_names}",
                serve["inputs"]["points"]["shape"],
            )
        )
    if set(serve["outputs"]) != set(card.fields):
        raise ValueError(
            message(
                "signatures['serve']",
                f"a function that returns the fields of the card {tuple(card.fields)}",
                tuple(serve["outputs"]),
            )
        )


def _save(module: tf.Module, directory: Path, functions: dict[str, Any]) -> None:
    try:
        with _quiet():
            tf.saved_model.save(
                module,
                str(directory),
                signatures={**functions, "serving_default": functions["serve"]},
            )
    except AssertionError as error:  # TensorFlow's way to say that a variable is not tracked
        raise ValueError(
            "Argument `resources` must hold every variable and table that the signatures use. "
            f"TensorFlow says: {error}"
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hides the line `Assets written to`, which TensorFlow prints in interactive sessions."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        logger.setLevel(level)


def _versions() -> dict[str, str]:
    packages = ("tensorflow", "keras", "numpy")
    return {
        "kerasphys": __version__,
        **{package: importlib.metadata.version(package) for package in packages},
        "python": platform.python_version(),
    }
