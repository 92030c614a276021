"""The standard deviations that noisy readings leave in what was found with them."""

from __future__ import annotations

import math
import warnings

import numpy as np
import tensorflow as tf

from kerasphys._validation import check_positive, message
from kerasphys.analysis._linearised import OPEN, linearise, stated
from kerasphys.analysis.estimates import Estimates
from kerasphys.models import EnsembleModel, PINNModel
from kerasphys.optimizers.second_order import DENSE_LIMIT
from kerasphys.point_sets import PointSets

EPS = float(np.finfo(np.float64).eps)


def uncertainty(
    model: PINNModel, points: PointSets | None = None, rcond: float | None = None
) -> Estimates:
    """How far the noise of readings moves the unknowns and the fields.

    With the residuals scaled so that the loss is the sum of their squares, `J` their Jacobian by
    the weights and `E` their change by the errors `ε` of the readings, each with its own standard
    deviation, training finds `δ = J⁺ E ε` beside what it would find without noise. So the weights
    have the covariance `J⁺ E Eᵀ J⁺ᵀ`, that of the Gauss-Newton Hessian `JᵀJ` around the noise that
    the readings really have: it holds whatever the weights of the conditions are, and shows what a
    choice of them costs. Unknowns and fields follow by their derivatives.

    It is right to first order, for a model that was trained until the loss stood still. What the
    network cannot represent, and what an equation gets wrong, is no part of it. An equation of
    little weight bends to the noise, and the deviations are larger than the readings make them.

    Args:
        model: A trained `PINNModel` whose `kp.Data` have standard deviations, `std=`. Readings
            without count as exact.
        points: `problem.points(...)`. By default those that the model was last trained on.
        rcond: Number between 0 and 1: singular values of `J` below so many times the largest one
            count as zero. By default 2e-16 times the number of weights, in which they are found,
            or ten times the precision of the model if that is more.

    Returns:
        An `Estimates`: values, deviations, covariance, a table, and deviations of the fields
        anywhere.

    Warns:
        UserWarning: If the readings and the other conditions leave an unknown open, with the rank.

    Raises:
        TypeError: If the model is no `PINNModel`, or an ensemble.
        ValueError: If no readings have a standard deviation, there are no points, the network has
            regularisers, or more than 8,000 weights are trained.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        line = kp.geometry.Interval(0, 1, "x")
        x = np.linspace(0.1, 0.9, 9)
        problem = kp.Problem(
            line,
            fields="u",
            parameters={"source": kp.Unknown(1.0)},
            conditions={
                "equation": kp.Residual(lambda u_xx, source: u_xx + source, weight=1e4),
                "ends": kp.Dirichlet(u=0.0, on=line.boundary("x")),
                "readings": kp.Data(at=x[:, None], std=0.01, u=x * (1 - x)),
            },
        )
        model = kp.models.PINNModel(kp.networks.MLP([4], seed=0), problem, hard=["ends"])
        model.compile(kp.optimizers.LevenbergMarquardt())
        model.fit(problem.points(equation=16), epochs=30, verbose=0)
        estimates = kp.analysis.uncertainty(model)
        print(estimates)  # source = 2 ± 0.035: 0.01 by the norm of the slopes x (1 - x) / 2
        ```

    Reference:
        Seber and Wild, Nonlinear Regression, 1989, sections 2.1 and 12.2
    """
    if not isinstance(model, PINNModel) or isinstance(model, EnsembleModel):
        raise TypeError(message("model", "a kp.models.PINNModel of a single network", model))
    model._check_trainable()
    size = sum(math.prod(v.shape) for v in model.trainable_variables)
    _check_model(model, size)
    if points is not None:
        points = model.check_covered("points", points)
    elif not model.points.filled:
        raise ValueError(message("points", "problem.points(...) where fit had none", points))
    if rcond is None:
        rcond = max(size * EPS, 10 * float(np.finfo(model.compute_dtype).eps))
    elif check_positive("rcond", rcond) >= 1:
        raise ValueError(message("rcond", "between 0 and 1", rcond))

    found = linearise(model, points, rcond)
    if not len(found.misfits):
        raise ValueError("The readings have no weight in the loss, so no noise comes from them.")
    rows, slopes = _unknowns(model)
    unseen = found.unseen[:, rows]
    left_open = unseen.T @ unseen
    rank = int(np.sum(np.linalg.eigvalsh(left_open) < OPEN**2)) if rows else 0
    names = list(model.unknowns)
    determined = dict(zip(names, (np.diag(left_open) < OPEN**2).tolist(), strict=True))
    if rank < len(names):
        _warn(determined, rank)
    changes = slopes[:, np.newaxis] * found.influence[rows]
    deviations = np.where(list(determined.values()), np.linalg.norm(changes, axis=1), np.inf)
    return Estimates(
        values={name: model.parameters[name] for name in names},
        std=dict(zip(names, deviations.tolist(), strict=True)),
        covariance=changes @ changes.T,
        determined=determined,
        rank=rank,
        misfit=float(np.sqrt(np.mean(found.misfits**2))),
        readings=len(found.misfits),
        model=model,
        _linearised=found,
        _weights=[variable.numpy() for variable in model.trainable_variables],
    )


def _check_model(model: PINNModel, size: int) -> None:
    if not any(stated(condition) for condition in model.soft_conditions.values()):
        raise ValueError(
            "No readings of the problem have a standard deviation, so there is no noise to follow. "
            "Say it: kp.Data(at=..., std=0.01, u=...)."
        )
    if model.losses:
        raise ValueError(
            "The network has regularisers, which pull the estimates away from the readings by an "
            "amount that is no noise. Train it without."
        )
    if size > DENSE_LIMIT:
        raise ValueError(
            f"The uncertainties need a matrix of {size:,} x {size:,} for as many trainable "
            f"parameters. They stop at {DENSE_LIMIT:,}. Take a smaller network."
        )


def _unknowns(model: PINNModel) -> tuple[list[int], np.ndarray]:
    """Where the unknowns stand among the weights, and their slopes by them."""
    starts: dict[int, int] = {}
    start = 0
    for variable in model.trainable_variables:
        starts[id(variable)] = start
        start += math.prod(variable.shape)
    with tf.GradientTape(persistent=True) as tape:
        parameters = model.parameter_tensors()
    slopes = [float(tape.gradient(parameters[name], v.value)) for name, v in model.unknowns.items()]
    return [starts[id(variable)] for variable in model.unknowns.values()], np.array(slopes)


def _warn(determined: dict[str, bool], rank: int) -> None:
    left_open = [name for name, known in determined.items() if not known]
    warnings.warn(
        f"The readings and conditions determine {rank} of the {len(determined)} unknowns (rank "
        f"{rank}): {', '.join(left_open)} could change without any residual noticing. Fix one, or "
        "add readings that depend on it.",
        stacklevel=3,
    )
