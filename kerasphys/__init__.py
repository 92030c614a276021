"""Deep learning for computational physics with Keras.

Whoever knows `model.fit` knows how to use it; what it trains leaves as a SavedModel that runs
without it. Start with the README, or with `examples/`.
"""

from kerasphys import _backend as _backend  # first: it refuses a wrong Keras backend
from kerasphys import (
    analysis,
    artifacts,
    callbacks,
    conditions,
    datasets,
    derivatives,
    distribution,
    equations,
    geometry,
    kernels,
    layers,
    losses,
    metrics,
    models,
    networks,
    ode,
    optimizers,
    parameters,
    plotting,
    solvers,
)
from kerasphys._load import load_model
from kerasphys._version import __version__
from kerasphys.analysis import certify, diagnose
from kerasphys.artifacts import load_surrogate
from kerasphys.conditions import (
    Data,
    Dirichlet,
    Integral,
    Neumann,
    Periodic,
    Residual,
    Robin,
    Table,
)
from kerasphys.models import march
from kerasphys.parameters import InputFunction, Range, Unknown, UnknownField
from kerasphys.point_sets import PointSets
from kerasphys.problem import Problem

__all__ = [
    "Data",
    "Dirichlet",
    "InputFunction",
    "Integral",
    "Neumann",
    "Periodic",
    "PointSets",
    "Problem",
    "Range",
    "Residual",
    "Robin",
    "Table",
    "Unknown",
    "UnknownField",
    "__version__",
    "analysis",
    "artifacts",
    "callbacks",
    "certify",
    "conditions",
    "datasets",
    "derivatives",
    "diagnose",
    "distribution",
    "equations",
    "geometry",
    "kernels",
    "layers",
    "load_model",
    "load_surrogate",
    "losses",
    "march",
    "metrics",
    "models",
    "networks",
    "ode",
    "optimizers",
    "parameters",
    "plotting",
    "solvers",
]
