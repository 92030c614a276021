"""Batches from HDF5 files: every sample, in an order that the seed says, with flat memory."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys import datasets
from kerasphys.datasets import Samples, save_hdf5, stream_hdf5

COUNT = 53


def numbered(count=COUNT, first=0):
    """Samples whose values are their number."""
    x = np.arange(first, first + count, dtype=float)[:, None, None] * np.ones((1, 4, 1))
    return Samples(x, 2 * x)


@pytest.fixture
def path(tmp_path):
    return save_hdf5(tmp_path / "data.h5", numbered(), chunk=7)


def order(data):
    for x, y in data:
        np.testing.assert_array_equal(y, 2 * x)
    return np.concatenate([x.numpy()[:, 0, 0] for x, _ in data]).astype(int)


def test_what_is_saved_is_loaded_again(tmp_path, rng):
    inputs = {"u": rng.normal(size=(6, 5)), "kappa": rng.normal(size=(6, 3, 3, 1))}
    saved = Samples(inputs, rng.normal(size=(6, 8, 2)).astype("float32"), rng.normal(size=(8, 2)))
    path = save_hdf5(tmp_path / "data.h5", saved)
    found = datasets.load_hdf5(path)
    for name, array in inputs.items():
        np.testing.assert_array_equal(found.inputs[name], array)
    np.testing.assert_array_equal(found.outputs, saved.outputs)
    np.testing.assert_array_equal(found.points, saved.points)
    assert found.outputs.dtype == np.float32


def test_parts_are_joined(tmp_path):
    parts = (numbered(count, first) for count, first in ((10, 0), (1, 10), (12, 11)))
    found = datasets.load_hdf5(save_hdf5(tmp_path / "deep" / "data.h5", parts, chunk=5))
    np.testing.assert_array_equal(found.inputs, numbered(23).inputs)


def test_an_error_leaves_the_old_file(path):
    def broken():
        yield numbered(5)
        raise KeyboardInterrupt

    before = path.read_bytes()
    for samples, error in (
        (broken(), KeyboardInterrupt),
        ([numbered(5), 3], TypeError),
        ([numbered(5), Samples(np.zeros((2, 3, 1)), np.zeros((2, 3, 1)))], ValueError),
        ([], ValueError),
    ):
        with pytest.raises(error):
            save_hdf5(path, samples)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_parts_must_share_their_points(tmp_path, rng):
    parts = [
        Samples({"u": np.zeros((2, 3))}, np.zeros((2, 4, 1)), rng.normal(size=(4, 1)))
        for _ in range(2)
    ]
    with pytest.raises(ValueError, match="same common points"):
        save_hdf5(tmp_path / "data.h5", parts)


@pytest.mark.parametrize("first", [True, False])
def test_points_are_in_all_parts_or_in_none(tmp_path, rng, first):
    inputs, outputs = {"u": rng.normal(size=(3, 4))}, rng.normal(size=(3, 5, 1))
    parts = [Samples(inputs, outputs, rng.normal(size=(5, 2))), Samples(inputs, outputs)]
    with pytest.raises(ValueError, match="same common points"):
        save_hdf5(tmp_path / "a.h5", parts if first else parts[::-1])


def test_without_a_seed_the_order_is_that_of_the_file(path):
    data = stream_hdf5(path, 10)
    assert len(data) == 6
    np.testing.assert_array_equal(order(data), np.arange(COUNT))
    part = stream_hdf5(path, 10, start=5, limit=20)
    assert part.element_spec[0].shape == (10, 4, 1)
    np.testing.assert_array_equal(order(part), np.arange(5, 25))
    assert order(stream_hdf5(path, 100, start=52)).tolist() == [52]


def test_with_a_seed_every_epoch_has_all_samples_in_another_order(path):
    data = stream_hdf5(path, 10, seed=0, buffer=20)
    assert len(data) == 6
    assert data.element_spec[0].shape == (10, 4, 1)
    epochs = [order(data) for _ in range(3)]
    for epoch in epochs:
        assert len(epoch) == 60
        assert set(epoch) == set(range(COUNT))
        assert np.abs(np.diff(epoch)).mean() > 8  # consecutive ones differ by 1
    assert not np.array_equal(epochs[0], epochs[1])
    again = stream_hdf5(path, 10, seed=0, buffer=20)
    for epoch in epochs:
        np.testing.assert_array_equal(order(again), epoch)
    assert not np.array_equal(order(stream_hdf5(path, 10, seed=1, buffer=20)), epochs[0])


def test_shuffling_takes_only_the_samples_asked_for(path):
    data = stream_hdf5(path, 4, seed=0, start=13, limit=11)
    assert set(order(data)) == set(range(13, 24))


def test_any_file_by_the_names_of_its_arrays(tmp_path, rng):
    a, b = rng.normal(size=(2, 9, 6))
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["fields/a"], file["b"] = a, b
    data = stream_hdf5(
        tmp_path / "data.h5", 9, inputs=["fields/a", "b"], outputs=["b"], dtype="float64"
    )
    x, y = next(iter(data))
    np.testing.assert_array_equal(x, np.stack([a, b], axis=-1))
    np.testing.assert_array_equal(y, b[..., np.newaxis])


@pytest.mark.parametrize("each", [False, True], ids=["common", "each"])
def test_functions_at_points(tmp_path, rng, each):
    points = rng.normal(size=(7, 5, 2) if each else (5, 2))
    saved = Samples({"u": rng.normal(size=(7, 4))}, rng.normal(size=(7, 5, 1)), points)
    path = save_hdf5(tmp_path / "data.h5", [saved[:3], saved[3:]])
    x, y = next(iter(stream_hdf5(path, 7, dtype="float64")))
    assert set(x) == {"u", "points"}
    np.testing.assert_array_equal(x["u"], saved.inputs["u"])
    np.testing.assert_array_equal(x["points"], points)
    np.testing.assert_array_equal(y, saved.outputs)


def memory_mib():
    """What the process holds in memory now."""
    line = Path("/proc/self/statm")
    if not line.exists():
        pytest.skip("the memory of a process is read from /proc")
    return int(line.read_text().split()[1]) * 4096 / 2**20


def test_memory_is_flat(tmp_path):
    """An epoch of 128 MiB, in batches of half a MiB."""
    part = Samples(np.ones((64, 256, 256, 1), "float32"), np.ones((64, 1), "float32"))
    path = save_hdf5(tmp_path / "large.h5", (part for _ in range(8)))
    assert path.stat().st_size > 120 * 2**20
    del part
    data = stream_hdf5(path, 2, seed=0, buffer=16)
    for _ in data.take(20):
        pass
    before, peak = memory_mib(), 0.0
    for _ in data:
        peak = max(peak, memory_mib())
    assert peak - before < 40


def test_a_model_takes_it_for_everything(tmp_path):
    data = datasets.poisson_2d(40, 16, 8, 0, seed=0)
    path = save_hdf5(tmp_path / "data.h5", [data.train, data.validation], chunk=8)
    training = stream_hdf5(path, 8, seed=0, limit=32)
    held_out = stream_hdf5(path, 8, start=32)
    model = kp.models.SurrogateModel(kp.networks.UNet(1, 4, seed=0))
    model.adapt(training)
    whole = kp.models.SurrogateModel(kp.networks.UNet(1, 4, seed=0))
    whole.adapt(data.train)
    x = data.validation.inputs
    np.testing.assert_allclose(model.predict(x), whole.predict(x), rtol=1e-4, atol=1e-7)
    model.compile("adam", loss="mse")
    history = model.fit(training, validation_data=held_out, epochs=2, verbose=0).history
    assert len(history["val_loss"]) == 2
    of_stream = model.evaluate(held_out, verbose=0)
    np.testing.assert_allclose(of_stream, model.evaluate(data.validation, verbose=0), rtol=1e-5)


def test_an_operator_network_takes_it_for_everything(tmp_path):
    data = datasets.antiderivative(60, sensors=20, points=15, validation=12, test=0, seed=0)
    path = save_hdf5(tmp_path / "data.h5", [data.train, data.validation], chunk=8)
    training = stream_hdf5(path, 12, seed=0, limit=48)
    held_out = stream_hdf5(path, 12, start=48)
    branch, trunk = (kp.networks.MLP([8], seed=seed) for seed in (0, 1))
    model = kp.models.SurrogateModel(kp.networks.DeepONet(branch, trunk, basis=6))
    model.adapt(training)
    model.compile("adam", loss="mse")
    model.fit(training, validation_data=held_out, epochs=1, verbose=0)
    of_stream = model.evaluate(held_out, verbose=0)
    np.testing.assert_allclose(of_stream, model.evaluate(data.validation, verbose=0), rtol=1e-5)


# Errors


def test_files_that_do_not_suit(tmp_path, path):
    with pytest.raises(FileNotFoundError, match="There is no file"):
        stream_hdf5(tmp_path / "none.h5")
    with pytest.raises(ValueError, match=r"has no array 'u'. It has \['inputs', 'outputs'\]"):
        stream_hdf5(path, inputs="u")
    with h5py.File(path, "a") as file:
        file["complex"] = np.zeros((COUNT, 2), complex)
        file["few"] = np.zeros((5, 2))
    for name, reason in (("complex", "is complex"), ("few", "differ in their number of samples")):
        with pytest.raises(ValueError, match=reason):
            stream_hdf5(path, outputs=name)
    with pytest.raises(ValueError, match=r"`start` must be the first of samples among the 53"):
        stream_hdf5(path, start=50, limit=4)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match="no whole HDF5 file"):
        stream_hdf5(path)


def test_points_that_do_not_suit(tmp_path, path):
    with h5py.File(path, "a") as file:
        file["where"] = np.zeros((3, 1))
    with pytest.raises(ValueError, match="`inputs` must be a dict"):
        stream_hdf5(path, points="where")
    with pytest.raises(ValueError, match=r"must be \(p, d\) or \(n, p, d\)"):
        stream_hdf5(path, inputs={"u": "inputs"}, points="where")


def test_what_is_not_finite_ends_the_training_and_says_where(path):
    with h5py.File(path, "a") as file:
        file["outputs"][41, 2, 0] = np.nan
    data = stream_hdf5(path, 10)
    with pytest.raises(
        tf.errors.OpError, match=r"'outputs' of .*finite.*nan at index \(41, 2, 0\)"
    ):
        list(data)
    with pytest.raises(ValueError, match=r"nan at index \(41, 2, 0\)"):
        stream_hdf5(path, 10, start=41)


@pytest.mark.parametrize(
    "argument",
    [
        "path",
        "batch_size",
        "seed",
        "inputs",
        "outputs",
        "points",
        "start",
        "limit",
        "buffer",
        "dtype",
    ],
)
def test_stream_arguments_are_checked(path, argument):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        stream_hdf5(**{"path": path, argument: object()})


@pytest.mark.parametrize("argument", ["path", "samples", "chunk"])
def test_save_arguments_are_checked(tmp_path, argument):
    good = {"path": tmp_path / "data.h5", "samples": numbered(3)}
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        save_hdf5(**{**good, argument: object()})
    assert not list(tmp_path.iterdir())
