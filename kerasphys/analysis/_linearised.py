"""How readings move the weights of a trained model, to first order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from kerasphys.analysis.condition_state import sets_of
from kerasphys.conditions import Condition, Data
from kerasphys.models import PINNModel
from kerasphys.models.condition_residuals import compiled
from kerasphys.models.objective import division, flat
from kerasphys.models.pinn_objective import JACOBIAN_BLOCK
from kerasphys.models.point_store import conditions_on
from kerasphys.point_sets import PointSets

OPEN = 1e-4  # the share of a change that may lie in directions which no residual sees

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Linearised:
    """The least squares of a loss, at the weights of a model.

    Attributes:
        influence: `(P, n)`, the change of the weights by one standard deviation of each reading.
        unseen: `(q, P)`, orthonormal: the directions in which the weights change no residual.
        misfits: `(n,)`, what the fields miss of the readings, in standard deviations.
    """

    influence: np.ndarray
    unseen: np.ndarray
    misfits: np.ndarray


def linearise(model: PINNModel, points: PointSets | None, rcond: float) -> Linearised:
    """Solves `min |J δ - E ε|` for the errors `ε` of all readings.

    `J` is the Jacobian of the residuals whose squares add up to the loss, and `E` holds their
    change by one standard deviation of each reading. Both are reduced by orthogonal
    transformations, some rows at a time, so that memory does not grow with the points.

    Args:
        model: The model.
        points: As of `sets_of`.
        rcond: Singular values of `J` below so many times the largest one count as zero.
    """
    sets = [
        arrays
        for arrays in sets_of(model, points).values()
        if conditions_on(model.soft_conditions, arrays)
    ]
    size = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
    readings = sum(
        len(arrays["points"]) * len(stated(condition))
        for arrays in sets
        for condition in conditions_on(model.soft_conditions, arrays).values()
    )
    reduced = np.zeros((0, size + readings))
    stack: list[np.ndarray] = []
    misfits = np.zeros(0)
    for arrays in sets:
        for rows in _rows(model, arrays):
            known = np.flatnonzero(rows["change"])
            errors = np.zeros((len(rows["change"]), readings))
            errors[known, len(misfits) + np.arange(len(known))] = rows["change"][known]
            misfits = np.append(misfits, rows["residuals"][known] / rows["change"][known])
            stack.append(np.hstack([rows["jacobian"], errors]))
            if sum(map(len, stack)) > size + readings:
                reduced, stack = _triangle([reduced, *stack]), []
    reduced = _triangle([reduced, *stack])[:size]
    left, values, right = np.linalg.svd(reduced[:, :size])
    rank = int(np.sum(values > rcond * values[0]))
    moved = left[:, :rank].T @ reduced[:, size:] / values[:rank, np.newaxis]
    return Linearised(right[:rank].T @ moved, right[rank:], misfits)


def _triangle(rows: list[np.ndarray]) -> np.ndarray:
    return np.asarray(np.linalg.qr(np.vstack(rows), mode="r"))


def stated(condition: Condition) -> tuple[str, ...]:
    """The fields of which a condition has readings with standard deviations."""
    return tuple(condition.std or ()) if isinstance(condition, Data) else ()


def field_deviations(model: PINNModel, points: np.ndarray, found: Linearised) -> np.ndarray:
    """The standard deviations `(n, m)` of the fields at points `(n, d)`; infinite where open."""
    compute = compiled(model, _slopes)
    blocks, rows = division(len(points), JACOBIAN_BLOCK) if len(points) else (0, 0)
    deviations = np.empty((len(points), len(model.problem.fields)))
    for block in range(blocks):
        first = min(block * rows, len(points) - rows)
        here = slice(first, first + rows)
        there = {"points": tf.constant(points[here], model.compute_dtype)}
        slopes = compute(there)["slopes"].numpy().astype(np.float64)
        left_open = np.linalg.norm(slopes @ found.unseen.T, axis=2)
        is_open = left_open > OPEN * np.linalg.norm(slopes, axis=2)
        moved = np.linalg.norm(slopes @ found.influence, axis=2)
        deviations[here] = np.where(is_open, np.inf, moved)
    return deviations


def _rows(model: PINNModel, arrays: Arrays) -> Iterator[dict[str, np.ndarray]]:
    """Some points of a set after others: what `_scaled` finds there."""
    compute = compiled(model, _scaled)
    count, nodes = len(arrays["points"]), math.prod(arrays["points"].shape[1:-1])
    blocks, size = division(count, max(JACOBIAN_BLOCK // nodes, 1))
    for block in range(blocks):
        first = min(block * size, count - size)
        here = {
            key: tf.constant(a[first : first + size] if np.ndim(a) else a, model.compute_dtype)
            for key, a in arrays.items()
        }
        found = compute(here)
        columns = len(found["residuals"]) // size
        fresh = (block * size - first) * columns  # the last points may be those before as well
        share = np.sqrt(size / count)
        yield {
            key: share * tensor.numpy()[fresh:].astype(np.float64) for key, tensor in found.items()
        }


def _scaled(model: PINNModel, arrays: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The residuals `(m,)` of which the squares add up to a loss, and their Jacobian `(m, P)`.

    Beside them their `change` `(m,)` by one standard deviation of a reading, zero for others.
    """
    objective = model.objective({"": arrays}, training=False)
    (part,), (group,) = objective.parts, objective.groups
    columns = []
    for name, found in part.residuals(arrays).items():
        condition, weight = part.conditions[name], model.loss_weights[name].value
        scale = tf.sqrt(weight * arrays[f"weights.{name}"] / part.count)
        fields = condition.fields if isinstance(condition, Data) else ("",) * len(found)
        columns += [scale * float(field in stated(condition)) for field in fields]
    residuals, jacobian = group(tf.constant(0))
    change = tf.reshape(tf.stack(columns, axis=1), (-1,))
    return {"residuals": residuals, "jacobian": jacobian, "change": change}


def _slopes(model: PINNModel, arrays: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The gradient of each field at each point by the weights, `(n, m, P)`."""
    weights = [variable.value for variable in model.trainable_variables]

    def at_point(point: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape(persistent=True) as tape:
            fields = tf.unstack(model(point[tf.newaxis])[0])
        zero = tf.UnconnectedGradients.ZERO
        return tf.stack(
            [flat(tape.gradient(f, weights, unconnected_gradients=zero)) for f in fields]
        )

    slopes = tf.vectorized_map(at_point, arrays["points"], fallback_to_while_loop=False)
    return {"slopes": slopes}
