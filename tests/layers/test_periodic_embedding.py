"""Exact periodicity, of the values and of all derivatives."""

import numpy as np
import pytest

import kerasphys as kp
from kerasphys.derivatives import Namespace, Plan, TapeEngine

PERIODS = [2.0, None, 0.7]
NAMES = ["u", "u_x", "u_t", "u_xx", "u_xt", "u_yy", "u_xxx", "u_xty"]


def test_the_formula_and_the_order(rng):
    layer = kp.layers.PeriodicEmbedding(PERIODS, harmonics=2, dtype="float64")
    points = rng.normal(size=(20, 3))
    x, t, y = points.T
    a, b = 2 * np.pi * x / 2.0, 2 * np.pi * y / 0.7
    first = [np.cos(a), np.cos(2 * a), np.sin(a), np.sin(2 * a)]
    second = [np.cos(b), np.cos(2 * b), np.sin(b), np.sin(2 * b)]
    expected = np.stack([*first, t, *second], axis=1)
    np.testing.assert_allclose(layer(points), expected, rtol=0, atol=1e-13)
    np.testing.assert_array_equal(layer(points)[:, 4], t)
    assert layer(points[0]).shape == (9,)
    assert layer(points.reshape(4, 5, 3)).shape == (4, 5, 9)


@pytest.mark.parametrize("harmonics", [1, 3])
@pytest.mark.parametrize("activation", ["tanh", "sine", "gelu"])
def test_all_derivatives_are_periodic(harmonics, activation, rng):
    embedding = kp.layers.PeriodicEmbedding(PERIODS, harmonics)
    network = kp.networks.MLP(
        [12, 12], activation, outputs=1, embedding=embedding, seed=0, dtype="float64"
    )
    points = rng.uniform(-1, 1, (30, 3))
    plan = Plan.of(Namespace(("x", "t", "y"), "u"), NAMES)
    here = TapeEngine()(plan, network, points)
    for shift in ([2.0, 0, 0], [0, 0, 0.7], [-4.0, 0, 1.4]):
        there = TapeEngine()(plan, network, points + shift)
        for name in NAMES:
            size = np.abs(here[name]).max()
            np.testing.assert_allclose(
                there[name], here[name], rtol=0, atol=1e-12 * max(size, 1), err_msg=name
            )
    aside = TapeEngine()(plan, network, points + np.array([0, 2.0, 0]))
    assert np.abs(aside["u"] - here["u"]).max() > 1e-3  # t is not periodic


def test_the_ends_of_the_domain_agree(rng):
    # what replaces a Periodic condition: coordinates scaled to [-1, 1], period 2
    embedding = kp.layers.PeriodicEmbedding([2.0, None], harmonics=4, dtype="float64")
    t = rng.uniform(-1, 1, 10)
    ends = [embedding(np.stack([np.full(10, end), t], axis=1)) for end in (-1.0, 1.0)]
    np.testing.assert_allclose(ends[0], ends[1], rtol=0, atol=2e-15)


def test_single_precision(rng):
    layer = kp.layers.PeriodicEmbedding([2.0], harmonics=2)
    x = rng.uniform(-1, 1, (20, 1)).astype("float32")
    assert layer(x).dtype == "float32"
    np.testing.assert_allclose(layer(x)[:, 1], np.cos(2 * np.pi * x[:, 0]), rtol=0, atol=2e-6)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(periods=[0.0, None]), "`periods`.*positive"),
        (dict(periods=[-1.0]), "`periods`.*positive"),
        (dict(periods=[np.inf]), "`periods`.*finite"),
        (dict(periods=["2"]), "`periods`"),
        (dict(periods=2.0), "`periods`.*sequence"),
        (dict(periods="22"), "`periods`.*sequence"),
        (dict(periods=[None, None]), "`periods`.*a coordinate is periodic"),
        (dict(periods=[]), "`periods`.*a coordinate is periodic"),
        (dict(harmonics=0), "`harmonics`"),
        (dict(harmonics=1.5), "`harmonics`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.layers.PeriodicEmbedding(**{"periods": [2.0], **arguments})


def test_another_number_of_coordinates_is_refused():
    with pytest.raises(ValueError, match=r"2 periods.*Received: an input of shape \(5, 3\)"):
        kp.layers.PeriodicEmbedding([2.0, None])(np.zeros((5, 3)))
