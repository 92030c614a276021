"""The benchmark of neural ODEs: its names, its counts, and that a small case runs."""

import json

from benchmarks import ode


def test_the_cases_have_the_names_of_the_peers():
    assert {"node_rk4_backprop", "node_dopri5_backprop", "node_rk4_adjoint"} < set(ode.CASES)
    assert len(ode.CASES) == 6


def test_operations_of_the_matrix_products():
    assert ode.matrix_flop(1, batch=1) == 3 * 2 * (2 * 64 + 64 * 64 + 64 * 2)


def test_a_small_case():
    line = ode.measure("small", "dopri5", "backprop", batch=4, repeats=2, least=0.0)
    json.dumps(line)
    assert line["parameters"] == 4482
    assert line["ode_steps"] < 10
    peers = "case versions threads train_ms infer_ms first_train_s parameters ode_steps"
    assert line.keys() >= {*peers.split(), "peak_mib", "other_cores_busy", "machine"}


def test_the_command_line(monkeypatch, tmp_path, capsys):
    commands = []
    monkeypatch.setattr(ode, "set_threads", lambda threads: None)
    monkeypatch.setattr(ode, "measure", lambda *case: {"case": case[0]})
    monkeypatch.setattr(ode.subprocess, "run", lambda command, check: commands.append(command))
    out = tmp_path / "new" / "lines.jsonl"
    ode.main(["--case", "node_rk4_backprop", "--out", str(out)])
    assert json.loads(out.read_text()) == json.loads(capsys.readouterr().out)
    ode.main([])
    assert [command[3] for command in commands] == [f"--case={case}" for case in ode.CASES]
