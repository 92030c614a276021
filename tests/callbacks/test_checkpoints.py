"""States are whole or absent, whenever the process dies."""

import itertools
import os

import numpy as np
import pytest

from kerasphys.callbacks._checkpoints import Checkpoints
from tests.callbacks.runs import Death, DyingDisk


@pytest.mark.parametrize("keep", [1, 2])
def test_whoever_dies_while_writing_leaves_a_whole_state(tmp_path, monkeypatch, keep):
    for boundary in itertools.count():
        store = Checkpoints(tmp_path / str(boundary), keep)
        for number in (1, 2):
            store.write(number, {"value": np.full(3, number)})
        try:
            with DyingDisk(monkeypatch, boundary):
                store.write(3, {"value": np.full(3, 3)})
            break
        except Death:
            pass
        last = store.numbers()[-1]
        assert last in (2, 3)
        np.testing.assert_array_equal(store.read(last)["value"], np.full(3, last))
        store.write(4, {"value": np.full(3, 4)})
        kept = [store.path(number).name for number in (last, 4)][-keep:]
        assert sorted(os.listdir(store.directory)) == kept
    assert boundary > 15
