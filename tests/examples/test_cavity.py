"""The example on the lid-driven cavity: its closed forms, that it runs, and what it claims."""

import numpy as np
import pytest

import kerasphys as kp
from examples import cavity


def test_the_corner_flows_are_stokes_flows_with_the_walls_of_the_cavity():
    """In the whole: the network's walls and the corner flows add up to the lid and to rest."""
    conditions = cavity.make_problem().conditions
    s = np.linspace(0.05, 0.95, 7)
    walls = {
        "lid": (s, np.ones_like(s), 1.0),
        "left": (np.zeros_like(s), s, 0.0),
        "right": (np.ones_like(s), s, 0.0),
        "bottom": (s, np.zeros_like(s), 0.0),
    }
    for name, (x, y, speed) in walls.items():
        given = conditions[name].givens
        flow = cavity.corners(x, y)
        for values, field, expected in zip(flow, "uv", (speed, 0.0), strict=True):
            value = given[field]
            rest = (
                value if isinstance(value, float) else value(y if name in ("left", "right") else x)
            )
            np.testing.assert_allclose(values + rest, expected, atol=1e-14)


def test_the_slopes_are_those_of_the_corner_flows():
    x, y = np.random.default_rng(0).uniform(0.1, 0.9, (2, 20))
    h = 1e-5
    ahead, behind = cavity.corners(x + h, y), cavity.corners(x - h, y)
    above, below = cavity.corners(x, y + h), cavity.corners(x, y - h)
    u_x, u_y, v_x, v_y = cavity.corner_slopes(x, y)
    for found, plus, minus in (
        (u_x, ahead[0], behind[0]),
        (u_y, above[0], below[0]),
        (v_x, ahead[1], behind[1]),
        (v_y, above[1], below[1]),
    ):
        np.testing.assert_allclose(found, (plus - minus) / (2 * h), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(u_x + v_y, 0, atol=1e-14)

    def vorticity(x, y):
        return cavity.corner_slopes(x, y)[2] - cavity.corner_slopes(x, y)[1]

    around = (vorticity(x + h, y), vorticity(x - h, y), vorticity(x, y + h), vorticity(x, y - h))
    curvature = (sum(around) - 4 * vorticity(x, y)) / h**2
    assert np.abs(curvature).max() < 1e-3 * np.abs(vorticity(x, y)).max() / h


def test_the_table_is_that_of_the_reference():
    """Its own error is below one part in a hundred of the speed of the lid."""
    nodes, exact = cavity.reference(64)
    for at, values, known in (
        (cavity.TABLE_Y, cavity.TABLE_U, exact[16, :, 0]),
        (cavity.TABLE_X, cavity.TABLE_V, exact[:, 16, 1]),
    ):
        fitted = np.polynomial.Chebyshev.fit(nodes, known, len(nodes) - 1)(np.array(at))
        assert kp.solvers.max_error(fitted, np.array(values)) < 1e-2


def test_it_runs(tmp_path, capsys):
    numbers = cavity.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2"] < 0.6
    printed = capsys.readouterr().out
    for name in ("relative_l2", "from_table_u", "from_reference_v"):
        assert f"{numbers[name]:.2e}" in printed
    assert {file.name for file in tmp_path.iterdir()} == {"cavity.png", "history.png"}


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = cavity.main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < 2e-2
    assert max(numbers["from_table_u"], numbers["from_table_v"]) < 1e-2
    assert max(numbers["from_reference_u"], numbers["from_reference_v"]) < 1e-3
    for name, known in cavity.EXTREMA.items():
        assert abs(numbers[name] - known) < 1e-3
    assert numbers["training_seconds"] < 600
