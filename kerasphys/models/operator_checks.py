"""What an `OperatorPINNModel` refuses when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from kerasphys._validation import message
from kerasphys.conditions import Data
from kerasphys.datasets.samples import POINTS
from kerasphys.derivatives import TrunkEngine
from kerasphys.layers.activations import check_smooth
from kerasphys.models.pinn_checks import (
    check_functional,
)
from kerasphys.networks import OperatorNetwork
from kerasphys.problem import Problem

if TYPE_CHECKING:
    from kerasphys.models.operator_pinn_model import OperatorPINNModel


def check_operator(network: Any, problem: Problem) -> None:
    """Refuses a network or a problem that is none of input functions, known at sensors."""
    trunk = getattr(network, "trunk", None)
    if not isinstance(network, OperatorNetwork) or not isinstance(trunk, keras.layers.Layer):
        expected = "an operator network with a trunk, such as kp.networks.DeepONet"
        raise TypeError(message("network", expected, network))
    if not problem.inputs:
        raise ValueError(
            "An operator network needs an input function: "
            'kp.Problem(..., parameters={"f": kp.InputFunction({"x": sensors})}). Without one take '
            "a network of points, such as kp.networks.MLP."
        )
    check_functional(problem, "An operator network")
    for name, function in problem.input_functions.items():
        if function.axes is None:
            raise ValueError(
                f"The input function {name!r} has no sensors: an operator network needs to know "
                "where its values are. Make it with kp.InputFunction({'x': positions})."
            )
        if name == POINTS:
            raise ValueError(
                f"An input function of an operator network must not be called {POINTS!r}: the "
                "points have that name. Rename it."
            )
    for name, condition in problem.conditions.items():
        if isinstance(condition, Data):
            raise ValueError(
                f"The condition {name!r} gives readings of one solution, and every input function "
                "has a solution of its own. Leave it out, or train a kp.models.SurrogateModel on "
                "solutions."
            )


def check_fields(model: OperatorPINNModel, outputs: keras.KerasTensor) -> None:
    """Refuses a network that has not an output for each field."""
    fields = model.problem.fields
    if outputs.shape[-1] != len(fields):
        raise ValueError(
            f"The network must have one output for each field ({', '.join(fields)}). Received: "
            f"{outputs.shape[-1]} outputs."
        )


def check_trunk(model: OperatorPINNModel) -> None:
    """Refuses a trunk that has not the derivatives that the problem needs."""
    plan = model.problem.plan(conditions=model.soft_conditions.values())
    check_smooth(model.network.trunk, plan.order)
    if model.engine == "jets" and not TrunkEngine().uses_jets(plan, model.basis):
        raise ValueError(
            "Argument `engine`: 'jets' cannot differentiate this trunk, which has an operation "
            "without a rule. Use 'auto'."
        )
