"""The computational graph of a network as a picture."""

from __future__ import annotations

import math
from typing import Any

import keras

from kerasphys._validation import message
from kerasphys.plotting._style import COLOURS, check_text, new_figure

BOX = (3.0, 0.62)  # inches
GAP = (0.35, 0.34)
INK = "#333333"


def computational_graph(model: keras.Model, title: str | None = None) -> Any:
    """Draws what a network computes, from its inputs at the top to its outputs at the bottom.

    Each box is a layer or an operation: its name and kind, the shape of what it returns (`n`
    stands for the samples) and the shapes of its weights with their number. Sums such as those of
    residual networks are boxes with several arrows.

    Args:
        model: A built Keras model: sequential, functional, a `kp.networks` network, or any other
            whose `call` consists of Keras layers and operations.
        title: A line above the picture; by default the name of the model and its number of
            parameters.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        TypeError: If the model is no Keras model.
        ValueError: If it is not built, or computes with other things than Keras operations.

    Example:
        ```python
        import kerasphys as kp

        network = kp.networks.MLP([16, 16], outputs=2, seed=0)
        network.build((None, 2))
        kp.plotting.save(kp.plotting.computational_graph(network), "graph.png")
        ```
    """
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

    if not isinstance(model, keras.Model):
        raise TypeError(message("model", "a Keras model", model))
    title = check_text("title", title)
    levels = _levels(model)
    if title is None:
        title = f"{model.name}: {model.count_params():,} parameters"
    places = {
        id(node): (column - (len(level) - 1) / 2, row)
        for row, level in enumerate(levels)
        for column, node in enumerate(level)
    }
    wide = max(map(len, levels))
    step = (BOX[0] + GAP[0], BOX[1] + GAP[1])
    size = (wide * step[0] + 1.2, len(levels) * step[1] + 0.5)
    figure, (panel,) = new_figure(1, *size)
    panel.set(xlim=(-size[0] / 2, size[0] / 2), ylim=(size[1] - 0.5 - GAP[1] / 2, -GAP[1] / 2))
    panel.set_axis_off()
    panel.set_title(title)

    for node in (node for level in levels for node in level):
        column, row = places[id(node)]
        x, y = column * step[0], row * step[1]
        weights = _weights(node.operation)
        colour = COLOURS[0] if weights else COLOURS[2] if node.is_input else COLOURS[4]
        shape = FancyBboxPatch(
            (x - BOX[0] / 2, y), *BOX, "round,pad=0,rounding_size=0.08", fc=colour + "22", ec=colour
        )
        panel.add_patch(shape)
        lines = [_name(node), _shapes(node)]
        if weights:
            lines[1] += f"   {weights}"
        panel.text(x, y + BOX[1] / 2, "\n".join(lines), ha="center", va="center", fontsize=8)
        for parent in node.parent_nodes:
            across, above = places[id(parent)]
            far = row - above > 1 and across == column
            side = BOX[0] / 2 if far else 0.0
            start = (across * step[0] + side, above * step[1] + (BOX[1] / 2 if far else BOX[1]))
            end = (x + side, y + (BOX[1] / 2 if far else 0.0))
            bend = f"arc3,rad={-0.5 / (row - above)}" if far else "arc3"
            arrow = FancyArrowPatch(
                start, end, arrowstyle="-|>", mutation_scale=10, color=INK, connectionstyle=bend
            )
            panel.add_patch(arrow)
    return figure


def _levels(model: keras.Model) -> list[list[Any]]:
    """The nodes of the graph, level by level from the inputs."""
    if not model.built:
        raise ValueError("The model must be built first: model.build((None, d)).")
    if isinstance(model, keras.Sequential):
        model = model._functional
    if not isinstance(model, keras.Function):
        model = _traced(model)
    levels: dict[int, list[Any]] = {}
    reached: dict[int, int] = {}
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            level = max((reached[id(parent)] + 1 for parent in node.parent_nodes), default=0)
            reached[id(node)] = level
            levels.setdefault(level, []).append(node)
    return [levels[level] for level in sorted(levels)]


def _traced(model: keras.Model) -> keras.Function:
    """What `call` does with symbolic inputs."""
    shapes = model._build_shapes_dict
    shape = next(iter(shapes.values())) if shapes else None
    try:
        inputs = keras.tree.map_shape_structure(
            lambda each: keras.Input(each[1:], dtype=model.compute_dtype), shape
        )
        return keras.Function(inputs, model.call(inputs))
    except Exception as error:
        raise ValueError(
            f"The graph of {model.name!r} cannot be drawn: its `call` must consist of Keras "
            "layers and `keras.ops`. Draw the networks inside of it instead."
        ) from error


def _name(node: Any) -> str:
    if node.is_input:
        return "inputs"
    operation = node.operation
    text = f"{operation.name} ({type(operation).__name__}"
    activation = getattr(operation, "activation", None)
    if activation is not None and activation is not keras.activations.linear:
        text += f", {getattr(activation, '__name__', type(activation).__name__)}"
    return text + ")"


def _shapes(node: Any) -> str:
    return ", ".join(
        "(" + ", ".join("n" if axis is None else str(axis) for axis in tensor.shape) + ")"
        for tensor in node.output_tensors
    )


def _weights(operation: Any) -> str:
    """The shapes of the weights and their number; nothing where there are none."""
    variables = getattr(operation, "weights", [])
    if not variables:
        return ""
    number = sum(math.prod(v.shape) for v in variables)
    shapes = ["×".join(map(str, v.shape)) or "1" for v in variables]
    if len(shapes) > 3:
        return f"{number:,} parameters"
    return f"{' + '.join(shapes)} = {number:,} parameters"
