"""The runtimes answer alike, and the solver is judged as the network is."""

import pytest

import kerasphys as kp
from benchmarks import serving


def test_every_runtime_answers_alike(monkeypatch):
    monkeypatch.setattr(serving.shutil, "which", lambda name: None)  # no compiler
    line = serving.measure_runtimes("mlp_5", 5, threads=1, least=0.0)
    assert line["us"]["cpp"] is line["points_per_second"]["cpp"] is None
    timed = {name for name, value in line["us"].items() if value}
    assert timed == {"saved_model", "surrogate", "function", "function_xla", "onnxruntime"}
    assert line["one_thread_us"]["relu"]["onnxruntime"] > 0
    ours = min(line["us"][name] for name in ("saved_model", "function", "function_xla"))
    assert line["against_onnxruntime"] == pytest.approx(ours / line["us"]["onnxruntime"], rel=0.05)


@pytest.mark.slow
def test_the_program_in_cpp_is_timed_too():
    line = serving.measure_runtimes("mlp_5", 5, threads=1, least=0.0)
    assert line["us"]["cpp"] > 0


def test_a_finer_grid_costs_more_and_errs_less():
    data = kp.datasets.darcy_2d(6, 33, 2, 2, kind="lognormal", refine=2, verbose=False)
    coarse, middle, fine = (serving._solve_on(n, *data.test) for n in (5, 17, 33))
    assert coarse["relative_l2"] > 3 * middle["relative_l2"] > 3 * fine["relative_l2"] > 0
    assert fine["seconds"] > coarse["seconds"]


@pytest.mark.slow
def test_a_network_that_learned_nothing_is_beaten_by_the_coarsest_grid():
    line = serving.measure_darcy(samples=12, epochs=1, held_out=4)
    assert line["solver_grid"] == 5
    assert line["solver_relative_l2"] <= line["relative_l2"]
    for size in ("one", "many"):
        assert (line["break_even_solves"][size] is None) == (line["speedup"][size] <= 1)


def test_what_a_call_and_a_point_cost(monkeypatch):
    monkeypatch.setattr(serving, "COSTS", (1, 3, 5))
    line = serving.measure_cost(least=0.0)
    for runtime, cost in line["per_call_us"].items():
        per_point = line["per_point_ns"][runtime] / 1000
        assert line["expected_1000_us"][runtime] == pytest.approx(cost + 999 * per_point, abs=1.0)
    assert set(line["us_1000"]) == set(line["per_call_us"])
