"""What cannot be written leaves what was there, and says what to do."""

import contextlib
import errno
import os
import resource

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.artifacts import load_surrogate, write_artifact, writer


@pytest.fixture
def model():
    made = kp.models.SurrogateModel(kp.networks.MLP([30, 30], outputs=1, seed=0))
    made.build((None, 2))
    return made


@contextlib.contextmanager
def small_files():
    """Files may have 2,000 bytes, whoever writes them: as on a disk that is full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_tensorflow_cannot_write(tmp_path, model):
    path, x = tmp_path / "a", np.ones((3, 2))
    before = model.predict(x)
    with small_files(), pytest.raises(OSError, match=r"Nothing was there before.*Make room"):
        model.export(path)
    assert not list(tmp_path.iterdir())
    np.testing.assert_array_equal(model.predict(x), before)
    model.export(path)
    with small_files(), pytest.raises(OSError, match=r"/a could not .*that was there stays"):
        model.export(path)
    assert os.listdir(tmp_path) == ["a"]
    np.testing.assert_allclose(load_surrogate(path).predict(x)["outputs"], before, rtol=1e-6)


@pytest.mark.parametrize(
    ("error", "number"),
    [
        (tf.errors.ResourceExhaustedError(None, None, "No space left on device"), errno.ENOSPC),
        (tf.errors.PermissionDeniedError(None, None, "no"), errno.EACCES),
        (tf.errors.UnknownError(None, None, "the disk is broken"), errno.EIO),
    ],
    ids=["full", "forbidden", "broken"],
)
def test_what_tensorflow_says(tmp_path, cubic, card, monkeypatch, error, number):
    def fails(*args, **kwargs):
        raise error

    monkeypatch.setattr(writer, "_save", fails)
    with pytest.raises(OSError, match=error.message) as caught:
        write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights])
    assert caught.value.errno == number
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["card.json", "manifest.json"])
def test_the_disk_is_full_at_the_end(tmp_path, cubic, card, monkeypatch, name):
    write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights])
    replace = os.replace

    def full(source, target):
        if os.path.basename(target) == name:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(OSError, match=r"/a could not be written: No space left.*stays"):
            write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights])
    assert os.listdir(tmp_path) == ["a"]
    assert load_surrogate(tmp_path / "a").fields == ("u", "U")


def test_a_place_that_cannot_be_written(tmp_path, cubic, card):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match=r"file/a could not be written.*Nothing was there"):
        write_artifact(tmp_path / "file" / "a", cubic.signatures, card, [cubic.weights])
    with pytest.raises(FileExistsError, match="a file has that name"):
        write_artifact(tmp_path / "file", cubic.signatures, card, [cubic.weights])


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_is_forbidden(tmp_path, cubic, card):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match=r"/a could not be written"):
        write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights])


def test_an_artefact_between_two_steps_is_found(tmp_path, cubic, card):
    path = write_artifact(tmp_path / "a", cubic.signatures, card, [cubic.weights])
    path.rename(tmp_path / ".a-retired")  # where a process was killed
    assert load_surrogate(path).fields == ("u", "U")
    write_artifact(path, cubic.signatures, card, [cubic.weights])
    assert os.listdir(tmp_path) == ["a"]
