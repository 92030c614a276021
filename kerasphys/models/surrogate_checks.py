"""What a `SupervisedModel` refuses before it trains or predicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from kerasphys._validation import message

Shape = tuple[int | None, ...]


def batch_shapes(tensors: Any) -> Any:
    """The shapes of tensors, or of their specifications, the number of samples left open."""
    return keras.tree.map_structure(lambda t: (None, *t.shape[1:]), tensors)


def check_inputs(argument: str, shapes: Any, built: Any) -> None:
    """Refuses inputs of other names, ranks or channels than the model was built with.

    Args:
        argument: The name of the argument in errors.
        shapes: A shape, or a dict of shapes.
        built: The same for the inputs that the model was built with.
    """
    if isinstance(built, Mapping) or isinstance(shapes, Mapping):
        names = [sorted(s) if isinstance(s, Mapping) else None for s in (built, shapes)]
        if names[0] != names[1]:
            wanted = "one array" if names[0] is None else f"a dict of arrays {names[0]}"
            received = "one array" if names[1] is None else names[1]
            raise ValueError(message(argument, wanted, received))
        for name in shapes:
            check_inputs(f"{argument}[{name!r}]", shapes[name], built[name])
        return
    if len(shapes) != len(built):
        raise ValueError(
            f"Argument `{argument}` must have {len(built)} axes, with which the model was built: "
            f"{_text(built)}. Received: an array of shape {_text(shapes)}."
        )
    if shapes[-1] != built[-1]:
        raise ValueError(
            f"Argument `{argument}` must have {built[-1]} channels (its last axis), with which the "
            f"model was built. Received: an array of shape {_text(shapes)}."
        )


def check_outputs(argument: str, shape: Shape, wanted: Shape) -> None:
    """Refuses targets that differ in shape from what the network returns for the inputs."""
    if len(shape) != len(wanted) or any(
        None not in pair and pair[0] != pair[1] for pair in zip(shape[1:], wanted[1:], strict=True)
    ):
        raise ValueError(
            f"Argument `{argument}` must have the shape {_text(wanted)} that the network returns "
            f"for these inputs; nothing is broadcast. Received: an array of shape {_text(shape)}."
        )


def output_shape(network: keras.layers.Layer, shapes: Any) -> Shape:
    """What a built network returns for inputs of these shapes; it may refuse them."""
    symbols = keras.tree.map_shape_structure(
        lambda shape: keras.KerasTensor(shape, network.compute_dtype), shapes
    )
    return tuple(network.compute_output_spec(symbols).shape)


def _text(shape: Shape) -> str:
    return "(" + ", ".join(["n", *map(str, shape[1:])]) + ")"
