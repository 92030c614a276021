"""Random fields: published deviations, the sampled law, boundaries, and grids."""

import numpy as np
import pytest

from kerasphys.datasets import RandomField
from kerasphys.solvers import max_error


@pytest.mark.parametrize(
    ("dims", "sigma", "tau", "gamma", "expected"),
    [  # of Burgers' equation (two papers) and of the vorticity in two dimensions
        (1, 25, 5, 2, 0.594),
        (1, 625, 5, 4, 0.214),
        (2, 7**1.5, 7, 2.5, 0.185),
    ],
)
def test_deviation_of_laws_in_the_literature(dims, sigma, tau, gamma, expected):
    field = RandomField("periodic", dims, sigma, tau, gamma, modes=100)
    assert field.deviation == pytest.approx(expected, abs=5e-4)
    np.testing.assert_allclose(field.deviation_at(5), field.deviation, rtol=1e-12)


@pytest.mark.parametrize(
    ("boundary", "dims"), [("neumann", 1), ("dirichlet", 2), (("periodic", "neumann"), 2)]
)
def test_samples_have_the_deviation_of_the_closed_form(boundary, dims):
    field = RandomField(boundary, dims, sigma=3.0, tau=4.0, gamma=2.0, mean=1.0, modes=6)
    drawn = field.sample(4000, 9, seed=0)
    known = field.deviation_at(9)
    np.testing.assert_allclose(drawn.std(axis=0), known, rtol=0, atol=0.05 * known.max())
    np.testing.assert_allclose(drawn.mean(axis=0), 1.0, rtol=0, atol=0.05 * known.max())


@pytest.mark.parametrize("boundary", ["periodic", "neumann", "dirichlet"])
def test_covariance_inverts_the_shifted_laplacian(boundary):
    """With `gamma = 1` the covariance is a Green's function, applied to each eigenfunction."""
    points = 400
    field = RandomField(boundary, 1, sigma=2.0, tau=3.0, gamma=1.0, lengths=1.5, modes=20)
    basis = field.values(np.eye(field.eigenvalues.size), points)
    x = np.linspace(0, 1.5, points, endpoint=boundary != "periodic")
    weights = np.full(points, x[1])
    if boundary != "periodic":
        weights[[0, -1]] /= 2
    gram = (basis * weights) @ basis.T
    np.testing.assert_allclose(gram, np.eye(len(basis)), atol=1e-12)  # orthonormal
    second = np.gradient(np.gradient(basis, x, axis=1), x, axis=1)[:, 5:-5]
    for slow in range(1, 4):
        expected = -field.eigenvalues[slow] * basis[slow, 5:-5]
        np.testing.assert_allclose(second[slow], expected, atol=2e-2 * field.eigenvalues[slow])
    variances = 4.0 / (field.eigenvalues + 9.0)
    variances[field.eigenvalues == 0] = 0.0
    np.testing.assert_allclose(field.deviation_at(points) ** 2, variances @ basis**2, rtol=1e-12)


def test_boundaries_hold_on_each_axis():
    field = RandomField(("dirichlet", "neumann", "periodic"), 3, modes=3)
    u = field.sample(2, (9, 1601, 8), seed=1)
    assert not u[:, [0, -1]].any()
    slope = (u[:, :, 1] - u[:, :, 0]) * 1600
    assert np.abs(slope).max() < 1e-2 * np.abs(np.diff(u, axis=2)).max() * 1600
    np.testing.assert_array_equal(u.shape, (2, 9, 1601, 8))
    mean = RandomField("neumann", 2, mean=5.0, modes=4).sample(3, 33, seed=0)
    weights = np.full(33, 1 / 32)
    weights[[0, -1]] /= 2
    np.testing.assert_allclose(mean @ weights @ weights, 5.0, rtol=1e-13)


def test_a_sample_is_one_function_on_every_grid_and_for_every_number():
    field = RandomField("neumann", 2, modes=8)
    few, many = field.sample(2, 9, seed=4), field.sample(5, 17, seed=4)
    assert max_error(few, many[:2, ::2, ::2]) < 1e-15
    np.testing.assert_array_equal(field.sample(2, 9, seed=4), few)
    assert max_error(few, field.sample(2, 9, seed=5)) > 0.01


def test_the_first_numbers_of_a_seed():
    found = RandomField("periodic", 1, sigma=25, tau=5, modes=4).sample(1, 4, seed=0)
    known = [[0.03226111018281308, -0.04240156041326013, 0.15763057503085057, -0.262855310432837]]
    np.testing.assert_allclose(found, known, rtol=1e-12)


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("boundary", "zero"),
        ("boundary", ("periodic",)),
        ("dims", 4),
        ("dims", 0),
        ("sigma", 0.0),
        ("tau", -1.0),
        ("gamma", "2"),
        ("mean", np.inf),
        ("lengths", (1.0, 2.0, 3.0)),
        ("modes", 0),
    ],
)
def test_refuses_bad_arguments(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        RandomField(**{argument: bad})


@pytest.mark.parametrize(
    ("method", "arguments", "reason"),
    [
        ("sample", dict(samples=0, resolution=8), "`samples`"),
        ("sample", dict(samples=1, resolution=1), "`resolution`"),
        ("sample", dict(samples=1, resolution=(8,)), "`resolution`"),
        ("sample", dict(samples=1, resolution=8, seed=-1), "`seed`"),
        ("values", dict(coefficients=np.ones((1, 3)), resolution=8), "`coefficients`"),
    ],
)
def test_methods_refuse(method, arguments, reason):
    with pytest.raises((TypeError, ValueError), match=reason):
        getattr(RandomField(modes=2), method)(**arguments)
