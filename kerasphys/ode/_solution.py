"""What a forward solve leaves behind: outputs, the steps it took, and whether it went well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from kerasphys.ode._states import History, Leaves

SOLVED, NOT_FINITE, UNDERFLOW, TOO_MANY = range(4)


@dataclass(frozen=True)
class Steps:
    """The accepted steps in order, so that they can be taken again.

    Attributes:
        count: How many, `()`.
        at: From an index to the segment it lies in, the start and the length of a step.
        ends: From an index to whether an output lies at the end of that step.
    """

    count: Any
    at: Callable[[Any], tuple[Any, Any, Any]]
    ends: Callable[[Any], Any]


@dataclass(frozen=True)
class Solution:
    """A solved problem.

    Attributes:
        outputs: The states at the output times, `(k, ...)` each leaf.
        steps: The steps that were taken.
        history: The states at their starts, if they were kept.
        status: One of `SOLVED`, `NOT_FINITE`, `UNDERFLOW`, `TOO_MANY`, `()`.
        where: Segment, start and length of the step that failed.
        attempts: Steps taken and rejected, `()`.
        evaluations: How often the field was evaluated, `()`.
    """

    outputs: Leaves
    steps: Steps
    history: History | None
    status: Any
    where: tuple[Any, Any, Any]
    attempts: Any
    evaluations: Any


def spoil(status: Any, values: Leaves) -> Leaves:
    """The values, or NaN if the solve failed."""
    nan = [tf.constant(float("nan"), leaf.dtype) for leaf in values]
    return [tf.where(status == SOLVED, leaf, bad) for leaf, bad in zip(values, nan, strict=True)]
