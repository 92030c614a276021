"""Products with the Hessian against matrices known by hand and differences of gradients."""

import keras
import numpy as np
import pytest
import scipy
import tensorflow as tf

import kerasphys as kp
from kerasphys.analysis import (
    hessian_operator,
    hessian_vector_product,
    largest_hessian_eigenvalue,
)
from kerasphys.analysis.model_loss import model_loss
from kerasphys.models.objective import flat
from tests import components

X = np.array([[0.0, 1.0], [2.0, -1.0], [1.0, 0.5]])


MSE = keras.losses.MeanSquaredError(dtype="float64")


def linear(loss=MSE, **kwargs) -> keras.Model:
    """A model whose Hessian is known: it is linear in its weights."""
    dense = keras.layers.Dense(1, dtype="float64", **kwargs)
    model = keras.Sequential([keras.Input((2,), dtype="float64"), dense])
    model.compile("sgd", loss=loss)
    return model


def bent() -> keras.Model:
    network = kp.networks.MLP([3, 2], outputs=2, dtype="float64", seed=0)
    network.compile("sgd", loss=MSE)
    return network


def test_a_linear_model_has_the_hessian_of_least_squares():
    columns = np.concatenate([X, np.ones((3, 1))], axis=1)
    known = 2 * columns.T @ columns / 3
    operator = hessian_operator(linear(), X, np.zeros((3, 1)), jit_compile=True)
    np.testing.assert_allclose(operator @ np.eye(3), known, rtol=1e-14, atol=1e-14)
    for method in ("lanczos", "power"):
        found = largest_hessian_eigenvalue(linear(), X, np.zeros((3, 1)), method, 1e-10)
        np.testing.assert_allclose(found, np.linalg.eigvalsh(known)[-1], rtol=1e-9)


def test_products_are_differences_of_gradients_and_symmetric(rng):
    model, y = bent(), rng.standard_normal((3, 2))
    operator = hessian_operator(model, kp.datasets.Samples(X, y))
    matrix = operator @ np.eye(operator.shape[0])
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-14)
    vector = rng.standard_normal(len(matrix))
    loss, start, step, gradients = model_loss(model, X, y), model.get_weights(), 1e-5, []
    for sign in (1, -1):
        moved = np.concatenate([np.ravel(w) for w in start]) + sign * step * vector
        ends = np.cumsum([w.size for w in start])[:-1]
        parts = np.split(moved, ends)
        model.set_weights([p.reshape(w.shape) for p, w in zip(parts, start, strict=True)])
        with tf.GradientTape() as tape:
            value = loss()
        gradients.append(flat(tape.gradient(value, [v.value for v in model.trainable_variables])))
    model.set_weights(start)
    expected = (gradients[0] - gradients[1]).numpy() / (2 * step)
    np.testing.assert_allclose(operator @ vector, expected, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(hessian_vector_product(model, X, y, vector=vector), matrix @ vector)
    largest = scipy.linalg.eigvalsh(matrix)[-1]
    for method in ("lanczos", "power"):
        found = largest_hessian_eigenvalue(model, X, y, method, 1e-8, 5000)
        np.testing.assert_allclose(found, largest, rtol=1e-7)


def test_the_largest_eigenvalue_may_be_negative():
    concave = linear(lambda y, p: -keras.ops.mean(keras.ops.square(y - p), axis=-1), use_bias=False)
    known = -np.linalg.eigvalsh(2 * X.T @ X / 3)[0]
    for method in ("lanczos", "power"):
        found = largest_hessian_eigenvalue(concave, X, np.zeros((3, 1)), method, 1e-5)
        np.testing.assert_allclose(found, known, rtol=1e-4)


def test_a_single_weight_and_none_that_matters():
    one = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")]
    )
    one.compile("sgd", loss="mse")
    assert largest_hessian_eigenvalue(one, X[:, :1], X[:, :1]) == pytest.approx(10 / 3, rel=1e-6)
    dead = linear(activation="relu", bias_initializer=keras.initializers.Constant(-100.0))
    assert largest_hessian_eigenvalue(dead, X, np.zeros((3, 1))) == 0.0


