"""Callbacks that adapt points and weights, several at once."""

import keras
import numpy as np
import pytest

from kerasphys.callbacks import (
    CausalWeights,
    GradientNormBalance,
    Resample,
    ResidualAttention,
    ResidualResample,
    Resume,
)
from tests.callbacks.conftest import make_model, make_problem

OWN = {"equation": lambda x: 1 + x}


def everything():
    """One of each, as it were from the first to the last that acts in an epoch."""
    return [
        Resample(every=2),
        ResidualResample(every=3),
        ResidualAttention(decay=0.9, rate=0.3),
        CausalWeights((0.1, 1.0), bins=4),
        GradientNormBalance(every=2, momentum=0.5),
    ]


def fit(callbacks, model=None, **options):
    model = model or make_model(make_problem())
    points = model.problem.points(equation=16, initialu=8, seed=3, weights=OWN)
    options = {"epochs": 7, "steps_per_epoch": 2, "verbose": 0, **options}
    model.fit(points, callbacks=callbacks, **options)
    return model


def state(model):
    """Weights of the network and of the loss, points, and their weights."""
    points = {name: model.points.arrays(name) for name in ("equation", "initialu")}
    arrays = [array for arrays in points.values() for array in arrays.values()]
    weights = [weight.numpy() for weight in model.loss_weights.values()]
    return np.concatenate([np.ravel(array) for array in [*model.get_weights(), *weights, *arrays]])


def test_the_factors_multiply():
    class Watch(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            _, resample, attention, causal, _ = callbacks
            arrays = self.model.points.arrays("equation")
            x, t = arrays["points"].T
            slab = np.minimum((4 * t).astype(int), 3)
            expected = (1 + x) * attention.multipliers["equation"] ** 2 * causal.slab_weights[slab]
            np.testing.assert_allclose(arrays["weights.equation"], expected, rtol=1e-12)
            np.testing.assert_array_equal(attention.points["equation"], arrays["points"])
            if resample.points:
                np.testing.assert_array_equal(resample.points["equation"], arrays["points"])
            initial = self.model.points.arrays("initialu")["weights.initialu"]
            np.testing.assert_allclose(initial, attention.multipliers["initialu"] ** 2)
            seen.append(arrays["points"].tobytes())

    seen, callbacks = [], everything()
    fit([*callbacks, Watch()])
    assert len(set(seen)) == 4  # drawn at the epochs 2, 3 and 6


@pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (2, 0, 4, 1, 3), (3, 1, 2, 4, 0)])
def test_the_order_in_which_they_are_listed_does_not_matter(order):
    expected = state(fit(everything()))
    callbacks = everything()
    found = state(fit([callbacks[index] for index in order]))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("first", [2, 4, 5])
def test_a_run_that_goes_on_ends_as_the_whole_run(first):
    expected = state(fit(everything()))
    callbacks = everything()
    model = fit(callbacks, epochs=first)
    fit(callbacks, model, initial_epoch=first)
    np.testing.assert_array_equal(state(model), expected)


@pytest.mark.parametrize(("last", "order"), [(3, (0, 1, 2, 3, 4)), (5, (4, 3, 2, 1, 0))])
def test_a_run_that_was_killed_ends_as_the_whole_run(tmp_path, last, order):
    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == last:
                raise KeyboardInterrupt

    def resume():
        callbacks = everything()
        return Resume(tmp_path, [callbacks[index] for index in order])

    with pytest.raises(KeyboardInterrupt):
        fit([resume(), Kill()])
    found = state(fit([resume()]))
    np.testing.assert_array_equal(found, state(fit(everything())))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_nothing_is_traced_again(monkeypatch, jit_compile):
    model = make_model(make_problem())
    model.compile("adam", jit_compile=jit_compile)
    fit([], model)
    traces, traced, original = [], model.train_function, model.train_step

    def counted(*arguments):
        traces.append(1)
        return original(*arguments)

    monkeypatch.setattr(model, "train_step", counted)
    fit(everything(), model)
    assert model.train_function is traced
    assert not traces


def test_what_is_left_over_from_one_run_does_not_enter_the_next():
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    model = make_model(make_problem())
    with pytest.raises(KeyboardInterrupt):
        fit([*everything(), Interrupt()], model)
    assert np.any(model.points.arrays("initialu")["weights.initialu"] != 1.0)
    model.fit(None, verbose=0)
    assert np.all(model.points.arrays("initialu")["weights.initialu"] == 1.0)
    x = model.points.arrays("equation")["points"][:, 0]
    np.testing.assert_allclose(model.points.arrays("equation")["weights.equation"], 1 + x)
