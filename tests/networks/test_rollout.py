"""Step after step."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp


def step(dtype="float64", outputs=1, **kwargs):
    options = dict(padding="periodic", activation="tanh", seed=0) | kwargs
    return kp.networks.UNet(1, 2, outputs=outputs, dtype=dtype, **options)


@pytest.mark.parametrize("grid", [(8,), (8, 6), (5, 4, 6)], ids=len)
def test_it_repeats_the_step(grid, rng):
    network = step()
    rollout = kp.networks.Rollout(network, 3, dtype="float64")
    x = rng.normal(size=(2, *grid, 1))
    found = rollout(x)
    assert found.shape == (2, 3, *grid, 1) == rollout.compute_output_shape(x.shape)
    for index in range(3):
        x = network(x)
        np.testing.assert_allclose(found[:, index], x, rtol=0, atol=1e-13)


def test_the_gradient_passes_through_all_steps(rng):
    rollout = kp.networks.Rollout(step(), 3, dtype="float64")
    x = tf.constant(rng.normal(size=(2, 8, 1)))
    rollout(x)
    network = rollout.network

    def unrolled(values):
        for _ in range(3):
            values = network(values)
        return values

    def gradient(last):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(last(x) ** 2)
        return tape.gradient(loss, [v.value for v in network.trainable_variables])

    expected = gradient(unrolled)
    for jit_compile in (False, True):
        found = tf.function(
            lambda: gradient(lambda x: rollout(x)[:, -1]), jit_compile=jit_compile
        )()
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-11)


def test_a_condition_at_every_step(rng):
    network = step(condition_units=[2])
    x, condition = rng.normal(size=(2, 8, 1)), rng.normal(size=(2, 1))
    rollout = kp.networks.Rollout(network, 2, dtype="float64")
    found = rollout({"inputs": x, "condition": condition})
    for index in range(2):
        x = network({"inputs": x, "condition": condition})
        np.testing.assert_allclose(found[:, index], x, rtol=0, atol=1e-13)


def test_it_learns_a_shift_from_trajectories(rng):
    x = rng.normal(size=(32, 8, 1)).astype("float32")
    y = np.stack([np.roll(x, n, axis=1) for n in (1, 2, 3)], axis=1)
    block = kp.layers.ConvBlock(1, 3, 1, activation="linear", padding="periodic")
    inner = keras.Sequential([block])
    network = kp.networks.Rollout(inner, 3)
    network.build(x.shape)
    block.layers[0].kernel.assign(np.reshape([0.5, 0.3, 0.2], (3, 1, 1)))
    network.compile(keras.optimizers.Adam(0.1), loss="mse")
    network.fit(x, y, epochs=40, verbose=0)
    np.testing.assert_allclose(np.ravel(block.layers[0].kernel), [1, 0, 0], rtol=0, atol=0.02)


def test_moving_statistics_are_updated_in_every_step(rng):
    norm = keras.layers.BatchNormalization(momentum=0.5)
    rollout = kp.networks.Rollout(keras.Sequential([norm]), 2)
    x = (3 + 2 * rng.normal(size=(64, 8, 1))).astype("float32")
    tf.function(rollout)(x, training=True)
    # the first step sees the mean 3, the second that of normalised fields
    np.testing.assert_allclose(norm.moving_mean, [0.5 * (0.5 * x.mean() + 0.0)], atol=1e-5)


def test_an_export_is_free_in_batch_and_grid(tmp_path, rng):
    rollout = kp.networks.Rollout(step(dtype="float32"), 4)
    rollout(np.zeros((1, 8, 1)))
    rollout.export(tmp_path / "saved", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "saved")
    for size in (8, 13):
        x = rng.normal(size=(3, size, 1)).astype("float32")
        np.testing.assert_allclose(loaded.serve(x), rollout(x), rtol=0, atol=1e-5)


def test_the_network_takes_precision_and_outputs_from_its_owner():
    rollout = kp.networks.Rollout(kp.networks.UNet(1, 2), 2)
    rollout.prepare(3, "float64")
    assert rollout.outputs == rollout.network.outputs == 3
    assert rollout(np.zeros((1, 4, 3))).dtype == "float64"


def test_what_is_refused():
    with pytest.raises(ValueError, match="`steps`"):
        kp.networks.Rollout(step(), 0)
    with pytest.raises(TypeError, match="`network`"):
        kp.networks.Rollout("unet", 2)
    with pytest.raises(ValueError, match="outputs have the shape of its inputs"):
        kp.networks.Rollout(step(outputs=2), 2)(np.zeros((1, 8, 1)))


def test_a_fourier_neural_operator_in_steps():
    """Trained on single steps of decaying waves, then unrolled."""
    wave = 2 * np.pi * np.arange(16) / 16
    rng = np.random.default_rng(0)
    start = rng.normal(size=(24, 2)) @ [np.sin(wave), np.cos(2 * wave)]
    decay = 0.8 ** np.arange(1, 4)
    trajectories = kp.datasets.Samples(
        start[..., None], start[:, None, :, None] * decay[:, None, None]
    )
    network = kp.networks.FNO(modes=3, width=6, depth=2, projection=8, seed=0)
    single = kp.models.SurrogateModel(network)
    pairs = kp.datasets.one_step(trajectories)
    single.adapt(pairs)
    single.compile(keras.optimizers.Adam(0.01), loss=kp.losses.RelativeL2())
    single.fit(pairs, epochs=20, verbose=0)
    rollout = kp.models.SurrogateModel(kp.networks.Rollout(single, 3))
    metrics = [kp.metrics.StepRelativeL2(step) for step in (0, -1)]
    rollout.compile(keras.optimizers.Adam(1e-3), loss=kp.losses.RelativeL2(), metrics=metrics)
    before = rollout.evaluate(trajectories, verbose=0, return_dict=True)
    rollout.fit(trajectories, batch_size=24, epochs=20, verbose=0)
    after = rollout.evaluate(trajectories, verbose=0, return_dict=True)
    assert 0 < before["step_0_relative_l2"] < before["last_step_relative_l2"] < 0.5
    assert after["last_step_relative_l2"] < before["last_step_relative_l2"]
    assert rollout.predict(np.ones((1, 20, 1))).shape == (1, 3, 20, 1)
