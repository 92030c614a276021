"""Network architectures: plain Keras models, without an objective."""

from kerasphys.networks.cnn import CNN
from kerasphys.networks.constructions import (
    narrow_deep,
    shallow_interpolant,
    tent_map,
    yarotsky_square,
)
from kerasphys.networks.deeponet import DeepONet
from kerasphys.networks.fno import FNO
from kerasphys.networks.grid_network import GridNetwork
from kerasphys.networks.mionet import MIONet
from kerasphys.networks.mlp import MLP
from kerasphys.networks.modified_mlp import ModifiedMLP
from kerasphys.networks.network import Network
from kerasphys.networks.neural_ode import NeuralODE
from kerasphys.networks.operator_network import OperatorNetwork
from kerasphys.networks.pirate_net import PirateNet
from kerasphys.networks.pod_deeponet import PODDeepONet
from kerasphys.networks.resnet import ResNet
from kerasphys.networks.rollout import Rollout
from kerasphys.networks.time_windows import TimeWindows
from kerasphys.networks.unet import UNet

__all__ = [  # noqa: RUF022 - in the order of the letters' codes, as everywhere
    "CNN",
    "DeepONet",
    "FNO",
    "GridNetwork",
    "MIONet",
    "MLP",
    "ModifiedMLP",
    "Network",
    "NeuralODE",
    "OperatorNetwork",
    "PODDeepONet",
    "PirateNet",
    "ResNet",
    "Rollout",
    "TimeWindows",
    "UNet",
    "narrow_deep",
    "shallow_interpolant",
    "tent_map",
    "yarotsky_square",
]
