"""The choice of hyper-parameters, with models whose losses are known without training."""

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.analysis import select_model

X = np.zeros((4, 1))


def samples(value):
    return kp.datasets.Samples(X, np.full((4, 1), value))


class Penalty(keras.regularizers.Regularizer):
    """A number that the weights do not change."""

    def __init__(self, value):
        self.value = value

    def __call__(self, weights):
        return self.value + 0 * weights[0, 0]


def constant(value, shift=0.0, seed=0):
    """A model that returns `value + shift`, and `value + shift + seed` for another seed."""
    bias = keras.initializers.Constant(value + shift + seed)
    dense = keras.layers.Dense(1, bias_initializer=bias, kernel_regularizer=Penalty(10.0 * value))
    model = keras.Sequential([keras.Input((1,)), dense])
    model.compile(keras.optimizers.SGD(0.0), loss="mse", metrics=["mse"])
    return model


def test_validation_chooses_and_the_test_has_no_part_in_it():
    sets = samples(0.0), samples(1.0), samples(2.0)
    found = select_model(
        constant, {"value": [0.0, 2.0], "shift": [0.0, -1.25]}, *sets, measure="mse"
    )
    expected = [
        (0.0, 0.0, 0.0, 1.0, 4.0),
        (0.0, -1.25, 1.5625, 5.0625, 10.5625),
        (2.0, 0.0, 4.0, 1.0, 0.0),
        (2.0, -1.25, 0.5625, 0.0625, 1.5625),
    ]
    assert list(found.table.columns) == ["value", "shift", "train", "validation", "test"]
    np.testing.assert_allclose(found.table.to_numpy(), expected, rtol=1e-6)
    assert found.best == {"value": 2.0, "shift": -1.25}
    np.testing.assert_allclose(found.model.predict(X, verbose=0), 0.75)
    assert "best={'value': 2.0" in repr(found)


def test_the_loss_has_the_penalty_in_it():
    found = select_model(constant, {"value": [0.0, 1.0]}, samples(1.0), samples(1.0))
    assert found.table["validation"].tolist() == [1.0, 10.0]
    assert found.best == {"value": 0.0}
    assert "test" not in found.table


def test_the_best_in_training_stands_for_its_choice():
    found = select_model(
        constant,
        {"value": [0.0]},
        samples(2.0),
        samples(0.0),
        repeats=3,
        seed=1,
        measure="mse",
        epochs=2,
    )
    assert found.table["train"].tolist() == [0.0]  # seed 2 of 1, 2, 3
    assert found.table["validation"].tolist() == [4.0]


def test_a_model_that_is_not_finite_is_not_chosen():
    def build(value, seed):
        return constant(value, shift=np.nan if value else 0.0)

    found = select_model(build, {"value": [1.0, 0.0]}, samples(0.0), samples(5.0), measure="mse")
    assert found.best == {"value": 0.0}


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"build": 1}, TypeError, "build"),
        ({"build": lambda value, seed: None}, TypeError, "compiled Keras model"),
        ({"grid": [1]}, TypeError, "grid"),
        ({"grid": {}}, ValueError, "grid"),
        ({"grid": {"a b": [1]}}, ValueError, "grid"),
        ({"grid": {"seed": [1]}}, ValueError, "other than seed"),
        ({"grid": {"value": "ab"}}, TypeError, r"grid\['value'\]"),
        ({"grid": {"value": []}}, ValueError, "at least one value"),
        ({"train": X}, TypeError, "train"),
        ({"validation": X}, TypeError, "validation"),
        ({"test": X}, TypeError, "test"),
        ({"repeats": 0}, ValueError, "repeats"),
        ({"seed": -1}, ValueError, "seed"),
        ({"measure": "mae"}, ValueError, "measure"),
    ],
)
def test_bad_arguments(changes, error, match):
    good = {
        "build": constant,
        "grid": {"value": [0.0]},
        "train": samples(0.0),
        "validation": samples(0.0),
    }
    with pytest.raises(error, match=match):
        select_model(**{**good, **changes})
