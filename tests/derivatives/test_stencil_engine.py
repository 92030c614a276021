"""Finite differences behind the named derivatives: exact, convergent, and the same in all modes."""

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.derivatives import Engine, Namespace, Plan, StencilEngine, TapeEngine

NAMES = Namespace(("x", "y"), ("u", "v"), vectors={"w": ("u", "v")}, inputs="f")
PLAN = Plan.of(
    NAMES, ["y", "u", "v_x", "u_xy", "laplacian_u", "biharmonic_u", "grad_v", "div_w", "f_yy"]
)
OMEGA = 2 * np.pi / 3


def functions(points):
    """Two fields and an input, periodic in `y` with the period 3, at points `(..., 2)`."""
    x, y = tf.unstack(points, axis=-1)
    u = tf.exp(x) * tf.sin(OMEGA * y)
    v = tf.cos(x) * tf.cos(OMEGA * y)
    return tf.stack([u, v, x * x * x * tf.sin(OMEGA * y)], axis=-1)


def on_grid(engine, sizes, dtype="float64"):
    """The coordinates, and the values of `functions` as fields and inputs of one sample."""
    points = engine.coordinates(tf.zeros((1, *sizes)))[tf.newaxis]
    values = tf.cast(functions(points), dtype)
    return points, values[..., :2], values[..., 2:]


@pytest.mark.parametrize("accuracy", [2, 4, 6])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_exact_for_polynomials(order, accuracy):
    degree = order + accuracy - 1
    engine = StencilEngine([-1.0], [1.0], accuracy=accuracy)
    x = engine.positions(0, 13)
    plan = Plan.of(Namespace("x", "u"), "u_" + order * "x")
    polynomial = np.polynomial.Polynomial(np.arange(1.0, degree + 2) / 4)
    inputs = tf.constant(x)[None, :, None]
    (found,) = engine(plan, lambda i: polynomial(i), inputs).values()
    np.testing.assert_allclose(found[0], polynomial.deriv(order)(x), atol=1e-7)


@pytest.mark.parametrize("accuracy", [2, 4])
def test_agrees_with_tapes_to_its_order(accuracy):
    engine = StencilEngine((0.0, -1.0), (1.0, 2.0), ("one_sided", "periodic"), accuracy)
    errors = {}
    for size in (32, 64):
        points, fields, inputs = on_grid(engine, (size + 1, size))
        found = engine(PLAN, lambda _, fields=fields: fields, inputs)
        assert list(found) == list(PLAN.names)
        # for tapes the input is one more field
        exact = TapeEngine()(PLAN, functions, tf.reshape(points, (-1, 2)))
        for name, values in found.items():
            expected = tf.reshape(exact[name], values.shape)
            errors.setdefault(name, []).append(np.abs(values - expected).max())
    for name in ("y", "u"):
        assert max(errors.pop(name)) < 1e-14
    for name, (coarse, fine) in errors.items():
        assert np.log2(coarse / fine) > accuracy - 0.35, name


def test_periodic_stencils_do_not_see_the_seam():
    engine = StencilEngine([0.0], [2 * np.pi], "periodic", accuracy=4)
    x = engine.positions(0, 32)
    assert x[-1] < 2 * np.pi - 0.1
    plan = Plan.of(Namespace("x", "u"), ["u_x", "u_xxx"])
    waves = np.stack([np.sin(x), np.roll(np.sin(x), 5)])[..., None]
    found = engine(plan, lambda inputs: inputs, waves)
    for values in found.values():
        np.testing.assert_allclose(np.roll(values[0], 5), values[1], atol=1e-12)
    np.testing.assert_allclose(found["u_x"][0], np.cos(x), atol=1e-3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_eager_graph_xla_and_free_grids_agree(dtype):
    engine = StencilEngine((0.0, -1.0), (1.0, 2.0), ("one_sided", "periodic"))
    _, fields, inputs = on_grid(engine, (9, 12), dtype)

    def compute(fields, inputs):
        return engine(PLAN, lambda _: fields, inputs)

    eager = compute(fields, inputs)
    free = [tf.TensorSpec((None, None, None, c), dtype) for c in (2, 1)]
    for compiled in (
        tf.function(compute, autograph=False),
        tf.function(compute, autograph=False, jit_compile=True),
        tf.function(compute, autograph=False, input_signature=free),
    ):
        for name, values in compiled(fields, inputs).items():
            assert values.dtype == dtype
            scale = np.abs(eager[name]).max()
            tolerance = scale * (1e-12 if dtype == "float64" else 1e-3)
            np.testing.assert_allclose(values, eager[name], rtol=0, atol=tolerance)


def test_it_is_an_engine():
    engine = StencilEngine((0.0, 0.0), (1.0, 1.0))
    assert isinstance(engine, Engine)
    assert engine.supports(PLAN, None)
    assert not StencilEngine([0.0], [1.0]).supports(PLAN, None)
    assert engine.work(PLAN) == 1.0
    assert engine.cost(Plan.of(NAMES, "u")).startswith("one call of the network, 0 differences")
    # u_x, u_xy; u_xx and u_yy for the Laplacian
    assert "4 differences" in engine.cost(Plan.of(NAMES, ["u_xy", "laplacian_u"]))
    assert "1 difference of" in engine.cost(Plan.of(NAMES, "u_x"))


def test_short_axes_are_refused():
    engine = StencilEngine([0.0], [1.0], accuracy=4)
    plan = Plan.of(Namespace("x", "u"), "u_xx")
    assert engine.least(0, 2) == 6
    assert StencilEngine([0.0], [1.0], "periodic", 4).least(0, 2) == 5

    def compute(inputs):
        return engine(plan, lambda values: values, inputs)

    assert compute(tf.zeros((1, 6, 1)))["u_xx"].shape == (1, 6)
    with pytest.raises(ValueError, match=r"at least 6 nodes along axis 0\. Received: 5"):
        compute(tf.zeros((1, 5, 1)))
    compiled = tf.function(compute, input_signature=[tf.TensorSpec((None, None, 1))])
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least 6 nodes"):
        compiled(tf.zeros((1, 5, 1)))


def test_wrong_shapes_are_refused():
    engine = StencilEngine([0.0], [1.0])
    plan = Plan.of(Namespace("x", ("u", "v", "w")), "w_x")
    with pytest.raises(ValueError, match="at least 3 channels"):
        engine(plan, lambda inputs: inputs, tf.zeros((1, 8, 1)))
    with pytest.raises(ValueError, match="1 grid axes"):
        engine(plan, lambda inputs: inputs, tf.zeros((1, 8, 8, 2)))


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="even"):
        StencilEngine([0.0], [1.0], accuracy=3)
    with pytest.raises(ValueError, match="greater than lower"):
        StencilEngine([0.0], [0.0])
    with pytest.raises(TypeError, match="one for each coordinate"):
        StencilEngine([0.0], [1.0], ["periodic", "periodic"])
