"""What trained models are worth, and what keeps them from being better."""

from kerasphys.analysis.confusion_matrix import confusion_matrix
from kerasphys.analysis.diagnose import diagnose
from kerasphys.analysis.diagnosis import Diagnosis

__all__ = ["Diagnosis", "confusion_matrix", "diagnose"]
