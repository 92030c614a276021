"""Momentum and Adam of textbooks as Keras optimizers; their paths are in analysis/test_descent."""

import keras
import numpy as np
import pytest

import kerasphys as kp


@pytest.mark.parametrize("make", [kp.optimizers.averaged_momentum, kp.optimizers.basic_adam])
def test_they_train_and_come_back(make, tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(make(0.05, name="mine"), loss="mse", jit_compile=True)
    x = np.linspace(-1, 1, 8)[:, None]
    losses = model.fit(x, 2 * x, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert model.optimizer.name == "mine"
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.optimizer.get_config() == model.optimizer.get_config()
    for each in (model, again):
        each.fit(x, 2 * x, epochs=1, shuffle=False, verbose=0)
    for found, expected in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("make", "changes", "match"),
    [
        (kp.optimizers.averaged_momentum, {"learning_rate": 0}, "learning_rate"),
        (kp.optimizers.averaged_momentum, {"beta": 1.0}, "beta"),
        (kp.optimizers.basic_adam, {"learning_rate": -1}, "learning_rate"),
        (kp.optimizers.basic_adam, {"beta_1": 1.0}, "beta_1"),
        (kp.optimizers.basic_adam, {"beta_2": -0.5}, "beta_2"),
        (kp.optimizers.basic_adam, {"epsilon": 0}, "epsilon"),
    ],
)
def test_bad_arguments(make, changes, match):
    with pytest.raises(ValueError, match=match):
        make(**changes)
