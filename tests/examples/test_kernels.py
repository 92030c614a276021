"""The example on kernels: every number that it prints is the known one."""

import numpy as np
import pytest

from examples import kernels


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    output = tmp_path_factory.mktemp("kernels")
    return kernels.main(["--quick", "--output", str(output)]), output


def test_it_leaves_pictures(run):
    assert {file.name for file in run[1].iterdir()} == {"slope.png", "picture.png"}


@pytest.mark.parametrize(("k", "known"), [(5, 0.8825), (10, 0.6065), (20, 0.1353), (30, 0.0111)])
def test_waves_are_attenuated_as_known(run, k, known):
    assert round(run[0][f"blurred_{k}"], 4) == known
    assert round(run[0][f"slope_{k}"], 4) == known


@pytest.mark.parametrize("dims", [1, 2])
def test_differences_have_the_known_errors(run, dims):
    errors = [run[0][f"error_{dims}d_{kh}"] for kh in (0.1, 0.2)]
    assert [f"{error:.3e}" for error in errors] == ["8.331e-04", "3.329e-03"]
    assert abs(np.log2(errors[1] / errors[0]) - 2) < 2e-3


def test_noise_is_amplified_as_expected(run):
    h = 2 * np.pi / kernels.POINTS
    central = kernels.NOISE / (np.sqrt(2) * h)
    gaussian = kernels.NOISE * np.sqrt(h / (4 * np.sqrt(np.pi) * kernels.SIGMA**3))
    assert abs(run[0]["noise_central"] / central - 1) < 0.05
    assert abs(run[0]["noise_gaussian"] / gaussian - 1) < 0.05
