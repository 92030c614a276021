"""Damaged and hostile files are read correctly or refused, and nothing else."""

import pytest

from benchmarks.fuzz import fuzz, prepare


def check(mutants, seed, folder):
    prepare()
    found = fuzz(mutants, seed, folder)
    assert not found["failed"]
    assert found["mutants"] == mutants
    assert found["skilled"] == mutants // 2
    assert found["refused"] > mutants / 4
    assert found["read"] + found["read_otherwise"] + found["refused"] == mutants


def test_a_hundred_mutants(tmp_path):
    check(100, 0, tmp_path)


@pytest.mark.slow
def test_five_hundred_other_mutants(tmp_path):
    check(500, 1, tmp_path)
