"""A layer that flows along a vector field."""

import keras
import numpy as np
import pytest
import scipy
import tensorflow as tf

import kerasphys as kp

MATRIX = np.array([[-0.1, 2.0], [-2.0, -0.1]])


def linear(matrix=MATRIX, dtype="float64"):
    field = keras.layers.Dense(len(matrix), use_bias=False, dtype=dtype)
    field.build((None, len(matrix)))
    field.kernel.assign(matrix.T)
    return field


@pytest.mark.parametrize("options", [{"steps": 200}, {"method": "dopri5", "steps": None}])
def test_it_is_the_flow(options, rng):
    block = kp.ode.ODEBlock(linear(), time=1.5, dtype="float64", rtol=1e-9, atol=1e-9, **options)
    x = rng.normal(size=(3, 2))
    known = x @ scipy.linalg.expm(1.5 * MATRIX).T
    np.testing.assert_allclose(block(x), known, rtol=0, atol=1e-7)
    path = block.trajectory(tf.constant(x), [0.0, 0.5, 1.5])
    np.testing.assert_allclose(path[2], known, rtol=0, atol=1e-7)
    assert path.shape == (3, 3, 2)


def test_the_time_is_the_last_channel(rng):
    # x' = x - t in every pixel of a grid; x = t + 1 + (x0 - 1) e^t
    field = keras.layers.Dense(1, use_bias=False, dtype="float64")
    block = kp.ode.ODEBlock(field, time=0.8, time_input=True, steps=50, dtype="float64")
    x = rng.normal(size=(2, 4, 3, 1))
    block.build(x.shape)
    field.kernel.assign([[1.0], [-1.0]])
    known = 1.8 + (x - 1) * np.exp(0.8)
    np.testing.assert_allclose(block(x), known, rtol=0, atol=1e-7)
    # times of each sample
    t = tf.constant([0.3, 0.6], tf.float64)
    np.testing.assert_allclose(block.derivative(t, x), x - np.reshape(t, (2, 1, 1, 1)), atol=1e-12)


def two_blocks(dtype="float32", shared=False, **options):
    inputs = keras.Input((2,), dtype=dtype)
    first, second = (kp.networks.MLP([8], seed=seed) for seed in (0, 1))
    second = first if shared else second
    options = dict(steps=4, dtype=dtype) | options
    x = kp.ode.ODEBlock(first, **options)(inputs)
    x = kp.ode.ODEBlock(second, time=0.5, time_input=False, **options)(keras.ops.sin(x))
    head = keras.layers.Dense(
        1, kernel_initializer=keras.initializers.GlorotUniform(1), dtype=dtype
    )
    return keras.Model(inputs, head(x))


@pytest.mark.parametrize("shared", [False, True])
def test_two_blocks_have_the_right_gradients(shared, rng):
    model = two_blocks("float64", shared, method="dopri5", steps=3)
    assert len(model.trainable_variables) == (6 if shared else 10)
    x = tf.constant(rng.normal(size=(5, 2)))
    values = [v.value for v in model.trainable_variables]
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(x) ** 2)
    found = tape.gradient(loss, values)
    for variable, gradient in zip(values, found, strict=True):
        direction = rng.normal(size=variable.shape)
        change = []
        for step in (1e-6, -1e-6):
            variable.assign_add(step * direction)
            change.append(float(tf.reduce_sum(model(x) ** 2)))
            variable.assign_add(-step * direction)
        slope = (change[0] - change[1]) / 2e-6
        np.testing.assert_allclose(np.sum(gradient * direction), slope, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("gradient", ["backprop", "adjoint"])
def test_two_blocks_train_and_come_back(gradient, tmp_path, rng):
    x = rng.normal(size=(32, 2)).astype("float32")
    y = np.sin(x[:, :1] - x[:, 1:])
    model = two_blocks(gradient=gradient)
    model.compile(keras.optimizers.Adam(0.02), loss="mse", jit_compile=gradient == "backprop")
    before = [np.array(w) for w in model.get_weights()]
    losses = model.fit(x, y, epochs=30, batch_size=32, verbose=0).history["loss"]
    assert losses[-1] < 0.3 * losses[0]
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.abs(new - old).max() > 1e-3  # all weights of both blocks have moved
    if gradient != "backprop":
        return
    known = model.predict(x, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), known)
    model.export(tmp_path / "saved", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "saved")
    for n in (1, 32):
        np.testing.assert_allclose(loaded.serve(x[:n]), known[:n], rtol=0, atol=1e-6)
    # what was exported can be differentiated
    inputs = tf.constant(x)
    slopes = []
    for function in (loaded.serve, model):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = function(inputs)
        slopes.append(tape.gradient(outputs, inputs))
    np.testing.assert_allclose(slopes[0], slopes[1], rtol=0, atol=1e-5)


def test_the_field_takes_the_precision_of_the_block():
    field = keras.Sequential([keras.layers.Dense(3, "tanh"), keras.layers.Dense(2)])
    assert kp.ode.ODEBlock(field, steps=1, dtype="float64")(np.ones((1, 2))).dtype == "float64"
    with pytest.raises(ValueError, match="was built in float32, the block is in float64"):
        kp.ode.ODEBlock(linear(dtype="float32"), dtype="float64")(np.ones((1, 2)))


def test_what_is_refused():
    with pytest.raises(ValueError, match="outputs have the shape of the states"):
        kp.ode.ODEBlock(keras.layers.Dense(3))(np.ones((1, 2)))
    with pytest.raises(ValueError, match="does not estimate its error"):
        kp.ode.ODEBlock(linear(), method="rk4", steps=None)
    with pytest.raises(ValueError, match="`time`"):
        kp.ode.ODEBlock(linear(), time=0.0)
    with pytest.raises(ValueError, match="`gradient`"):
        kp.ode.ODEBlock(linear(), gradient="none")
