"""Which engine computes what, and why."""

from __future__ import annotations

from kerasphys.derivatives.engine import Engine, Network
from kerasphys.derivatives.engines import candidates, select
from kerasphys.derivatives.plan import Plan


def explain(plan: Plan, network: Network | None = None, engine: str | Engine = "auto") -> str:
    """Says in a few lines which engine computes the names of a plan, why, and at what cost.

    Args:
        plan: What is to be computed.
        network: The network, or `None` if the plan alone shall decide.
        engine: `"auto"`, the name of an engine, or an engine.

    Returns:
        Text of several lines.

    Example:
        ```python
        from kerasphys.derivatives import Namespace, Plan, explain

        plan = Plan.of(Namespace(("x", "t"), "u"), ["u", "u_t", "u_xx"])
        assert "engine: jets" in explain(plan)
        ```
    """
    chosen = select(engine, plan, network)
    lines = [f"engine: {chosen.name} ({_reason(engine, chosen, plan, network)})"]
    orders: dict[int, list[str]] = {}
    for name, term in zip(plan.names, plan.terms, strict=True):
        order = max((len(along) for _, along in term.partials), default=-1)
        orders.setdefault(order, []).append(name)
    titles = {-1: "read from the points", 0: "output of the network"}
    for order in sorted(orders):
        title = titles.get(order, f"derivatives of order {order}")
        lines.append(f"{title}: {', '.join(orders[order])}")
    lines.append(f"cost: {chosen.cost(plan)}")
    return "\n".join(lines)


def _reason(engine: str | Engine, chosen: Engine, plan: Plan, network: Network | None) -> str:
    if engine != "auto":
        return "asked for"
    reasons = [
        f"{made.name} would take {made.work(plan):g}"
        if made.supports(plan, network)
        else f"{made.name} cannot compute this"
        for made in candidates()
        if made.name != chosen.name
    ]
    return (
        f"chosen for its work of {chosen.work(plan):g} calls of the network; {', '.join(reasons)}"
    )
