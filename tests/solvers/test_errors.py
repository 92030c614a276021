"""Error measures and observed orders."""

import numpy as np
import pytest

from kerasphys.solvers import max_error, mean_relative_l2, observed_order, psnr, relative_l2


def test_values_by_hand():
    assert max_error([1.0, -4.0], [2.0, 1.0]) == 5.0
    assert relative_l2([[3.0, 5.0]], [[3.0, 4.0]]) == pytest.approx(0.2)
    assert relative_l2(np.zeros(3), [1.0, 2.0, 3.0]) == 1.0
    assert mean_relative_l2([[3.0, 5.0], [0.0, 0.0]], [[3.0, 4.0], [9.0, 9.0]]) == (0.2 + 1.0) / 2
    assert psnr([0.0, 0.2], [0.1, 0.1]) == pytest.approx(20.0)
    assert psnr([0.0, 51.0], [25.5, 25.5], peak=255) == pytest.approx(20.0)


@pytest.mark.parametrize("order", [0.5, 1, 2, 4])
def test_observed_order_of_a_power(order):
    sizes = np.array([10.0, 20.0, 50.0, 300.0])
    np.testing.assert_allclose(observed_order(sizes, 7.0 * sizes**-order), [order] * 3, rtol=1e-12)


@pytest.mark.parametrize("measure", [max_error, mean_relative_l2, psnr, relative_l2])
@pytest.mark.parametrize("bad", [object(), np.ones((3, 1)), 1.0, [1.0, 2.0, np.nan], [[1], [1, 2]]])
@pytest.mark.parametrize("argument", ["approximation", "reference"])
def test_nothing_is_broadcast(measure, bad, argument):
    arguments = {"approximation": np.ones(3), "reference": np.ones(3)}
    with pytest.raises((TypeError, ValueError), match=r"`approximation`|`reference`"):
        measure(**{**arguments, argument: bad})


def test_degenerate_references_are_refused():
    with pytest.raises(ValueError, match="`reference` must be different from zero"):
        relative_l2([1.0], [0.0])
    with pytest.raises(ValueError, match="`reference` must be an array with at least one entry"):
        max_error([], [])
    with pytest.raises(ValueError, match="`approximation` must be different"):
        psnr([1.0], [1.0])
    with pytest.raises(ValueError, match="`peak`"):
        psnr([1.0], [2.0], peak=0.0)


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("sizes", object()),
        ("sizes", [1, 1]),
        ("sizes", [-1, 1]),
        ("sizes", [[1, 2]]),
        ("errors", object()),
        ("errors", [1.0, 0.0]),
        ("errors", [1.0, 0.5, 0.2]),
    ],
)
def test_order_refuses_bad_arguments(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        observed_order(**{"sizes": [1, 2], "errors": [1.0, 0.5], argument: bad})


def test_order_needs_two_sizes():
    with pytest.raises(ValueError, match="`sizes` must be at least two"):
        observed_order([10], [0.1])
