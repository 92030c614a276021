"""Tableaus: what they check, and that no mistyped coefficient gets past them."""

import dataclasses

import numpy as np
import pytest
import scipy

import kerasphys as kp
from kerasphys.ode._order_conditions import elementary_weights, trees

METHODS = kp.ode.METHODS
each_method = pytest.mark.parametrize("name", METHODS)


def test_the_methods():
    orders = {name: method.order for name, method in METHODS.items()}
    assert orders == {
        "euler": 1,
        "midpoint": 2,
        "heun": 2,
        "rk4": 4,
        "bosh3": 3,
        "dopri5": 5,
        "tsit5": 5,
        "trapezoidal": 2,
        "kvaerno3": 3,
    }
    implicit = [name for name, method in METHODS.items() if method.diagonal]
    assert implicit == ["trapezoidal", "kvaerno3"]
    assert all(name == method.name for name, method in METHODS.items())


def test_trees():
    assert [len(trees(order)) for order in range(1, 6)] == [1, 2, 4, 8, 17]
    tall, bushy = ((((),),),), ((), (), ())
    assert {tall, bushy} <= set(trees(4))
    matrix = METHODS["rk4"].matrix
    phi, size, gamma = elementary_weights(tall, matrix)
    assert (size, gamma) == (4, 24)
    np.testing.assert_allclose(phi, matrix @ matrix @ matrix @ np.ones(4))
    phi, size, gamma = elementary_weights(bushy, matrix)
    assert (size, gamma) == (4, 4)
    np.testing.assert_allclose(phi, np.array(METHODS["rk4"].c) ** 3)


@pytest.mark.parametrize(
    ("name", "reference"), [("dopri5", scipy.integrate.RK45), ("bosh3", scipy.integrate.RK23)]
)
def test_coefficients_are_those_of_scipy(name, reference):
    method = METHODS[name]
    stages = reference.n_stages
    rows, columns = reference.A.shape
    np.testing.assert_allclose(method.matrix[:rows, :columns], reference.A, rtol=1e-14)
    np.testing.assert_allclose(method.b[:stages], reference.B, rtol=1e-14)
    np.testing.assert_allclose(np.subtract(method.b, method.embedded), -reference.E, atol=1e-15)
    np.testing.assert_allclose(method.dense, reference.P, rtol=1e-14)


@each_method
def test_a_mistyped_coefficient_is_noticed(name):
    method = METHODS[name]
    for argument in ("b", "embedded"):
        weights = getattr(method, argument)
        for i in range(len(weights or ())):
            wrong = (*weights[:i], weights[i] + 1e-6, *weights[i + 1 :])
            with pytest.raises(ValueError, match=f"Argument `{argument}`"):
                dataclasses.replace(method, **{argument: wrong})
    for i, row in enumerate(method.a):
        wrong = (*method.a[:i], (*row[:-1], row[-1] + 1e-6), *method.a[i + 1 :])
        with pytest.raises(ValueError, match="row sums"):
            dataclasses.replace(method, a=wrong)
    for i, row in enumerate(method.dense):
        wrong = (*method.dense[:i], (row[0] + 1e-6, *row[1:]), *method.dense[i + 1 :])
        with pytest.raises(ValueError, match="Argument `dense`"):
            dataclasses.replace(method, dense=wrong)


@each_method
def test_an_order_too_high_is_noticed(name):
    method = METHODS[name]
    if method.order < 5:
        with pytest.raises(ValueError, match=f"Argument `b` must hold .* order {method.order + 1}"):
            dataclasses.replace(method, order=method.order + 1)
    if method.dense_order < method.order:
        with pytest.raises(ValueError, match="Argument `dense`"):
            dataclasses.replace(method, dense_order=method.dense_order + 1)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (dict(order=6), "at most 5"),
        (dict(a=((0,),)), "2 rows"),
        (dict(a=((0,), (1, 0, 0))), "one longer"),
        (dict(a=((0.1,), (0.9, 0.2)), c=(0.1, 1.1)), "one number"),
        (dict(embedded=None), "embedded_order"),
        (dict(dense=None), "dense_order"),
        (dict(embedded=(1,)), "embedded"),
        (dict(name="two words"), "name"),
    ],
)
def test_bad_tableaus(changes, text):
    with pytest.raises((TypeError, ValueError), match=text):
        dataclasses.replace(METHODS["heun"], **changes)


def test_dense_weights_end_at_those_of_the_step():
    method = METHODS["heun"]
    with pytest.raises(ValueError, match="must end in `b`"):
        dataclasses.replace(method, dense=((1, -1 / 4), (0, 1 / 4)), dense_order=1)


@each_method
def test_l_and_a_stability(name):
    """The growth of `y' = λy` over one step: implicit methods damp however stiff it is."""
    method = METHODS[name]
    z = -1e8
    matrix = np.eye(method.stages) - z * method.matrix
    growth = 1 + z * np.array(method.b) @ np.linalg.solve(matrix, np.ones(method.stages))
    limit = {"trapezoidal": 1.0, "kvaerno3": 0.0}.get(name)
    if limit is None:
        assert abs(growth) > 1e7
    else:
        assert abs(growth) == pytest.approx(limit, abs=1e-5)
