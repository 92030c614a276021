"""A network as a list of elementary TensorFlow operations."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

READING = ("Placeholder", "ReadVariableOp", "ResourceGather", "VarHandleOp")


class Trace:
    """The operations that a network applies to points.

    Args:
        network: Callable from `(n, d)`, and the weights, to a tensor.
        points: Tensor or `tf.TensorSpec` of shape `(n, d)`.
        weights: Specs of tensors that each replay supplies, beside those that the network reads.
    """

    def __init__(self, network: Callable, points: Any, weights: Sequence[tf.TensorSpec] = ()):
        spec = tf.TensorSpec(points.shape, points.dtype)
        traced = tf.function(lambda *given: tf.convert_to_tensor(network(*given)), autograph=False)
        self._graph = traced.get_concrete_function(spec, *weights).graph
        self._input = self._graph.inputs[0].name
        self._weights = [tensor.name for tensor in self._graph.inputs[1 : 1 + len(weights)]]
        self._output = self._graph.outputs[0].name
        self._outer = {inner.name: outer for outer, inner in self._graph.captures}
        self._variables = {id(variable.handle): variable for variable in self._graph.variables}
        self._operations = _needed(self._graph.outputs[0])
        self._dependent = {self._input}
        for operation in self._operations:
            if self._depends(operation):
                self._dependent |= {tensor.name for tensor in operation.outputs}

    @property
    def effects(self) -> tuple[tf.Operation, ...]:
        """The operations that change something beside their output: a replay would lose them."""
        return tuple(
            operation
            for operation in self._graph.get_operations()
            if operation.op_def.is_stateful and operation.type not in READING
        )

    @property
    def dependent(self) -> tuple[tf.Operation, ...]:
        """The operations that depend on the points."""
        return tuple(filter(self._depends, self._operations))

    def replay(
        self,
        points: Any,
        rule: Callable[[tf.Operation, list], Sequence],
        weights: Sequence[tf.Tensor] = (),
    ) -> Any:
        """Applies the operations anew, in the graph of the caller.

        Args:
            points: What takes the place of the points.
            rule: From an operation that depends on the points, and its inputs, to its outputs.
            weights: What takes the place of the weights.
        """
        values: dict[str, Any] = {self._input: points}
        values |= zip(self._weights, weights, strict=True)
        for operation in self._operations:
            if operation.outputs[0].name in values:
                continue
            inputs = [values[tensor.name] for tensor in operation.inputs]
            outputs = (rule if self._depends(operation) else self._independent)(operation, inputs)
            for tensor, value in zip(operation.outputs, outputs, strict=True):
                values[tensor.name] = value
        return values[self._output]

    def _depends(self, operation: tf.Operation) -> bool:
        return any(tensor.name in self._dependent for tensor in operation.inputs)

    def _independent(self, operation: tf.Operation, inputs: list) -> list:
        if operation.type == "Placeholder":
            return [self._outer[operation.outputs[0].name]]
        if operation.type == "ReadVariableOp" and id(inputs[0]) in self._variables:
            return [self._variables[id(inputs[0])].read_value()]  # so that tapes see it
        return apply(operation, inputs)


def apply(operation: tf.Operation, inputs: list) -> list:
    """The outputs of an operation on other inputs."""
    if operation.type == "Const":
        value = tf.make_ndarray(operation.get_attr("value"))
        return [tf.constant(value, operation.get_attr("dtype"))]
    inputs_of, attributes = _parameters(operation.type)
    arguments: dict[str, Any] = {}
    left = iter(inputs)
    for argument, name in zip(operation.op_def.input_arg, inputs_of, strict=True):
        several = argument.number_attr or argument.type_list_attr
        if several:
            counted = operation.get_attr(several)
            length = counted if isinstance(counted, int) else len(counted)
            arguments[name] = [next(left) for _ in range(length)]
        else:
            arguments[name] = next(left)
    for name in attributes:
        arguments[name] = _attribute(operation, name)
    result = getattr(tf.raw_ops, operation.type)(**arguments)
    return list(result) if isinstance(result, list | tuple) else [result]


@functools.lru_cache(maxsize=512)
def _parameters(kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How `tf.raw_ops` calls the inputs of a kind of operation, and its attributes.

    Some inputs have another name there than in the definition of the operation: `axis` for
    `reduction_indices`.
    """
    names = inspect.signature(getattr(tf.raw_ops, kind)).parameters.keys() - {"name"}
    definition = tf.Graph().op_def_for_type(kind)
    attributes = {attribute.name for attribute in definition.attr} & names
    inputs = [argument.name for argument in definition.input_arg]
    renamed = iter(sorted(names - attributes - set(inputs)))
    return (
        tuple(name if name in names else next(renamed) for name in inputs),
        tuple(sorted(attributes)),
    )


def _attribute(operation: tf.Operation, name: str) -> Any:
    value = operation.get_attr(name)
    if isinstance(value, bytes):
        return value.decode()
    if type(value).__name__ == "TensorShapeProto":
        return tf.TensorShape(value)
    return value


def _needed(output: tf.Tensor) -> list[tf.Operation]:
    """The operations that an output needs, each after those that it needs itself."""
    found: dict[str, tf.Operation] = {}
    stack: list[tuple[tf.Operation, bool]] = [(output.op, False)]
    while stack:
        operation, ready = stack.pop()
        if operation.name in found:
            continue
        if ready:
            found[operation.name] = operation
            continue
        stack.append((operation, True))
        stack += [(tensor.op, False) for tensor in operation.inputs]
    return list(found.values())
