"""Arrays become checked tensors and batches of one shape."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.models import array_data, sample_layout

TENSORS = ({"a": tf.range(10), "b": 2 * tf.range(10)}, tf.range(10.0))


def rows(batches):
    return [batch[1].numpy().astype(int).tolist() for batch in batches]


def test_an_epoch_sees_every_sample_in_batches_of_one_shape():
    data = array_data.training_batches(TENSORS, batch_size=4, seed=3)
    first, second = rows(data), rows(data)
    for epoch in (first, second):
        assert [len(batch) for batch in epoch] == [4, 4, 4]
        assert set(np.ravel(epoch)) == set(range(10))
    assert first != second
    assert rows(array_data.training_batches(TENSORS, batch_size=4, seed=3)) == first
    assert data.element_spec[1].shape == (4,)
    for inputs, target in data:
        np.testing.assert_array_equal(inputs["a"], target)
        np.testing.assert_array_equal(inputs["b"], 2 * target)


@pytest.mark.parametrize(("size", "steps"), [(4, 7), (5, 1), (10, 3), (32, 2)])
def test_an_epoch_has_the_steps_that_were_asked_for(size, steps):
    data = rows(array_data.training_batches(TENSORS, size, 0, steps))
    assert [len(batch) for batch in data] == [min(size, 10)] * steps
    if size >= 10:  # all samples in their order
        assert data == [list(range(10))] * steps


@pytest.mark.parametrize(
    ("size", "fill", "expected"),
    [(4, True, [4, 4, 4]), (6, False, [5, 5]), (7, False, [5, 5]), (9, False, [5, 5]),
     (4, False, [4, 4, 2]), (50, False, [10]), (50, True, [10])],
)  # fmt: skip
def test_steady_batches_keep_the_order(size, fill, expected):
    data = rows(array_data.steady_batches(TENSORS, size, fill))
    assert [len(batch) for batch in data] == expected
    assert [i for batch in data for i in batch][:10] == list(range(10))


def test_large_samples_are_predicted_few_at_a_time():
    sizes = [sample_layout.samples_at_once(tf.zeros((3, *grid))) for grid in [(2,), (64, 64, 1)]]
    assert sizes == [1024, 32]
    assert sample_layout.samples_at_once({"a": tf.zeros((1, 2)), "b": tf.zeros((1, 2**20))}) == 1


def test_what_fit_takes_as_x():
    x, y = np.ones((3, 2)), np.ones((3, 1))
    for arguments in ((x, y), ((x, y),), (kp.datasets.Samples(x, y),)):
        found = array_data.inputs_and_outputs(*arguments)
        np.testing.assert_array_equal(found[0], x)
        np.testing.assert_array_equal(found[1], y)
    assert array_data.inputs_and_outputs(x)[1] is None


def test_objects_of_one_shape_are_stacked():
    objects = np.empty(3, dtype=object)
    objects[:] = [np.full((2, 2), float(i)) for i in range(3)]
    assert array_data.to_tensors("x", objects, "float32").shape == (3, 2, 2)


@pytest.mark.parametrize(
    ("value", "error", "match"),
    [
        ([np.zeros((4, 4)), np.zeros((6, 6))], ValueError, r"one shape.*\(4, 4\), \(6, 6\).*size"),
        (np.array([np.zeros(2), np.zeros(3)], dtype=object), ValueError, "one shape"),
        ([[1.0], [1.0, 2.0]], ValueError, "`x` must be an array"),
        (np.array(["a"]), TypeError, "`x` must be an array"),
        (1.0, TypeError, "`x` must be an array"),
        (np.zeros((0, 3)), ValueError, "at least one"),
        ({}, ValueError, "`x` must be"),
        ({"f": [np.inf]}, ValueError, r"`x\['f'\]` must be finite.*index \(0,\)"),
    ],
)
def test_bad_arrays(value, error, match):
    with pytest.raises(error, match=match):
        array_data.to_tensors("x", value, "float32")


def test_bad_counts():
    with pytest.raises(ValueError, match=r"as many samples\. Received: 3, 2 and 3"):
        array_data.check_counts("x", {"a": np.ones(3), "b": np.ones(2)}, np.ones(3))


def test_a_dataset_of_unknown_shapes_is_asked_for_a_batch():
    known = tf.data.Dataset.from_tensors(TENSORS)
    assert array_data.element(known) is known.element_spec
    spec = tf.TensorSpec(None, tf.float32)
    unknown = tf.data.Dataset.from_generator(lambda: iter([np.ones((2, 3))]), output_signature=spec)
    assert array_data.element(unknown).shape == (2, 3)
