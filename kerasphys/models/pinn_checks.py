"""What a `PINNModel` refuses when it is made, and models like it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras

from kerasphys._precision import PRECISIONS
from kerasphys._validation import check_positive, message
from kerasphys.conditions import Dirichlet, Periodic
from kerasphys.derivatives import select
from kerasphys.layers.activations import check_smooth
from kerasphys.models.half_precision import HALF, policy_of
from kerasphys.models.loading import only_weights_matter
from kerasphys.networks import Network
from kerasphys.problem import Problem

if TYPE_CHECKING:
    from kerasphys.models.pinn_model import PINNModel
    from kerasphys.models.problem_model import ProblemModel


def check_network(model: PINNModel) -> None:
    """Builds the network of a model; refuses one that does not suit its problem."""
    network, fields = model.network, model.problem.solution_fields
    if isinstance(network, Network):
        network.prepare(len(fields), model.dtype_policy)
    points = keras.KerasTensor((None, len(model.problem.coordinates)), model.compute_dtype)
    outputs = network(model.features(points))
    check_precision(model, network, outputs)
    if tuple(outputs.shape) != (None, len(fields)):
        raise ValueError(
            f"The network must return one column for each field ({', '.join(fields)}). Received: "
            f"shape {tuple(outputs.shape)}."
        )
    check_smooth(network, order_of(model, fields))


def check_engine(model: PINNModel) -> None:
    """Refuses an engine that cannot compute what the conditions of a built model name."""
    plan = model.problem.plan(conditions=model.soft_conditions.values())
    select(model.engine, plan, model)


def order_of(model: PINNModel, fields: Sequence[str]) -> int:
    """The highest order of derivative of some fields that the conditions name."""
    plan = model.problem.plan(conditions=model.soft_conditions.values())
    indices = [model.problem.fields.index(field) for field in fields]
    return max((len(along) for field, along in plan.partials if field in indices), default=0)


def check_precision(
    model: ProblemModel, network: keras.layers.Layer, outputs: keras.KerasTensor
) -> None:
    """Refuses a network of another precision than its model's."""
    wrong = {v.dtype for v in network.variables if "float" in v.dtype}
    wrong -= {model.variable_dtype}
    if wrong or outputs.dtype != model.compute_dtype:
        other = next(iter(wrong), outputs.dtype)
        raise ValueError(
            f"The network is in {other}, the model in {model.variable_dtype}. Make the network "
            f"with dtype={model.variable_dtype!r} in every layer (a kp.networks network takes the "
            f"model's dtype), or the model with dtype={other!r}."
        )


def check_hard(hard: Any, problem: Problem) -> tuple[str, ...]:
    """The names of the conditions that are to hold exactly."""
    if isinstance(hard, bool):
        kinds = Dirichlet | Periodic
        chosen = [n for n, c in problem.conditions.items() if isinstance(c, kinds)]
        if hard and not chosen:
            expected = "False where no condition is kp.Dirichlet or kp.Periodic"
            raise ValueError(message("hard", expected, hard))
        return _check_possible(tuple(chosen), problem) if hard else ()
    if not isinstance(hard, Sequence) or isinstance(hard, str):
        raise TypeError(message("hard", "True, False or a sequence of names of conditions", hard))
    for name in hard:
        if name not in problem.conditions:
            raise ValueError(
                message("hard", f"names among {', '.join(problem.conditions)}", list(hard))
            )
    return _check_possible(tuple(hard), problem)


def _check_possible(names: tuple[str, ...], problem: Problem) -> tuple[str, ...]:
    for name in names:
        condition = problem.conditions[name]
        fields = condition.fields if isinstance(condition, Dirichlet) else ()
        for field in fields:
            unknown = problem.unknown_fields.get(field)
            if unknown is not None and unknown.is_bounded:
                raise ValueError(
                    f"The condition {name!r} cannot be built into the network: {field!r} has "
                    "bounds, which it would not keep then. Leave it in the loss: name the others "
                    "in `hard`."
                )
    missing = [f for name in names for f in problem.conditions[name].missing_functions]
    if missing and not only_weights_matter():
        raise ValueError(
            f"The output of the model is made with its functions {', '.join(missing)} (`hard` "
            "conditions), which the file only names. Load it with "
            "kp.load_model(path, problem=...), or register them with "
            "@keras.saving.register_keras_serializable() before you save and load."
        )
    return names


def check_scale(scale: Any, fields: int) -> float | list[float]:
    """A positive number, or one for each field."""
    if not isinstance(scale, Sequence) or isinstance(scale, str):
        return check_positive("scale", scale)
    if len(scale) != fields:
        raise ValueError(message("scale", f"one number, or {fields}, one for each field", scale))
    return [check_positive("scale", size) for size in scale]


def check_dtype(dtype: Any) -> Any:
    """The Keras policy of a precision."""
    expected = "'float64' or 'float32'"
    policy = policy_of(dtype, expected)
    if policy.compute_dtype in HALF:
        cure = (
            "A residual is what is left where derivatives cancel, and in 16 bits second "
            "derivatives are wrong by up to some percent. Train in float32."
        )
        raise ValueError(message("dtype", expected, dtype, cure))
    if policy.name not in PRECISIONS:
        raise ValueError(message("dtype", expected, dtype))
    return policy


def check_functional(problem: Problem, who: str) -> None:
    """Refuses what only a network of points has, for models whose inputs are functions."""
    if problem.ranges:
        raise ValueError(
            f"{who} takes input functions, and the problem has the ranges "
            f"{', '.join(problem.ranges)}. Give each as a kp.InputFunction, or take a network of "
            "points, such as kp.networks.MLP, without input functions."
        )
    if problem.unknown_fields:
        raise ValueError(
            f"{who} cannot have a network beside it for the unknown fields "
            f"{', '.join(problem.unknown_fields)}. Take a network of points, such as "
            "kp.networks.MLP, and give the input functions to kp.Residual: "
            "kp.Residual(..., f=lambda x: x)."
        )
    for name, condition in problem.conditions.items():
        if not condition.pointwise:
            raise ValueError(
                f"{who} takes conditions that hold at points, and {name!r} is an integral. Leave "
                "it out, or take a network of points, such as kp.networks.MLP."
            )
