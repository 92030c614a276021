"""What stalls the training of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kerasphys._validation import check_int, message
from kerasphys.analysis.advice import Evidence, advise, findings
from kerasphys.analysis.condition_state import (
    condition_states,
    gradients_of,
    sets_of,
    trained_on,
    training_points,
)
from kerasphys.analysis.diagnosis import Diagnosis
from kerasphys.analysis.layers import POOL, find_layers, slopes
from kerasphys.analysis.maps import make_maps
from kerasphys.conditions.values import check_arguments, evaluate
from kerasphys.models import PINNModel
from kerasphys.models.adaptive_points import equations
from kerasphys.point_sets import PointSets


def diagnose(
    model: PINNModel,
    reference: Callable | Mapping[str, Callable] | None = None,
    points: PointSets | None = None,
    resolution: int = 151,
    seed: int = 0,
) -> Diagnosis:
    """Looks for what stalls the training of a model, and says what to do about it.

    For each condition: the mean square residual at the training points and at as many others, the
    largest residual, the gradient by the weights of the model and how the gradients of the
    conditions oppose each other. For each field: where it varies fastest, and how many training
    points lie there. The model is left as it is.

    Args:
        model: A `PINNModel`: trained, loaded, or as it was made.
        reference: A NumPy function of the coordinates, or a `kp.Table`, for the error of the
            field; of several fields a dict of them by field.
        points: `problem.points(...)`. By default those that the model was last trained on; if
            there are none, some are drawn.
        resolution: Integer of at least 2, points of the maps along each coordinate.
        seed: Non-negative integer, of the points that are drawn.

    Returns:
        A `Diagnosis`: `print` it for a table and the advice, `save` its picture.

    Raises:
        TypeError: If the model is no `PINNModel`.
        ValueError: If there are no points for some condition; if the model was loaded without its
            functions.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        line = kp.geometry.Interval(0, 1, "x")
        problem = kp.Problem(
            line,
            fields="u",
            conditions={
                "equation": kp.Residual(kp.equations.poisson, source=lambda x: np.sin(9 * x)),
                "ends": kp.Dirichlet(u=0.0, on=line.boundary("x")),
            },
        )
        model = kp.models.PINNModel(kp.networks.MLP([8], seed=0), problem)
        model.compile("adam")
        model.fit(problem.points(equation=128, ends=2), epochs=1, verbose=0)
        diagnosis = kp.diagnose(model)
        print(diagnosis)
        diagnosis.save("diagnosis.png")
        ```
    """
    if not isinstance(model, PINNModel):
        raise TypeError(message("model", "a kp.models.PINNModel", model))
    references = _check_reference(reference, model)
    resolution = check_int("resolution", resolution, minimum=2)
    seed = check_int("seed", seed, minimum=0)
    model._check_trainable()
    points = training_points(model, points, seed)

    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is reported
        gradients = gradients_of(model, points)
        states = condition_states(model, points, gradients, seed)
        total = sum(state.weight * gradients[name] for name, state in states.items())
        trained = _equation_points(model, points)
        pool = model.problem.domain.sample(POOL, seed=seed)
        values = slopes(model, pool)
        layers = find_layers(model, pool, values, trained)
        evidence = Evidence(model, states, layers, float(np.linalg.norm(total)))
        return Diagnosis(
            advice=advise(evidence),
            findings=findings(evidence) | _errors(model, pool, values, references),
            coordinates=model.problem.coordinates,
            conditions=states,
            layers=tuple(layers),
            maps=make_maps(model, values, references, resolution),
            points=trained,
        )


def _equation_points(model: PINNModel, points: PointSets | None) -> np.ndarray:
    """The points on which the equations are trained; all of them where there is no equation."""
    sets, wanted = sets_of(model, points), equations(model)
    chosen = [
        arrays["points"]
        for arrays in sets.values()
        if set(trained_on(model, arrays)) & set(wanted) or not wanted
    ]
    return np.concatenate(chosen).astype(np.float64)


def _errors(
    model: PINNModel,
    pool: np.ndarray,
    values: Mapping[str, np.ndarray],
    references: Mapping[str, Callable],
) -> dict[str, float]:
    found = {}
    for field, function in references.items():
        expected = evaluate("reference", function, pool, model.problem.coordinates)
        error = values[field] - expected
        with np.errstate(divide="ignore", invalid="ignore"):  # a reference may vanish everywhere
            relative = np.linalg.norm(error) / np.linalg.norm(expected)
        found[f"relative_l2_{field}"] = float(relative)
        found[f"largest_error_{field}"] = float(np.max(np.abs(error)))
    return found


def _check_reference(reference: Any, model: PINNModel) -> dict[str, Callable]:
    fields = model.problem.fields
    if reference is None:
        return {}
    if callable(reference):
        if len(fields) > 1:
            cure = "Which field is it for?"
            raise ValueError(message("reference", "a dict by field", reference, cure))
        reference = {fields[0]: reference}
    if not isinstance(reference, Mapping):
        expected = "a NumPy function of the coordinates, a kp.Table, or a dict of them by field"
        raise TypeError(message("reference", expected, reference))
    for field, function in reference.items():
        if field not in fields:
            raise ValueError(message("reference", f"for fields among {', '.join(fields)}", field))
        if not callable(function):
            expected = "a NumPy function of the coordinates or a kp.Table"
            raise TypeError(message(f"reference[{field!r}]", expected, function))
        check_arguments("reference", function, model.problem.coordinates)
    return dict(reference)
