"""What a condition reads at its points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import tensorflow as tf


@dataclass(frozen=True)
class Located:
    """What a condition reads at its points, as tensors.

    Attributes:
        values: The fields, derivatives, coordinates and parameters that the condition named;
            `(n,)` each, `()` for a parameter.
        images: The same at the image points of a periodic condition.
        givens: The given values, `(n,)` or `()`.
        normals: Outward unit normals, `(n, d)`, on a boundary.
    """

    values: Mapping[str, tf.Tensor]
    givens: Mapping[str, tf.Tensor] = field(default_factory=dict)
    images: Mapping[str, tf.Tensor] = field(default_factory=dict)
    normals: tf.Tensor | None = None
