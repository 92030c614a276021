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
        "InputFunction",
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
        "datasets",
        "derivatives",
        "diagnose",
        "equations",
        "geometry",
        "kernels",
        "layers",
        "load_model",
        "load_surrogate",
        "losses",
        "metrics",
        "models",
        "networks",
        "ode",
        "optimizers",
        "plotting",
        "solvers",
    ],
    "kerasphys.analysis": [
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
    "kerasphys.datasets": [
        "Dataset",
        "RandomField",
        "Samples",
        "burgers_1d",
        "coarse",
        "darcy_2d",
        "digits",
        "noisy",
        "one_step",
        "poisson_2d",
        "shapes",
        "split",
        "two_moons",
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
        "StencilEngine",
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
    "kerasphys.kernels": [
        "DifferentialOperator",
        "convolve",
        "differentiation_matrix",
        "finite_difference_weights",
        "gaussian",
        "gaussian_derivative",
        "laplacian",
        "operator_of",
        "stencil",
    ],
    "kerasphys.layers": [
        "BoxScaling",
        "ConvBlock",
        "Downsample",
        "FiLM",
        "FourierFeatures",
        "GridPadding",
        "PeriodicEmbedding",
        "ResidualBlock",
        "StencilConv",
        "Upsample",
        "sine",
    ],
    "kerasphys.losses": [
        "RelativeL2",
        "penalize",
    ],
    "kerasphys.metrics": [
        "RelativeL2",
    ],
    "kerasphys.models": [
        "ClassifierModel",
        "GridPINNModel",
        "PINNModel",
        "PhysicsModel",
        "SurrogateModel",
    ],
    "kerasphys.networks": [
        "CNN",
        "GridNetwork",
        "MLP",
        "ModifiedMLP",
        "Network",
        "NeuralODE",
        "PirateNet",
        "ResNet",
        "Rollout",
        "UNet",
        "narrow_deep",
        "shallow_interpolant",
        "tent_map",
        "yarotsky_square",
    ],
    "kerasphys.ode": [
        "ButcherTableau",
        "METHODS",
        "ODEBlock",
        "odeint",
        "odeint_event",
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
        "averaged_momentum",
        "basic_adam",
    ],
    "kerasphys.plotting": [
        "comparison",
        "computational_graph",
        "confusion",
        "diagnosis",
        "field",
        "history",
        "images",
        "maps",
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
        "mean_relative_l2",
        "observed_order",
        "psnr",
        "relative_l2",
        "solve_darcy",
        "solve_nonlinear",
        "solve_periodic",
        "solve_poisson",
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