def test_penalties_count():
    model, data = surrogate()
    before = hessian_operator(model, *data)
    before = before @ np.eye(before.shape[0])
    kp.losses.penalize(model, l2=0.25)
    after = hessian_operator(model, *data) @ np.eye(len(before))
    np.testing.assert_allclose(after - before, 0.5 * np.eye(len(before)), atol=1e-14)


def test_labels_may_be_integers():
    network = kp.networks.MLP([2], outputs=3, dtype="float64", seed=0)
    network.compile("sgd", loss=keras.losses.SparseCategoricalCrossentropy(True, dtype="float64"))
    labels = np.array([0, 2, 1])
    logits = network(X).numpy()
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = -np.mean(np.log(chances[np.arange(3), labels]))
    np.testing.assert_allclose(model_loss(network, X, labels)(), expected, rtol=1e-6)
    assert largest_hessian_eigenvalue(network, X, labels) > 0


def pinn():
    model = kp.models.PINNModel(components.network(), components.problem())
    model.compile("adam")
    return model, (components.points(),)


def surrogate():
    network = kp.networks.MLP([3], outputs=1, seed=0)
    model = kp.models.SurrogateModel(network, dtype="float64")
    model.compile("adam", loss="mse")
    return model, (X, X[:, :1])


def classifier():
    model = components.built(kp.models.ClassifierModel)
    model.compile("adam")
    return model, (kp.datasets.Samples(X, np.array([0, 1, 0])),)


def grid():
    model = components.built(kp.models.GridPINNModel)
    model.compile("adam")
    return model, ({"diffusivity": np.ones((2, 6, 5))},)


@pytest.mark.parametrize("make", [pinn, surrogate, classifier, grid])
def test_the_loss_is_that_of_evaluate(make):
    model, data = make()
    value = model_loss(model, *data)()
    expected = model.evaluate(*data, verbose=0, return_dict=True)["loss"]
    np.testing.assert_allclose(value, expected, rtol=1e-5)


def test_the_hessian_of_a_pinn():
    model, (points,) = pinn()
    operator = hessian_operator(model, points)
    matrix = operator @ np.eye(operator.shape[0])
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
    found = largest_hessian_eigenvalue(operator, tolerance=1e-10)
    np.testing.assert_allclose(found, np.linalg.eigvalsh(matrix)[-1], rtol=1e-9)


@pytest.mark.parametrize("method", ["lanczos", "power"])
def test_too_few_iterations_are_an_error(method):
    size = 2000  # eigenvalues that lie close together
    differences = scipy.sparse.diags_array(
        [-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(size, size)
    )
    operator = scipy.sparse.linalg.aslinearoperator(differences)
    with pytest.raises(RuntimeError, match=f"in 2 iterations of method='{method}'"):
        largest_hessian_eigenvalue(operator, method=method, tolerance=1e-9, iterations=2)


Y = np.zeros((3, 1))


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: hessian_operator(object(), X, Y), TypeError, "model"),
        (lambda: hessian_operator(components.network(), X, Y), ValueError, "compiled first"),
        (lambda: hessian_operator(linear(), X), ValueError, "`y`"),
        (lambda: hessian_operator(linear(), X, Y[:2]), ValueError, "as many samples"),
        (lambda: hessian_operator(linear(trainable=False), X, Y), ValueError, "no weights"),
        (lambda: hessian_vector_product(linear(), X, Y, vector=[1.0]), ValueError, "vector"),
        (lambda: largest_hessian_eigenvalue(linear(), X, Y, "qr"), ValueError, "method"),
        (lambda: largest_hessian_eigenvalue(linear(), X, Y, tolerance=0), ValueError, "tolerance"),
        (lambda: largest_hessian_eigenvalue(linear(), X, Y, seed=-1), ValueError, "seed"),
        (lambda: largest_hessian_eigenvalue(linear(), X, Y, iterations=0), ValueError, "iteratio"),
    ],
)
def test_bad_arguments(call, error, match):
    with pytest.raises(error, match=match):
        call()
