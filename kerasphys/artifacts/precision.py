"""Signatures in another precision: their graphs rewritten, whatever model they came from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.eager.context import context

# What becomes single precision, and what that makes of complex numbers
SINGLE = {
    tf.float64.as_datatype_enum: tf.float32.as_datatype_enum,
    tf.float16.as_datatype_enum: tf.float32.as_datatype_enum,
    tf.bfloat16.as_datatype_enum: tf.float32.as_datatype_enum,
    tf.complex128.as_datatype_enum: tf.complex64.as_datatype_enum,
}

WIDE, NARROW = tf.float32.as_datatype_enum, tf.bfloat16.as_datatype_enum
READ = "ReadVariableOp"
BEFORE = "/bfloat16"  # what the name of a node ends with whose result is cast

# Products of matrices and convolutions, with the places of their factors
PRODUCTS = {
    "BatchMatMulV2": (0, 1),
    "Conv2D": (0, 1),
    "Conv2DBackpropInput": (1, 2),
    "Conv3D": (0, 1),
    "Conv3DBackpropInputV2": (1, 2),
    "DepthwiseConv2dNative": (0, 1),
    "Einsum": (0, 1),
    "MatMul": (0, 1),
}
OUTPUT = {"MatMul": "product"}  # what the result is called where not `output`

_numbers = itertools.count()  # of the graphs that were rewritten


class Conversion:
    """Makes functions of tensors that compute in a lower precision.

    In `"float32"` every number is single precision: weights, inputs, outputs, and what is computed
    from the size of a grid, which models compute in double. In `"bfloat16"` the weights of rank two
    and more are stored in bfloat16, and products of matrices and convolutions take and return it.
    Inputs, outputs and what lies between are single precision, as the vector units of TPUs compute:
    a coordinate, a mean or a time would lose its digits. So are the weights that are read in loops.

    Args:
        dtype: `"float32"` or `"bfloat16"`.
        variables: All variables that the functions use.
    """

    def __init__(self, dtype: str, variables: Iterable[tf.Variable]):
        self._narrow = dtype == "bfloat16"
        self._sources = list(variables)
        self._made: dict[tuple[int, tf.DType], tf.Variable] = {}

    @property
    def variables(self) -> list[tf.Variable]:
        """The variables of the functions that were made."""
        return list(self._made.values())

    def __call__(self, function: Any) -> Any:
        """What does the same as a `tf.function` with an input signature."""
        concrete = function.get_concrete_function()
        taken = tf.nest.flatten(concrete.structured_input_signature)
        specs = [tf.TensorSpec(s.shape, _single(s.dtype), s.name) for s in taken]
        outputs = concrete.structured_outputs
        graph = _in_single(concrete.graph.as_graph_def(), f"_{next(_numbers)}")
        places = [tensor.op.name for tensor in concrete.inputs]
        captured = {
            place: self._replacement(tensor, graph, place, concrete.variables)
            for place, tensor in zip(places[len(specs) :], concrete.captured_inputs, strict=True)
        }
        if self._narrow:
            _narrow_reads(graph, captured)
            _narrow_products(graph.node)
            for called in graph.library.function:
                _narrow_products(called.node_def, called.ret)
        for called in graph.library.function:
            context().add_function_def(called)
        used = _without_placeholders(graph, places)
        returned = [tensor.name for tensor in outputs.values()]

        @tf.function(input_signature=specs, autograph=False)
        def converted(*tensors: tf.Tensor) -> dict[str, tf.Tensor]:
            given = dict(zip(places, tensors, strict=False))
            capture = tf.compat.v1.get_default_graph().capture
            for place, value in captured.items():
                given[place] = capture(value.handle if isinstance(value, tf.Variable) else value)
            values = tf.graph_util.import_graph_def(
                graph,
                input_map={place: value for place, value in given.items() if place in used},
                return_elements=returned,
                name="model",
            )
            for value, tensor in zip(values, outputs.values(), strict=True):
                value.set_shape(tensor.shape)
            return dict(zip(outputs, values, strict=True))

        return converted

    def _replacement(
        self, tensor: tf.Tensor, graph: Any, place: str, variables: Iterable[tf.Variable]
    ) -> tf.Variable | tf.Tensor:
        """What stands for a tensor that a function captured: a variable where it is a handle."""
        if tensor.dtype != tf.resource:
            return tf.cast(tensor, _single(tensor.dtype))
        for source in self._sources:
            if source.handle is tensor:
                dtype = _single(source.dtype)
                if self._narrow and dtype == tf.float32 and source.shape.rank >= 2:
                    users = {node.op for node in graph.node if place in node.input}
                    dtype = tf.bfloat16 if users == {READ} else dtype
                name = source.name.split(":")[0]
                key = (id(source), dtype)
                if key not in self._made:
                    value = tf.cast(source, dtype)
                    self._made[key] = tf.Variable(value, trainable=False, name=name)
                return self._made[key]
        if any(variable.handle is tensor for variable in variables):
            raise ValueError("Argument `resources` must hold every variable of the signatures.")
        return tensor  # of a table, say


def _single(dtype: tf.DType) -> tf.DType:
    return tf.as_dtype(SINGLE.get(dtype.as_datatype_enum, dtype.as_datatype_enum))


def _without_placeholders(graph: Any, places: Sequence[str]) -> set[str]:
    """Takes the nodes out that stand for inputs. Returns the names of all that others read."""
    nodes = [node for node in graph.node if node.name not in places]
    waited = {f"^{place}" for place in places}  # inputs are there from the beginning
    for node in nodes:
        node.input[:] = [name for name in node.input if name not in waited]
    kept = type(graph)(node=nodes)
    del graph.node[:]
    graph.node.extend(kept.node)
    return {name.split(":")[0] for node in graph.node for name in node.input}


def _in_single(graph: Any, suffix: str) -> Any:
    """A graph in which each number, in the functions that it calls too, is single precision.

    The names of these get a suffix: TensorFlow knows the old ones by their names.
    """
    del graph.library.gradient[:]
    for function in graph.library.function:
        function.signature.name += suffix
        for argument in (*function.signature.input_arg, *function.signature.output_arg):
            argument.type = SINGLE.get(argument.type, argument.type)
        for attributes in function.arg_attr.values():
            _lower(attributes.attr, suffix)
    for nodes in (graph.node, *(function.node_def for function in graph.library.function)):
        for node in nodes:
            node.attr.pop("_gradient_op_type", None)  # a gradient in the old precision
            _lower(node.attr, suffix)
    return graph


def _lower(attributes: Any, suffix: str) -> None:
    for attribute in attributes.values():
        kind = attribute.WhichOneof("value")
        if kind == "type":
            attribute.type = SINGLE.get(attribute.type, attribute.type)
        elif kind == "tensor" and attribute.tensor.dtype in SINGLE:
            attribute.tensor.CopyFrom(_lower_constant(attribute.tensor))
        elif kind == "list":
            attribute.list.type[:] = [SINGLE.get(one, one) for one in attribute.list.type]
        for called in {"func": [attribute.func], "list": attribute.list.func}.get(kind, ()):
            called.name += suffix
            _lower(called.attr, suffix)


def _lower_constant(tensor: Any) -> Any:
    """A constant in single precision, where none becomes infinite or zero."""
    values = tf.make_ndarray(tensor)
    dtype = tf.as_dtype(SINGLE[tensor.dtype]).as_numpy_dtype
    if values.dtype == np.float64:
        limits = np.finfo(dtype)
        sizes = np.clip(np.abs(values), limits.tiny, limits.max)
        ordinary = np.isfinite(values) & (values != 0)
        values = np.where(ordinary, np.copysign(sizes, values), values)
    return tf.make_tensor_proto(values.astype(dtype))


def _narrow_reads(graph: Any, captured: Mapping[str, Any]) -> None:
    """Reads the variables in bfloat16 as such, and casts what is read."""
    for node in list(graph.node):
        variable = captured.get(node.input[0]) if node.op == READ else None
        if variable is not None and variable.dtype == tf.bfloat16:
            node.attr["dtype"].type = NARROW
            _cast(graph.node, f"{node.name}{BEFORE}", node.name, WIDE)
            node.name += BEFORE


def _narrow_products(nodes: Any, returned: Any = None) -> None:
    """Casts the factors of products to bfloat16, and products back.

    Args:
        nodes: Those of a graph, or of a function.
        returned: What a function returns: a mapping to outputs of nodes, which are called
            `node:argument:0` in functions.
    """
    moved = {}
    for node in list(nodes):
        if node.op not in PRODUCTS or node.attr["T"].type != WIDE:
            continue
        node.attr["T"].type = NARROW
        for place in PRODUCTS[node.op]:
            factor = f"{node.name}/factor_{place}"
            _cast(nodes, node.input[place], factor, NARROW)
            node.input[place] = factor if returned is None else f"{factor}:y:0"
        output = "" if returned is None else f":{OUTPUT.get(node.op, 'output')}:0"
        _cast(nodes, f"{node.name}{BEFORE}{output}", node.name, WIDE)
        moved[f"{node.name}{output}"] = f"{node.name}:y:0"
        node.name += BEFORE
    if returned is None:
        return
    for node in nodes:
        node.input[:] = [moved.get(name, name) for name in node.input]
    for argument, name in returned.items():
        returned[argument] = moved.get(name, name)


def _cast(nodes: Any, source: str, name: str, dtype: int) -> None:
    """Adds a node that casts from one of the two precisions to the other."""
    node = nodes.add(name=name, op="Cast", input=[source])
    node.attr["SrcT"].type = NARROW if dtype == WIDE else WIDE
    node.attr["DstT"].type = dtype
