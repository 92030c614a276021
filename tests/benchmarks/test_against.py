"""Comparisons with other libraries: ratios of neighbouring runs, and the command lines."""

import json

import pytest

from benchmarks import against, fno_against_neuraloperator, unet_against_pytorch
from benchmarks.operator_steps import CASES

RACE = against.Race("peer", ("torch", "numpy"), ["ours"], ["theirs"])


def ours(train, infer, parameters=7):
    return {"train_ms": {"median": train}, "infer_ms": {"median": infer}, "parameters": parameters}


def theirs(train, infer):
    return {"train_ms": train, "infer_ms": infer, "parameters": 7, "versions": {"torch": "2"}}


def test_ratios_are_of_neighbouring_runs():
    line = RACE.compare(
        [ours(1.0, 8.0), ours(30.0, 2.0), ours(2.0, 2.0)],
        [theirs(2.0, 4.0), theirs(60.0, 4.0), theirs(4.0, 4.0)],
    )
    assert (line["train_ratio"], line["infer_ratio"]) == (0.5, 0.5)
    assert (line["train_ms"], line["peer_infer_ms"]) == (2.0, 4.0)


def test_networks_must_be_equal_where_they_can_be():
    with pytest.raises(ValueError, match="parameters"):
        RACE.compare([ours(1.0, 1.0, 8)], [theirs(1.0, 1.0)])
    other = against.Race("peer", (), [], [], equal=False)
    line = other.compare([ours(1.0, 1.0, 8)], [theirs(1.0, 1.0)])
    assert (line["parameters"], line["peer_parameters"]) == (8, 7)


def test_the_last_line_of_a_program_is_read():
    program = 'import json; print("a warning"); print(json.dumps({"train_ms": 1}))'
    assert against.line_of(["python", "-c", program]) == {"train_ms": 1}


@pytest.mark.parametrize("program", [unet_against_pytorch, fno_against_neuraloperator])
def test_the_command_line(program, monkeypatch, capsys, tmp_path):
    python = tmp_path / "python"
    python.touch()
    called = []

    def line_of(command):
        called.append(command)
        return theirs(4.0, 2.0) if command[0] == str(python) else ours(2.0, 1.0)

    monkeypatch.setattr(against, "line_of", line_of)
    program.main(["--peer-python", str(python), "--rounds", "2"])
    line = json.loads(capsys.readouterr().out)
    assert (line["rounds"], line["train_ratio"]) == (2, 0.5)
    assert all((against.ROOT / command[1]).exists() for command in called[1::2])
    with pytest.raises(SystemExit):
        program.main(["--peer-python", str(tmp_path / "none")])
    assert "pip install" in capsys.readouterr().err


def test_our_cases_of_the_fourier_neural_operator_exist():
    for case, race in fno_against_neuraloperator.RACES.items():
        assert race.ours[-1] == case
        assert race.theirs[-1] in case
        assert CASES[case]().network.depth == 4
