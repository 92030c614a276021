"""Loading of a SavedModel, after checks of what TensorFlow would take as it comes."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import tensorflow as tf

from kerasphys.artifacts.card import Card
from kerasphys.artifacts.layout import refuse
from kerasphys.artifacts.variable_table import check_variables

MODEL_FILE = "saved_model.pb"
VARIABLES = Path("variables", "variables")
CONSTANT_BYTES = 2**30  # of a constant that is one value, repeated

# Operations that read or write files, talk to other machines or call Python
REACHES_OUT = re.compile(
    "Checkpoint|Collective|Dataset|DecodeProto|Debug|Dump|EncodeProto|FileSystem|ImportEvent|"
    "InitializeTableFromTextFile|LMDB|Load|MatchingFiles|Print|PyFunc|ReadFile|Reader|Recv|Remote|"
    "Restore|Rpc|Save|Send|Summary|TPU|WriteFile"
)
# TensorFlow adds these to every model, in two functions that no signature calls
SAVES = {"MergeV2Checkpoints", "RestoreV2", "SaveV2"}


def load_saved_model(directory: Path) -> Any:
    """Loads a SavedModel.

    Whether the graph makes sense is left to TensorFlow. It is a program: it may loop for ever or
    use up the memory when it is called, and a graph made to that end may stop the process while it
    is loaded.

    Args:
        directory: Where it lies.

    Raises:
        ValueError: If a file is damaged; if the variables are not as large as they say; or if an
            operation would read or write files, talk to other machines or call Python.
    """
    check_saved_model(directory)
    try:
        return tf.saved_model.load(str(directory))
    except Exception as error:  # TensorFlow raises whatever a damaged graph leads to
        refuse(directory, f"TensorFlow cannot load its model ({_first_line(error)})", error)


def check_saved_model(directory: Path) -> None:
    """Refuses a SavedModel that is damaged or does more than compute, without loading it."""
    from tensorflow.core.protobuf import saved_model_pb2

    file = directory / MODEL_FILE
    if (directory / "saved_model.cpb").exists() or not file.is_file():
        refuse(directory, f"its model must be in {MODEL_FILE}")
    model = saved_model_pb2.SavedModel()
    try:
        model.ParseFromString(file.read_bytes())
    except Exception as error:  # of a class that depends on the parser
        refuse(file, f"it is no protocol buffer of a model ({_first_line(error)})", error)
    if len(model.meta_graphs) != 1:
        refuse(file, f"it holds {len(model.meta_graphs)} graphs, where an artefact has one")
    graph = model.meta_graphs[0]
    for asset in graph.asset_file_def:
        path = PurePosixPath(asset.filename)
        if path.is_absolute() or ".." in path.parts:
            refuse(file, f"it names the asset {asset.filename!r}, outside of the artefact")
    _check_operations(file, graph)
    _check_variables(directory)


def check_signatures(directory: Path, signatures: Mapping[str, Any], card: Card) -> None:
    """Refuses a model whose signatures are not what its card says."""
    for name, function in signatures.items():
        found = {
            "inputs": function.structured_input_signature[1],
            "outputs": function.structured_outputs,
        }
        for part, specs in found.items():
            said = card.signatures[name][part]
            if not isinstance(said, dict) or set(said) != set(specs):
                refuse(directory, f"the {part} of its {name!r} are {sorted(specs)}, not {said}")
            for key, spec in specs.items():
                shape = None if spec.shape.rank is None else spec.shape.as_list()
                is_said = said[key] if isinstance(said[key], dict) else {}
                if (is_said.get("shape"), is_said.get("dtype")) != (shape, spec.dtype.name):
                    refuse(
                        directory,
                        f"{key!r} of its {name!r} is {spec.dtype.name} of shape {shape}, and its "
                        f"card says {said[key]}",
                    )
    specs = signatures["serve"].structured_input_signature[1] if "serve" in signatures else {}
    if set(specs) == {"points"}:
        columns, fields = specs["points"].shape[-1], set(signatures["serve"].structured_outputs)
        if columns != len(card.coordinates) or fields != set(card.fields):
            refuse(
                directory,
                f"it takes {columns} columns and returns {sorted(fields)}, and its card lists the "
                f"coordinates {card.coordinate_names} and the fields {card.fields}",
            )


def evaluation(method: Callable) -> Callable:
    """Turns what TensorFlow raises in a method of a loaded model into errors with its path."""

    @functools.wraps(method)
    def evaluate(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except tf.errors.InvalidArgumentError as error:
            raise ValueError(
                f"The model at {self.path} refuses inputs of these shapes: {error}"
            ) from error
        except tf.errors.ResourceExhaustedError as error:
            raise ValueError(
                f"The model at {self.path} needs more memory than there is: pass a smaller "
                f"batch_size. TensorFlow says: {error}"
            ) from error
        except tf.errors.OpError as error:
            raise ValueError(f"The model at {self.path} cannot be evaluated: {error}") from error

    return evaluate


def _check_operations(file: Path, meta_graph: Any) -> None:
    called = {function.concrete_function_name for function in _bare_functions(meta_graph)}
    called.update(meta_graph.object_graph_def.concrete_functions)
    for function, node in _nodes(meta_graph.graph_def):
        of_saving = node.op in SAVES and function and function not in called
        if REACHES_OUT.search(node.op) and not of_saving:
            refuse(
                file,
                f"the node {node.name!r} is the operation {node.op}, which does more than compute "
                "(files, networks, Python). Load it with tf.saved_model.load if you trust it",
            )
        if node.op == "Const":
            _check_constant(file, node)


def _nodes(graph: Any) -> Iterator[tuple[str, Any]]:
    """The nodes of a graph and of its functions, with the names of these."""
    for node in graph.node:
        yield "", node
    for function in graph.library.function:
        for node in function.node_def:
            yield function.signature.name, node


def _bare_functions(meta_graph: Any) -> Iterator[Any]:
    for node in meta_graph.object_graph_def.nodes:
        if node.WhichOneof("kind") == "bare_concrete_function":
            yield node.bare_concrete_function


def _check_constant(file: Path, node: Any) -> None:
    """Refuses a constant that is larger than its content unless it is small."""
    value = node.attr["value"].tensor
    shape = [dim.size for dim in value.tensor_shape.dim]
    size = math.prod(shape) * 8
    if min(shape, default=0) < 0 or size > max(CONSTANT_BYTES, 8 * value.ByteSize()):
        refuse(file, f"the constant {node.name!r} says that it has the shape {tuple(shape)}")


def _check_variables(directory: Path) -> None:
    """Refuses variables that are not in the files, or that are not as large as they say."""
    prefix = directory / VARIABLES
    if not prefix.with_name(f"{prefix.name}.index").is_file():
        if prefix.parent.exists():
            refuse(directory, f"it has no {VARIABLES}.index")
        return  # a model without variables
    try:
        check_variables(prefix)
    except Exception as error:  # whatever damaged bytes lead to
        refuse(directory, f"its table of variables is damaged ({_first_line(error)})", error)


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:300]
