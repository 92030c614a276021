"""The benchmark of operator networks: its line, and that a small step case runs from end to end."""

import json

from benchmarks import operator_steps, operators, throughput


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setitem(
        operators.CASES, "mionet", lambda seed: {"relative_l2": seed / 8, "parameters": 3}
    )
    monkeypatch.setattr(operators, "set_threads", lambda threads: None)
    operators.main(["--case", "mionet", *arguments])
    return json.loads(capsys.readouterr().out)


def test_a_line_has_what_the_case_measures(monkeypatch, capsys, tmp_path):
    line = run(monkeypatch, capsys, "--seed", "4", "--out", str(tmp_path / "a" / "lines"))
    found = {"case": "mionet", "seeds": [4], "relative_l2": 0.5, "parameters": 3}
    assert line | found == line
    assert {"machine", "other_cores_busy"} < set(line)
    assert json.loads((tmp_path / "a" / "lines").read_text()) == line


def test_of_several_seeds_it_has_the_medians(monkeypatch, capsys):
    line = run(monkeypatch, capsys, "--seed", "7", "1", "2")
    assert line["relative_l2"] == 0.25
    assert line["relative_l2_of_each"] == [0.875, 0.125, 0.25]


def test_a_small_step_case():
    case = operator_steps.deeponet(functions=6, sensors=100, points=5)
    line = operator_steps.measure("small", case, repeats=2, least=0.0)
    assert line["parameters"] == 79233  # those of the peer's network
    assert line["train_ms"]["min"] <= line["train_ms"]["median"] <= line["train_ms"]["max"]


def test_throughput_knows_the_cases(monkeypatch, capsys):
    monkeypatch.setattr(operator_steps, "measure", lambda name, case: {"case": name})
    monkeypatch.setattr(throughput, "set_threads", lambda threads: None)
    throughput.main(["--case", "deeponet_1000x100x100"])
    assert json.loads(capsys.readouterr().out) == {"case": "deeponet_1000x100x100"}
