"""Keras callbacks: what watches a model while it trains.

They work in any `fit` beside Keras' own. They change the state of a model at the beginning of an
epoch only, and what they draw at random depends on a seed and the number of the epoch alone.
"""

from kerasphys.callbacks.causal_weights import CausalWeights
from kerasphys.callbacks.compare_with_reference import CompareWithReference
from kerasphys.callbacks.field_images import FieldImages
from kerasphys.callbacks.gradient_norm_balance import GradientNormBalance
from kerasphys.callbacks.progress_bar import ProgressBar
from kerasphys.callbacks.resample import Resample
from kerasphys.callbacks.residual_attention import ResidualAttention
from kerasphys.callbacks.residual_resample import ResidualResample
from kerasphys.callbacks.resume import Resume

__all__ = [
    "CausalWeights",
    "CompareWithReference",
    "FieldImages",
    "GradientNormBalance",
    "ProgressBar",
    "Resample",
    "ResidualAttention",
    "ResidualResample",
    "Resume",
]
