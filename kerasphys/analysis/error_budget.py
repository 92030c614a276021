"""Where the error of an operator network comes from, measured."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys._validation import check_nonnegative, check_positive_int, message
from kerasphys.analysis._inputs import evaluator, rows_of
from kerasphys.analysis.budget import ErrorBudget
from kerasphys.analysis.covering_distance import covering_distance, over_norms
from kerasphys.analysis.pod_tail import pod_tail
from kerasphys.datasets import Samples
from kerasphys.networks import OperatorNetwork


def error_budget(
    model: Any,
    train: Samples,
    test: Samples,
    *,
    solver: float | None = None,
    basis: int | None = None,
) -> ErrorBudget:
    """Measures what the error of a model of an operator is made of.

    For a test input `a` and the nearest training input `a'` the triangle inequality says
    `error(a) <= ‖N(a) - N(a')‖ + ‖Ñ(a) - Ñ(a')‖ + error(a')`: change of the operator, change of the
    model, training error. The first two are at most a Lipschitz constant times the distance, the
    covering. Beside them stand the error of the solutions themselves, that of the sums over points
    that stand for integrals, and what the number of basis functions allows.

    Args:
        model: A model, or a function from inputs to outputs.
        train: The samples of the training.
        test: Other samples, with the same points.
        solver: The relative L2 error of the solutions in the samples, from halving the grid and the
            steps of the solver, or `None`.
        basis: Positive integer, how many basis functions the outputs of the model are combined of.
            By default that of its `kp.networks.OperatorNetwork`, if it has one.

    Returns:
        An `ErrorBudget`, with a table and a picture.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If the samples do not have the same points.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        a = np.random.default_rng(0).normal(size=(40, 16, 1))
        samples = kp.datasets.Samples(a, np.cumsum(a, axis=1))
        model = lambda a: 0.9 * np.cumsum(a, axis=1)
        budget = kp.analysis.error_budget(model, samples[:30], samples[30:], solver=1e-6)
        assert np.all(budget.error <= budget.bound)
        print(budget)
        ```

    Reference:
        Patel et al. (VarMiON), 2024, https://doi.org/10.1016/j.cma.2023.116536, section 4
    """
    evaluate = evaluator("model", model)
    for name, samples in (("train", train), ("test", test)):
        if not isinstance(samples, Samples):
            raise TypeError(message(name, "kp.datasets.Samples", samples))
    _check_points(train, test)
    solver = None if solver is None else check_nonnegative("solver", solver)
    basis = _basis_size(model) if basis is None else check_positive_int("basis", basis)

    true = {"train": train.outputs.astype(np.float64), "test": test.outputs.astype(np.float64)}
    found = {"train": evaluate(train.x), "test": evaluate(test.x)}
    for name, values in found.items():
        if values.shape != true[name].shape:
            expected = f"given with outputs of shape {true[name].shape} for the inputs of `{name}`"
            raise ValueError(message("model", expected, values.shape))
    distance, nearest = covering_distance(test, train)
    wrong = {name: found[name] - true[name] for name in true}
    changes = {
        "operator": _norms(true["test"] - true["train"][nearest]),
        "model": _norms(found["test"] - found["train"][nearest]),
    }
    size = _pooled(true["test"])
    error = _norms(wrong["test"])
    halved = _every_second(wrong["test"], test.points is not None)
    gap = None if halved is None else abs(_pooled(halved) - _pooled(wrong["test"]))
    parts = {
        "test": _pooled(wrong["test"]) / size,
        "training": _pooled(wrong["train"]) / _pooled(true["train"]),
        "basis": None if basis is None else _basis_error(true["test"], basis),
        "solver": solver,
        "quadrature": None if gap is None else gap / size,
        "covering": _pooled(over_norms(distance, rows_of("test", test))),
        "operator": _pooled(changes["operator"]) / size,
        "model": _pooled(changes["model"]) / size,
    }
    apart = distance > 0
    slopes = {
        name: float(np.max(change[apart] / distance[apart], initial=0.0))
        for name, change in changes.items()
    }
    return ErrorBudget(
        parts={name: value for name, value in parts.items() if value is not None},
        distance=distance,
        nearest=nearest,
        error=error,
        bound=changes["operator"] + changes["model"] + _norms(wrong["train"])[nearest],
        slopes=slopes,
    )


def _norms(fields: np.ndarray) -> np.ndarray:
    """The root mean square of each field."""
    return np.sqrt(np.mean(np.square(fields.reshape(len(fields), -1)), axis=1))


def _pooled(values: np.ndarray) -> float:
    """The root mean square of all values."""
    return float(np.sqrt(np.mean(np.square(values))))


def _every_second(fields: np.ndarray, points: bool) -> np.ndarray | None:
    """The fields at every second point along each axis; `None` where there are too few."""
    inner = (slice(None, None, 2),) * (1 if points else fields.ndim - 2)
    if not inner or min(fields.shape[1:-1]) < 3:
        return None
    return fields[(slice(None), *inner)]


def _basis_size(model: Any) -> int | None:
    network = getattr(model, "network", model)
    return getattr(network, "basis_size", None) if isinstance(network, OperatorNetwork) else None


def _basis_error(outputs: np.ndarray, basis: int) -> float:
    """The bound of `pod_tail` for a model with means or biases."""
    bounds = pod_tail(outputs, constant=True)
    return float(bounds[min(basis, len(bounds) - 1)])


def _check_points(train: Samples, test: Samples) -> None:
    points = [samples.points for samples in (train, test)]
    if all(p is None for p in points):
        same = train.outputs.shape[1:] == test.outputs.shape[1:]
    else:
        common = all(p is not None and p.ndim == 2 for p in points)
        same = common and np.array_equal(*points)
    if not same:
        expected = "samples at the points of `train`, common to all"
        raise ValueError(message("test", expected, test))
