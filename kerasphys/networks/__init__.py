"""Network architectures: plain Keras models, without an objective."""

from kerasphys.networks.mlp import MLP
from kerasphys.networks.modified_mlp import ModifiedMLP
from kerasphys.networks.network import Network
from kerasphys.networks.pirate_net import PirateNet

__all__ = ["MLP", "ModifiedMLP", "Network", "PirateNet"]
