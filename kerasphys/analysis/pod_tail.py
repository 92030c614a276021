"""What no model that is linear in a few basis functions can do better than."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kerasphys._validation import as_real_array, check_array, check_bool, check_finite, message


def pod_tail(
    outputs: ArrayLike, *, constant: bool = False, relative: bool = True, weights: Any = None
) -> np.ndarray:
    """The least error of any model whose outputs are combinations of `p` functions, for every `p`.

    A DeepONet with `p` basis functions returns fields in a space of `p` dimensions, and no such
    space is closer to the fields of a sample than that of its first `p` POD modes: the mean square
    error is at least `Σ_{k > p} λ_k`, with the eigenvalues `λ` of the second-moment matrix of these
    fields, about zero, in the same discrete norm. The modes with projected coefficients attain it.
    Several channels share the basis, so each is a field of its own here.

    Args:
        outputs: `(n, ..., c)`, the true fields at common points: those on which the error is
            measured.
        constant: Whether the model adds a constant to its combinations, such as a trained bias or
            the means of a `SurrogateModel`: one function more.
        relative: Whether to return relative L2 errors, as `kp.solvers.relative_l2` measures them;
            otherwise mean square errors.
        weights: Positive weights of the points, of the shape of one output without channels, or
            `None`: all count alike.

    Returns:
        The bound for `p = 0, 1, ...`, as many as fields or points, whichever are fewer; the last
        is zero.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If the outputs have no channels, vanish, or a value is not finite.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.linspace(0, 1, 50)
        fields = np.random.default_rng(0).normal(size=(20, 3)) @ [np.sin(x), np.cos(x), x]
        bound = kp.analysis.pod_tail(fields[..., None])
        assert bound[0] == 1 and bound[3] < 1e-12
        ```

    Reference:
        Lanthaler, Mishra and Karniadakis, 2022, https://arxiv.org/abs/2102.09618, section 3.4
    """
    rows = _rows(outputs)
    constant, relative = check_bool("constant", constant), check_bool("relative", relative)
    if weights is not None:
        wanted = np.shape(outputs)[1:-1]
        each = check_array("weights", weights, wanted)
        if np.any(each <= 0):
            raise ValueError(message("weights", "positive", weights))
        rows = rows * np.sqrt(each.ravel() / np.mean(each))
    import scipy

    squares = scipy.linalg.svdvals(rows) ** 2
    total = squares.sum()
    if total == 0:
        raise ValueError(message("outputs", "different from zero somewhere", outputs))
    tails = np.append(np.cumsum(squares[::-1])[::-1], 0.0)
    tails[0] = total
    if constant:
        tails = tails[1:]
    return np.sqrt(tails / total) if relative else tails / rows.size


def _rows(outputs: Any) -> np.ndarray:
    """The fields of all channels, one a row."""
    expected = "an array of real numbers of shape (n, ..., channels)"
    array = as_real_array("outputs", outputs, expected)
    if array.ndim < 3 or not array.size:
        raise ValueError(message("outputs", expected, array.shape))
    check_finite("outputs", array)
    channels_second = np.moveaxis(array.astype(np.float64), -1, 1)
    return channels_second.reshape(array.shape[0] * array.shape[-1], -1)
