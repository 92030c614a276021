"""Network architectures: plain Keras models, without an objective."""

from kerasphys.networks.mlp import MLP
from kerasphys.networks.network import Network

__all__ = ["MLP", "Network"]
