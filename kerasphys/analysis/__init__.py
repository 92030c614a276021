"""What trained models are worth, and what keeps them from being better."""

from kerasphys.analysis.as_ode import as_ode
from kerasphys.analysis.backpropagation import Backpropagation, backpropagate
from kerasphys.analysis.confusion_matrix import confusion_matrix
from kerasphys.analysis.descent import adam, gradient_descent, momentum
from kerasphys.analysis.diagnose import diagnose
from kerasphys.analysis.diagnosis import Diagnosis
from kerasphys.analysis.fit_rate import fit_rate
from kerasphys.analysis.hessian import (
    hessian_operator,
    hessian_vector_product,
    largest_hessian_eigenvalue,
)
from kerasphys.analysis.kinks import kinks
from kerasphys.analysis.layer_gradient_norms import layer_gradient_norms
from kerasphys.analysis.linear_regions import linear_regions
from kerasphys.analysis.select_model import select_model
from kerasphys.analysis.selection import Selection

__all__ = [
    "Backpropagation",
    "Diagnosis",
    "Selection",
    "adam",
    "as_ode",
    "backpropagate",
    "confusion_matrix",
    "diagnose",
    "fit_rate",
    "gradient_descent",
    "hessian_operator",
    "hessian_vector_product",
    "kinks",
    "largest_hessian_eigenvalue",
    "layer_gradient_norms",
    "linear_regions",
    "momentum",
    "select_model",
]
