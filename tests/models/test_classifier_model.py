"""Networks that tell classes apart."""

import keras
import numpy as np
import pytest
import scipy
import tensorflow as tf

import kerasphys as kp

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, size=(90, 2))
LABELS = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)


def model(classes=3, augmentation=None, compiled=True, **kwargs):
    network = kp.networks.MLP([16], seed=0)
    found = kp.models.ClassifierModel(network, classes, augmentation, **kwargs)
    if compiled:
        found.compile(keras.optimizers.Adam(0.05))
    return found


def test_it_learns_and_says_how_well():
    found = model(dtype="float64")
    logs = found.fit(X, LABELS, epochs=30, validation_data=(X, LABELS), verbose=0).history
    assert logs["val_accuracy"][-1] > 0.9
    probabilities = found.predict(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-14)
    predicted = found.predict_labels(X)
    np.testing.assert_array_equal(predicted, probabilities.argmax(axis=1))
    np.testing.assert_allclose(logs["val_accuracy"][-1], np.mean(predicted == LABELS))
    expected = -np.mean(np.log(probabilities[np.arange(90), LABELS]))
    np.testing.assert_allclose(logs["val_loss"][-1], expected, rtol=1e-12)


def test_the_loss_is_computed_from_logits():
    found = model(dtype="float64")
    found.build((None, 2))
    for v in found.trainable_variables:
        v.assign(v * 1e3)  # softmax rounds to zeros and ones
    loss = found.evaluate(X, LABELS, verbose=0, return_dict=True)["loss"]
    logits = found.standardized(X).numpy()
    expected = -scipy.special.log_softmax(logits, axis=1)[np.arange(90), LABELS].mean()
    assert expected > 40
    np.testing.assert_allclose(loss, expected, rtol=1e-12)


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "from logits"])
def test_a_loss_of_the_users(loss):
    found = model(dtype="float64")
    if loss == "from logits":
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    found.build((None, 2))
    own = found.evaluate(X, LABELS, verbose=0, return_dict=True)
    found.compile("adam", loss=loss, metrics=[keras.metrics.SparseCategoricalCrossentropy()])
    named = found.evaluate(X, LABELS, verbose=0, return_dict=True)
    np.testing.assert_allclose(named["loss"], own["loss"], rtol=1e-6)
    assert named["accuracy"] == own["accuracy"]
    np.testing.assert_allclose(named["sparse_categorical_crossentropy"], own["loss"], rtol=1e-5)


def test_second_order():
    found = model(dtype="float64")
    found.compile(kp.optimizers.LBFGS())
    losses = found.fit(X, LABELS, epochs=2, steps_per_epoch=20, verbose=0).history["loss"]
    assert losses[1] < losses[0]
    found.compile(kp.optimizers.LevenbergMarquardt())
    with pytest.raises(ValueError, match="sums of squares"):
        found.fit(X, LABELS, verbose=0)


@keras.saving.register_keras_serializable(package="tests")
class Shift(keras.layers.Layer):
    """Moves all inputs, so that what is trained on them shows."""

    def call(self, inputs, training=None):
        return inputs + 100.0 if training else inputs


def test_augmentation_is_for_training_only(tmp_path):
    found = model(augmentation=[Shift(), keras.layers.GaussianNoise(0.1, seed=1)])
    found.adapt(X)
    expected = model()
    expected.adapt(X)
    np.testing.assert_allclose(found.predict(X), expected.predict(X), rtol=1e-6)
    augmented = found.standardized(tf.constant(X, "float32"), training=True)
    plain = found.standardized(tf.constant(X, "float32"))
    assert np.abs(augmented - plain).max(axis=1).min() > 0.3
    found.fit(X, LABELS, verbose=0)
    found.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(X), found.predict(X))
    assert [type(layer) for layer in loaded.augmentation] == [Shift, keras.layers.GaussianNoise]
    loaded.fit(X, LABELS, verbose=0)


def test_pictures_are_turned_in_the_step(rng):
    pictures, labels = rng.uniform(size=(12, 8, 8, 1)), np.arange(12) % 2
    network = kp.networks.CNN([2], seed=0)
    turn = keras.layers.RandomRotation(0.2, seed=0)
    found = kp.models.ClassifierModel(network, ["even", "odd"], turn)
    found.compile("adam")
    found.fit(kp.datasets.Samples(pictures, labels), epochs=2, batch_size=5, verbose=0)
    assert found.predict(pictures).shape == (12, 2)


def test_export(tmp_path):
    found = model(["left", "middle", "right"])
    found.adapt(kp.datasets.Samples(X, LABELS))
    path = found.export(tmp_path / "a", errors={"error_rate": 0.1})
    surrogate = kp.load_surrogate(path)
    served = surrogate.predict(X)["probabilities"]
    np.testing.assert_allclose(served, found.predict(X), rtol=1e-5)
    assert surrogate.card.kind == "classifier"
    assert surrogate.card.parameters == {"classes": ["left", "middle", "right"]}


class TestBadInput:
    @pytest.mark.parametrize(
        ("labels", "error", "match"),
        [
            (LABELS + 1, ValueError, r"`y` must hold labels from 0 to 2.*Received: 3 at index"),
            (LABELS - 1, ValueError, r"labels from 0 to 2.*Received: -1 at index"),
            (LABELS.astype(float), TypeError, r"integer labels.*labels\.astype\(int\)"),
            (LABELS[:, None], ValueError, r"one label for each sample.*labels\[:, 0\]"),
            (np.eye(3, dtype=int)[LABELS], ValueError, r"one label.*argmax"),
            (LABELS[:-1], ValueError, "as many samples"),
            (None, ValueError, "`y` must be"),
        ],
    )
    def test_labels(self, labels, error, match):
        found = model()
        for data in (dict(x=X, y=labels), dict(x=X, y=LABELS, validation_data=(X, labels))):
            with pytest.raises(error, match=match):
                found.fit(**data, verbose=0)
        assert int(found.optimizer.iterations) == 0

    @pytest.mark.parametrize(
        ("arguments", "error", "match"),
        [
            (dict(classes=1), ValueError, "`classes` must be at least two"),
            (dict(classes=0), ValueError, "`classes`"),
            (dict(classes=["a", "a"]), ValueError, "different names"),
            (dict(classes="ab"), TypeError, "`classes`"),
            (dict(classes=[1, 2]), TypeError, "`classes`"),
            (dict(augmentation=[len]), TypeError, "`augmentation`"),
        ],
    )
    def test_arguments(self, arguments, error, match):
        with pytest.raises(error, match=match):
            model(**arguments)

    def test_models(self):
        for use in ("fit", "evaluate"):
            with pytest.raises(ValueError, match="must be compiled"):
                getattr(model(compiled=False), use)(X, LABELS)
        two = kp.models.ClassifierModel(kp.networks.MLP([4], outputs=2), 3)
        two.compile("adam")
        with pytest.raises(ValueError, match="each of the 3 classes"):
            two.fit(X, LABELS)
