"""Every training step is one XLA program: what a GPU or a TPU compiles."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests import components
from tests.models import operators

RNG = np.random.default_rng(0)
GRID = RNG.normal(size=(4, 8, 8, 1)).astype("float32")
ROWS = RNG.normal(size=(6, 2)).astype("float32")

# operations on the host, and axes whose length XLA does not know
OUTSIDE = re.compile(r"callback|infeed|outfeed|\bsend\b|\brecv\b|<=\d+[,\]]")


def pinn(optimizer, **kwargs):
    found = kp.models.PINNModel(kp.networks.MLP([4], seed=0), components.problem(), **kwargs)
    found.compile(optimizer)
    found.fit(components.problem().points(equation=6, initial=3, walls=2, seed=0), epochs=0)
    return found, tf.zeros((1,), found.compute_dtype)


def operator_pinn(optimizer="adam", **kwargs):
    found = operators.model(dtype="float32")
    found.compile(optimizer)
    points = found.problem.points(equation=6, seed=0)
    found.fit(operators.functions(), points, epochs=0, **kwargs)
    return found, tf.zeros((1,), found.compute_dtype)


def grid_pinn():
    problem = components.grid_problem()
    found = kp.models.GridPINNModel(kp.networks.UNet(1, 2, seed=0), problem, dtype="float32")
    found.compile("adam")
    found.build(GRID.shape)
    (element,) = found._batches(found._inputs("x", GRID), len(GRID))
    return found, element


def supervised(network, optimizer="adam", loss="mse", x=GRID, y=GRID, **kwargs):
    found = kp.models.SurrogateModel(network, **kwargs)
    found.compile(optimizer, loss=loss, metrics=[kp.metrics.RelativeL2()])
    arrays = found._pairs("x", x, y)
    found._prepare("x", arrays)
    return found, arrays


def classifier():
    network = kp.networks.CNN([2], dense_units=[3], dropout=0.1, norm="batch", seed=0)
    found = kp.models.ClassifierModel(network, 2)
    found.compile("adam")
    arrays = found._pairs("x", GRID, np.arange(4) % 2)
    found._prepare("x", arrays)
    return found, arrays


def deeponet(**kwargs):
    x = {"f": ROWS, "points": np.linspace(0, 1, 5)[:, None]}
    y = RNG.normal(size=(6, 5, 1))
    return supervised(operators.deeponet(), x=x, y=y, **kwargs)


FNO = dict(modes=2, width=3, depth=2, projection=4, seed=0)
FLOW = dict(outputs=2, steps=3)
ADAPTIVE = dict(outputs=2, method="dopri5", steps=None, max_steps=9, gradient="adjoint")
STEPS = {
    "PINN-Adam": lambda: pinn("adam", dtype="float32"),
    "PINN-SSBroyden": lambda: pinn(kp.optimizers.SSBroyden()),
    "PINN-LM": lambda: pinn(kp.optimizers.LevenbergMarquardt()),
    "PINN-LBFGS": lambda: pinn(kp.optimizers.LBFGS(), dtype="float32"),
    "GridPINN": grid_pinn,
    "OperatorPINN": lambda: operator_pinn(batch_size=2, points_per_batch=3),
    "MLP": lambda: supervised(kp.networks.MLP([3], seed=0), x=ROWS, y=ROWS),
    "FNO": lambda: supervised(kp.networks.FNO(**FNO), loss=kp.losses.RelativeL2()),
    "DeepONet": deeponet,
    "UNet": lambda: supervised(kp.networks.UNet(1, 2, norm="batch", seed=0)),
    "Classifier": classifier,
    "NeuralODE": lambda: supervised(kp.networks.NeuralODE([3], **FLOW), x=ROWS, y=ROWS),
    "NeuralODE-adaptive": lambda: supervised(
        kp.networks.NeuralODE([3], **ADAPTIVE), x=ROWS, y=ROWS
    ),
    "mixed-FNO": lambda: supervised(kp.networks.FNO(**FNO), dtype="mixed_bfloat16"),
    "mixed-UNet": lambda: supervised(
        kp.networks.UNet(1, 2, norm="group", seed=0), dtype="mixed_float16"
    ),
}


def program(model, data) -> str:
    """The training step as XLA gets it; an operation that it does not know is an error."""
    model._begin_training(changing=False)
    step = tf.function(model.train_step, jit_compile=True)
    return step.experimental_get_compiler_ir(data)(stage="hlo")


SLOW = {"NeuralODE", "UNet"}  # others are made of the same operations


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in STEPS],
)
def test_a_step_is_one_program_of_known_shapes(name):
    model, data = STEPS[name]()
    found = program(model, data)
    assert not OUTSIDE.search(found)
    if model.variable_dtype == "float32":
        assert "f64[" not in found  # which TPUs have not
    if name.startswith("mixed"):  # the matrix units see 16 bits only, forward and back
        half = {"bfloat16": "bf16", "float16": "f16"}[model.network.compute_dtype]
        assert set(re.findall(r"= (\w+)\[[^=]*(?:dot|convolution)\(", found)) == {half}


def test_what_falls_outside_is_noticed():
    x = tf.constant([1.0, -1.0])

    def masked(x):
        return tf.reduce_sum(tf.boolean_mask(x, x > 0))

    def in_python(x):
        return tf.py_function(np.sin, [x], tf.float32)

    def compiled(function):
        step = tf.function(function, jit_compile=True, autograph=False)
        return step.experimental_get_compiler_ir(x)(stage="hlo")

    assert OUTSIDE.search(compiled(masked))
    with pytest.raises(ValueError, match="EagerPyFunc"):
        compiled(in_python)


def test_rotations_of_keras_are_not_compiled():
    """The one exception: they have no kernel, so Keras leaves XLA out, and says so."""
    network = kp.networks.CNN([2], seed=0)
    turned = keras.layers.RandomRotation(0.1)
    found = kp.models.ClassifierModel(network, 2, augmentation=turned)
    with pytest.warns(UserWarning, match="jit_compile=False"):
        found.compile("sgd", jit_compile=True)
    found.fit(GRID, np.arange(4) % 2, verbose=0)
