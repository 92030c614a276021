"""Tables."""

import numpy as np
import pytest

import kerasphys as kp

X, T = np.linspace(0.0, 1.0, 6), np.linspace(0.0, 2.0, 5)


def test_linear_interpolation_is_exact_for_bilinear_functions(rng):
    table = kp.Table({"x": X, "t": T}, np.multiply.outer(X, 1 + T))
    x, t = rng.uniform(0, 1, 20), rng.uniform(0, 2, 20)
    np.testing.assert_allclose(table(t=t, x=x), x * (1 + t), rtol=1e-13)


def test_cubic_interpolation_is_exact_for_cubics(rng):
    x = rng.uniform(0, 1, 20)
    np.testing.assert_allclose(kp.Table({"x": X}, X**3, method="cubic")(x=x), x**3, atol=1e-13)


def test_nearest():
    assert kp.Table({"x": X}, X, method="nearest")(x=np.array([0.29]))[0] == X[1]


def test_outside_the_grid():
    with pytest.raises(ValueError, match=r"covers x from 0 to 1.*from -0\.5 to 0\.5"):
        kp.Table({"x": X}, X)(x=np.array([-0.5, 0.5]))


def test_rounding_at_the_edge_is_forgiven():
    np.testing.assert_allclose(kp.Table({"x": X}, X)(x=np.array([1.0 + 1e-12])), [1.0])


def test_round_trip():
    table = kp.Table({"x": X, "t": T}, np.multiply.outer(X, T), method="cubic")
    again = kp.Table.from_config(table.get_config())
    points = dict(x=np.array([0.3]), t=np.array([0.7]))
    assert again(**points) == table(**points)


@pytest.mark.parametrize(
    ("axes", "values", "method", "text"),
    [
        ({"x": X[::-1]}, X, "linear", r"axes\['x'\].*increasing"),
        ({"x": [0.0]}, [1.0], "linear", r"axes\['x'\].*two"),
        ({"x": X}, X[:-1], "linear", r"`values`.*\(6,\)"),
        ({"x": X, "t": T}, np.ones((5, 6)), "linear", r"`values`.*\(6, 5\)"),
        ({"x": X}, [0.0, 1.0, np.nan, 0.0, 0.0, 0.0], "linear", r"`values`.*index \(2,\)"),
        ({"x": X[:3]}, X[:3], "cubic", "`method`"),
        ({"x": X}, X, "spline", "`method`"),
        ({}, X, "linear", "`axes`"),
        (X, X, "linear", "`axes`"),
    ],
)
def test_what_is_refused(axes, values, method, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.Table(axes, values, method)
