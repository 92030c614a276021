"""The example on heat between eccentric pipes: its closed form, that it runs, what it claims."""

import numpy as np
import pytest

from examples import eccentric_pipe


def test_the_closed_form_is_harmonic_and_has_the_boundary_values():
    exact, step = eccentric_pipe.exact, 1e-3
    angle = np.linspace(0, 6, 9)
    x, y = np.cos(angle), np.sin(angle)
    np.testing.assert_allclose(exact(x, y), 0.0, atol=1e-14)
    np.testing.assert_allclose(exact(0.4 + 0.3 * x, 0.3 * y), 1.0, atol=1e-14)
    x, y = 0.9 * x, 0.9 * y
    around = exact(x + step, y) + exact(x - step, y) + exact(x, y + step) + exact(x, y - step)
    np.testing.assert_allclose(around, 4 * exact(x, y), atol=1e-9)


def test_it_runs(tmp_path, capsys):
    numbers = eccentric_pipe.main(["--quick", "--output", str(tmp_path)])
    assert numbers["relative_l2"] < 0.4
    assert numbers["boundary_error"] < 1e-14
    assert f"{numbers['relative_l2']:.2e}" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {"eccentric_pipe.png", "surrogate"}


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = eccentric_pipe.main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < 1e-4
    for flow in ("flow_in", "flow_out"):
        assert abs(numbers[flow] / eccentric_pipe.SHAPE_FACTOR - 1) < 1e-3
    assert numbers["training_seconds"] < 60
