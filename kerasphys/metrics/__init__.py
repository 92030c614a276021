"""Keras metrics for fields."""

from kerasphys.metrics.relative_l2 import RelativeL2

__all__ = ["RelativeL2"]
