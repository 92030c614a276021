"""Stencils as a layer: against NumPy, up to the ends, learnt, and as a SavedModel."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.kernels import convolve, differentiation_matrix, gaussian, laplacian, stencil
from kerasphys.layers import StencilConv

GRIDS = {1: (9,), 2: (8, 7), 3: (5, 6, 7)}
LAPLACIAN = {(2, 0): 1.0, (0, 2): 1.0}


def applied(u, **kwargs):
    return StencilConv(**kwargs, dtype="float64")(u).numpy()


@pytest.mark.parametrize("rank", GRIDS)
@pytest.mark.parametrize("boundary", ["periodic", "zero", "reflect"])
def test_the_layer_is_the_convolution_of_numpy(rank, boundary, rng):
    u = rng.standard_normal((2, *GRIDS[rank], 3))
    modes = (boundary, "reflect", "periodic")[:rank]
    for kernel in (
        rng.standard_normal((5, 3, 5)[:rank]),
        laplacian(rank, spacing=0.5),
        gaussian(0.4, dims=rank, truncate=4.0),  # a product, applied axis by axis
        stencil((1,) + (0,) * (rank - 1), side="forward"),
    ):
        found = applied(u, kernel=kernel, boundary=modes)
        np.testing.assert_allclose(found, convolve(u, kernel, modes), rtol=0, atol=1e-13)


def test_products_are_applied_axis_by_axis():
    stages = StencilConv(gaussian(1.0, dims=3))._stages
    assert [stage.shape for stage in stages] == [(13, 1, 1), (1, 13, 1), (1, 1, 13)]
    assert len(StencilConv(laplacian(3))._stages) == 1
    assert len(StencilConv(order=(1, 0, 2))._stages) == 3


@pytest.mark.parametrize(("order", "accuracy"), [(0, 2), (1, 2), (2, 4), (3, 2), (4, 6)])
def test_one_sided_ends_are_those_of_the_matrix(order, accuracy, rng):
    u = rng.standard_normal((2, 14, 2))
    found = applied(u, order=order, accuracy=accuracy, spacing=0.5, boundary="one_sided")
    matrix = differentiation_matrix(14, order, accuracy, 0.5)
    np.testing.assert_allclose(
        found, np.einsum("ij,njc->nic", matrix, u), rtol=0, atol=1e-13 * np.abs(matrix).max()
    )


def test_accuracy_holds_up_to_the_boundary():
    errors, sizes = [], np.array([12, 24])
    for n in sizes:
        x, y = np.meshgrid(np.linspace(0, 1, n + 1), np.arange(n) / n, indexing="ij")
        u = np.exp(x) * np.sin(2 * np.pi * y)
        terms = {(2, 0): 1.0, (1, 1): 0.5}
        found = applied(
            u[None, ..., None],
            order=terms,
            accuracy=4,
            spacing=1 / n,
            boundary=("one_sided", "periodic"),
        )
        expected = u + 0.5 * np.exp(x) * 2 * np.pi * np.cos(2 * np.pi * y)
        errors.append(np.abs(found[0, ..., 0] - expected).max())
    assert abs(kp.solvers.observed_order(sizes, errors)[0] - 4) < 0.3


def test_the_parabola_and_the_wave():
    x = np.linspace(0, 1, 11)
    u = (x**2).reshape(1, 11, 1)
    found = applied(u, order=2, spacing=0.1, boundary="one_sided")
    np.testing.assert_allclose(found, 2.0, rtol=1e-12)
    errors = []
    for points in (63, 126):
        x = 2 * np.pi / points * np.arange(points)
        wave = (np.sin(x)[:, None] * np.ones(points)).reshape(1, points, points, 1)
        found = applied(wave, order=LAPLACIAN, spacing=x[1])
        errors.append(np.linalg.norm(found + wave) / np.linalg.norm(wave))
        known = 1 - (np.sin(x[1] / 2) / (x[1] / 2)) ** 2
        assert abs(errors[-1] / known - 1) < 1e-9
    assert abs(kp.solvers.observed_order([63, 126], errors)[0] - 2) < 1e-3


def test_a_fixed_kernel_has_no_weights():
    fixed = StencilConv(order=1)
    fixed.build((None, 8, 1))
    assert fixed.weights == []
    assert fixed.as_kernel().tolist() == [-0.5, 0, 0.5]


def test_the_second_difference_is_learnt_from_noise(rng):
    u = rng.standard_normal((4, 256, 1))
    second = convolve(u, stencil(2))
    layer = StencilConv(np.zeros(3), learnable=True)
    assert layer.as_kernel().tolist() == [0, 0, 0]
    model = keras.Sequential([layer])
    # the loss is a parabola of curvature 2 in each weight, but for the correlations of the noise
    model.compile(keras.optimizers.SGD(0.4), loss="mse", jit_compile=True)
    model.fit(u, second, epochs=30, verbose=0)
    np.testing.assert_allclose(layer.as_kernel(), [1, -2, 1], rtol=0, atol=1e-3)
    found = kp.kernels.operator_of(layer.as_kernel(), tolerance=1e-2)
    assert (found.order, found.accuracy) == (2, 2)

    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(u), layer(u))


def test_gradients_of_a_kernel_that_is_learnt(rng):
    u = tf.constant(rng.standard_normal((2, 5, 6, 1)))
    layer = StencilConv(
        order=LAPLACIAN, boundary=("one_sided", "reflect"), learnable=True, dtype="float64"
    )
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(u) ** 2) / 2
    gradient = tape.gradient(loss, layer.weight)
    # the loss is quadratic, so its gradient at g in the direction g is twice its value
    np.testing.assert_allclose(np.sum(gradient * layer.as_kernel()), 2 * loss, rtol=1e-12)


def test_export_with_free_axes(tmp_path, rng):
    inputs = keras.Input((None, None, 2), dtype="float64")
    layer = StencilConv(
        order=LAPLACIAN, boundary=("one_sided", "reflect"), spacing=(0.5, 1.0), dtype="float64"
    )
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(tmp_path / "saved").serve
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for shape in ((3, 6, 5, 2), (1, 4, 9, 2)):
        u = rng.standard_normal(shape)
        np.testing.assert_allclose(served(tf.constant(u)), layer(u), rtol=0, atol=1e-13)
        np.testing.assert_array_equal(loaded(u), layer(u))
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least 4 points along grid axis 0"):
        served(tf.ones((1, 3, 5, 2), tf.float64))


@pytest.mark.parametrize("order", [2, np.int64(1), (1, 2), {3: 0.5}, LAPLACIAN])
def test_configurations_hold_every_form_of_order(order):
    layer = StencilConv(order=order, spacing=np.float64(0.5))
    again = StencilConv.from_config(layer.get_config())
    np.testing.assert_array_equal(again.as_kernel(), layer.as_kernel())
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("kernel", [1.0, 0.0, 1.0]),
        ("order", None),
        ("order", -1),
        ("accuracy", 3),
        ("spacing", (1.0, 1.0)),
        ("boundary", "wall"),
        ("boundary", ("zero", "zero")),
        ("learnable", 1),
    ],
)
def test_what_is_refused(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        StencilConv(**{"order": 2, argument: bad})


def test_kernels_that_are_refused():
    with pytest.raises(ValueError, match=r"`kernel`.*different from zero.*learnable=True"):
        StencilConv(np.zeros(3))
    with pytest.raises(ValueError, match=r"`boundary`.*give `order` in place of `kernel`"):
        StencilConv(np.ones(3), boundary="one_sided")


def test_grids_that_are_refused():
    with pytest.raises(ValueError, match=r"rank 1.*Received: an input of shape \(1, 8, 8, 1\)"):
        StencilConv(order=1)(np.ones((1, 8, 8, 1)))
    with pytest.raises(ValueError, match=r"at least 4 points along grid axis 0.*\(1, 3, 1\)"):
        StencilConv(order=2, boundary="one_sided")(np.ones((1, 3, 1)))
