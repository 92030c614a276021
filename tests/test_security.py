"""Loading a file never runs code that the file brings."""

import io
import json
import pickle
import sys
import zipfile

import h5py
import keras
import numpy as np
import pytest
from keras.src.saving.serialization_lib import SafeModeScope

import kerasphys as kp
from kerasphys._files import manifest, write_json
from kerasphys.artifacts.layout import write_manifest
from kerasphys.callbacks._checkpoints import ARRAYS, MANIFEST, Checkpoints
from kerasphys.datasets._cache import cached

ran = []  # what hostile files did


def explode():
    ran.append("unpickled")


class Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return explode, ()


@pytest.fixture(autouse=True)
def nothing_runs():
    ran.clear()
    yield
    assert not ran


def pickled(**arrays):
    """A file of `np.savez` with an array of Python objects."""
    stream = io.BytesIO()
    np.savez(stream, **arrays, bomb=np.array([Bomb()], dtype=object))
    return stream.getvalue()


def test_the_bomb_works():
    pickle.loads(pickle.dumps(Bomb()))
    assert ran == ["unpickled"]
    ran.clear()


@pytest.fixture
def saved(tmp_path):
    network = kp.networks.MLP([4], outputs=1)
    network.build((None, 2))
    network.save(tmp_path / "model.keras")
    return tmp_path / "model.keras"


def surrogate():
    return kp.models.SurrogateModel(kp.networks.MLP([4], outputs=1))


def rewrite(path, name, change):
    """Changes a member of an archive."""
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    members[name] = change(members[name])
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)


def test_a_lambda_of_a_file_does_not_run(tmp_path):
    layer = keras.layers.Lambda(lambda x: ran.append("called") or x)
    keras.Sequential([keras.Input((2,)), layer]).save(tmp_path / "model.keras")
    ran.clear()  # building it ran it once
    with pytest.raises(ValueError, match=rf"Cannot load {tmp_path}/model.keras.*lambda"):
        kp.load_model(tmp_path / "model.keras")


def test_a_switch_of_keras_does_not_open_the_door(tmp_path):
    layer = keras.layers.Lambda(lambda x: x)
    keras.Sequential([keras.Input((2,)), layer]).save(tmp_path / "model.keras")
    with SafeModeScope(None):  # takes back what the line below does
        keras.config.enable_unsafe_deserialization()
        with pytest.raises(ValueError, match=r"model\.keras.*lambda"):
            kp.load_model(tmp_path / "model.keras")
        with pytest.raises(ValueError, match=r"model\.keras.*lambda"):
            surrogate().warm_start(tmp_path / "model.keras")


def test_a_module_that_a_file_names_is_not_imported(saved, tmp_path, monkeypatch):
    (tmp_path / "hostile_module.py").write_text("import tests.test_security as t\nt.ran.append(1)")
    monkeypatch.syspath_prepend(tmp_path)

    def name_it(content):
        config = json.loads(content)
        config |= {"module": "hostile_module", "class_name": "Evil", "registered_name": None}
        return json.dumps(config).encode()

    rewrite(saved, "config.json", name_it)
    with pytest.raises(ValueError, match=f"Cannot load {saved}"):
        kp.load_model(saved)
    assert "hostile_module" not in sys.modules


def test_weights_are_not_taken_from_elsewhere(saved, tmp_path):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["kernel"] = np.ones((2, 4))

    def link(content):
        stream = io.BytesIO(content)
        with h5py.File(stream, "a") as file:
            names: list[str] = []
            file.visititems(lambda n, i: names.append(n) if isinstance(i, h5py.Dataset) else None)
            del file[names[0]]
            file[names[0]] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "kernel")
        return stream.getvalue()

    rewrite(saved, "model.weights.h5", link)
    with pytest.raises(ValueError, match=f"Cannot load {saved}"):
        kp.load_model(saved)


def test_a_file_that_would_fill_the_memory_is_refused(saved):
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", bytes(2**27))
    with pytest.raises(ValueError, match=f"Cannot load {saved}.*more than 100 times"):
        kp.load_model(saved)
    with pytest.raises(ValueError, match=f"{saved} cannot be loaded.*more than 100 times"):
        surrogate().warm_start(saved)


def test_shapes_that_were_damaged_are_no_model_without_weights(tmp_path):
    model = kp.models.SurrogateModel(kp.networks.UNet(1, 2, outputs=1, seed=0))
    model.build((None, 6, 6, 1))
    model.save(tmp_path / "model.keras")

    def damage(content):
        return content.replace(b"[null, 6, 6, 1]", b"[null, 6, 1]")

    rewrite(tmp_path / "model.keras", "config.json", damage)
    with pytest.raises(ValueError, match=r"Cannot load .*model\.keras"):
        kp.load_model(tmp_path / "model.keras")


