"""Networks whose weights are known, and the errors that they are known to have."""

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.networks import narrow_deep, shallow_interpolant, tent_map, yarotsky_square


def wave(x):
    return np.sin(2 * np.pi * x)


def interpolant(neurons):
    x = np.linspace(0, 1, neurons + 1)
    return shallow_interpolant(x, wave(x))


def test_the_interpolant_is_that_of_numpy(rng):
    x = np.sort(rng.uniform(-2, 2, 12))
    y = rng.normal(size=12)
    inside = np.linspace(x[0], x[-1], 301)
    network = shallow_interpolant(x, y)
    found = network(inside[:, None]).numpy()[:, 0]
    np.testing.assert_allclose(found, np.interp(inside, x, y), rtol=0, atol=1e-12)
    assert network(np.array([[-9.0]])).numpy() == y[0]
    assert network.count_params() == 3 * 11 + 1


def test_its_error_falls_with_the_square_of_the_neurons():
    sizes = [16, 32, 64, 128, 256]
    x = np.linspace(0, 1, 256 * 16 + 1)[:, None]
    errors = [np.abs(interpolant(size)(x).numpy() - wave(x)).max() for size in sizes]
    np.testing.assert_allclose(errors * np.square(sizes), np.pi**2 / 2, rtol=0.03)
    slope, _ = kp.analysis.fit_rate(sizes, errors)
    assert abs(slope + 2) < 0.02


def test_the_tent_map_is_composed(rng):
    x = rng.uniform(size=(50, 1))
    expected = x
    for _ in range(5):
        expected = np.where(expected < 0.5, 2 * expected, 2 - 2 * expected)
    network = tent_map(5)
    np.testing.assert_allclose(network(x), expected, rtol=0, atol=1e-14)
    assert sum(network.units) == 10
    assert len(kp.analysis.kinks(network, 0.0, 1.0)) == 31


@pytest.mark.parametrize("levels", [1, 2, 5, 8])
def test_the_square_has_the_known_error(levels):
    network = yarotsky_square(levels)
    x = np.linspace(0, 1, 2 ** (levels + 3) + 1)[:, None]
    error = network(x).numpy() - x**2
    assert error.max() == 4.0 ** -(levels + 1)
    assert error.min() == 0.0
    assert network.count_params() == 12 * levels - 2
    nodes = np.arange(1, 2**levels) / 2**levels
    np.testing.assert_array_equal(kp.analysis.kinks(network, 0.0, 1.0), nodes)


def test_wide_and_shallow_becomes_narrow_and_deep():
    wide = interpolant(64)
    deep = narrow_deep(wide)
    assert deep.units == [3] * 64  # d + D + 1, not more than d + D + 2 = 4
    x = np.linspace(0, 1, 1001)[:, None]
    np.testing.assert_allclose(deep(x), wide(x), rtol=0, atol=1e-12)


def test_in_several_dimensions_and_on_any_box(rng):
    wide = kp.networks.MLP([9], "relu", outputs=2, dtype="float64", seed=0)
    wide.build((None, 3))
    wide.set_weights([rng.normal(size=array.shape) for array in wide.get_weights()])
    lower, upper = np.array([-3.0, 1.0, -0.5]), np.array([-1.0, 4.0, 0.5])
    deep = narrow_deep(wide, lower, upper)
    assert deep.units == [6] * 9
    x = rng.uniform(lower, upper, size=(500, 3))
    x[:2] = lower, upper
    np.testing.assert_allclose(deep(x), wide(x), rtol=0, atol=1e-12)


def test_a_single_neuron():
    wide = shallow_interpolant([0.0, 1.0], [1.0, -1.0])
    x = np.linspace(0, 1, 5)[:, None]
    np.testing.assert_allclose(narrow_deep(wide)(x), 1 - 2 * x, rtol=0, atol=1e-15)


def test_they_are_plain_keras_models(tmp_path):
    network = yarotsky_square(3)
    network.save(tmp_path / "square.keras")
    again = keras.saving.load_model(tmp_path / "square.keras")
    x = np.linspace(0, 1, 9)[:, None]
    np.testing.assert_array_equal(again(x), network(x))
    network.compile("adam", loss="mse")
    network.fit(x, x**2, verbose=0)


def test_a_quadratic_activation_never_learns_the_cube():
    """Every such network is a quadratic: its mean square error is at least 4 / 175."""
    points, weights = np.polynomial.legendre.leggauss(40)
    rng = np.random.default_rng(0)
    network = kp.networks.MLP(
        [30], keras.ops.square, outputs=1, dtype="float64", kernel_initializer="he_normal", seed=0
    )
    network.build((None, 1))
    hidden, last = network.dense
    hidden.bias.assign(rng.normal(size=30))
    scale = np.sqrt(weights / 2)[:, None]
    features = np.concatenate([hidden(points[:, None]), np.ones((40, 1))], axis=1)
    best = np.linalg.lstsq(scale * features, scale * points[:, None] ** 3)[0]
    last.kernel.assign(best[:-1])
    last.bias.assign(best[-1])
    error = network(points[:, None]).numpy()[:, 0] - points**3
    assert abs(weights / 2 @ error**2 - 4 / 175) < 1e-10
    ends = np.linspace(-1, 1, 201)[:, None]
    assert np.abs(network(ends) - ends**3).max() > 1 / 4


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: shallow_interpolant([0.0, 0.0], [1.0, 2.0]), "`points`"),
        (lambda: shallow_interpolant([0.0], [1.0]), "`points`"),
        (lambda: shallow_interpolant([0.0, 1.0], [1.0]), "`values`"),
        (lambda: tent_map(0), "`depth`"),
        (lambda: yarotsky_square(1.5), "`levels`"),
        (lambda: narrow_deep(tent_map(2)), "`network`"),
        (lambda: narrow_deep(kp.networks.MLP([3], "relu", outputs=1)), "built"),
        (lambda: narrow_deep(keras.layers.Dense(1)), "`network`"),
        (lambda: narrow_deep(tent_map(1), 0.0, 0.0), "`upper`"),
        (lambda: narrow_deep(tent_map(1), [0.0, 1.0]), "`lower`"),
    ],
)
def test_what_is_refused(call, text):
    with pytest.raises((TypeError, ValueError), match=text):
        call()
