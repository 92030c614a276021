"""Losses that Keras does not have."""

from kerasphys.losses.penalize import penalize
from kerasphys.losses.relative_h1 import RelativeH1
from kerasphys.losses.relative_l2 import RelativeL2

__all__ = [
    "RelativeH1",
    "RelativeL2",
    "penalize",
]
