"""The example on a cylinder in a channel: its forces, that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import cylinder
from tests.formula import formula_model


def test_both_ways_find_the_force_of_an_exact_flow():
    """A uniform stream, a source and a vortex: the pressure gives a drag m and a lift -k."""
    m, k = 0.7, 0.4

    def u(x, y):
        return 1 + (m * (x - 2) - k * (y - 2)) / (2 * np.pi * ((x - 2) ** 2 + (y - 2) ** 2))

    def v(x, y):
        return (m * (y - 2) + k * (x - 2)) / (2 * np.pi * ((x - 2) ** 2 + (y - 2) ** 2))

    model = formula_model(
        cylinder.flow_problem(), u, v, lambda x, y: 3 - (u(x, y) ** 2 + v(x, y) ** 2) / 2
    )
    np.testing.assert_allclose(cylinder.surface_force(model), [m, -k], rtol=1e-10)
    np.testing.assert_allclose(cylinder.ring_force(model), [m, -k], rtol=1e-8)


def test_the_inflow_is_of_mean_one():
    y, weights = kp.geometry.quadrature(cylinder.CHANNEL.start("x"), 8)
    assert weights @ cylinder.inflow(y[:, 1]) / cylinder.HEIGHT == pytest.approx(1.0)
    assert cylinder.inflow(cylinder.HEIGHT / 2) == pytest.approx(1.5)


@pytest.mark.slow
def test_it_runs(tmp_path, capsys):
    numbers = cylinder.main(["--quick", "--output", str(tmp_path)])
    assert f"{numbers['drag']:.4f}" in capsys.readouterr().out
    files = {"cylinder.png", "history.png", "surrogate"}
    assert {file.name for file in tmp_path.iterdir()} == files
    assert kp.load_surrogate(tmp_path / "surrogate").card.errors.keys() == {"drag"}


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = cylinder.main(["--output", str(tmp_path)])
    known = cylinder.KNOWN
    for name in ("drag", "drag_surface", "pressure_drop"):
        assert abs(numbers[name] / known[name.removesuffix("_surface")] - 1) < 0.01
    assert abs(numbers["lift"] - known["lift"]) < 0.02
    assert numbers["training_seconds"] < 1800
