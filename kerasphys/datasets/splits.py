"""Samples divided into those for training, validation and test."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasphys._validation import check_bool, check_int, message
from kerasphys.datasets.samples import Samples


def split(
    samples: Samples,
    validation: int | None = None,
    test: int | None = None,
    seed: int | None = None,
    stratify: bool = False,
) -> dict[str, Any]:
    """Divides samples into three sets that have none in common.

    Args:
        samples: The samples.
        validation: How many are kept for validation, a tenth by default; 0 for none.
        test: How many are kept for the test, a tenth by default; 0 for none. The rest is for
            training.
        seed: Non-negative integer, draws who goes where. Without it the first samples are for the
            test, the next for validation, the rest for training, which is fair for samples that
            were drawn independently.
        stratify: Whether every set shall have the same shares of the classes, to within one sample
            each; the outputs are then integer labels, and a seed is needed.

    Returns:
        The sets under the names `train`, `validation` and `test`; `None` for an empty one.

    Raises:
        ValueError: If nothing remains for training.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        x = np.arange(50.0)[:, None]
        sets = kp.datasets.split(kp.datasets.Samples(x, x**2), validation=5, test=10, seed=0)
        data = kp.datasets.Dataset(**sets, name="A parabola")
        assert [len(part) for part in data.splits.values()] == [35, 5, 10]
        ```
    """
    if not isinstance(samples, Samples):
        raise TypeError(message("samples", "kp.datasets.Samples", samples))
    validation, test = check_sizes(len(samples), validation, test)
    order = np.arange(len(samples))
    if seed is not None:
        order = np.random.default_rng(check_int("seed", seed, minimum=0)).permutation(order)
    if check_bool("stratify", stratify):
        if seed is None:
            raise ValueError(message("seed", "an integer where `stratify=True`", seed))
        order = _stratified(order, samples.outputs)
    ends = {"test": (0, test), "validation": (test, test + validation)}
    ends["train"] = (test + validation, len(samples))
    return {
        name: samples[np.sort(order[slice(*ends[name])])] if np.diff(ends[name]) else None
        for name in ("train", "validation", "test")
    }


def check_sizes(samples: int, validation: Any, test: Any) -> tuple[int, int]:
    """How many samples are kept for validation and test, where at least one is left."""
    samples = check_int("samples", samples, minimum=1)
    tenth = round(samples / 10)
    validation = tenth if validation is None else check_int("validation", validation, minimum=0)
    test = tenth if test is None else check_int("test", test, minimum=0)
    if validation + test >= samples:
        cure = f"Of {samples} samples {validation} are for validation and {test} for the test."
        raise ValueError(message("samples", "more than validation and test take", samples, cure))
    return validation, test


def _stratified(order: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """An order in which every beginning has the classes in their shares, to within one each.

    Members of a class are spread evenly: the `i`-th of `m` has its place at `(i + 1/2) / m`.
    """
    if not isinstance(labels, np.ndarray) or labels.ndim != 1 or labels.dtype.kind not in "iu":
        cure = "Stratification needs one integer label for each sample."
        raise ValueError(message("stratify", "False for such outputs", True, cure))
    labels = labels[order]
    places = np.empty(len(labels))
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        places[members] = (np.arange(len(members)) + 0.5) / len(members)
    return order[np.argsort(places, kind="stable")]
