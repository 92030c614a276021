"""Real exports, really killed."""

import pytest

from benchmarks.kills import kills
from benchmarks.resume import prepare


@pytest.mark.slow
def test_killed_exports_leave_the_old_artefact_or_the_new_one(tmp_path):
    prepare()
    found = kills(tmp_path, moments=2, step=4)
    assert found["boundaries"] >= 10
    assert found["damaged"] == []
    assert {"old", "new", "nothing"} == set(found["outcomes"])
