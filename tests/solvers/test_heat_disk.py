"""The decaying mode of a disk: equation, boundary, and rate."""

import numpy as np
import pytest
import scipy

from kerasphys.solvers import heat_disk


def test_satisfies_the_heat_equation(rng):
    radius, diffusivity, h = 2.0, 0.3, 1e-3
    x, y = rng.uniform(-1.2, 1.2, (2, 50))
    t = rng.uniform(0.1, 1, 50)

    def u(dx=0.0, dy=0.0, dt=0.0):
        return heat_disk(x + dx, y + dy, t + dt, diffusivity, radius)

    u_t = (u(dt=h) - u(dt=-h)) / (2 * h)
    laplacian = (u(dx=h) + u(dx=-h) + u(dy=h) + u(dy=-h) - 4 * u()) / h**2
    np.testing.assert_allclose(u_t, diffusivity * laplacian, rtol=0, atol=1e-6)


def test_vanishes_on_the_edge_and_is_one_at_the_centre():
    angle = np.linspace(0, 2 * np.pi, 17)
    x, y = 3 * np.cos(angle), 3 * np.sin(angle)
    np.testing.assert_allclose(heat_disk(x, y, 0 * x, radius=3.0), 0, atol=1e-15)
    assert heat_disk([0.0], [0.0], [0.0], 5.0, 3.0)[0] == 1.0


def test_initial_mode_and_rate_of_decay():
    r = np.linspace(0, 1, 11)
    np.testing.assert_allclose(
        heat_disk(r, 0 * r, 0 * r), scipy.special.j0(2.404825557695773 * r), rtol=0, atol=1e-15
    )
    decay = heat_disk([0.0], [0.0], [0.1], diffusivity=2.0, radius=0.5)[0]
    assert decay == pytest.approx(np.exp(-2.0 * 0.1 * (2.404825557695773 / 0.5) ** 2), rel=1e-13)


@pytest.mark.parametrize("argument", ["x", "y", "t", "diffusivity", "radius"])
@pytest.mark.parametrize("bad", [object(), [np.nan], -1.0])
def test_refuses_bad_arguments(argument, bad):
    arguments = {"x": [0.0], "y": [0.0], "t": [0.0]}
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        heat_disk(**{**arguments, argument: bad})


def test_refuses_shapes_that_would_broadcast_and_negative_times():
    with pytest.raises(ValueError, match="`t`"):
        heat_disk([0.0, 0.1], [0.0, 0.1], [0.0])
    with pytest.raises(ValueError, match="`t` must be not negative"):
        heat_disk([0.0], [0.0], [-1.0])
