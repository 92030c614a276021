"""The multilayer perceptron against NumPy."""

import keras
import numpy as np
import pytest
import scipy
import tensorflow as tf

import kerasphys as kp

REFERENCES = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.2 * z),
    "logistic": scipy.special.expit,
    "tanh": np.tanh,
    "sine": np.sin,
    "swish": lambda z: z * scipy.special.expit(z),
    "gelu": lambda z: z * scipy.special.ndtr(z),
}


def built(units=(8, 8), d=2, outputs=3, dtype="float64", seed=0, **kwargs):
    network = kp.networks.MLP(list(units), outputs=outputs, dtype=dtype, seed=seed, **kwargs)
    network.build((None, d))
    return network


def randomise_biases(network, rng):
    for layer in network.dense:
        layer.bias.assign(rng.normal(size=layer.bias.shape))


def by_hand(network, x, activation):
    values = x
    for layer in network.dense[:-1]:
        values = activation(values @ layer.kernel.numpy() + layer.bias.numpy())
    return values @ network.dense[-1].kernel.numpy() + network.dense[-1].bias.numpy()


@pytest.mark.parametrize("activation", REFERENCES)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-13), ("float32", 2e-6)])
def test_the_forward_pass_is_the_composition(activation, dtype, tolerance, rng):
    network = built(activation=activation, dtype=dtype)
    randomise_biases(network, rng)
    x = rng.normal(size=(20, 2)).astype(dtype)
    found = network(x)
    assert found.dtype == dtype
    np.testing.assert_allclose(
        found, by_hand(network, x, REFERENCES[activation]), rtol=tolerance, atol=tolerance
    )


def test_number_of_parameters():
    assert built((10, 10), d=1, outputs=1).count_params() == 141
    # d w + w + (l - 1) (w² + w) + w m + m
    assert built((7, 7, 7), d=3, outputs=2).count_params() == 21 + 7 + 2 * (49 + 7) + 14 + 2


def test_a_deep_linear_network_is_one_affine_map(rng):
    network = built((5, 6, 7), activation="linear")
    randomise_biases(network, rng)
    x = rng.normal(size=(10, 2))
    matrix, shift = np.eye(2), np.zeros(2)
    for layer in network.dense:
        kernel = layer.kernel.numpy()
        matrix, shift = matrix @ kernel, shift @ kernel + layer.bias.numpy()
    np.testing.assert_allclose(network(x), x @ matrix + shift, rtol=1e-12, atol=1e-13)


def test_the_seed_decides_the_weights():
    first, again, other = built(seed=3), built(seed=3), built(seed=4)
    for one, two in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert (first.dense[0].kernel.numpy() != other.dense[0].kernel.numpy()).all()
    built(seed=2**40)  # any size


def test_layers_of_one_shape_differ():
    kernels = [layer.kernel.numpy() for layer in built((6, 6, 6), d=6).dense[:3]]
    assert (kernels[0] != kernels[1]).all()
    assert (kernels[1] != kernels[2]).all()


def test_a_seed_in_the_initializer_counts():
    def make():
        initializer = keras.initializers.HeNormal(seed=5)
        return built((6, 6), d=6, seed=None, kernel_initializer=initializer)

    first, again = make(), make()
    np.testing.assert_array_equal(first.dense[1].kernel, again.dense[1].kernel)
    assert (first.dense[0].kernel.numpy() != first.dense[1].kernel.numpy()).all()


@pytest.mark.parametrize("initializer", ["zeros", lambda shape, dtype: tf.zeros(shape, dtype)])
def test_initializers_without_a_seed(initializer):
    assert not built(kernel_initializer=initializer).dense[0].kernel.numpy().any()


def test_other_seeds_when_none_is_given():
    first, other = built(seed=None), built(seed=None)
    assert (first.dense[0].kernel.numpy() != other.dense[0].kernel.numpy()).all()


def test_the_output_may_have_an_activation(rng):
    network = built(output_activation="logistic")
    assert (network(rng.normal(size=(20, 2))) > 0).numpy().all()


