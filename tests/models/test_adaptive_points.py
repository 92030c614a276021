import keras
import numpy as np
import pytest

from kerasphys.models.adaptive_points import assign_points, equations, movable_sets
from kerasphys.models.callback_order import LOSS_WEIGHTS, POINT_WEIGHTS, in_order
from tests.models.conftest import line_model, line_points


@pytest.fixture
def trained(model):
    model.fit(line_points(), verbose=0)
    return model


def test_assigned_points_have_everything_and_stay(trained):
    traced, x = trained.train_function, np.linspace(0.1, 1.9, 12)[:, None]
    assign_points(trained, {"equation": x})
    arrays = trained.points.arrays("equation")
    np.testing.assert_array_equal(arrays["points"], x)
    (source,) = (array for key, array in arrays.items() if key.startswith("givens."))
    np.testing.assert_allclose(source, (np.pi / 2) ** 2 * np.sin(np.pi * x[:, 0] / 2))
    trained.resample(draw=7)
    np.testing.assert_array_equal(trained.points.arrays("equation")["points"], x)
    trained.fit(None, verbose=0)
    assert trained.train_function is traced
    trained.fit(line_points(), verbose=0)
    assert not np.array_equal(trained.points.arrays("equation")["points"], x)


def test_which_sets_can_move(trained):
    assert equations(trained) == ("equation",)
    assert movable_sets(trained, None) == ("equation",)
    assert movable_sets(trained, ("right", "left")) == ("right", "left")
    own = trained.problem.points(equation=np.array([[0.5]]), left=1, right=1)
    trained.fit(own, verbose=0)
    with pytest.raises(ValueError, match="'equation' are your own"):
        movable_sets(trained, ("equation",))
    with pytest.raises(ValueError, match="no equation on the whole domain"):
        movable_sets(trained, None)


def test_a_model_without_points_has_none_to_move():
    with pytest.raises(ValueError, match="call fit"):
        movable_sets(line_model(), None)


def test_order_of_callbacks():
    def callback(stage=None):
        made = keras.callbacks.Callback()
        if stage is not None:
            made.adaptation_stage = stage
        return made

    balance, first, weigh, last = (
        callback(stage) for stage in (LOSS_WEIGHTS, None, POINT_WEIGHTS, None)
    )
    assert in_order([balance, first, weigh, last]) == [first, last, weigh, balance]
    assert in_order(()) == []
