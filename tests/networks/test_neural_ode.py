"""A network of continuous depth."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp


@pytest.mark.parametrize("options", [{}, {"augment": 2, "head": True, "outputs": 3}])
def test_the_number_of_weights_does_not_depend_on_the_steps(options):
    counts, ends = set(), []
    for steps in (5, 50, 500):
        network = kp.networks.NeuralODE([8], steps=steps, seed=0, dtype="float64", **options)
        ends.append(tf.function(network)(tf.ones((1, 2), tf.float64)))
        counts.add(network.count_params())
    width = 2 + options.get("augment", 0)
    assert counts == {16 * width + 8 + width + (3 * (width + 1) if options else 0)}
    # the same weights, an ever finer solution
    assert np.abs(ends[1] - ends[2]).max() < 1e-9
    assert 1e-10 < np.abs(ends[0] - ends[2]).max() < 1e-3


def test_times_and_trajectory_agree(rng):
    times = [0.5, 1.0, 2.0]
    network = kp.networks.NeuralODE([6], times=times, steps=10, augment=1, seed=0, dtype="float64")
    x = rng.normal(size=(4, 2))
    found = network(x)
    assert found.shape == (4, 3, 2) == network.compute_output_shape(x.shape)
    ends = kp.networks.NeuralODE(network.block.field, time=2.0, steps=40, augment=1)
    ends.prepare(2, "float64")
    np.testing.assert_allclose(found[:, -1], ends(x), rtol=0, atol=1e-5)
    path = network.trajectory(x, [0.0, *times])
    np.testing.assert_array_equal(path[:, 0], x)
    np.testing.assert_allclose(path[:, 1:], found, rtol=0, atol=1e-14)
    # from z(-1) on, z(0) is where it began
    back = network.trajectory(x, [0.0, -1.0])[:, -1]
    assert np.all(np.abs(back - x) > 0)


def test_a_linear_field_of_its_own():
    field = keras.Sequential([keras.layers.Dense(1, use_bias=False)])
    network = kp.networks.NeuralODE(field, times=[1.0], method="dopri5", steps=None)
    network.build((None, 1))
    field.layers[0].kernel.assign([[-1.0]])
    np.testing.assert_allclose(network(np.ones((1, 1)))[0, 0], [np.exp(-1)], rtol=1e-5)


@pytest.mark.parametrize("augment", [0, 1])
def test_one_dimension_cannot_cross_and_two_can(augment):
    half = np.linspace(0.1, 1.0, 10)
    x = np.concatenate([-half, half])[:, None].astype("float32")
    network = kp.networks.NeuralODE([16], augment=augment, steps=20, seed=0)
    network.compile(keras.optimizers.Adam(0.03), loss="mse", jit_compile=True)
    errors = network.fit(x, -x, epochs=70, batch_size=20, verbose=0).history["loss"]
    if augment:
        assert errors[-1] < 1e-2
    else:
        assert min(errors) >= np.var(x.astype("float64")) * (1 - 1e-6)


def test_it_finds_a_field_from_trajectories(rng):
    matrix = np.array([[-0.1, 2.0], [-2.0, -0.1]])
    times = np.arange(1, 6) * 0.1
    start = rng.normal(size=(16, 2))
    states, x = [], start
    for _ in times:
        for _ in range(100):
            x = x + 1e-3 * (x + 5e-4 * x @ matrix.T) @ matrix.T
        states.append(x)
    data = start, np.stack(states, axis=1)
    field = keras.Sequential([keras.layers.Dense(2, use_bias=False)])
    network = kp.networks.NeuralODE(field, times=times, steps=1)
    adam = keras.optimizers.Adam(0.1)
    network.compile(adam, loss="mse", jit_compile=True, steps_per_execution=150)
    data = tf.data.Dataset.from_tensors(tuple(a.astype("float32") for a in data)).repeat()
    network.fit(data, steps_per_epoch=150, shuffle=False, verbose=0)
    np.testing.assert_allclose(field.layers[0].kernel, matrix.T, rtol=0, atol=0.01)


def test_the_owner_fills_in_outputs_and_dtype(rng):
    x = rng.normal(size=(8, 2))
    model = kp.models.SurrogateModel(kp.networks.NeuralODE([4], steps=2, seed=0), dtype="float64")
    model.compile("adam", loss="mse")
    model.fit(x, 2 * x, epochs=1, verbose=0)
    assert model.network.block.field.outputs == 2
    assert model.predict(x, verbose=0).dtype == "float64"


def test_what_is_refused():
    make = kp.networks.NeuralODE
    x = tf.ones((1, 2))
    with pytest.raises(ValueError, match="head=True"):
        make([4], outputs=3)(x)
    with pytest.raises(ValueError, match="needs the number of its outputs"):
        make([4], head=True)(x)
    for times in ([1.0, 0.5], [-1.0, 1.0], [0.0], []):
        with pytest.raises(ValueError, match="`times`"):
            make([4], times=times)
    with pytest.raises(TypeError, match="`field`"):
        make("mlp")
    with pytest.raises(ValueError, match="does not estimate its error"):
        make([4], steps=None)
