"""Keras metrics for fields."""

from kerasphys.metrics.band_relative_l2 import BandRelativeL2
from kerasphys.metrics.boundary_relative_l2 import BoundaryRelativeL2
from kerasphys.metrics.relative_h1 import RelativeH1
from kerasphys.metrics.relative_l2 import RelativeL2
from kerasphys.metrics.step_relative_l2 import StepRelativeL2

__all__ = [
    "BandRelativeL2",
    "BoundaryRelativeL2",
    "RelativeH1",
    "RelativeL2",
    "StepRelativeL2",
]
