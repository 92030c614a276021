"""Named derivatives: names, what they mean, and the engines that compute them."""

from kerasphys._requested import Requested, requested_names
from kerasphys.derivatives.engine import Engine
from kerasphys.derivatives.engines import select
from kerasphys.derivatives.explain import explain
from kerasphys.derivatives.jet_engine import JetEngine
from kerasphys.derivatives.namespace import Namespace
from kerasphys.derivatives.plan import Plan
from kerasphys.derivatives.stencil_engine import StencilEngine
from kerasphys.derivatives.tape import TapeEngine
from kerasphys.derivatives.terms import (
    Biharmonic,
    Coordinate,
    Divergence,
    Field,
    Gradient,
    Laplacian,
    Parameter,
    Partial,
    Term,
)
from kerasphys.derivatives.trunk_engine import TrunkEngine

__all__ = [
    "Biharmonic",
    "Coordinate",
    "Divergence",
    "Engine",
    "Field",
    "Gradient",
    "JetEngine",
    "Laplacian",
    "Namespace",
    "Parameter",
    "Partial",
    "Plan",
    "Requested",
    "StencilEngine",
    "TapeEngine",
    "Term",
    "TrunkEngine",
    "explain",
    "requested_names",
    "select",
]
