"""An artefact of every public network, for the tests of what runs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kerasphys as kp
from tests.components import INPUT_SHAPES, built, grid_problem, of_kind, problem

QUICK = {"CNN", "DeepONet"}
NETWORKS = sorted(of_kind(kp.networks.Network), key=lambda cls: cls.__name__)
every_network = pytest.mark.parametrize(
    "cls",
    [
        pytest.param(cls, marks=() if cls.__name__ in QUICK else pytest.mark.slow)
        for cls in NETWORKS
    ],
    ids=lambda cls: cls.__name__,
)


def export_network(cls: type, path: Path, dtype: str) -> dict[str, np.ndarray]:
    """Exports a network with weights that are not at their start, and returns inputs for it."""
    rng = np.random.default_rng(0)
    shape: Any = INPUT_SHAPES.get(cls, (7, 2))
    shapes = shape if isinstance(shape, dict) else {"inputs": shape}
    model = kp.models.SurrogateModel(built(cls), dtype=dtype)
    model.build(shape)
    _disturb(model, rng)
    model.export(path)
    return {name: rng.normal(size=size).astype(dtype) for name, size in shapes.items()}


def export_pinn(path: Path, dtype: str) -> dict[str, np.ndarray]:
    """Exports a PINN with derivatives."""
    rng = np.random.default_rng(0)
    network = kp.networks.PirateNet(1, 8, embedding=kp.layers.FourierFeatures(4, seed=0), seed=0)
    model = kp.models.PINNModel(network, problem(), dtype=dtype)
    _disturb(model, rng)
    model.export(path, derivatives=["u_x", "u_xx", "grad_u"])
    return {"points": rng.uniform(0, 1, size=(5, 2)).astype(dtype)}


def export_grid_pinn(path: Path, dtype: str) -> None:
    """Exports a PINN on a grid with derivatives."""
    model = kp.models.GridPINNModel(kp.networks.UNet(1, 2, seed=0), grid_problem(), dtype=dtype)
    model.build((None, 8, 6, 1))
    _disturb(model, np.random.default_rng(0))
    model.export(path, derivatives=["u_t", "u_xx"])


def _disturb(model: Any, rng: np.random.Generator) -> None:
    for variable in model.network.weights:
        variable.assign(variable + rng.uniform(0, 0.1, size=variable.shape))
