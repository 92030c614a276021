"""Operator networks with a trunk: what they represent, and what they refuse."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.networks.operator_network import contract

POINTS = np.linspace(-1, 1, 9)[:, None]


def mlp(seed=0, **kwargs):
    return kp.networks.MLP([5], seed=seed, **kwargs)


def deeponet(outputs=1, **kwargs):
    parts = {"branch": mlp(0), "trunk": mlp(1), "basis": 4, "dtype": "float64"} | kwargs
    return kp.networks.DeepONet(outputs=outputs, **parts)


def batch(rng, functions=3, sensors=6):
    return {"u": tf.constant(rng.normal(size=(functions, sensors))), "points": tf.constant(POINTS)}


def test_outputs_are_sums_over_the_basis(rng):
    network, inputs = deeponet(outputs=2), batch(rng)
    found = network(inputs)
    network.bias.assign([0.5, -1.0])
    c, b = network.coefficients({"u": inputs["u"]}).numpy(), network.basis(inputs["points"]).numpy()
    assert (c.shape, b.shape) == ((3, 4, 2), (9, 4))
    for i, j, m in np.ndindex(*found.shape):
        expected = sum(c[i, k, m] * b[j, k] for k in range(4))
        assert abs(float(found[i, j, m]) - expected) < 1e-14
    np.testing.assert_allclose(network(inputs) - found, np.ones((3, 9, 2)) * [0.5, -1.0])


def test_points_of_each_function(rng):
    network, inputs = deeponet(outputs=2), batch(rng)
    own = tf.constant(rng.uniform(-1, 1, size=(3, 5, 1)))
    found = network({**inputs, "points": own})
    for i in range(3):
        one = network({"u": inputs["u"][i : i + 1], "points": own[i]})
        np.testing.assert_allclose(found[i], one[0], rtol=1e-13)
    assert network.compute_output_shape({"u": (None, 6), "points": (3, 5, 1)}) == (None, 5, 2)


def test_a_linear_operator_of_rank_p_is_represented_exactly(rng):
    """`u ↦ Σ_k <φ_k, u> y^k`, with a linear branch and the monomials as trunk."""
    functionals = rng.normal(size=(6, 3))

    @keras.saving.register_keras_serializable("test_deeponet")
    class Monomials(keras.layers.Layer):
        def call(self, y):
            return tf.concat([tf.ones_like(y), y, y**2], axis=-1)

    branch = keras.layers.Dense(3, use_bias=False, dtype="float64")
    network = kp.networks.DeepONet(
        branch, Monomials(dtype="float64"), 3, outputs=1, bias=False, dtype="float64"
    )
    inputs = batch(rng)
    network(inputs)
    assert network.bias is None
    branch.set_weights([functionals])
    expected = inputs["u"].numpy() @ functionals @ (POINTS ** np.arange(3)).T
    np.testing.assert_allclose(network(inputs)[..., 0], expected, rtol=1e-13)


def test_stacked_branches_are_one_branch_in_blocks(rng):
    """The k-th of the stacked networks gives the coefficients of the k-th basis function."""
    stacked = deeponet(outputs=2, branch=[keras.layers.Dense(2, dtype="float64") for _ in range(4)])
    one = deeponet(outputs=2, branch=keras.layers.Dense(8, dtype="float64"))
    inputs = batch(rng)
    stacked(inputs), one(inputs)
    kernels, biases = zip(*(part.get_weights() for part in stacked.branch), strict=True)
    one.branch.set_weights([np.concatenate(kernels, 1), np.concatenate(biases)])
    np.testing.assert_allclose(one(inputs), stacked(inputs), rtol=1e-13)
    again = kp.networks.DeepONet.from_config(stacked.get_config())
    assert [part.units for part in again.branch] == [2] * 4


def test_convolutional_branch_and_embedded_trunk(rng):
    embedding = kp.layers.PeriodicEmbedding([2.0, None])
    network = deeponet(
        branch=kp.networks.CNN([3], head="average", seed=0), trunk=mlp(1, embedding=embedding)
    )
    points = rng.uniform(-1, 1, size=(7, 2))
    for grid in ((8, 6), (10, 12)):  # the branch averages over the grid: any size will do
        found = network({"f": rng.normal(size=(3, *grid, 2)), "points": points})
        assert found.shape == (3, 7, 1)
    assert network.serving_spec()["f"].shape == (None, None, None, 2)
    shifted = network({"f": np.ones((1, 8, 6, 2)), "points": points + np.array([2.0, 0.0])})
    unshifted = network({"f": np.ones((1, 8, 6, 2)), "points": points})
    np.testing.assert_allclose(shifted, unshifted, rtol=1e-12)


def test_coefficients_of_several_functions_multiply(rng):
    branches = {"kappa": mlp(0), "g": mlp(1)}
    network = kp.networks.MIONet(branches, mlp(2), 4, outputs=2, dtype="float64")
    functions = {"kappa": rng.normal(size=(3, 6)), "g": rng.normal(size=(3, 2))}
    found = network({**functions, "points": POINTS})
    product = branches["kappa"](functions["kappa"]) * branches["g"](functions["g"])
    expected = contract(tf.reshape(product, (3, 4, 2)), network.basis(tf.constant(POINTS)))
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    with pytest.raises(ValueError, match=r"branches for the input functions \['g', 'kappa'\]"):
        kp.networks.MIONet(branches, mlp(2), 4, outputs=1).build(
            {"kappa": (None, 6), "points": (9, 1)}
        )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"u": np.ones((2, 7))}, r"'u' of shape \(n, 6\).*Received: \(2, 7\)"),
        ({"u": np.ones((2, 6, 1))}, r"Received: \(2, 6, 1\)"),
        ({"points": np.ones((4, 2))}, r"points \(p, 1\).*Received: points of shape \(4, 2\)"),
        ({"v": np.ones((2, 6))}, r"input functions \['u'\]. Received: \['u', 'v'\]"),
    ],
    ids=["sensors", "rank", "coordinates", "names"],
)
def test_other_inputs_than_built_for(rng, changes, reason):
    network = deeponet()
    network(batch(rng))
    with pytest.raises(ValueError, match=reason):
        network({**batch(rng), **changes})


@pytest.mark.parametrize(
    ("parts", "shapes", "reason"),
    [
        ({}, {"u": (None, 6), "v": (None, 6)}, "takes one input function"),
        ({}, {"u": (None, 8, 8, 1)}, r"`branch` must return 4.*at_points\(data, flat=True\)"),
        (dict(trunk=keras.layers.Dense(3)), {"u": (None, 6)}, "`trunk` must return 4 numbers"),
        (dict(outputs=None), {"u": (None, 6)}, "needs the number of its outputs"),
    ],
    ids=["functions", "grid", "trunk", "outputs"],
)
def test_parts_that_do_not_fit(parts, shapes, reason):
    with pytest.raises(ValueError, match=reason):
        deeponet(**parts).build({**shapes, "points": (9, 1)})


def test_what_is_no_batch_of_functions_and_points(rng):
    with pytest.raises(ValueError, match="a dict with 'points'"):
        deeponet().build((None, 6))
    with pytest.raises(ValueError, match="needs points of shape"):
        deeponet().build({"u": (None, 6), "points": (9,)})
    with pytest.raises(ValueError, match="`branch` must be one network, or 4"):
        deeponet(branch=[mlp(), mlp()])
    with pytest.raises(ValueError, match="other than 'points'"):
        kp.networks.MIONet({"points": mlp()}, mlp(), 4)
