"""Samples on disk: found again, and made again where they are damaged."""

import json
import sys

import numpy as np
import pytest

from kerasphys import datasets

GENERATOR = sys.modules["kerasphys.datasets.darcy_2d"]  # the file; the function hides it
PENDULUM = sys.modules["kerasphys.datasets.pendulum"]


def make(cache, **changes):
    common = {"samples": 10, "resolution": 9, "verbose": False, "cache": cache}
    return datasets.darcy_2d(**{**common, **changes})


def forbid(monkeypatch):
    monkeypatch.setattr(GENERATOR, "solve_darcy", lambda *_, **__: pytest.fail("solved again"))


def test_found_again(tmp_path, monkeypatch):
    first = make(tmp_path)
    forbid(monkeypatch)
    again = make(tmp_path)
    np.testing.assert_array_equal(again.train.outputs, first.train.outputs)
    make(tmp_path, samples=np.int64(10), tau=3)  # the same numbers of other types
    other = make(str(tmp_path), validation=3, test=2)  # sizes of the sets need nothing new
    assert len(other.train) == 5
    (folder,) = tmp_path.iterdir()
    assert json.loads((folder / "made_by.json").read_text())["arguments"]["resolution"] == 9


@pytest.mark.parametrize("changes", [dict(seed=1), dict(tau=4.0), dict(kind="lognormal")])
def test_other_arguments_are_other_samples(tmp_path, changes):
    first, other = make(tmp_path), make(tmp_path, **changes)
    assert not np.array_equal(first.train.inputs, other.train.inputs)
    assert len(list(tmp_path.iterdir())) == 2


def test_functions_and_points_are_found_again(tmp_path, monkeypatch):
    common = dict(samples=10, sensors=5, points=4, cache=tmp_path, verbose=False)
    first = datasets.pendulum(**common)
    (folder,) = tmp_path.iterdir()
    files = {file.name for file in folder.glob("*.npy")}
    assert files == {"input-u.npy", "outputs.npy", "points.npy"}
    monkeypatch.setattr(PENDULUM, "_swing", lambda *_: pytest.fail("solved again"))
    again = datasets.pendulum(**common, velocity=True)
    np.testing.assert_array_equal(again.train.inputs["u"], first.train.inputs["u"])
    np.testing.assert_array_equal(again.train.points, first.train.points)
    np.testing.assert_array_equal(again.train.outputs[..., :1], first.train.outputs)


@pytest.mark.parametrize("damage", ["truncated", "altered", "missing", "manifest", "empty"])
def test_damaged_samples_are_made_again_with_a_warning(tmp_path, damage, monkeypatch):
    first = make(tmp_path)
    (folder,) = tmp_path.iterdir()
    outputs = folder / "outputs.npy"
    if damage == "truncated":
        outputs.write_bytes(outputs.read_bytes()[:-8])
    elif damage == "altered":
        content = bytearray(outputs.read_bytes())
        content[-5] ^= 1
        outputs.write_bytes(content)
    elif damage == "missing":
        outputs.unlink()
    elif damage == "manifest":
        (folder / "manifest.json").write_text("{")
    else:
        for file in folder.iterdir():
            file.unlink()
    with pytest.warns(UserWarning, match=rf"{folder.name} are damaged and are made again"):
        again = make(tmp_path)
    np.testing.assert_array_equal(again.train.outputs, first.train.outputs)
    forbid(monkeypatch)
    make(tmp_path)


def test_an_error_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(GENERATOR, "solve_darcy", fail)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path)
    assert not list(tmp_path.iterdir())


def test_refuses_what_is_no_path():
    with pytest.raises(TypeError, match="`cache`"):
        make(3)