def test_cached_samples_are_not_unpickled(tmp_path):
    def make():
        return kp.datasets.Samples(np.ones((2, 1)), np.ones((2, 1)))

    cached(tmp_path, "ones", {}, make)
    (folder,) = tmp_path.iterdir()
    np.save(folder / "inputs.npy", np.array([Bomb(), Bomb()], dtype=object))
    (folder / "manifest.json").unlink()
    write_manifest(folder)
    with pytest.warns(UserWarning, match="made again"):
        assert cached(tmp_path, "ones", {}, make).inputs.dtype == float


def test_cached_samples_cannot_claim_more_than_there_is(tmp_path):
    def make():
        return kp.datasets.Samples(np.ones((2, 1)), np.ones((2, 1)))

    cached(tmp_path, "ones", {}, make)
    (folder,) = tmp_path.iterdir()
    file = folder / "inputs.npy"
    file.write_bytes(file.read_bytes().replace(b"(2, 1), }", b"(99999,)}"))
    (folder / "manifest.json").unlink()
    write_manifest(folder)
    with pytest.warns(UserWarning, match="made again"):
        assert cached(tmp_path, "ones", {}, make).inputs.shape == (2, 1)


@pytest.fixture
def states(tmp_path):
    states = Checkpoints(tmp_path, keep=1)
    generator = np.random.Generator(np.random.MT19937(0))
    states.write(3, {"x": np.arange(3.0), "generator": generator})
    return states


def damage_state(states, file, change):
    """Changes a file of a state, and its manifest."""
    path = states.path(3)
    (path / file).write_bytes(change((path / file).read_bytes()))
    (path / MANIFEST).unlink()
    write_json(path / MANIFEST, manifest(path))


def refused(states, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        states.read(3)
    assert str(states.path(3)) in str(caught.value)


def test_states_of_a_run_are_not_unpickled(states):
    damage_state(states, ARRAYS, lambda content: pickled(arr_0=np.zeros(1)))
    refused(states, "cannot be brought back.*pickle")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"float64"', b'"object"', "object is no type of numbers"),
        (b'"float64"', b'"none"', "TypeError"),
        (b'"MT19937"', b'"seed"', "issubclass"),
        (b'"MT19937"', b'"Generator"', "makes no random bits"),
        (b'["pos", 623]', b'["pos", 99999999]', "cannot be at 99999999 of 624"),
        (b'"array": [0', b'"array": [77', "IndexError"),
        (b'"dict"', b'"tuple"', "cannot be brought back"),
    ],
    ids=["object", "dtype", "function", "class", "position", "index", "tag"],
)
def test_states_that_were_made_up_are_refused(states, old, new, reason):
    content = (states.path(3) / "state.json").read_bytes()
    assert old in content, content
    damage_state(states, "state.json", lambda content: content.replace(old, new))
    refused(states, reason)


def test_a_state_gives_callbacks_values_and_no_methods():
    from kerasphys.callbacks._callback_state import CallbackState

    stopping = keras.callbacks.EarlyStopping()
    for name in ("on_epoch_end", "model"):
        with pytest.raises(ValueError, match=f"'{name}' is no state of a EarlyStopping"):
            CallbackState([stopping]).set([{name: 3}])
    CallbackState([stopping]).set([{"wait": 3}])
    assert stopping.wait == 3


@pytest.mark.parametrize("loader", ["load_npz", "load_mat", "load_hdf5"])
def test_data_files_are_not_unpickled(tmp_path, loader):
    path = tmp_path / "data"
    if loader == "load_npz":
        path.write_bytes(pickled(inputs=np.ones((2, 1))))
    else:
        with h5py.File(path, "w") as file:
            file["inputs"] = np.ones((2, 1))
            file["bomb"] = np.void(pickle.dumps(Bomb()))
    with pytest.raises(ValueError, match=str(path)):
        getattr(kp.datasets, loader)(path, "inputs", "bomb")


def test_an_array_that_would_fill_the_memory_is_refused(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["inputs"] = np.ones((2, 1))
        file.create_dataset("outputs", (10**6, 10**6), "f8", chunks=True)
    with pytest.raises(ValueError, match=r"data\.h5: its array 'outputs' says that it has 8000000"):
        kp.datasets.load_hdf5(tmp_path / "data.h5")


def test_damage_inside_of_data_files_has_the_path(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("inputs", "outputs"):
            archive.writestr(f"{name}.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': '(((   \n")
        archive.writestr("text.txt", b"no array")
    (tmp_path / "data.npz").write_bytes(stream.getvalue())
    with pytest.raises(ValueError, match=r"array 'inputs' of .*data\.npz"):
        kp.datasets.load_npz(tmp_path / "data.npz")
    with pytest.raises(ValueError, match=r"'text\.txt' of .*data\.npz: it is no array"):
        kp.datasets.load_npz(tmp_path / "data.npz", "text.txt", "text.txt")
