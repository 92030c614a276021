"""Flow on a torus: closed forms, conserved quantities, symmetry, and the order in time."""

import numpy as np
import pytest

from kerasphys.datasets import RandomField
from kerasphys.solvers import max_error, observed_order, relative_l2, solve_vorticity

TURN = 2 * np.pi


def nodes(nx, ny, lengths=(1.0, 1.0)):
    x, y = (side * np.arange(n) / n for side, n in zip(lengths, (nx, ny), strict=True))
    return np.meshgrid(x, y, indexing="ij")


@pytest.fixture(scope="module")
def eddies():
    """Two smooth fields, of wavenumbers up to five: velocities of about one."""
    field = RandomField("periodic", 2, sigma=2e3, tau=7, gamma=3.5, modes=5)
    return field.sample(2, 32, seed=0)


def velocity(w, lengths=(1.0, 1.0)):
    nx, ny = w.shape[-2:]
    kx = TURN / lengths[0] * np.fft.fftfreq(nx, 1 / nx)[:, None]
    ky = TURN / lengths[1] * np.fft.fftfreq(ny, 1 / ny)
    square = kx**2 + ky**2
    square[0, 0] = 1.0
    stream = np.fft.fft2(w) / square
    return [np.fft.ifft2(1j * k * stream).real for k in (ky, -kx)]


def test_taylor_and_green_vortices_only_decay():
    x, y = nodes(16, 12, (1.0, 2.0))
    w = np.cos(TURN * x) * np.cos(np.pi * y)
    found = solve_vorticity(w, 0.03, times=[0.0, 0.4, 1.0], step=0.1, lengths=(1.0, 2.0))
    decay = np.exp(-0.03 * (TURN**2 + np.pi**2) * np.array([0.0, 0.4, 1.0]))
    assert max_error(found, decay[:, None, None] * w) < 1e-14


def test_a_shear_flow_grows_to_what_forcing_and_viscosity_balance():
    """`f` along one wave: `w = f (1 - exp(-ν k² t)) / (ν k²)`, which does not advect itself."""
    x, y = nodes(16, 16)
    f = 0.1 * (np.sin(TURN * (x + y)) + np.cos(TURN * (x + y)))
    rate = 0.01 * 2 * TURN**2
    found = solve_vorticity(0 * f, 0.01, times=[0.5, 60.0], step=0.25, forcing=f)
    exact = f * (-np.expm1(-rate * np.array([0.5, 60.0])) / rate)[:, None, None]
    assert max_error(found, exact) < 1e-11


def test_the_first_change_is_advection(eddies):
    """Against `-v · grad w` of an independent spectral derivative, on a grid without aliasing."""
    h, lengths = 1e-4, (1.0, 3.0)
    w = eddies[0]
    early = solve_vorticity(w, 0.0, times=[h, 2 * h], step=h, lengths=lengths)
    rate = (4 * early[0] - early[1] - 3 * w) / (2 * h)
    u, v = velocity(w, lengths)
    k = TURN * np.fft.fftfreq(32, 1 / 32)
    modes = np.fft.fft2(w)
    w_x, w_y = (np.fft.ifft2(1j * s * modes).real for s in (k[:, None], k / 3))
    assert relative_l2(rate, -u * w_x - v * w_y) < 1e-5


def test_without_viscosity_mean_energy_and_enstrophy_are_conserved(eddies):
    start = eddies + 0.7
    end = solve_vorticity(start, 0.0, times=[0.3], step=0.005)[0]
    assert relative_l2(end, start) > 0.2
    axes = (-2, -1)
    np.testing.assert_allclose(end.mean(axes), 0.7, rtol=1e-13)
    np.testing.assert_allclose((end**2).mean(axes), (start**2).mean(axes), rtol=1e-6)
    energies = [sum((part**2).mean(axes) for part in velocity(w)) for w in (start, end)]
    np.testing.assert_allclose(*energies, rtol=1e-6)


def test_a_mirrored_flow_turns_the_other_way(eddies):
    w = eddies[0, :, ::2]
    options = {"times": [0.2], "step": 0.02}
    one = solve_vorticity(w, 1e-3, **options, lengths=(1.0, 2.0), forcing=w)
    other = solve_vorticity(-w.T, 1e-3, **options, lengths=(2.0, 1.0), forcing=-w.T)
    assert max_error(other[0], -one[0].T) < 1e-12


def test_fourth_order_in_time(eddies):
    steps = np.array([8, 16, 32, 128])
    ends = [
        solve_vorticity(eddies, 2e-3, times=[0.25], step=0.25 / n, forcing=eddies[1])[0]
        for n in steps
    ]
    errors = [relative_l2(end, ends[-1]) for end in ends[:-1]]
    np.testing.assert_allclose(observed_order(steps[:-1], errors), 4, atol=0.3)


@pytest.mark.parametrize(
    ("changes", "argument"),
    [
        (dict(initial=np.zeros(8)), "initial"),
        (dict(initial=np.zeros((8, 3))), "initial"),
        (dict(initial=np.full((8, 8), np.nan)), "initial"),
        (dict(viscosity=-1.0), "viscosity"),
        (dict(times=[1.0, 0.5]), "times"),
        (dict(step=0.0), "step"),
        (dict(forcing=np.zeros((8, 1))), "forcing"),
        (dict(lengths=(1.0, 1.0, 1.0)), "lengths"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_refuses(changes, argument):
    good = dict(initial=np.zeros((8, 8)), viscosity=0.1, times=[1.0], step=0.1)
    with pytest.raises(ValueError, match=f"`{argument}`"):
        solve_vorticity(**{**good, **changes})


def test_a_step_that_is_too_large_is_an_error(eddies):
    with pytest.raises(RuntimeError, match="smaller `step`"):
        solve_vorticity(1e3 * eddies, 0.0, times=[100.0], step=1.0)
