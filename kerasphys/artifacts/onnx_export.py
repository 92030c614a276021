"""Conversion of artefacts to ONNX, with a check of every number that comes out."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

from kerasphys._files import replace_file
from kerasphys._validation import check_choice, check_positive, message
from kerasphys.artifacts.layout import check_path
from kerasphys.artifacts.onnx_check import Arrays, arrays_to_check, differences
from kerasphys.artifacts.onnx_operations import OPERATIONS
from kerasphys.artifacts.sample_arrays import sample_arrays
from kerasphys.artifacts.surrogate import Surrogate

OPSET = 18
TOLERANCES = {"float64": 1e-12}
TOLERANCE = 1e-5  # of single precision and less


def to_onnx(
    path: str | os.PathLike,
    onnx_path: str | os.PathLike,
    signature: str = "serve",
    inputs: Mapping[str, Any] | None = None,
    tolerance: float | None = None,
) -> dict[str, float]:
    """Writes a signature of an artefact as an ONNX model, for onnxruntime and its like.

    The names of inputs and outputs, the dtypes and the free axes are those of the signature, and
    the model card is the metadata entry `card`. Before anything is written, onnxruntime evaluates
    the model beside TensorFlow, on inputs of two sizes. It needs the packages of the extra
    `onnx`.

    Args:
        path: Directory of the artefact.
        onnx_path: File to write. An old one is replaced only when the new one is whole.
        signature: The name of a signature.
        inputs: Mapping from the names of the inputs to arrays on which to check the numbers, or
            the array of the only input. By default random ones: points in the ranges of the card,
            other values from a standard normal distribution, free axes of a grid with 32 to 40
            points.
        tolerance: Positive number, the largest difference that is accepted, relative to the
            largest value of an output. By default 1e-12 for outputs in double precision and 1e-5
            for others.

    Returns:
        For each output the largest difference between onnxruntime and TensorFlow, relative to its
        largest value.

    Raises:
        FileNotFoundError: If there is no such artefact.
        ImportError: If a package of the extra is not installed.
        ValueError: If the artefact is damaged; if an operation cannot be converted, or
            onnxruntime has no kernel for it in the precision of the model (the message names it);
            or if the numbers differ by more than `tolerance`.

    Example:
        ```python notest
        import kerasphys as kp

        errors = kp.artifacts.to_onnx("saved_models/burgers", "burgers.onnx")
        print(errors)  # {"u": 1.7e-15}
        ```
    """
    target = check_path("onnx_path", onnx_path)
    if target.is_dir():
        raise ValueError(message("onnx_path", "a file to write", onnx_path, "It is a directory."))
    if tolerance is not None:
        tolerance = check_positive("tolerance", tolerance)
    _check_packages()
    surrogate = Surrogate(path)
    check_choice("signature", signature, surrogate.signatures)
    function = surrogate.signatures[signature]
    specs = function.structured_input_signature[1]
    checks = arrays_to_check(specs, surrogate.card) if inputs is None else [_given(inputs, specs)]
    model = _convert(function, specs, surrogate.path)
    _describe(model, function, specs, surrogate)
    content = model.SerializeToString()
    found = differences(content, function, checks, surrogate.path)
    for name, difference in found.items():
        dtype = function.structured_outputs[name].dtype.name
        accepted = TOLERANCES.get(dtype, TOLERANCE) if tolerance is None else tolerance
        if not difference <= accepted:
            raise ValueError(
                f"The output {name!r} of the ONNX model differs from that of {surrogate.path} by "
                f"{difference:.1e} of its largest value, and {accepted:.1e} is accepted. If that "
                f"is good enough, pass a larger `tolerance`."
            )
    with replace_file(target) as staged:
        staged.write_bytes(content)
    return found


def _check_packages() -> None:
    """Says how to install what is missing."""
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import tf2onnx  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "kp.artifacts.to_onnx needs onnx, onnxruntime and tf2onnx, and one of them is not "
            "installed: pip install 'kerasphys[onnx]'"
        ) from error


def _given(inputs: Any, specs: Mapping[str, tf.TensorSpec]) -> Arrays:
    """Inputs as the signature takes them; the points of an operator have a length of their own."""
    if isinstance(inputs, Mapping) and "points" in inputs and len(specs) > 1:
        if set(inputs) != set(specs):
            raise ValueError(message("inputs", f"given the keys {sorted(specs)}", sorted(inputs)))
        return {n: sample_arrays(inputs[n], {n: spec})[n] for n, spec in specs.items()}
    return sample_arrays(inputs, specs)


def _convert(function: Any, specs: Mapping[str, tf.TensorSpec], path: Path) -> Any:
    """The model as ONNX, of operations that ONNX has."""
    import tf2onnx

    spec = [tf.TensorSpec(s.shape, s.dtype, name) for name, s in specs.items()]

    @tf.function(input_signature=spec, autograph=False)
    def positional(*tensors: tf.Tensor) -> dict[str, tf.Tensor]:
        return function(**dict(zip(specs, tensors, strict=True)))

    with _quiet():
        model, _ = tf2onnx.convert.from_function(
            positional,
            input_signature=spec,
            opset=OPSET,
            custom_op_handlers={name: (make, []) for name, make in OPERATIONS.items()},
        )
    unknown = sorted(_unknown_operations(model.graph))
    if unknown:
        raise ValueError(
            f"Cannot convert {path} to ONNX: there is no ONNX operation for {', '.join(unknown)}. "
            "Run it with TensorFlow, from Python, C++ or TensorFlow Serving."
        )
    return model


def _unknown_operations(graph: Any) -> set[str]:
    """The operations of a graph, and of the graphs in it, that ONNX does not have."""
    import onnx

    found = set()
    for node in graph.node:
        if not onnx.defs.has(node.op_type, node.domain):
            found.add(node.op_type)
        for attribute in node.attribute:
            if attribute.HasField("g"):
                found |= _unknown_operations(attribute.g)
    return found


def _describe(
    model: Any, function: Any, specs: Mapping[str, tf.TensorSpec], surrogate: Surrogate
) -> None:
    """Writes shapes as the signature has them, free axes by names, and the model card."""
    outputs = function.structured_outputs
    for values, shapes in ((model.graph.input, specs), (model.graph.output, outputs)):
        for value in values:
            tensor = value.type.tensor_type
            tensor.ClearField("shape")
            if shapes[value.name].shape.rank is None:
                continue
            for axis, size in enumerate(shapes[value.name].shape):
                length = tensor.shape.dim.add()
                if size is None:
                    length.dim_param = f"{value.name}_{axis}"
                else:
                    length.dim_value = size
    model.graph.name = "kerasphys"
    model.graph.doc_string = surrogate.card.name
    card = model.metadata_props.add()
    card.key, card.value = "card", json.dumps(surrogate.card.to_dict(), ensure_ascii=False)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hides what the converter logs: the errors that matter are raised here."""
    root, silent = logging.getLogger(), logging.NullHandler()
    disabled = logging.root.manager.disable
    root.addHandler(silent)  # without a handler the converter's messages would bring one to stay
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(disabled)
        root.removeHandler(silent)
