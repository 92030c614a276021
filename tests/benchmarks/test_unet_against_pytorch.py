"""The comparison with PyTorch: ratios of neighbouring runs, of equal networks."""

import json

import pytest

from benchmarks import unet_against_pytorch as benchmark


def ours(train, infer, parameters=7):
    return {"train_ms": {"median": train}, "infer_ms": {"median": infer}, "parameters": parameters}


def theirs(train, infer):
    return {"train_ms": train, "infer_ms": infer, "parameters": 7, "versions": {"torch": "2"}}


def test_ratios_are_of_neighbouring_runs():
    line = benchmark.compare(
        [ours(1.0, 8.0), ours(30.0, 2.0), ours(2.0, 2.0)],
        [theirs(2.0, 4.0), theirs(60.0, 4.0), theirs(4.0, 4.0)],
    )
    assert (line["train_ratio"], line["infer_ratio"]) == (0.5, 0.5)
    assert (line["train_ms"], line["pytorch_infer_ms"]) == (2.0, 4.0)


def test_networks_must_be_equal():
    with pytest.raises(ValueError, match="parameters"):
        benchmark.compare([ours(1.0, 1.0, 8)], [theirs(1.0, 1.0)])


def test_the_command_line(monkeypatch, capsys, tmp_path):
    python = tmp_path / "python"
    python.touch()
    rows = {True: theirs(4.0, 2.0), False: ours(2.0, 1.0)}
    monkeypatch.setattr(benchmark, "line_of", lambda command: rows[command[0] == str(python)])
    benchmark.main(["--peer-python", str(python), "--rounds", "2"])
    line = json.loads(capsys.readouterr().out)
    assert (line["rounds"], line["train_ratio"]) == (2, 0.5)
    with pytest.raises(SystemExit):
        benchmark.main(["--peer-python", str(tmp_path / "none")])
    assert "pip install torch" in capsys.readouterr().err
