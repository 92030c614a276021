"""Keras layers, and the activations of the field."""

from kerasphys.layers.activations import sine
from kerasphys.layers.box_scaling import BoxScaling

__all__ = ["BoxScaling", "sine"]
