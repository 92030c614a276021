"""Keras layers, and the activations of the field."""

from kerasphys.layers.activations import sine
from kerasphys.layers.box_scaling import BoxScaling
from kerasphys.layers.fourier_features import FourierFeatures
from kerasphys.layers.periodic_embedding import PeriodicEmbedding

__all__ = ["BoxScaling", "FourierFeatures", "PeriodicEmbedding", "sine"]
