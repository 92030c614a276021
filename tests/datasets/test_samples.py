"""Samples, data sets and their division."""

import dataclasses

import numpy as np
import pytest

from kerasphys.artifacts import Card
from kerasphys.datasets import Dataset, Samples, split


def samples(n=20):
    return Samples(np.arange(2.0 * n).reshape(n, 2), np.arange(n))


def test_samples_are_a_pair_that_can_be_sliced():
    x, y = samples()
    assert len(samples()) == 20
    some = samples()[[3, 1]]
    np.testing.assert_array_equal(some.inputs, x[[3, 1]])
    np.testing.assert_array_equal(some.outputs, [3, 1])
    assert len(samples()[5:]) == 15
    assert len(samples()[y > 12]) == 7
    assert repr(samples()) == "Samples((20, 2) -> (20,))"


def test_samples_keep_the_precision_they_have():
    found = Samples(np.ones((2, 3), "float32"), [1, 2])
    assert found.inputs.dtype == "float32"
    assert found.outputs.dtype.kind == "i"


def test_several_inputs():
    found = Samples({"inputs": np.ones((4, 8, 1)), "time": np.arange(4.0)[:, None]}, np.ones(4))
    np.testing.assert_array_equal(found[2:].inputs["time"], [[2.0], [3.0]])
    assert repr(found) == "Samples({inputs: (4, 8, 1), time: (4, 1)} -> (4,))"
    assert len(Dataset(train=found, coordinates=[{"name": "x", "lower": 0, "upper": 1}]).axes) == 1
    with pytest.raises(ValueError, match="`validation` must be of the shape of the others"):
        Dataset(train=found, validation=samples())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (dict(outputs=np.ones(3)), r"as many samples\. Received: \[2\] and 3"),
        (dict(inputs=[[1.0, np.nan], [0.0, 1.0]]), r"`inputs` must be finite.*index \(0, 1\)"),
        (dict(inputs=[[1.0], [1.0, 2.0]]), "All samples must have one shape"),
        (dict(inputs=np.array(["a", "b"])), "real numbers"),
        (dict(inputs=1.0), "along its first axis"),
        (dict(inputs=np.ones((0, 2)), outputs=np.ones(0)), "at least one"),
        (dict(inputs={}), "a dict of arrays"),
        (dict(inputs={"a b": np.ones(2)}), "a name"),
        (dict(outputs=np.ones(2, complex)), "real numbers"),
    ],
)
def test_samples_refuse(changes, reason):
    with pytest.raises((TypeError, ValueError), match=reason):
        Samples(**{"inputs": np.ones((2, 1)), "outputs": np.ones(2), **changes})


@pytest.mark.parametrize("which", [0, 1.5, [[0]], [0.5], "a"])
def test_slicing_keeps_the_axis_of_samples(which):
    with pytest.raises(TypeError, match="a slice or an array of indices"):
        samples()[which]


def test_dataset_describes_itself_for_a_card():
    data = Dataset(
        **split(samples()),
        name="Numbers",
        coordinates=[{"name": "x", "lower": -1, "upper": 1}],
        output_fields="u",
        parameters={"tau": np.float64(3.0)},
        seed=5,
    )
    assert data.summary()["samples"] == {"train": 16, "validation": 2, "test": 2}
    card = Card(
        kind="surrogate",
        name=data.name,
        coordinates=data.coordinates,
        fields=data.output_fields,
        data=data.summary(),
        seed=data.seed,
    )
    assert card.data["parameters"] == {"tau": 3.0}
    assert "train: 16, validation: 2, test: 2" in repr(data)


def test_axes_include_both_ends_unless_they_are_periodic():
    fields = Samples(np.zeros((2, 5, 4, 1)), np.zeros(2))
    coordinates = [{"name": name, "lower": 0.0, "upper": 2.0} for name in "xy"]
    axes = Dataset(train=fields, coordinates=coordinates, periodic="y").axes
    np.testing.assert_array_equal(axes["x"], [0, 0.5, 1, 1.5, 2])
    np.testing.assert_array_equal(axes["y"], [0, 0.5, 1, 1.5])


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("train", None),
        ("validation", Samples(np.ones((2, 3)), np.ones(2))),
        ("name", 3),
        ("coordinates", [{"name": "x", "lower": 0.0, "upper": None}]),
        ("periodic", "y"),
        ("input_fields", []),
        ("classes", "abc"),
        ("classes", ["a", "a"]),
        ("parameters", [1]),
        ("parameters", {"a": np.nan}),
        ("seed", -1),
    ],
)
def test_dataset_refuses(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}"):
        Dataset(**{"train": samples(), argument: bad})


def test_split_in_order_and_by_seed():
    in_order = split(samples(), validation=3, test=2)
    assert in_order["test"].outputs.tolist() == [0, 1]
    assert in_order["validation"].outputs.tolist() == [2, 3, 4]
    for seed in (0, 1):
        sets = split(samples(), validation=3, test=2, seed=seed)
        found = np.concatenate([part.outputs for part in sets.values()])
        assert sorted(found) == list(range(20))  # disjoint, and nothing is lost
        again = split(samples(), validation=3, test=2, seed=seed)
        np.testing.assert_array_equal(again["train"].outputs, sets["train"].outputs)
    other = split(samples(), validation=3, test=2, seed=0)
    assert other["test"].outputs.tolist() != sets["test"].outputs.tolist()
    assert split(samples(), validation=0, test=0)["validation"] is None
    assert len(split(samples())["train"]) == 16


def test_stratified_sets_have_the_shares_of_the_classes():
    labels = np.repeat([0, 1, 2], [60, 30, 7])
    many = Samples(np.arange(97.0), labels)
    sets = split(many, validation=12, test=21, seed=3, stratify=True)
    for part in sets.values():
        share = np.bincount(labels) * len(part) / 97
        assert np.abs(np.bincount(part.outputs, minlength=3) - share).max() <= 1
    assert len({*np.concatenate([part.inputs for part in sets.values()])}) == 97


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (dict(samples=np.ones(3)), "`samples`"),
        (dict(validation=10, test=10), "more than validation and test take"),
        (dict(validation=-1), "`validation`"),
        (dict(test=1.5), "`test`"),
        (dict(seed="a"), "`seed`"),
        (dict(stratify=1), "`stratify`"),
        (dict(stratify=True), "`seed` must be an integer where"),
        (dict(samples=Samples(np.ones(9), np.ones(9)), stratify=True, seed=0), "integer label"),
    ],
)
def test_split_refuses(changes, reason):
    with pytest.raises((TypeError, ValueError), match=reason):
        split(**{"samples": samples(), **changes})


def test_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        samples().inputs = 1
