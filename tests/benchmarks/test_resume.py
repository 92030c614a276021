"""Real processes, really killed."""

import pytest

from benchmarks.resume import boundary_kills, prepare, random_kills


@pytest.mark.slow
def test_killed_processes_go_on_exactly(tmp_path):
    prepare()
    found = random_kills(4, epochs=30, folder=tmp_path)
    assert found["identical"] == found["kills"] == 4


@pytest.mark.slow
def test_processes_killed_while_writing_go_on_exactly(tmp_path):
    prepare()
    found = boundary_kills(tmp_path)
    assert found["boundaries_identical"] == found["boundaries"] >= 20
