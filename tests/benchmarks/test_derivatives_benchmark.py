"""The benchmark of engines: what it asks for, and that small cases run from end to end."""

import argparse
import json
import subprocess

import pytest

from benchmarks import derivatives
from kerasphys.derivatives import select
from kerasphys.derivatives.engines import ENGINES


def line(case, engine, milliseconds, mib):
    return {
        "case": case,
        "engine": engine,
        "step_ms": {"median": milliseconds},
        "after_startup_mib": mib,
    }


@pytest.mark.parametrize("case", derivatives.CASES)
def test_cases_ask_for_what_their_names_say(case):
    problem = derivatives.CASES[case]()
    plan = problem.plan(conditions=problem.conditions.values())
    kind, _, number = case.rpartition("_")
    expected = {"order": number, "laplacian": 2, "biharmonic": 4}.get(kind, 4)
    assert plan.order == int(expected)
    if number.endswith("d"):
        assert len(problem.coordinates) == int(number[:-1])
    select("tape", plan)


def test_a_small_case_by_every_engine():
    lines = [
        derivatives.measure("laplacian_3d", name, points=8, units=(4,), repeats=2, least=0.0)
        for name in ENGINES
    ]
    json.dumps(lines)
    for found in lines:
        assert found["step_ms"]["repeats"] == 2
        assert found["step_ms"]["median"] > 0
        assert found["peak_mib"] >= found["after_startup_mib"] >= 0
        assert found["first_loss"] == pytest.approx(lines[0]["first_loss"], rel=1e-9)


def test_ratios():
    lines = [
        line("order_2", "jets", 2.0, 10),
        line("order_2", "tape", 6.0, 40),
        line("order_6", "jets", 5.0, 0),
        line("order_6", "tape", 5.0, 3),
        line("order_3", "tape", 5.0, 3),
        {"case": "order_4", "engine": "tape", "failed": "took longer than 600 s"},
        line("order_4", "jets", 5.0, 3),
    ]
    assert derivatives.compare(lines) == {
        "speedup_order_2": 3.0,
        "memory_ratio_order_2": 4.0,
        "speedup_order_6": 1.0,
        "memory_ratio_order_6": 3.0,
    }


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (subprocess.CompletedProcess([], 0, 'noise\n{"case": "x"}\n', ""), {"case": "x"}),
        (subprocess.CompletedProcess([], 1, "", "Traceback\nValueError: no"), "ValueError: no"),
        (subprocess.CompletedProcess([], -9, "", ""), "no message"),
        (subprocess.TimeoutExpired([], 5.0), "took longer than 5 s"),
    ],
)
def test_what_goes_wrong_in_a_process_is_told(monkeypatch, outcome, expected):
    def run(command, **kwargs):
        assert "--case=order_2" in command
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(derivatives.subprocess, "run", run)
    options = argparse.Namespace(precision="float64", points=8, threads=2, limit=5.0)
    found = derivatives.run("order_2", "tape", options)
    if isinstance(expected, str):
        expected = {"case": "order_2", "engine": "tape", "failed": expected}
    assert found == expected


def test_the_command_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(
        derivatives, "run", lambda case, engine, options: line(case, engine, len(engine), 1)
    )
    out = tmp_path / "new" / "lines.jsonl"
    derivatives.main(["--case", "order_2", "--engine", "all", "--out", str(out)])
    stored = [json.loads(text) for text in out.read_text().splitlines()]
    assert {found["case"] for found in stored} == {"order_2"}
    assert "tape" in {found["engine"] for found in stored}
    assert len(capsys.readouterr().out.splitlines()) == len(stored) + 1

    monkeypatch.setattr(derivatives, "set_threads", lambda threads: None)
    monkeypatch.setattr(derivatives, "measure", lambda *case: {"measured": list(case)})
    derivatives.main(["--case", "order_2", "--engine", "tape", "--points", "9"])
    assert json.loads(capsys.readouterr().out) == {"measured": ["order_2", "tape", "float64", 9]}
