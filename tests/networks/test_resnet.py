"""Residual networks against NumPy, as forward Euler, and where their gradients go."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.derivatives import JetEngine, Namespace, Plan, TapeEngine


def built(width=4, depth=3, d=4, outputs=4, dtype="float64", **kwargs):
    network = kp.networks.ResNet(width, depth, outputs=outputs, dtype=dtype, seed=0, **kwargs)
    network.build((None, d))
    return network


def affine(layer, x):
    return x @ layer.kernel.numpy() + layer.bias.numpy()


@pytest.mark.parametrize(("d", "outputs"), [(4, 4), (2, 4), (4, 1), (2, 3)])
def test_the_formula(d, outputs, rng):
    network = built(d=d, outputs=outputs, scale=0.5, block_layers=2, output_activation="sine")
    for v in network.trainable_variables:
        v.assign(rng.normal(size=v.shape))
    assert (network.first is None, network.last is None) == (d == 4, outputs == 4)
    x = inputs = rng.normal(size=(9, d))
    if d != 4:
        x = affine(network.first, x)
    for block in network.blocks:
        one, two = block.dense
        x = x + 0.5 * np.tanh(affine(two, np.tanh(affine(one, x))))
    if outputs != 4:
        x = affine(network.last, x)
    np.testing.assert_allclose(network(inputs), np.sin(x), rtol=0, atol=1e-13)


@pytest.mark.parametrize(("d", "outputs"), [(4, 4), (2, 1)])
def test_number_of_parameters(d, outputs):
    blocks = 3 * 2 * (16 + 4)
    ends = 0 if d == 4 else (2 * 4 + 4) + (4 + 1)
    assert built(d=d, outputs=outputs, block_layers=2).count_params() == blocks + ends


@pytest.mark.parametrize("seed", [None, 0])
def test_blocks_start_differently(seed):
    initializer = keras.initializers.GlorotNormal(seed=5)
    network = kp.networks.ResNet(4, 2, outputs=4, kernel_initializer=initializer, seed=seed)
    network.build((None, 4))
    one, two = (block.dense[0].kernel.numpy() for block in network.blocks)
    assert (one != two).all()


def test_zero_weights_pass_everything_on_where_a_plain_network_passes_nothing(rng):
    x = tf.constant(rng.normal(size=(5, 4)))
    residual = built(depth=20, kernel_initializer="zeros")
    plain = kp.networks.MLP(
        [4] * 19, outputs=4, output_activation="tanh", kernel_initializer="zeros", dtype="float64"
    )
    np.testing.assert_array_equal(residual(x), x)
    jacobians = []
    for network in (residual, plain):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = network(x)
        jacobians.append(tape.batch_jacobian(y, x).numpy())
    np.testing.assert_array_equal(jacobians[0], np.tile(np.eye(4), (5, 1, 1)))
    np.testing.assert_array_equal(jacobians[1], np.zeros((5, 4, 4)))


def test_jets_and_tapes_agree(rng):
    network = built(d=2, outputs=2)
    plan = Plan.of(Namespace(("x", "t"), ("u", "v")), ["u_x", "u_xx", "v_xt"])
    points = rng.normal(size=(6, 2))
    jets, tapes = (engine(plan, network, points) for engine in (JetEngine(), TapeEngine()))
    for name, values in tapes.items():
        np.testing.assert_allclose(jets[name], values, rtol=0, atol=1e-13)


def test_it_learns_an_equation():
    line = kp.geometry.Interval(0.0, 1.0, "x")
    conditions = {
        "equation": kp.Residual(lambda u_x, u: u_x + u),
        "start": kp.Dirichlet(u=1.0, on=line.start("x")),
    }
    problem = kp.Problem(line, "u", conditions)
    model = kp.models.PINNModel(kp.networks.ResNet(8, 2, seed=0), problem, hard=True)
    model.compile(keras.optimizers.Adam(0.01), jit_compile=False)
    points = problem.points(equation=32, seed=0)
    losses = model.fit(points, epochs=2, steps_per_epoch=40, verbose=0).history["loss"]
    assert losses[1] < 0.1 * losses[0]


def test_saved_and_loaded(tmp_path, rng):
    network = built(d=2, outputs=1, scale=0.25, block_layers=2)
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    x = rng.normal(size=(5, 2))
    np.testing.assert_array_equal(network(x), again(x))
    assert (again.scale, again.block_layers) == (0.25, 2)


@pytest.mark.parametrize(
    "arguments", [dict(width=0), dict(depth=1.5), dict(scale=0), dict(block_layers=0)]
)
def test_what_is_refused(arguments):
    (name,) = arguments
    with pytest.raises((TypeError, ValueError), match=f"`{name}`"):
        kp.networks.ResNet(**{"width": 4, "depth": 2, **arguments})
