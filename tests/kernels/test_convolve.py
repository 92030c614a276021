"""Convolution by SciPy against sums written out."""

import itertools

import numpy as np
import pytest

from kerasphys.kernels import convolve, gaussian

GRIDS = {1: (7,), 2: (5, 6), 3: (3, 4, 5)}


def value(u, index, modes):
    """That of a field at an index that may lie beyond its ends."""
    inside = []
    for i, n, mode in zip(index, u.shape, modes, strict=True):
        if mode == "zero" and not 0 <= i < n:
            return 0.0
        mirrored = n - 1 - abs(n - 1 - abs(i))
        inside.append(i % n if mode == "periodic" else mirrored)
    return u[tuple(inside)]


@pytest.mark.parametrize("rank", GRIDS)
@pytest.mark.parametrize("first", ["periodic", "zero", "reflect"])
def test_against_the_sum_written_out(rank, first, rng):
    modes = (first, "reflect", "zero")[:rank]
    u = rng.standard_normal(GRIDS[rank])
    kernel = rng.standard_normal((5, 3, 3)[:rank])
    found = convolve(u, kernel, modes)
    offsets = list(itertools.product(*(range(-(n // 2), n // 2 + 1) for n in kernel.shape)))
    for index in np.ndindex(u.shape):
        expected = sum(
            kernel.ravel()[number] * value(u, np.add(index, offset), modes)
            for number, offset in enumerate(offsets)
        )
        assert abs(found[index] - expected) < 1e-13


@pytest.mark.parametrize("rank", GRIDS)
def test_samples_and_channels_are_apart(rank, rng):
    u = rng.standard_normal((2, *GRIDS[rank], 3))
    kernel = rng.standard_normal((3,) * rank)
    found = convolve(u, kernel)
    assert found.shape == u.shape
    for n, c in np.ndindex(2, 3):
        np.testing.assert_allclose(found[n, ..., c], convolve(u[n, ..., c], kernel), rtol=1e-13)


def test_means_are_kept_around_a_ring(rng):
    u = rng.standard_normal((20, 20))
    assert abs(convolve(u, gaussian(1.5, dims=2)).mean() - u.mean()) < 1e-15


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("values", np.zeros((4, 4))),
        ("values", "u"),
        ("values", 1.0),
        ("values", [[0.0], [0.0, 1.0]]),
        ("values", [0.0, np.nan, 0.0, 0.0]),
        ("kernel", [1.0, 1.0]),
        ("kernel", 1.0),
        ("kernel", np.float64(1.0)),
        ("kernel", [[1.0], [0.0, 1.0]]),
        ("kernel", object()),
        ("kernel", np.ones((1, 1, 1, 1))),
        ("kernel", [0.0, np.nan, 0.0]),
        ("boundary", "one_sided"),
        ("boundary", ("zero", "zero")),
    ],
)
def test_what_is_refused(argument, bad):
    good = dict(values=np.zeros(4), kernel=[1.0, 0.0, 1.0], boundary="zero")
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        convolve(**{**good, argument: bad})


@pytest.mark.parametrize(("boundary", "least"), [("periodic", 3), ("reflect", 4), ("zero", 1)])
def test_grids_that_are_too_short(boundary, least):
    assert convolve(np.ones(least), np.ones(7), boundary).shape == (least,)
    if least > 1:
        with pytest.raises(ValueError, match=r"`kernel` reaches 3 points along grid axis 0"):
            convolve(np.ones((1, least - 1, 1)), np.ones(7), boundary)
