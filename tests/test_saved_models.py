"""The shipped models load, and are as good as their cards say."""

import re
from pathlib import Path

import numpy as np
import pytest

from kerasphys import load_surrogate
from kerasphys.artifacts import read_card
from kerasphys.datasets import antiderivative, burgers_1d, one_step
from kerasphys.solvers import AdvectionDiffusion1D, max_error, mean_relative_l2, relative_l2

ROOT = Path(__file__).resolve().parent.parent / "saved_models"
MODELS = sorted(card.parent for card in ROOT.glob("*/card.json"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.name)
def test_every_model_is_small_and_described(path):
    assert sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) < 2_000_000
    assert f"## {path.name}" in README
    card = read_card(path)
    assert card.command in README
    assert card.errors
    assert card.seed is not None
    load_surrogate(path)


def test_nothing_else_is_described():
    assert re.findall(r"^## (\w+)$", README, re.M) == [path.name for path in MODELS]


def test_advection_diffusion():
    surrogate = load_surrogate(ROOT / "advection_diffusion")
    card = read_card(surrogate.path)
    parameters = card.parameters
    flow = AdvectionDiffusion1D(parameters["velocity"], parameters["diffusivity"])
    assert flow.peclet == 50

    x = np.linspace(0.0, 1.0, 1001)
    u, exact = surrogate.predict(x[:, None])["u"], flow.exact(x)
    assert card.errors == {
        "relative_l2": pytest.approx(relative_l2(u, exact), rel=1e-6),
        "max_error": pytest.approx(max_error(u, exact), rel=1e-6),
    }
    assert card.errors["relative_l2"] < 1e-3
    np.testing.assert_allclose(u[[0, -1]], [0.0, 1.0], rtol=0, atol=1e-15)  # hard

    step = 1e-5
    inside = x[1:-1, None]
    after, before = (surrogate.predict(inside + s * step)["u"] for s in (1, -1))
    slope = surrogate.derivatives(inside)["u_x"]
    np.testing.assert_allclose(slope, (after - before) / (2 * step), rtol=0, atol=1e-5)


def test_burgers_fno():
    surrogate = load_surrogate(ROOT / "burgers_fno")
    card = surrogate.card
    known = card.data["parameters"]
    law = {name: known[name] for name in ("sigma", "tau", "gamma", "time_step")}
    data = burgers_1d(
        40,
        known["resolution"],
        0,
        39,
        viscosity=known["viscosity"],
        steps=1,
        interval=known["interval"],
        seed=card.seed + 1,  # functions that it has not been tested on either
        verbose=False,
        **law,
    )
    u, after = one_step(data).test
    assert known["viscosity"] == 0.1
    assert card.errors["relative_l2"] < 2e-3
    for every in (1, 2, 4):  # the grid of the training, and coarser ones
        found = surrogate.predict(u[:, ::every])["outputs"]
        error = mean_relative_l2(found, after[:, ::every])
        assert error == pytest.approx(card.errors["relative_l2"], rel=0.25)


def test_antiderivative_deeponet():
    surrogate = load_surrogate(ROOT / "antiderivative_deeponet")
    card = surrogate.card
    known = card.data["parameters"]
    law = {name: known[name] for name in ("length_scale", "deviation")}
    data = antiderivative(60, validation=0, test=59, seed=card.seed + 1, **law)
    error = mean_relative_l2(surrogate.predict(data.test.x)["s"], data.test.outputs[..., 0])
    assert error == pytest.approx(card.errors["relative_l2"], rel=0.5)
    assert card.errors["relative_l2"] < 2.5e-3
