"""Kernel fields: their covariance against closed forms and integrals, and exact calculus."""

import numpy as np
import pytest
import scipy

from kerasphys.datasets import KernelField
from kerasphys.solvers import max_error

FIELDS = {
    "rbf": (dict(), lambda r: np.exp(-(r**2) / 0.08)),
    "rbf-short": (dict(length_scale=0.03, lengths=2.0), lambda r: np.exp(-(r**2) / 0.0018)),
    "rbf-long": (dict(length_scale=7.0), lambda r: np.exp(-(r**2) / 98)),
    "matern-3/2": (
        dict(kernel="matern", deviation=2.0),
        lambda r: 4 * (1 + np.sqrt(3) * r / 0.2) * np.exp(-np.sqrt(3) * r / 0.2),
    ),
    "matern-5/2": (
        dict(kernel="matern", nu=2.5, length_scale=0.5),
        lambda r: (1 + np.sqrt(20) * r + 20 / 3 * r**2) * np.exp(-np.sqrt(20) * r),
    ),
    "periodic": (
        dict(kernel="periodic", length_scale=0.8, lengths=3.0),
        lambda r: np.exp(-2 * np.sin(np.pi * r / 3) ** 2 / 0.64),
    ),
}


def covariance(field, points=41):
    basis = field.functions(0, field.nodes(0, points))
    return (basis * field.amplitudes**2) @ basis.T


def distances(field, points=41):
    x = field.nodes(0, points)
    return np.abs(x[:, None] - x)


@pytest.mark.parametrize("name", FIELDS)
def test_covariance_is_the_kernel(name):
    arguments, kernel = FIELDS[name]
    field = KernelField(**arguments)
    expected = kernel(distances(field))
    np.testing.assert_allclose(covariance(field), expected, rtol=0, atol=2e-8 * expected.max())
    r = np.linspace(0, 1, 9)
    np.testing.assert_allclose(field.correlation(-r), kernel(r) / kernel(0.0), atol=1e-12)
    np.testing.assert_allclose(field.deviation_at(5), field.deviation, rtol=1e-7)


def test_rough_samples_lack_no_more_than_they_say():
    field = KernelField("matern", nu=0.5)
    assert 1e-4 < field.left_out < 2e-3
    missing = np.exp(-distances(field) / 0.2) - covariance(field)
    assert np.abs(missing).max() == pytest.approx(field.left_out, rel=1e-3)
    assert np.linalg.eigvalsh(missing).min() > -1e-7  # what is left out is a field too
    few = KernelField("matern", nu=0.5, modes=100)
    assert few.amplitudes.shape == (201,)
    assert few.left_out > 10 * field.left_out


@pytest.mark.parametrize(
    ("arguments", "kernel"),
    [
        (dict(kernel="rbf", length_scale=0.3), lambda r: np.exp(-(r**2) / 0.18)),
        (
            dict(kernel="matern", nu=2.5, length_scale=0.5),
            lambda r: (1 + np.sqrt(20) * r + 20 / 3 * r**2) * np.exp(-np.sqrt(20) * r),
        ),
    ],
    ids=["rbf", "matern"],
)
def test_covariance_in_the_plane_depends_on_the_distance_alone(arguments, kernel):
    field = KernelField(**arguments, dims=2, lengths=(1.0, 2.0))
    x, y = (field.functions(axis, field.nodes(axis, 6)) for axis in (0, 1))
    found = np.einsum("ai,bj,ij,i,j->ab", x, y, field.amplitudes**2, x[0], y[0])
    r = np.hypot(field.nodes(0, 6)[:, None], field.nodes(1, 6))
    np.testing.assert_allclose(found, kernel(r), rtol=0, atol=2e-5)
    assert field.left_out < 1e-5


def test_samples_have_the_law():
    field = KernelField("rbf", length_scale=0.3, deviation=2.0, mean=1.0)
    drawn = field.sample(4000, 11, seed=0) - 1.0
    expected = 4 * np.exp(-(distances(field, 11) ** 2) / 0.18)
    np.testing.assert_allclose(drawn.T @ drawn / 4000, expected, rtol=0, atol=0.3)
    np.testing.assert_allclose(drawn.mean(axis=0), 0.0, rtol=0, atol=0.1)


@pytest.mark.parametrize("name", ["rbf", "periodic"])
def test_a_sample_is_one_function_with_exact_derivatives_and_integrals(name):
    field = KernelField(**FIELDS[name][0])
    coefficients = field.coefficients(3, seed=1)
    x = field.nodes(0, 401)
    u = field.values(coefficients, 401)
    np.testing.assert_array_equal(field.at(coefficients, x), u)
    coarse = 101 if name == "rbf" else 401  # a periodic grid leaves out its upper end
    assert max_error(field.sample(2, coarse, seed=1), u[:2, :: 400 // (coarse - 1)]) < 1e-13
    spline = scipy.interpolate.CubicSpline(x, u, axis=1)
    for order, limit in ((1, 1e-5), (2, 2e-3), (-1, 1e-9)):
        curve = spline.derivative(order) if order > 0 else spline.antiderivative()
        expected = curve(x)[:, 20:-20]
        found = field.at(coefficients, x, order)
        assert max_error(found[:, 20:-20], expected) < limit * np.abs(found).max()
    assert not field.at(coefficients, [0.0], order=-1).any()


def test_three_dimensions():
    field = KernelField(dims=3, length_scale=0.5, mean=2.0)
    u = field.sample(2, (3, 4, 5), seed=0)
    assert u.shape == (2, 3, 4, 5)
    np.testing.assert_allclose(field.deviation_at(3), 1.0, rtol=1e-7)


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("kernel", "gauss"),
        ("length_scale", 0.0),
        ("nu", 0.0),
        ("nu", 21.0),
        ("dims", 0),
        ("dims", 4),
        ("deviation", -1.0),
        ("mean", np.nan),
        ("lengths", (1.0, 2.0)),
        ("modes", 0),
    ],
)
def test_refuses_bad_arguments(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        KernelField(**{argument: bad})


@pytest.mark.parametrize(
    ("dims", "arguments", "reason"),
    [
        (1, dict(x=[[0.0]]), "`x`"),
        (1, dict(x=[1.1]), "`x`"),
        (2, dict(x=[0.0]), "`x`"),
        (1, dict(x=[0.0], order=3), "`order`"),
        (1, dict(x=[0.0], order=-2), "`order`"),
        (1, dict(x=[0.0], coefficients=np.ones((1, 3))), "`coefficients`"),
    ],
)
def test_values_anywhere_refuse(dims, arguments, reason):
    field = KernelField(dims=dims, length_scale=0.5)
    common = dict(coefficients=field.coefficients(1), x=[0.0])
    with pytest.raises((TypeError, ValueError), match=reason):
        field.at(**{**common, **arguments})
