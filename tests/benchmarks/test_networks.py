"""The benchmark of the parts of networks: a fair comparison, and one that runs."""

import dataclasses
import json

import numpy as np
import pytest

from benchmarks import networks
from benchmarks.networks import CASES, parameters
from kerasphys.networks import MLP
from tests.benchmarks.test_pinn_problems import equation_residuals

every_case = pytest.mark.parametrize("name", CASES)


@pytest.mark.parametrize("make", [networks.two_scales, networks.torus])
def test_the_references_solve_their_problems(make):
    forward = make()
    for residual in equation_residuals(forward):
        assert np.nanmax(residual) < 1e-7
    values = forward.values[:, 0]
    if make is networks.two_scales:
        assert np.abs(values[[0, -1]]).max() < 1e-13
    else:
        values = values.reshape(101, 101)
        np.testing.assert_allclose(values[0], values[-1], rtol=0, atol=1e-14)
        np.testing.assert_allclose(values[:, 0], values[:, -1], rtol=0, atol=1e-14)


@every_case
def test_the_network_without_the_part_is_no_smaller(name):
    case = CASES[name]
    inputs = len(case.problem().problem.coordinates)
    wanted = parameters(case.with_part(0), inputs)
    width = networks.matching_width(case, inputs)
    assert parameters(case.without(width, 0), inputs) >= wanted
    assert parameters(case.without(width - 1, 0), inputs) < wanted
    assert (case.adam + case.ssbroyden) % networks.STEPS_PER_EPOCH == 0


def test_a_short_training(monkeypatch):
    monkeypatch.setattr(networks, "STEPS_PER_EPOCH", 2)
    case = dataclasses.replace(CASES["fourier_features"], points={"equation": 8}, adam=2)
    case = dataclasses.replace(case, ssbroyden=2)
    error, seconds = networks.train(case, case.problem(), MLP([4], seed=0), seed=0, hard=True)
    assert np.isfinite(error)
    assert error > 0.1  # four steps
    assert seconds > 0


def test_medians_over_the_seeds(monkeypatch, capsys):
    calls = []

    def train(case, forward, network, seed, hard):
        calls.append((network.units[0], seed, hard))
        part = hard is True
        return (1e-3 if part else 1e-1) * (1, 5, 2)[seed], 3.0 + part

    monkeypatch.setattr(networks, "train", train)
    networks.main(["--case", "periodic_embedding"])
    line = json.loads(capsys.readouterr().out)
    assert calls == [(20, seed, hard) for seed in range(3) for hard in (True, False)]
    assert (line["case"], line["problem"]) == ("periodic_embedding", "torus")
    assert line["errors_with"] == [1e-3, 5e-3, 2e-3]
    assert (line["relative_l2_with"], line["relative_l2_without"]) == (2e-3, 2e-1)
    assert line["ratio"] == pytest.approx(1e-2)
    assert (line["seconds_with"], line["seconds_without"]) == (4.0, 3.0)
    assert line["parameters_with"] == 2 * 20 + 20 + 2 * (20 * 20 + 20) + 20 + 1
    assert line["parameters_without"] == line["parameters_with"]
    assert line["steps"] == {"adam": 200, "ssbroyden": 400}
    assert line.keys() >= {"machine", "other_cores_busy"}


def test_the_command_line(capsys):
    networks.main(["--list"])
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == list(CASES)
    for arguments in ([], ["--case", "other"], ["--case", "pirate_net", "--seeds", "0"]):
        with pytest.raises(SystemExit):
            networks.main(arguments)
