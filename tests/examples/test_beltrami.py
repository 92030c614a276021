"""The example on Beltrami's flow: what it compares with, that it runs, and what it claims."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from examples import beltrami
from tests.formula import formula_model


def exact_flow(k):
    def velocity(x, y, z):
        return tf.exp(x) * tf.sin(y + z) + tf.exp(z) * tf.cos(x + y)

    def field(x, y, z, t):
        q = [-tf.exp(-t) * velocity(*axes) for axes in ((x, y, z), (y, z, x), (z, x, y))]
        return [*q, 5.0 + t - (q[0] ** 2 + q[1] ** 2 + q[2] ** 2) / 2][k]

    return field


def test_the_exact_flow_has_no_error_whatever_the_level_of_its_pressure():
    model = formula_model(beltrami.flow_problem(), *map(exact_flow, range(4)))
    found, known = beltrami.compare(model, np.array([0.0, 0.7]))
    np.testing.assert_allclose(found, known, atol=1e-12)
    assert np.abs(known[..., 3]).max() > 1
    assert beltrami.misalignment(model) < 1e-7


def test_it_runs(tmp_path, capsys):
    numbers = beltrami.main(["--quick", "--output", str(tmp_path)])
    assert f"{numbers['relative_l2_p']:.2e}" in capsys.readouterr().out
    assert numbers["relative_l2_u"] < 1
    files = {"beltrami.png", "history.png", "surrogate"}
    assert {file.name for file in tmp_path.iterdir()} == files
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.errors["relative_l2_w"] == numbers["relative_l2_w"]


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = beltrami.main(["--output", str(tmp_path)])
    for field in "uvwp":
        assert numbers[f"relative_l2_{field}"] < 1e-3
    assert numbers["misalignment"] < 1e-2
    assert numbers["training_seconds"] < 600
