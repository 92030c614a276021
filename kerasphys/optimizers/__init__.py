"""Optimizers that use curvature, inside `model.fit`."""

from kerasphys.optimizers.bfgs import BFGS
from kerasphys.optimizers.lbfgs import LBFGS
from kerasphys.optimizers.levenberg_marquardt import LevenbergMarquardt
from kerasphys.optimizers.objective import Evaluation, Group, LeastSquares, Objective
from kerasphys.optimizers.second_order import SecondOrder
from kerasphys.optimizers.ssbfgs import SSBFGS
from kerasphys.optimizers.ssbroyden import SSBroyden
from kerasphys.optimizers.stages import Stages
from kerasphys.optimizers.textbook import averaged_momentum, basic_adam

__all__ = [  # noqa: RUF022 - in the order of the letters' codes, as everywhere
    "BFGS",
    "Evaluation",
    "Group",
    "LBFGS",
    "LeastSquares",
    "LevenbergMarquardt",
    "Objective",
    "SSBFGS",
    "SSBroyden",
    "SecondOrder",
    "Stages",
    "averaged_momentum",
    "basic_adam",
]
