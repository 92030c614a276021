"""Runs an example in full and prints what it measured, one JSON line.

python -m benchmarks.examples burgers
"""

import contextlib
import importlib
import io
import json
import sys
import tempfile
import time

NAMES = (
    "activations",
    "advection_assimilation",
    "advection_diffusion",
    "advection_pod",
    "allen_cahn",
    "antiderivative",
    "assimilation",
    "backpropagation",
    "beltrami",
    "burgers",
    "burgers_fno",
    "burgers_rollout",
    "cavity",
    "certificate",
    "clustering",
    "conformal_band",
    "cylinder",
    "darcy_fno",
    "deeponet_error",
    "denoising",
    "diffusion_reaction",
    "digits",
    "eccentric_pipe",
    "ensemble",
    "gradient_descent",
    "heat_2d_disk",
    "heat_inverse",
    "helmholtz",
    "inverse_field",
    "kdv",
    "kernels",
    "kinks",
    "label_free_unet",
    "learned_stencil",
    "linear_regression",
    "long_time",
    "lotka_volterra",
    "mionet",
    "mlp",
    "model_selection",
    "momentum_and_adam",
    "navier_stokes_fno",
    "neural_ode",
    "operators",
    "parametrised_poisson",
    "pendulum",
    "pendulum_operator",
    "physics_informed_antiderivative",
    "poisson_2d",
    "poisson_unet",
    "random_fields",
    "regularization",
    "resnet_euler",
    "reynolds",
    "spectral_layer",
    "spiral",
    "stochastic_gradient_descent",
    "streaming",
    "taylor_green",
    "two_moons",
    "universal_approximation",
    "vanishing_gradients",
    "wave",
)


def run(name: str, seed: int = 0) -> dict[str, float]:
    """The numbers of an example, with its seconds, imports left out."""
    if name not in NAMES:
        raise ValueError(f"No example {name!r}. There are {', '.join(NAMES)}.")
    example = importlib.import_module(f"examples.{name}")
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        start = time.perf_counter()
        numbers = example.main(["--output", folder, "--seed", str(seed)])
        seconds = time.perf_counter() - start
    return {**numbers, "seconds": round(seconds, 1)}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1])))
