"""The lid-driven cavity: order, symmetry, Stokes' limit, published values."""

import itertools

import numpy as np
import pytest

from kerasphys.solvers import solve_cavity
from kerasphys.solvers.cavity import _Equations


def test_the_order_is_two():
    """At nodes that all grids share, away from the corners of the lid."""
    flows = [solve_cavity(100.0, n)[1][:: n // 16, :: n // 16][1:-1, 1:13] for n in (16, 32, 64)]
    for field in range(4):
        coarse, fine = (np.abs(b - a)[..., field].max() for a, b in itertools.pairwise(flows))
        assert 1.5 < np.log2(coarse / fine) < 2.3, field


def test_published_values():
    """Botella and Peyret, 1998: spectral, with the corners' singularities subtracted."""
    (nodes, coarse), (_, fine) = solve_cavity(100.0, 32), solve_cavity(100.0, 64)
    found = (4 * fine[::2, ::2] - coarse) / 3
    lines = np.linspace(0, 1, 4001)
    u = np.polynomial.Chebyshev.fit(nodes, found[16, :, 0], 32)(lines)
    v = np.polynomial.Chebyshev.fit(nodes, found[:, 16, 1], 32)(lines)
    np.testing.assert_allclose(u.min(), -0.2140424, atol=2e-4)
    np.testing.assert_allclose([v.max(), v.min()], [0.1795728, -0.2538030], atol=2e-4)
    assert abs(found[..., 2].min() + 0.103521) < 4e-4


def test_a_creeping_flow_is_symmetric_and_satisfies_the_walls():
    nodes, flow = solve_cavity(1e-6, 16)
    u, v, psi, _ = np.moveaxis(flow, -1, 0)
    np.testing.assert_allclose(u, u[::-1], atol=1e-7)
    np.testing.assert_allclose(v, -v[::-1], atol=1e-7)
    assert (u[:, -1] == 1).all()
    assert not u[:, 0].any()
    assert not v[[0, -1]].any()
    assert not psi[[0, -1]].any()
    assert nodes[8] == 0.5


def test_no_fluid_comes_out():
    """The flow across each vertical line is nothing."""
    nodes, flow = solve_cavity(400.0, 32)
    assert np.abs(np.trapezoid(flow[1:-1, :, 0], nodes, axis=1)).max() < 5e-3
    assert flow[..., 2].min() < -0.1


def test_differences_are_exact_for_quadratics():
    equations = _Equations(6)
    x, y = (part.ravel() for part in np.meshgrid(equations.nodes, equations.nodes, indexing="ij"))
    inside = np.s_[1:-1, 1:-1]
    second = (equations.laplacian @ (x**2 * y)).reshape(5, 5)
    np.testing.assert_allclose(second, 2 * y.reshape(7, 7)[inside], atol=1e-12)
    np.testing.assert_allclose(equations.d_x @ (3 * x + y), 3.0, rtol=1e-12)
    np.testing.assert_allclose(equations.d_y @ (3 * x + y), 1.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"reynolds": 0.0}, "`reynolds`"),
        ({"reynolds": 100.0, "intervals": 2}, "`intervals`"),
        ({"reynolds": 100.0, "intervals": 33}, "an even number"),
        ({"reynolds": 1e7, "intervals": 8}, "Newton's method diverges"),
    ],
)
def test_bad_input(options, expected):
    with pytest.raises(ValueError, match=expected):
        solve_cavity(**options)
