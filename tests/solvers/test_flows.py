"""Exact flows: what is known of them beyond the equations, and bad arguments.

That they satisfy the Navier–Stokes equations is shown in tests/equations/test_systems.py.
"""

import numpy as np
import pytest

from kerasphys.solvers import beltrami, kovasznay, taylor_green

ONE = [0.5]
FLOWS = {
    taylor_green: {"x": ONE, "y": ONE, "t": ONE, "viscosity": 0.1},
    beltrami: {"x": ONE, "y": ONE, "z": ONE, "t": ONE, "viscosity": 0.1, "a": 1.0, "d": 1.0},
    kovasznay: {"x": ONE, "y": ONE, "reynolds": 40.0},
}
ARGUMENTS = [(flow, argument) for flow, given in FLOWS.items() for argument in given]


def test_taylor_green_loses_its_energy_at_four_times_the_viscosity():
    side = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    x, y = (values.ravel() for values in np.meshgrid(side, side))
    first, last = (taylor_green(x, y, np.full_like(x, t), 0.1) for t in (1.0, 3.0))
    energy = [np.sum(flow[:, :2] ** 2) for flow in (first, last)]
    assert np.log(energy[0] / energy[1]) == pytest.approx(4 * 0.1 * 2.0, rel=1e-13)
    np.testing.assert_allclose(np.mean(first, axis=0), 0, atol=1e-15)


def test_the_beltrami_flow_is_the_same_along_every_axis():
    x, y, z, t = np.random.default_rng(0).uniform(-1, 1, (4, 9))
    flow, turned = beltrami(x, y, z, t, 0.3), beltrami(y, z, x, t, 0.3)
    np.testing.assert_allclose(turned, flow[:, [1, 2, 0, 3]], rtol=1e-13)
    np.testing.assert_array_equal(flow, beltrami(x, y, z, t, 0.3, a=np.pi / 4, d=np.pi / 2))


def test_kovasznay_decays_towards_the_mean_flow_even_at_large_reynolds_numbers():
    np.testing.assert_allclose(kovasznay([50.0], [0.3], 40.0), [[1.0, 0.0, 0.5]], atol=1e-15)
    rise = 1 - kovasznay([1.0], [0.0], 1e9)[0, 0]
    assert np.log(rise) == pytest.approx(-4 * np.pi**2 / 1e9, rel=1e-6)


@pytest.mark.parametrize(("flow", "argument"), ARGUMENTS)
def test_refuses_bad_arguments(flow, argument):
    for bad in (object(), [np.nan], "1"):
        with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
            flow(**{**FLOWS[flow], argument: bad})


@pytest.mark.parametrize("flow", FLOWS)
def test_refuses_shapes_that_would_broadcast(flow):
    with pytest.raises(ValueError, match="`y`"):
        flow(**{**FLOWS[flow], "y": [0.1, 0.2]})
    scale = "reynolds" if flow is kovasznay else "viscosity"
    with pytest.raises(ValueError, match=f"`{scale}`"):
        flow(**{**FLOWS[flow], scale: 0.0})
