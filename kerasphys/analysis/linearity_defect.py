"""How far an operator, or a model of one, is from linear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kerasphys._validation import check_array, message
from kerasphys.analysis._inputs import evaluator, functions_of
from kerasphys.datasets import Samples
from kerasphys.datasets.samples import POINTS


def linearity_defect(
    operator: Any, inputs: Any, coefficients: tuple[float, float] = (1.0, 1.0)
) -> float:
    """`‖N(αf + βg) - αN(f) - βN(g)‖ / ‖αN(f) + βN(g)‖`, over many pairs of inputs.

    Zero for a linear operator, to rounding: differential equations that are linear with a source
    or an initial state as input. A trained model shows with it how well it has learned that.

    Args:
        operator: A model, or a function from inputs to outputs.
        inputs: `(n, ...)`, a dict of such arrays, or `kp.datasets.Samples`: the first half are `f`,
            the second `g`. Points in a dict, under the name `points`, are common to both.
        coefficients: `α` and `β`.

    Returns:
        The defect, the norms taken over all pairs together.

    Raises:
        TypeError: If the operator cannot be evaluated.
        ValueError: If there are fewer than two samples, or the outputs vanish.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        waves = np.random.default_rng(0).normal(size=(10, 64))
        assert kp.analysis.linearity_defect(lambda f: np.cumsum(f, axis=1), waves) < 1e-12
        assert kp.analysis.linearity_defect(np.square, waves) > 0.1
        ```
    """
    evaluate = evaluator("operator", operator)
    alpha, beta = check_array("coefficients", coefficients, (2,))
    if isinstance(inputs, Samples):
        inputs = inputs.x
    functions = functions_of("inputs", inputs)
    half = len(next(iter(functions.values()))) // 2
    if not half:
        raise ValueError(message("inputs", "at least two samples", inputs))
    first = {name: array[:half] for name, array in functions.items()}
    second = {name: array[half : 2 * half] for name, array in functions.items()}
    both = {name: alpha * first[name] + beta * second[name] for name in functions}

    def outputs(some: dict[str, np.ndarray]) -> np.ndarray:
        if not isinstance(inputs, Mapping):
            return evaluate(some["inputs"])
        if POINTS not in inputs:
            return evaluate(some)
        points = np.asarray(inputs[POINTS])
        return evaluate({**some, POINTS: points if points.ndim == 2 else points[:half]})

    parts = alpha * outputs(first) + beta * outputs(second)
    size = np.linalg.norm(parts)
    if size == 0:
        raise ValueError(message("operator", "different from zero for these inputs", operator))
    return float(np.linalg.norm(outputs(both) - parts) / size)
