"""Network architectures: plain Keras models, without an objective."""

from kerasphys.networks.cnn import CNN
from kerasphys.networks.grid_network import GridNetwork
from kerasphys.networks.mlp import MLP
from kerasphys.networks.modified_mlp import ModifiedMLP
from kerasphys.networks.network import Network
from kerasphys.networks.pirate_net import PirateNet
from kerasphys.networks.rollout import Rollout
from kerasphys.networks.unet import UNet

__all__ = [  # noqa: RUF022 - in the order of the letters' codes, as everywhere
    "CNN",
    "GridNetwork",
    "MLP",
    "ModifiedMLP",
    "Network",
    "PirateNet",
    "Rollout",
    "UNet",
]
