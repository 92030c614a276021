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
    "advection_diffusion",
    "allen_cahn",
    "burgers",
    "burgers_rollout",
    "denoising",
    "digits",
    "heat_2d_disk",
    "helmholtz",
    "kdv",
    "kernels",
    "label_free_unet",
    "learned_stencil",
    "poisson_2d",
    "poisson_unet",
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
