"""Stencils: known weights, known errors, and the order at which errors fall."""

import numpy as np
import pytest

from kerasphys.kernels import convolve, laplacian, operator_of, stencil
from kerasphys.solvers import observed_order


def test_known_stencils():
    assert stencil(0).tolist() == [1]
    assert stencil(1).tolist() == [-0.5, 0, 0.5]
    assert stencil(2).tolist() == [1, -2, 1]
    assert stencil(3).tolist() == [-0.5, 1, 0, -1, 0.5]
    assert stencil(4).tolist() == [1, -4, 6, -4, 1]
    assert stencil(2, accuracy=4).tolist() == [-1 / 12, 4 / 3, -5 / 2, 4 / 3, -1 / 12]
    assert stencil(1, 1, side="forward").tolist() == [0, -1, 1]
    assert stencil(2, side="backward").tolist() == [-1, 4, -5, 2, 0, 0, 0]
    assert (4 * stencil((1, 1))).tolist() == [[1, 0, -1], [0, 0, 0], [-1, 0, 1]]


def test_laplacians():
    assert laplacian(1).tolist() == [1, -2, 1]
    assert laplacian(2).tolist() == [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    seven_point = laplacian(3, spacing=np.array([1.0, 0.5, 0.25]))
    assert seven_point[1, 1].tolist() == [16, -42, 16]
    assert np.count_nonzero(seven_point) == 7
    np.testing.assert_allclose(laplacian(2, accuracy=4)[:, 2].sum(), -2.5)


def test_the_second_difference_of_a_parabola_is_two():
    x = 0.1 * np.arange(9)
    found = convolve(x**2, stencil(2, spacing=0.1), "zero")[1:-1]
    np.testing.assert_allclose(found, 2.0, rtol=1e-13)


@pytest.mark.parametrize("dims", [1, 2])
def test_the_error_for_a_wave_is_the_known_one(dims):
    errors = []
    for kh in (0.1, 0.2):
        # sum g cos(k h m) is the eigenvalue, -k² in the limit; diagonal waves in two dimensions
        kernel = laplacian(dims, spacing=kh)
        phase = sum(np.indices(kernel.shape)) - dims
        errors.append(1 + np.sum(kernel * np.cos(kh * phase)) / dims)
    assert [f"{error:.3e}" for error in errors] == ["8.331e-04", "3.329e-03"]
    assert abs(observed_order([1, 2], errors[::-1])[0] - 2) < 2e-3


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("accuracy", "side"),
    [(2, "central"), (4, "central"), (6, "central"), (1, "forward"), (3, "backward")],
)
def test_errors_fall_as_promised(order, accuracy, side):
    errors, sizes = [], np.array([4, 8] if side == "central" else [20, 40])
    for points in sizes:
        kernel = stencil(order, accuracy, 1 / points, side)
        offsets = (np.arange(kernel.size) - kernel.size // 2) / points
        errors.append(abs(kernel @ np.exp(offsets + 0.3) / np.exp(0.3) - 1))
    assert abs(observed_order(sizes, errors)[0] - accuracy) < 0.3
    found = operator_of(kernel, 1 / points)
    assert (found.order, found.accuracy) == (order, accuracy)
    np.testing.assert_allclose(found.coefficients[(order,)], 1, rtol=1e-9)


def test_sides_and_spacings_of_each_axis():
    mixed = stencil((1, 2), accuracy=2, spacing=(0.5, 0.1), side=("backward", "central"))
    expected = np.outer(stencil(1, side="backward") / 0.5, stencil(2) / 0.01)
    np.testing.assert_allclose(mixed, expected, rtol=1e-14)


def test_sums_of_derivatives():
    found = stencil({(1, 0): -2.0, (0, 2): 0.5}, accuracy=4, spacing=0.1)
    expected = np.zeros((5, 5))
    expected[:, 2] = -2.0 * stencil(1, 4, 0.1)
    expected[2] += 0.5 * stencil(2, 4, 0.1)
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    biharmonic = stencil({(4, 0): 1.0, (2, 2): 2.0, (0, 4): 1.0})
    assert biharmonic[2].tolist() == [1, -8, 20, -8, 1]


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("order", -1),
        ("order", 1.5),
        ("order", "xx"),
        ("order", ("x", "x")),
        ("order", ()),
        ("order", (1, 1, 1, 1)),
        ("order", {}),
        ("order", {(1, 0): 1.0, (1,): 1.0}),
        ("order", {1: 1.0, (1,): 1.0}),
        ("order", {(1,): np.inf}),
        ("accuracy", 3),
        ("accuracy", 0),
        ("accuracy", 2.0),
        ("spacing", 0.0),
        ("spacing", (1.0, 1.0)),
        ("spacing", None),
        ("side", "left"),
        ("side", ("central", "central")),
    ],
)
def test_what_is_refused(argument, bad):
    with pytest.raises((TypeError, ValueError), match=rf"`{argument}[`\[]"):
        stencil(**{"order": 2, argument: bad})


@pytest.mark.parametrize(
    ("argument", "bad"), [("dims", 4), ("dims", 0), ("accuracy", 3), ("spacing", -1.0)]
)
def test_what_laplacian_refuses(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        laplacian(**{"dims": 2, argument: bad})
