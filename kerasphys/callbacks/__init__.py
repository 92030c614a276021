"""Keras callbacks: what watches a model while it trains.

They work in any `fit` beside Keras' own. They change the state of a model at the beginning of an
epoch only, and what they do depends on the number of the epoch, not on what ran before.
"""

from kerasphys.callbacks.compare_with_reference import CompareWithReference
from kerasphys.callbacks.field_images import FieldImages
from kerasphys.callbacks.progress_bar import ProgressBar
from kerasphys.callbacks.resample import Resample

__all__ = ["CompareWithReference", "FieldImages", "ProgressBar", "Resample"]
