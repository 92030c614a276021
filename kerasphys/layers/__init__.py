"""Keras layers, and the activations of the field."""

from kerasphys.layers.activations import sine
from kerasphys.layers.box_scaling import BoxScaling
from kerasphys.layers.conv_block import ConvBlock
from kerasphys.layers.downsample import Downsample
from kerasphys.layers.film import FiLM
from kerasphys.layers.fourier_features import FourierFeatures
from kerasphys.layers.grid_padding import GridPadding
from kerasphys.layers.periodic_embedding import PeriodicEmbedding
from kerasphys.layers.residual_block import ResidualBlock
from kerasphys.layers.spectral_conv import SpectralConv
from kerasphys.layers.stencil_conv import StencilConv
from kerasphys.layers.upsample import Upsample

__all__ = [
    "BoxScaling",
    "ConvBlock",
    "Downsample",
    "FiLM",
    "FourierFeatures",
    "GridPadding",
    "PeriodicEmbedding",
    "ResidualBlock",
    "SpectralConv",
    "StencilConv",
    "Upsample",
    "sine",
]