def test_it_is_a_plain_keras_model(rng):
    keras.utils.set_random_seed(0)
    network = kp.networks.MLP([8], outputs=1, seed=0)
    network.compile("adam", loss="mse")
    x = rng.uniform(-1, 1, (64, 1)).astype("float32")
    history = network.fit(x, x**2, epochs=8, batch_size=16, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert network.predict(x, verbose=0).shape == (64, 1)


@keras.saving.register_keras_serializable(package="tests")
def cubic(x):
    return x**3


def test_round_trip(rng):
    network = built(
        activation=cubic,
        output_activation="tanh",
        kernel_initializer=keras.initializers.RandomUniform(-0.3, 0.3),
        kernel_regularizer=keras.regularizers.L2(1e-3),
        name="net",
    )
    config = keras.saving.serialize_keras_object(network)
    again = keras.saving.deserialize_keras_object(config)
    assert again.activation_identifier is cubic
    assert again.kernel_regularizer.l2 == network.kernel_regularizer.l2
    assert keras.saving.serialize_keras_object(again)["config"] == config["config"]
    x = rng.normal(size=(5, 2))
    np.testing.assert_array_equal(network(x), again(x))  # the seed is part of the config


def test_saved_and_loaded(tmp_path, rng):
    network = built(kernel_regularizer="l2")
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    x = rng.normal(size=(5, 2))
    np.testing.assert_array_equal(network(x), again(x))
    assert again.compute_dtype == "float64"


def test_the_owner_fills_in_what_is_open():
    network = kp.networks.MLP([4])
    network.prepare(2, "float64")
    network.build((None, 1))
    assert network(np.ones((3, 1))).shape == (3, 2)
    assert {v.dtype for v in network.variables} == {"float64"}
    network.prepare(5, "float32")  # too late to matter
    assert (network.outputs, network.compute_dtype) == (2, "float64")
    chosen = kp.networks.MLP([4], outputs=3, dtype="float32")
    chosen.prepare(2, "float64")
    assert (chosen.outputs, chosen.compute_dtype) == (3, "float32")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(units=[]), "`units`"),
        (dict(units=[4, 0]), "`units`"),
        (dict(units=4), "`units`"),
        (dict(units="44"), "`units`"),
        (dict(activation="sinus"), "`activation`"),
        (dict(output_activation=1), "`output_activation`"),
        (dict(outputs=0), "`outputs`"),
        (dict(kernel_initializer="glorot"), "`kernel_initializer`"),
        (dict(kernel_initializer=None), "`kernel_initializer`"),
        (dict(kernel_regularizer="l3"), "`kernel_regularizer`"),
        (dict(seed=-1), "`seed`"),
        (dict(seed=1.5), "`seed`"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.networks.MLP(**{"units": [4], **arguments})


def test_the_number_of_outputs_is_needed():
    with pytest.raises(ValueError, match=r"MLP\(\.\.\., outputs=1\)"):
        kp.networks.MLP([4])(np.ones((2, 1)))


def test_the_embedding_comes_first(rng):
    x = rng.normal(size=(20, 2))
    waves = kp.layers.FourierFeatures(5, seed=1)
    network = built(embedding=waves)
    inner = built(d=10)
    np.testing.assert_allclose(network(x), inner(waves(x)), rtol=0, atol=1e-14)


def test_embeddings_in_turn(rng):
    around = kp.layers.PeriodicEmbedding([2.0, None])
    waves = kp.layers.FourierFeatures(5, seed=1)
    network = built(embedding=[around, waves])
    x = rng.normal(size=(20, 2))
    np.testing.assert_allclose(network(x), built(d=10)(waves(around(x))), rtol=0, atol=1e-14)
    np.testing.assert_allclose(network(x), network(x + np.array([2.0, 0.0])), rtol=0, atol=1e-13)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["ours", "list", "dense", "sequential"])
def test_the_embedding_takes_the_precision_of_the_network(kind, dtype, tmp_path):
    embedding = {
        "ours": lambda: kp.layers.FourierFeatures(4, seed=0),
        "list": lambda: [keras.layers.Dense(3), kp.layers.FourierFeatures(4, seed=0)],
        "dense": lambda: keras.layers.Dense(3, activation="tanh"),
        "sequential": lambda: keras.Sequential(
            [kp.layers.PeriodicEmbedding([2.0, None]), keras.layers.Dense(3)]
        ),
    }[kind]()
    network = kp.networks.MLP([4], embedding=embedding, seed=0)
    network.prepare(1, dtype)
    network.build((None, 2))
    assert {v.dtype for v in network.variables} == {dtype}
    third = tf.constant([[1.0, 2.0]], dtype) / 3
    assert network(third).dtype == dtype
    if dtype == "float64":  # nothing is rounded to float32 on the way
        moved = network(third + 1e-12) - network(third)
        assert 0 < np.abs(moved).max() < 1e-9
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(network(third), again(third))
    assert again.compute_dtype == dtype


def test_an_embedding_of_another_precision_is_refused():
    dense = keras.layers.Dense(3, dtype="float32")
    dense.build((None, 2))
    inputs = keras.Input((2,), dtype="float32")
    around = kp.layers.PeriodicEmbedding([2.0, None])
    for embedding in (dense, keras.Model(inputs, around(inputs))):
        with pytest.raises(ValueError, match=r"embedding.*built in float32.*is in float64"):
            built(embedding=embedding)
    built(embedding=around)  # it has no weights, and nothing that remembers a precision


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(embedding="fourier"), "`embedding`"),
        (dict(embedding=[kp.layers.FourierFeatures(2), None]), "`embedding`"),
        (dict(embedding=np.sin), "`embedding`"),
    ],
)
def test_embeddings_that_are_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.networks.MLP([4], **arguments)
