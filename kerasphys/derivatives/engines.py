"""The engines that there are, and the choice of one."""

from __future__ import annotations

from collections.abc import Callable

from kerasphys._validation import check_callable, message
from kerasphys.derivatives.engine import Engine, Network
from kerasphys.derivatives.jet_engine import JetEngine
from kerasphys.derivatives.plan import Plan
from kerasphys.derivatives.tape import TapeEngine

ENGINES: dict[str, Callable[[], Engine]] = {"tape": TapeEngine, "jets": JetEngine}


def select(engine: str | Engine, plan: Plan, network: Network | None = None) -> Engine:
    """The engine to use.

    Args:
        engine: `"auto"` for the one with the least work, the name of an engine, or an engine.
        plan: What is to be computed.
        network: The network, or `None` if the plan alone shall decide.

    Raises:
        TypeError: If `engine` is neither a string nor an engine.
        ValueError: If no engine has that name, or if it does not support plan and network.
    """
    _check_plan_and_network(plan, network)
    known = ", ".join(repr(name) for name in ("auto", *ENGINES))
    expected = f"one of {known}, or an engine"
    if isinstance(engine, str):
        if engine == "auto":
            by_work = sorted(candidates(), key=lambda made: made.work(plan))
            return next(made for made in by_work if made.supports(plan, network))
        if engine not in ENGINES:
            raise ValueError(message("engine", expected, engine))
        engine = ENGINES[engine]()
    elif isinstance(engine, type) or not isinstance(engine, Engine):
        raise TypeError(message("engine", expected, engine))
    if not engine.supports(plan, network):
        raise ValueError(
            f"Argument `engine`: {engine.name!r} cannot compute {', '.join(plan.names)} for this "
            "network. Use 'auto'."
        )
    return engine


def candidates() -> list[Engine]:
    """One engine of each kind."""
    return [make() for make in ENGINES.values()]


def _check_plan_and_network(plan: Plan, network: Network | None) -> None:
    if not isinstance(plan, Plan):
        raise TypeError(message("plan", "a Plan", plan, "Make it with Plan.of."))
    if network is not None:
        check_callable("network", network)
