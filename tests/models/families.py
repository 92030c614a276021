"""A small model of every public kind, with inputs for what it exports."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

import kerasphys as kp
from tests.components import INPUT_SHAPES, built, grid_problem, of_kind, operator_problem, problem


@dataclasses.dataclass
class Family:
    """A model, inputs as `Surrogate.predict` takes them, and arguments of its `export`."""

    model: Any
    inputs: Any
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


def family(name: str, dtype: str = "float64") -> Family:
    """The one of that name; its weights are not at their start."""
    rng = np.random.default_rng(0)
    if name in OTHERS:
        made = OTHERS[name](dtype, rng)
    else:
        made = surrogate(getattr(kp.networks, name), dtype, rng)
    for variable in made.model.network.weights:
        if "float" in variable.dtype:
            variable.assign(variable + rng.uniform(0, 0.1, size=variable.shape))
    return made


def surrogate(cls: type, dtype: str, rng: np.random.Generator) -> Family:
    shape: Any = INPUT_SHAPES.get(cls, (7, 2))
    model = kp.models.SurrogateModel(built(cls), dtype=dtype)
    model.build(shape)
    if isinstance(shape, dict):
        return Family(model, {name: rng.normal(size=size) for name, size in shape.items()})
    return Family(model, rng.normal(size=shape))


def pinn(dtype: str, rng: np.random.Generator) -> Family:
    network = kp.networks.PirateNet(1, 8, embedding=kp.layers.FourierFeatures(4, seed=0), seed=0)
    model = kp.models.PINNModel(network, problem(), hard=["initial"], dtype=dtype)
    names = ["u_x", "u_xx", "grad_u"]
    return Family(model, rng.uniform(0, 1, size=(7, 2)), {"derivatives": names})


def grid_pinn(dtype: str, rng: np.random.Generator) -> Family:
    model = kp.models.GridPINNModel(
        kp.networks.UNet(1, 2, seed=0), grid_problem(), hard=["initial"], dtype=dtype
    )
    inputs = rng.uniform(1, 2, size=(3, 8, 6, 1))
    return Family(model, inputs, {"derivatives": ["u_t", "u_xx"]})


def operator_pinn(dtype: str, rng: np.random.Generator) -> Family:
    network = kp.networks.DeepONet(
        kp.networks.MLP([4], seed=0), kp.networks.MLP([4], seed=1), basis=3
    )
    model = kp.models.OperatorPINNModel(network, operator_problem(), hard=["initial"], dtype=dtype)
    inputs = {"source": rng.normal(size=(3, 5)), "points": rng.uniform(0, 1, size=(4, 2))}
    return Family(model, inputs, {"derivatives": ["u_x", "laplacian_u"]})


def classifier(dtype: str, rng: np.random.Generator) -> Family:
    layers = [
        keras.Input((6, 5, 2), dtype=dtype),
        keras.layers.Conv2D(2, 3, dtype=dtype),
        keras.layers.Flatten(dtype=dtype),
        keras.layers.Dense(3, dtype=dtype),
    ]
    network = keras.Sequential(layers)
    model = kp.models.ClassifierModel(network, classes=("a", "b", "c"), dtype=dtype)
    model.build((None, 6, 5, 2))
    return Family(model, rng.normal(size=(3, 6, 5, 2)))


def banded(dtype: str, rng: np.random.Generator) -> Family:
    model = kp.models.SurrogateModel(kp.networks.UNet(1, 2, seed=0), dtype=dtype)
    inputs, outputs = rng.normal(size=(12, 8, 2)) * 5 + 300, rng.normal(size=(12, 8, 2)) - 20
    model.adapt(inputs, outputs)
    model.calibrate(inputs, outputs, coverage=0.8)
    return Family(model, inputs[:3], {"fields": ("u", "v")})


OTHERS = {
    "ClassifierModel": classifier,
    "GridPINNModel": grid_pinn,
    "OperatorPINNModel": operator_pinn,
    "PINNModel": pinn,
    "SurrogateModel with a band": banded,
}
NAMES = [*sorted(cls.__name__ for cls in of_kind(kp.networks.Network)), *OTHERS]


def signature_rows(name: str, card: kp.artifacts.Card) -> list[str]:
    """The rows of the table in docs/artefacts.md of what a model serves."""
    rows = []
    for signature, tensors in card.signatures.items():
        taken, returned = (_shapes(tensors[part]) for part in ("inputs", "outputs"))
        rows.append(f"| {name} | `{signature}` | {taken} | {returned} |")
    return rows


def _shapes(tensors: dict[str, Any]) -> str:
    return ", ".join(
        f"`{name}` ({', '.join('·' if n is None else str(n) for n in tensors[name]['shape'])})"
        for name in sorted(tensors)
    )


def table() -> str:
    """The table in docs/artefacts.md of what models serve."""
    rows = ["| model | signature | takes | returns |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            made = family(name)
            path = made.model.export(Path(folder) / name, **made.options)
            rows += signature_rows(name, kp.artifacts.read_card(path))
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
