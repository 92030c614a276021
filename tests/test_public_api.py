"""The public names of every room, listed by hand: nothing is public, or goes away, by accident."""

import importlib
import inspect
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "kerasphys"
ROOMS = sorted(init.parent.name for init in PACKAGE.glob("*/__init__.py"))

EXPECTED = {
    "kerasphys": [
        "Data",
        "Dirichlet",
        "Neumann",
        "Periodic",
        "PointSets",
        "Problem",
        "Residual",
        "Robin",
        "Table",
        "Unknown",
        "__version__",
        "analysis",
        "artifacts",
        "callbacks",
        "conditions",
        "derivatives",
        "diagnose",
        "equations",
        "geometry",
        "layers",
        "load_model",
        "load_surrogate",
        "metrics",
        "models",
        "networks",
        "optimizers",
        "plotting",
        "solvers",
    ],
    "kerasphys.analysis": [
        "Diagnosis",
        "diagnose",
    ],
    "kerasphys.artifacts": [
        "Card",
        "Surrogate",
        "load_surrogate",
        "read_card",
        "write_artifact",
    ],
    "kerasphys.callbacks": [
        "CausalWeights",
        "CompareWithReference",
        "FieldImages",
        "GradientNormBalance",
        "ProgressBar",
        "Resample",
        "ResidualAttention",
        "ResidualResample",
        "Resume",
    ],
    "kerasphys.conditions": [
        "Condition",
        "Data",
        "Dirichlet",
        "Located",
        "Neumann",
        "Periodic",
        "Residual",
        "Robin",
        "Table",
    ],
    "kerasphys.derivatives": [
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
        "TapeEngine",
        "Term",
        "explain",
        "requested_names",
        "select",
    ],
    "kerasphys.equations": [
        "advection_diffusion",
        "allen_cahn",
        "burgers",
        "euler_bernoulli_beam",
        "heat",
        "helmholtz",
        "kdv",
        "kuramoto_sivashinsky",
        "poisson",
        "wave",
    ],
    "kerasphys.geometry": [
        "Boundary",
        "Box",
        "Disk",
        "Face",
        "Geometry",
        "Interval",
        "PointCloud",
        "Product",
        "Region",
        "unit_samples",
    ],
    "kerasphys.layers": [
        "BoxScaling",
        "FourierFeatures",
        "PeriodicEmbedding",
        "sine",
    ],
    "kerasphys.metrics": [
        "RelativeL2",
    ],
    "kerasphys.models": ["PINNModel", "PhysicsModel", "SurrogateModel"],
    "kerasphys.networks": [
        "MLP",
        "ModifiedMLP",
        "Network",
        "PirateNet",
    ],
    "kerasphys.optimizers": [
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
    ],
    "kerasphys.plotting": [
        "comparison",
        "diagnosis",
        "field",
        "history",
        "save",
    ],
    "kerasphys.solvers": [
        "AdvectionDiffusion1D",
        "burgers_cole_hopf",
        "chebyshev_matrix",
        "chebyshev_points",
        "collocate",
        "finite_differences",
        "heat_disk",
        "least_squares",
        "max_error",
        "observed_order",
        "relative_l2",
        "solve_nonlinear",
        "solve_periodic",
        "thomas",
    ],
}


def public(module):
    """What a reader finds without a leading underscore; files are not public, rooms are."""
    names = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    if module.__name__ == "kerasphys":
        names |= {"__version__", *ROOMS}
    return sorted(names)


@pytest.mark.parametrize("room", sorted(EXPECTED))
def test_public_names(room):
    module = importlib.import_module(room)
    assert module.__all__ == EXPECTED[room]
    assert public(module) == EXPECTED[room]


@pytest.mark.parametrize("room", sorted(EXPECTED))
def test_public_names_exist_sorted_and_once(room):
    module = importlib.import_module(room)
    assert EXPECTED[room] == sorted(set(EXPECTED[room]))
    for name in EXPECTED[room]:
        assert hasattr(module, name), f"{room}.{name}"


def test_every_room_is_listed():
    assert set(EXPECTED) == {"kerasphys", *(f"kerasphys.{room}" for room in ROOMS)}
