"""What trained models are worth, and what keeps them from being better."""

from kerasphys.analysis.as_ode import as_ode
from kerasphys.analysis.backpropagation import Backpropagation, backpropagate
from kerasphys.analysis.band_coverage import band_coverage
from kerasphys.analysis.budget import ErrorBudget
from kerasphys.analysis.certificates import Certificate, certify
from kerasphys.analysis.confusion_matrix import confusion_matrix
from kerasphys.analysis.covering_distance import covering_distance
from kerasphys.analysis.descent import adam, gradient_descent, momentum
from kerasphys.analysis.diagnose import diagnose
from kerasphys.analysis.diagnosis import Diagnosis
from kerasphys.analysis.error_budget import error_budget
from kerasphys.analysis.estimates import Estimates
from kerasphys.analysis.fit_rate import fit_rate
from kerasphys.analysis.hessian import (
    hessian_operator,
    hessian_vector_product,
    largest_hessian_eigenvalue,
)
from kerasphys.analysis.kinks import kinks
from kerasphys.analysis.layer_gradient_norms import layer_gradient_norms
from kerasphys.analysis.linear_regions import linear_regions
from kerasphys.analysis.linearity_defect import linearity_defect
from kerasphys.analysis.pod_tail import pod_tail
from kerasphys.analysis.select_model import select_model
from kerasphys.analysis.selection import Selection
from kerasphys.analysis.uncertainty import uncertainty

__all__ = [
    "Backpropagation",
    "Certificate",
    "Diagnosis",
    "ErrorBudget",
    "Estimates",
    "Selection",
    "adam",
    "as_ode",
    "backpropagate",
    "band_coverage",
    "certify",
    "confusion_matrix",
    "covering_distance",
    "diagnose",
    "error_budget",
    "fit_rate",
    "gradient_descent",
    "hessian_operator",
    "hessian_vector_product",
    "kinks",
    "largest_hessian_eigenvalue",
    "layer_gradient_norms",
    "linear_regions",
    "linearity_defect",
    "momentum",
    "pod_tail",
    "select_model",
    "uncertainty",
]
