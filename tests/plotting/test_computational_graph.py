import keras
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.plotting import computational_graph


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def boxes_and_arrows(figure):
    kinds = [type(patch).__name__ for patch in figure.axes[0].patches]
    return kinds.count("FancyBboxPatch"), kinds.count("FancyArrowPatch")


def test_an_mlp_is_a_chain_with_its_shapes_and_parameters():
    network = kp.networks.MLP([16, 8], "tanh", outputs=3, seed=0, name="classifier")
    network.build((None, 2))
    figure = computational_graph(network)
    assert texts(figure) == [
        "inputs\n(n, 2)",
        "dense_0 (Dense, tanh)\n(n, 16)   2×16 + 16 = 48 parameters",
        "dense_1 (Dense, tanh)\n(n, 8)   16×8 + 8 = 136 parameters",
        "dense_2 (Dense)\n(n, 3)   8×3 + 3 = 27 parameters",
    ]
    assert boxes_and_arrows(figure) == (4, 3)
    assert figure.axes[0].get_title() == "classifier: 211 parameters"
    heights = [text.get_position()[1] for text in figure.axes[0].texts]
    assert heights == sorted(heights)
    figure.canvas.draw()


def test_branches_meet_in_a_box_with_several_arrows():
    inputs = keras.Input((4,))
    left, right = keras.layers.Dense(4, "relu")(inputs), keras.layers.Dense(4)(inputs)
    model = keras.Model(inputs, keras.layers.Add()([left, right]) + inputs)
    figure = computational_graph(model, title="two branches")
    assert boxes_and_arrows(figure) == (5, 6)
    assert figure.axes[0].get_title() == "two branches"
    places = [text.get_position() for text in figure.axes[0].texts]
    assert len(set(places)) == 5
    assert places[1][1] == places[2][1]  # the branches lie side by side


def test_sequential_models_and_many_weights():
    model = keras.Sequential(
        [keras.Input((6, 2)), keras.layers.LSTM(3), keras.layers.BatchNormalization()]
    )
    found = texts(computational_graph(model))
    assert found[1].endswith("2×12 + 3×12 + 12 = 72 parameters")
    assert found[2].endswith("(n, 3)   12 parameters")


class Raw(keras.Model):
    def call(self, inputs):
        return tf.square(inputs)


def test_bad_arguments():
    with pytest.raises(TypeError, match="model"):
        computational_graph(keras.layers.Dense(1))
    with pytest.raises(ValueError, match="built first"):
        computational_graph(kp.networks.MLP([2], outputs=1))
    raw = Raw()
    raw.build((None, 2))
    with pytest.raises(ValueError, match="cannot be drawn"):
        computational_graph(raw)
    with pytest.raises(TypeError, match="title"):
        computational_graph(raw, title=1)
