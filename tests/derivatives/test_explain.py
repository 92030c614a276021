"""The choice of an engine, and its explanation."""

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.derivatives import JetEngine, Namespace, Plan, TapeEngine, explain, select
from kerasphys.derivatives.engines import ENGINES

PLAN = Plan.of(Namespace(("x", "y", "t"), "u"), ["x", "u", "u_t", "laplacian_u", "u_xx", "grad_u"])


class Picky:
    """An engine that supports first derivatives only."""

    name = "picky"

    def __call__(self, plan, network, points):
        return {}

    def work(self, plan):
        return 0.5

    def supports(self, plan, network):
        return plan.order <= 1

    def cost(self, plan):
        return "nothing"


def test_explain_says_what_why_and_at_what_cost():
    assert explain(PLAN).splitlines() == [
        "engine: jets (chosen for its work of 6 calls of the network; tape would take 15)",
        "read from the points: x",
        "output of the network: u",
        "derivatives of order 1: u_t, grad_u",
        "derivatives of order 2: laplacian_u, u_xx",
        "cost: one pass of 6 Taylor coefficients, each at the cost of a call of the network",
    ]


@pytest.mark.parametrize(
    ("names", "cost"),
    [
        (["x"], "cost: the network is not called"),
        (["u", "x"], "cost: one call of the network, no reverse pass"),
        (["u_x"], "cost: one call of the network, 1 reverse pass (order 1: 1)"),
        (
            ["u_x", "u_xx"],
            "cost: one call of the network, 2 reverse passes (order 1: 1, order 2: 1)",
        ),
    ],
)
def test_cost_in_words(names, cost):
    assert explain(Plan.of(Namespace("x", "u"), names), engine="tape").endswith(cost)


def test_explain_an_engine_asked_for():
    assert explain(PLAN, engine="tape").startswith("engine: tape (asked for)")
    assert explain(PLAN, engine=TapeEngine()).startswith("engine: tape (asked for)")


def test_select():
    assert select("auto", PLAN) == select("jets", PLAN) == JetEngine()
    assert select("auto", PLAN, lambda p: tf.numpy_function(np.sin, [p], p.dtype)) == TapeEngine()
    assert select("tape", PLAN, len) == TapeEngine()
    own = Picky()
    assert select(own, Plan.of(Namespace("x", "u"), "u_x")) is own


def test_auto_falls_back(monkeypatch):
    monkeypatch.setattr("kerasphys.derivatives.engines.ENGINES", {"picky": Picky, **ENGINES})
    first = Plan.of(Namespace("x", "u"), "u_x")
    assert select("auto", first).name == "picky"
    assert select("auto", PLAN).name == "jets"
    assert "picky cannot compute this" in explain(PLAN)
    with pytest.raises(ValueError, match=r"`engine`: 'picky' cannot compute .*u_xx.*'auto'"):
        select("picky", PLAN)


def test_errors_list_the_engines():
    with pytest.raises(
        ValueError, match="`engine` must be one of 'auto', 'tape', 'jets', or an engine"
    ):
        select("jet", PLAN)
    for bad in (object(), TapeEngine, None):
        with pytest.raises(TypeError, match="`engine` must be one of 'auto', 'tape', 'jets'"):
            select(bad, PLAN)


@pytest.mark.parametrize("function", [lambda **k: select("auto", **k), explain])
def test_arguments_are_checked(function):
    with pytest.raises(TypeError, match="plan"):
        function(plan=object())
    with pytest.raises(TypeError, match="network"):
        function(plan=PLAN, network=object())
