"""What a `SupervisedModel` refuses before it trains or predicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from kerasphys._validation import check_array, check_positive_int, message
from kerasphys.datasets.samples import POINTS
from kerasphys.models.sample_layout import common_points

Shape = tuple[int | None, ...]


def batch_shapes(tensors: Any) -> Any:
    """The shapes of tensors, or of their specifications, the number of samples left open."""
    if (common := common_points(tensors)) is not None:
        others = {name: part for name, part in tensors.items() if name != POINTS}
        return {**batch_shapes(others), POINTS: tuple(common.shape)}
    return keras.tree.map_structure(lambda t: (None, *t.shape[1:]), tensors)


def check_inputs(argument: str, shapes: Any, built: Any, points: bool = False) -> None:
    """Refuses inputs of other names, ranks or channels than the model was built with.

    Args:
        argument: The name of the argument in errors.
        shapes: A shape, or a dict of shapes.
        built: The same for the inputs that the model was built with.
        points: Whether these are points, common to all samples or of each.
    """
    if isinstance(built, Mapping) or isinstance(shapes, Mapping):
        names = [sorted(s) if isinstance(s, Mapping) else None for s in (built, shapes)]
        if names[0] != names[1]:
            wanted = "one array" if names[0] is None else f"a dict of arrays {names[0]}"
            received = "one array" if names[1] is None else names[1]
            raise ValueError(message(argument, wanted, received))
        for name in shapes:
            check_inputs(f"{argument}[{name!r}]", shapes[name], built[name], name == POINTS)
        return
    ranks = (2, 3) if points else (len(built),)
    if len(shapes) not in ranks:
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


def check_bounds(bounds: Any, points: Any) -> Any:
    """The box of the points, with as many coordinates as they have.

    Args:
        bounds: `(lower, upper)`, or `None`.
        points: The shape of the points, or `None` where there are none.
    """
    if bounds is None:
        return None
    expected = "(lower, upper), the box of the points"
    if points is None:
        raise ValueError(message("bounds", "None where the data have no points", bounds))
    if not isinstance(bounds, list | tuple) or len(bounds) != 2:
        raise TypeError(message("bounds", expected, bounds))
    lower, upper = (check_array("bounds", bound, (points[-1],)) for bound in bounds)
    if not np.all(lower < upper):
        raise ValueError(message("bounds", f"{expected}, each lower end below the upper", bounds))
    return lower, upper


def check_points_per_batch(value: Any, points: int) -> int | None:
    """How many of the points a batch takes, `None` if it takes all."""
    if value is None:
        return None
    if check_positive_int("points_per_batch", value) > points:
        expected = f"at most {points}, the points of the data" if points else "None without points"
        raise ValueError(message("points_per_batch", expected, value))
    return value if value < points else None


def output_shape(network: keras.layers.Layer, shapes: Any) -> Shape:
    """What a built network returns for inputs of these shapes; it may refuse them."""
    symbols = keras.tree.map_shape_structure(
        lambda shape: keras.KerasTensor(shape, network.compute_dtype), shapes
    )
    return tuple(network.compute_output_spec(symbols).shape)


def _text(shape: Shape) -> str:
    return "(" + ", ".join(["n", *map(str, shape[1:])]) + ")"
