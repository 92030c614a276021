"""Samples made of other samples."""

import numpy as np
import pytest

from kerasphys.datasets import Dataset, Samples, coarse, noisy, one_step, shapes, split


@pytest.fixture
def fields(rng):
    return Samples(rng.normal(size=(40, 8, 12, 2)), rng.normal(size=(40, 4, 4, 1)))


@pytest.fixture
def data(fields):
    return Dataset(
        **split(fields, 10, 10), name="Fields", input_fields=["a", "b"], output_fields="u"
    )


def test_noise_has_its_deviation_and_none_is_used_twice(data):
    found = noisy(data, 0.3, seed=1)
    noise = {name: part.inputs - part.outputs for name, part in found.splits.items()}
    for name, part in found.splits.items():
        np.testing.assert_array_equal(part.outputs, data.splits[name].inputs)
        assert noise[name].std() == pytest.approx(0.3, rel=0.05)
        assert abs(noise[name].mean()) < 0.02
    for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
        assert abs(np.corrcoef(noise[one][:10].ravel(), noise[other].ravel())[0, 1]) < 0.1
    np.testing.assert_array_equal(noisy(data, 0.3, seed=1).test.inputs, found.test.inputs)
    assert not np.array_equal(noisy(data, 0.3, seed=2).test.inputs, found.test.inputs)
    assert found.output_fields == found.input_fields == ("a", "b")
    assert found.parameters == {"noise": 0.3, "noise_seed": 1}
    assert noisy(data, 0.3, of="outputs").output_fields == ("u",)


def test_samples_alone(fields):
    assert isinstance(noisy(fields, 1.0), Samples)
    assert noisy(fields, 1.0, of="outputs").inputs.shape == (40, 4, 4, 1)


def test_coarse_fields_are_means_over_blocks(fields):
    found = coarse(fields, 4)
    np.testing.assert_array_equal(found.outputs, fields.inputs)
    block = fields.inputs[3, 4:8, 8:12].mean(axis=(0, 1))
    np.testing.assert_allclose(found.inputs[3, 4:8, 8:12], np.tile(block, (4, 4, 1)), rtol=1e-14)
    np.testing.assert_allclose(found.inputs.mean(axis=(1, 2)), fields.inputs.mean(axis=(1, 2)))
    line = coarse(Samples(np.arange(6.0).reshape(1, 6, 1), np.zeros(1)), 3)
    assert line.inputs.ravel().tolist() == [1, 1, 1, 4, 4, 4]
    with pytest.raises(ValueError, match=r"divides all sides of the grid \(8, 12\)"):
        coarse(fields, 3)


def test_single_steps_join_up(rng):
    start, states = rng.normal(size=(3, 5, 1)), rng.normal(size=(3, 4, 5, 1))
    before, after = one_step(Samples(start, states))
    np.testing.assert_array_equal(before[4], start[1])
    np.testing.assert_array_equal(before[5:8], states[1, :3])
    np.testing.assert_array_equal(after[4:8], states[1])


def test_labels_are_no_fields():
    pictures = shapes(20)
    assert noisy(pictures, 0.1).classes == ()
    for change in (lambda: noisy(pictures, 0.1, of="outputs"), lambda: one_step(pictures)):
        with pytest.raises(ValueError, match="`data`"):
            change()
    with pytest.raises(ValueError, match="`data`"):
        noisy(Samples({"a": np.ones((2, 3, 1))}, np.ones(2)), 0.1)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda d: noisy(object(), 0.1), "data"),
        (lambda d: noisy(d, 0.0), "std"),
        (lambda d: noisy(d, 0.1, seed=0.5), "seed"),
        (lambda d: noisy(d, 0.1, of="both"), "of"),
        (lambda d: coarse(d, 1), "factor"),
        (lambda d: coarse(d, 2, of=1), "of"),
        (lambda d: one_step(3), "data"),
    ],
)
def test_refuses_bad_arguments(call, argument, fields):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        call(fields)
