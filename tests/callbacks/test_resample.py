import itertools

import keras
import numpy as np
import pytest

from kerasphys.callbacks import Resample
from tests.callbacks.conftest import make_model, train


class Recorder(keras.callbacks.Callback):
    """Keeps the points that each epoch is trained on."""

    def __init__(self):
        super().__init__()
        self.points = {}

    def on_train_batch_begin(self, batch, logs=None):
        epoch = len(self.points)
        self.points[epoch] = self.model.points.read()["equation"]["points"].numpy()


def record(problem, every=1, **options):
    recorder = Recorder()
    train(make_model(problem), [Resample(every), recorder], **options)
    return list(recorder.points.values())


def test_points_change_and_shapes_do_not(problem):
    points = record(problem)
    assert {p.shape for p in points} == {(8, 2)}
    assert all(problem.domain.contains(p).all() for p in points)
    for a, b in itertools.pairwise(points):
        assert not np.any(np.all(a == b, axis=1))
    first = problem.points(seed=3, equation=8, initialu=8).sets["equation"].points
    np.testing.assert_array_equal(points[0], first)


def test_the_same_seed_gives_the_same_points(problem):
    np.testing.assert_array_equal(record(problem), record(problem))


def test_every_second_epoch(problem):
    points = record(problem, every=2, epochs=5)
    for a, b in ((0, 1), (2, 3)):
        np.testing.assert_array_equal(points[a], points[b])
    assert len({p.tobytes() for p in points}) == 3


@pytest.mark.parametrize("first", [2, 3])
def test_a_run_that_goes_on_sees_the_points_of_the_whole_run(problem, first):
    whole = record(problem, every=2, epochs=5)
    rest = record(problem, every=2, epochs=5, initial_epoch=first)
    np.testing.assert_array_equal(rest, whole[first:])


def test_given_values_follow_the_points(model):
    train(model, [Resample()])
    initial = model.points.read()["initialu"]
    x = initial["points"].numpy()[:, 0]
    given = next(v for k, v in initial.items() if k.startswith("givens.initialu"))
    np.testing.assert_allclose(given, np.sin(np.pi * x), rtol=1e-15)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_nothing_is_traced_again(model, monkeypatch, jit_compile):
    traces = []
    original = model.loss_terms

    def counted(data, training):
        traces.append(training)
        return original(data, training)

    monkeypatch.setattr(model, "loss_terms", counted)
    model.compile("adam", jit_compile=jit_compile)
    train(model, [], epochs=1)
    without = len(traces)
    model.compile("adam", jit_compile=jit_compile)
    train(model, [Resample()], epochs=5)
    assert len(traces) == 2 * without


def test_refuses_other_models():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse")
    with pytest.raises(TypeError, match=r"Resample works on a kp\.models\.PINNModel.*Sequential"):
        model.fit(np.ones((2, 1)), np.ones((2, 1)), callbacks=[Resample()], verbose=0)


@pytest.mark.parametrize(("every", "error"), [(object(), TypeError), (0, ValueError)])
def test_bad_arguments(every, error):
    with pytest.raises(error, match="every"):
        Resample(every=every)
