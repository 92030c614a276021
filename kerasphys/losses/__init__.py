"""Losses that Keras does not have."""

from kerasphys.losses.penalize import penalize
from kerasphys.losses.relative_l2 import RelativeL2

__all__ = [
    "RelativeL2",
    "penalize",
]
