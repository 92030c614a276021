"""Samples from files of NumPy, MATLAB, HDF5 and PDEBench, which are written here."""

import h5py
import numpy as np
import pytest
import scipy.io

from kerasphys import datasets


@pytest.fixture
def arrays(rng):
    """Two fields on a grid of 6 by 4, five times; sensors, points and values there."""
    return {
        "a": rng.normal(size=(5, 6, 4)),
        "b": rng.normal(size=(5, 6, 4)),
        "f": rng.normal(size=(5, 7)),
        "y": rng.normal(size=(8, 2)),
        "s": rng.normal(size=(5, 8, 1)),
    }


def write_npz(path, arrays):
    np.savez_compressed(path, **arrays)


def write_old_mat(path, arrays):
    scipy.io.savemat(path, arrays, do_compression=True)


def write_new_mat(path, arrays):
    """As MATLAB 7.3 does: HDF5 behind a text of 512 bytes, with the axes in reverse."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, array in arrays.items():
            file[name] = array.transpose()
    text = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    with open(path, "r+b") as file:
        file.write(text)


def write_hdf5(path, arrays):
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array


WAYS = {
    "npz": (write_npz, datasets.load_npz, "data.npz"),
    "mat-5": (write_old_mat, datasets.load_mat, "data.mat"),
    "mat-7.3": (write_new_mat, datasets.load_mat, "data.mat"),
    "hdf5": (write_hdf5, datasets.load_hdf5, "data.h5"),
}


@pytest.fixture(params=WAYS)
def way(request, tmp_path):
    write, load, name = WAYS[request.param]
    return lambda arrays: write(tmp_path / name, arrays), load, tmp_path / name


def test_channels_strides_and_limits(way, arrays):
    write, load, path = way
    write(arrays)
    samples = load(path, ["a", "b"], ["b"])
    np.testing.assert_array_equal(samples.inputs, np.stack([arrays["a"], arrays["b"]], axis=-1))
    np.testing.assert_array_equal(samples.outputs, arrays["b"][..., np.newaxis])
    some = load(str(path), ["a"], ["b"], stride=2, limit=3)
    np.testing.assert_array_equal(some.inputs, arrays["a"][:3, ::2, ::2, np.newaxis])
    assert load(path, "s", "s", stride=3).inputs.shape == (5, 3, 1)  # its channels stay


def test_functions_and_points(way, arrays):
    write, load, path = way
    write(arrays)
    samples = load(path, {"f": "f", "a": ["a"]}, "s", "y", stride=3, limit=4)
    np.testing.assert_array_equal(samples.inputs["f"], arrays["f"][:4])
    assert samples.inputs["a"].shape == (4, 6, 4, 1)
    np.testing.assert_array_equal(samples.outputs, arrays["s"][:4, ::3])
    np.testing.assert_array_equal(samples.points, arrays["y"][::3])


def test_points_of_each_sample(way, arrays, rng):
    write, load, path = way
    arrays["y"] = rng.normal(size=(5, 8, 2))
    write(arrays)
    samples = load(path, {"f": "f"}, "s", "y", stride=2, limit=2)
    np.testing.assert_array_equal(samples.points, arrays["y"][:2, ::2])


def test_what_is_missing_is_named_with_what_is_there(way, arrays):
    write, load, path = way
    with pytest.raises(FileNotFoundError, match=r"There is no file .*data"):
        load(path, "a", "b")
    write(arrays)
    with pytest.raises(ValueError, match=r"data.* has no array 'c'. It has .*'a', 'b'"):
        load(path, "a", ["b", "c"])
    with pytest.raises(ValueError, match="has no array 'z'"):
        load(path, {"f": "f"}, "s", "z")


def test_arrays_that_do_not_suit(way, arrays):
    write, load, path = way
    bad = arrays["a"].copy()
    bad[2, 3, 1] = np.nan
    write({**arrays, "nan": bad, "complex": arrays["a"] + 1j, "few": arrays["a"][:4]})
    with pytest.raises(ValueError, match=r"data.*`outputs`.* finite .*first is nan at .*2, 3, 1"):
        load(path, ["a"], ["nan"])
    with pytest.raises(ValueError, match=r"array 'complex' of .*data.* is complex"):
        load(path, ["complex"], ["a"])
    with pytest.raises(ValueError, match=r"data.* differ in their number .*'few': 4"):
        load(path, ["a"], ["few"])
    with pytest.raises(ValueError, match=r"Cannot take samples from .*`points`"):
        load(path, {"f": "f"}, "s", "a")


@pytest.mark.parametrize("keep", [0, 100, 600, -40], ids=["empty", "head", "front", "tail"])
def test_truncated_files_are_refused(way, arrays, keep):
    write, load, path = way
    write(arrays)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=rf"Cannot load {path}: it is no whole .* file"):
        load(path, "s", "s")


def test_an_altered_byte_of_a_compressed_array_is_refused(arrays, tmp_path):
    path = tmp_path / "data.npz"
    write_npz(path, arrays)
    content = bytearray(path.read_bytes())
    content[300] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"Cannot read the array 'a' of .*data.npz"):
        datasets.load_npz(path, ["a"], ["b"])


def test_objects_are_never_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return pytest.fail, ("unpickled",)

    path = tmp_path / "data.npz"
    np.savez(path, a=np.array([Trap(), 1], dtype=object), b=np.zeros(2))
    with pytest.raises(ValueError, match=r"Cannot read the array 'a'"):
        datasets.load_npz(path, "a", "b")
    scipy.io.savemat(tmp_path / "data.mat", {"a": {"field": 1.0}, "b": np.zeros((2, 1))})
    with pytest.raises(ValueError, match=r"array 'a' of .* must hold real numbers"):
        datasets.load_mat(tmp_path / "data.mat", "a", "b")


def test_a_file_of_one_array_is_no_npz(tmp_path):
    np.save(tmp_path / "data.npy", np.zeros(3))
    with pytest.raises(ValueError, match="no whole npz file"):
        datasets.load_npz(tmp_path / "data.npy")


@pytest.mark.parametrize(
    ("argument", "bad", "error"),
    [
        ("path", 3, TypeError),
        ("inputs", 3, TypeError),
        ("inputs", [], TypeError),
        ("inputs", {}, TypeError),
        ("inputs", {"1": "a"}, ValueError),
        ("inputs", {"a": 1}, TypeError),
        ("outputs", {"a": "a"}, TypeError),
        ("points", 3, TypeError),
        ("stride", 0, ValueError),
        ("limit", 0, ValueError),
    ],
    ids=[f"case{index}" for index in range(10)],
)
def test_arguments_are_checked(way, arrays, argument, bad, error):
    write, load, path = way
    write(arrays)
    good = {"path": path, "inputs": "a", "outputs": "b"}
    with pytest.raises(error, match=f"`{argument}"):
        load(**{**good, argument: bad})


# PDEBench


def coordinates(**sizes):
    return {f"{name}-coordinate": np.linspace(0, 1, count) for name, count in sizes.items()}


def test_pdebench_line(tmp_path, rng):
    """`tensor` `(n, t, x)`; its times are one more than its states."""
    u = rng.normal(size=(12, 7, 16)).astype(np.float32)
    x = (np.arange(16, dtype=np.float32) + 0.5) / 16
    write_hdf5(
        tmp_path / "advection.hdf5",
        {"tensor": u, "x-coordinate": x, "t-coordinate": np.linspace(0, 2, 8)},
    )
    data = datasets.load_pdebench(tmp_path / "advection.hdf5", 2, 3, periodic="x")
    assert [len(part) for part in data.splits.values()] == [7, 2, 3]
    np.testing.assert_array_equal(data.test.inputs, u[:3, 0, :, np.newaxis])
    np.testing.assert_array_equal(data.test.outputs, u[:3, 1:, :, np.newaxis])
    np.testing.assert_allclose(data.axes["x"], x, rtol=1e-6)
    assert data.coordinates[0]["upper"] == pytest.approx(1 + 1 / 32)
    assert datasets.one_step(data).train.inputs.shape == (42, 16, 1)
    thin = datasets.load_pdebench(
        tmp_path / "advection.hdf5", 0, 0, steps=2, time_stride=3, stride=4, limit=5
    )
    np.testing.assert_array_equal(thin.train.outputs, u[:5, 3::3, ::4, np.newaxis])
    np.testing.assert_allclose(thin.axes["x"], x[::4], rtol=1e-6)


def test_pdebench_fields_by_name(tmp_path, rng):
    fields = {name: rng.normal(size=(5, 3, 6, 4)) for name in ("Vx", "density")}
    write_hdf5(tmp_path / "flow.hdf5", {**fields, **coordinates(x=6, y=4, t=4)})
    data = datasets.load_pdebench(tmp_path / "flow.hdf5", 1, 1)
    assert data.output_fields == ("Vx", "density")
    assert data.train.outputs.shape == (3, 2, 6, 4, 2)
    np.testing.assert_array_equal(data.test.inputs[0, ..., 1], fields["density"][0, 0])


def test_pdebench_darcy(tmp_path, rng):
    nu, u = rng.normal(size=(5, 6, 6)), rng.normal(size=(5, 1, 6, 6))
    write_hdf5(tmp_path / "darcy.hdf5", {"nu": nu, "tensor": u, **coordinates(x=6, y=6, t=1)})
    data = datasets.load_pdebench(tmp_path / "darcy.hdf5", 1, 1, stride=2)
    np.testing.assert_array_equal(data.test.inputs, nu[:1, ::2, ::2, np.newaxis])
    np.testing.assert_array_equal(data.test.outputs, u[:1, 0, ::2, ::2, np.newaxis])
    assert (data.input_fields, data.output_fields) == (("nu",), ("u",))


def test_pdebench_groups(tmp_path, rng):
    u = rng.normal(size=(4, 5, 6, 3, 2))
    with h5py.File(tmp_path / "reaction.hdf5", "w") as file:
        for index, part in enumerate(u):
            file[f"{index:04d}/data"] = part
            for name, count in (("x", 6), ("y", 3), ("t", 5)):
                file[f"{index:04d}/grid/{name}"] = np.linspace(-1, 1, count)
    data = datasets.load_pdebench(tmp_path / "reaction.hdf5", 0, 1, steps=2, limit=3)
    np.testing.assert_array_equal(data.test.inputs, u[:1, 0])
    np.testing.assert_array_equal(data.train.outputs, u[1:3, 1:3])
    assert data.output_fields == ("u1", "u2")
    assert data.coordinates[1] == {"name": "y", "lower": -1.0, "upper": 1.0}


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"x-coordinate": np.arange(3.0)}, "must hold arrays"),
        ({"tensor": np.zeros((2, 3, 4))}, "has no array 'x-coordinate'"),
        ({"tensor": np.zeros((2, 3, 4), complex), **coordinates(x=4)}, "is complex"),
        ({"tensor": np.zeros((2, 3))}, r"must be \(n, t, \*grid\)"),
        ({"u": np.zeros((2, 3, 4)), "v": np.zeros((2, 3, 5))}, r"must be \(n, t, \*grid\)"),
        ({"nu": np.zeros((2, 4, 4)), **coordinates(x=4, y=4)}, "has no array 'tensor'"),
        (
            {"nu": np.zeros((2, 4, 4)), "tensor": np.zeros((2, 4, 4)), **coordinates(x=4, y=4)},
            r"`tensor` \(n, 1, x, y\)",
        ),
        ({"0000/data": np.zeros((2, 4, 1))}, "has no array '0000/grid/x'"),
        ({"0000/data": np.zeros((2, 1)), "0001/data": np.zeros((2, 1))}, r"\(t, \*grid, chann"),
        ({"tensor": np.zeros((2, 3, 4)), "x-coordinate": np.arange(4.0) ** 2}, "evenly spaced"),
        ({"tensor": np.full((2, 3, 4), np.inf), **coordinates(x=4)}, "must be finite"),
    ],
    ids=[f"case{index}" for index in range(11)],
)
def test_pdebench_refuses(tmp_path, arrays, reason):
    write_hdf5(tmp_path / "data.hdf5", arrays)
    with pytest.raises(ValueError, match=rf"data.hdf5.*{reason}|{reason}.*data.hdf5"):
        datasets.load_pdebench(tmp_path / "data.hdf5", 0, 0)


@pytest.mark.parametrize(
    "argument", ["path", "periodic", "steps", "time_stride", "stride", "limit"]
)
def test_pdebench_arguments(tmp_path, argument):
    write_hdf5(tmp_path / "data.hdf5", {"tensor": np.zeros((2, 3, 4)), **coordinates(x=4)})
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        datasets.load_pdebench(**{"path": tmp_path / "data.hdf5", argument: object()})
