"""Operations of TensorFlow that tf2onnx gets wrong or does not know, written in those of ONNX.

Each function replaces a node of a graph of tf2onnx, as its `custom_op_handlers` ask.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np


def floor_mod(graph: Any, node: Any, name: str, arguments: Any) -> None:
    """The remainder with the sign of the divisor.

    tf2onnx divides, and ONNX rounds the quotient of integers towards zero: -5 % 2 would be -1.
    """
    dividend, divisor = node.input
    result = _result(graph, node)
    if _numpy_dtype(result["dtypes"][0]).kind == "i":
        graph.make_node("Mod", [dividend, divisor], **result)
        return
    quotient = graph.make_node("Div", [dividend, divisor])
    floor = graph.make_node("Floor", quotient.output)
    product = graph.make_node("Mul", [floor.output[0], divisor])
    graph.make_node("Sub", [dividend, product.output[0]], **result)


def bound(graph: Any, node: Any, name: str, arguments: Any, comparison: str) -> None:
    """Where values `(b, k)` belong in sorted rows `(b, m)`: how many entries compare to them."""
    rows, values = node.input
    result = _result(graph, node)
    axes = [graph.make_const(f"{name}_axis_{axis}", np.array([axis])).output[0] for axis in (1, 2)]
    columns = graph.make_node("Unsqueeze", [rows, axes[0]])  # (b, 1, m)
    entries = graph.make_node("Unsqueeze", [values, axes[1]])  # (b, k, 1)
    compared = graph.make_node(comparison, [columns.output[0], entries.output[0]])
    counted = graph.make_node("Cast", compared.output, attr={"to": result["dtypes"][0]})
    graph.make_node("ReduceSum", [counted.output[0], axes[1]], attr={"keepdims": 0}, **result)


OPERATIONS = {
    "FloorMod": floor_mod,
    "LowerBound": functools.partial(bound, comparison="Less"),
    "UpperBound": functools.partial(bound, comparison="LessOrEqual"),
}


def _result(graph: Any, node: Any) -> dict[str, Any]:
    """Removes a node, and says what takes its place."""
    result = {
        "name": node.name,
        "outputs": list(node.output),
        "shapes": node.output_shapes,
        "dtypes": node.output_dtypes,
    }
    graph.remove_node(node.name)
    return result


def _numpy_dtype(dtype: int) -> np.dtype:
    import onnx

    return onnx.helper.tensor_dtype_to_np_dtype(dtype)
