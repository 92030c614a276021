"""The benchmark of step times: its counts, and that a small case runs from end to end."""

import json
import time

import numpy as np
import pytest

from benchmarks import throughput
from benchmarks.timing import OtherLoad, matmul_gflops, summary, time_calls

PEERS = {  # the cases of DeepXDE that were measured, with their parameters and rows
    "burgers_2540_3x20_float32": (921, 3020),
    "burgers_2540_3x20_float64": (921, 3020),
    "burgers_10000_4x64_float32": (12737, 10480),
    "burgers_10000_4x64_float64": (12737, 10480),
}


def test_the_cases_are_those_of_the_peers():
    assert list(throughput.CASES) == list(PEERS)
    for case, (parameters, rows) in PEERS.items():
        interior, depth, width, precision = throughput.CASES[case]
        assert case.endswith(precision)
        assert 3 * width + (depth - 1) * (width**2 + width) + width + 1 == parameters
        assert interior + 2 * (throughput.WALLS + throughput.INITIAL) == rows


def test_operations_of_the_matrix_products():
    # one hidden layer of 3, one point: (x, t) @ (2, 3) has 12, and as many for its weights;
    # (4 quantities, 3) @ (3, 1) has 24, and in the backward pass twice as many
    assert throughput.matrix_flop([3], equation=1, boundary=0) == 24 + 72
    assert throughput.matrix_flop([3], equation=0, boundary=1) == 24 + 18
    assert throughput.matrix_flop([3, 5], equation=1, boundary=0) == 24 + 3 * 4 * (30 + 10)
    larger = throughput.matrix_flop([64] * 4, equation=10240, boundary=240)
    assert larger == pytest.approx(3.06e9, rel=0.01)


def test_a_small_case():
    line = throughput.measure(
        "small", 10, 2, 4, "float32", engine="tape", repeats=2, least=0.0, steps=2
    )
    json.dumps(line)
    assert line["rows"] == 10 + 2 * 240
    assert line["parameters"] == 3 * 4 + 4 * 5 + 5
    assert line["engine"] == "tape"
    assert line["train_ms"]["repeats"] == line["infer_ms"]["repeats"] == 2
    assert 0 < line["train_ms"]["min"] <= line["train_ms"]["median"] <= line["train_ms"]["max"]
    assert line["first_train_s"] > line["train_ms"]["max"] / 1000  # it compiles
    assert line["matmul_fraction"] == pytest.approx(line["gflops"] / line["matmul_gflops"], abs=0.1)
    assert "GFLOP" in line["note"]
    peers = "case versions threads train_ms infer_ms first_train_s parameters rows precision"
    assert line.keys() >= {*peers.split(), "peak_mib", "other_cores_busy", "machine"}


def test_the_command_line(monkeypatch, tmp_path, capsys):
    calls, commands = [], []
    monkeypatch.setattr(throughput, "set_threads", calls.append)
    monkeypatch.setattr(
        throughput, "measure", lambda *case, engine: {"case": case[0], "engine": engine}
    )
    monkeypatch.setattr(
        throughput.subprocess, "run", lambda command, check: commands.append(command)
    )
    out = tmp_path / "new" / "lines.jsonl"
    case = "burgers_2540_3x20_float64"
    throughput.main(["--case", case, "--engine", "tape", "--out", str(out)])
    assert calls == [2]
    assert json.loads(out.read_text()) == {"case": case, "engine": "tape"}
    assert json.loads(capsys.readouterr().out) == json.loads(out.read_text())
    throughput.main(["--engine", "tape"])
    cases = [*PEERS, *throughput.operator_steps.CASES]
    assert [command[3] for command in commands] == [f"--case={case}" for case in cases]


def test_clocks():
    first, seconds = time_calls(lambda: time.sleep(0.01), repeats=3, least=0.05)
    assert first >= 0.01
    assert len(seconds) >= 3
    assert sum(seconds) >= 0.05
    assert summary([0.003, 0.001, 0.002]) == {"median": 2.0, "min": 1.0, "max": 3.0, "repeats": 3}
    assert matmul_gflops("float32", size=64, repeats=2, least=0.0) > 0


def test_own_work_is_not_that_of_others():
    load = OtherLoad()
    matrix = np.ones((300, 300))
    end = time.perf_counter() + 0.3
    while time.perf_counter() < end:
        matrix @ matrix
    cores = load.cores()
    assert cores is None or cores > -0.5
