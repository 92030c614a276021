"""Objectives: models that know what they are trained for."""

from kerasphys.models.classifier_model import ClassifierModel
from kerasphys.models.ensemble_model import EnsembleModel
from kerasphys.models.grid_pinn_model import GridPINNModel
from kerasphys.models.march import march
from kerasphys.models.operator_pinn_model import OperatorPINNModel
from kerasphys.models.physics_model import PhysicsModel
from kerasphys.models.pinn_model import PINNModel
from kerasphys.models.surrogate_model import SurrogateModel

__all__ = [
    "ClassifierModel",
    "EnsembleModel",
    "GridPINNModel",
    "OperatorPINNModel",
    "PINNModel",
    "PhysicsModel",
    "SurrogateModel",
    "march",
]
