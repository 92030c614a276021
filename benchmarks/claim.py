"""A claim: a statement, the command that measures it, and the bounds that it must meet."""

import dataclasses
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


@dataclasses.dataclass(frozen=True)
class Claim:
    """What the project says of itself, and how anybody can check it.

    Args:
        name: Lower-case letters, digits and hyphens or underscores; names the file of the result.
        statement: One sentence, the claim.
        command: The program and its arguments, run from the root of the project. `"python"` is
            the interpreter that runs the check. The last line that it prints must be an object
            of JSON.
        check: Mapping from keys of that object to an operator and a bound, such as
            `{"relative_l2": ("<", 1e-3)}`.
        timeout: Positive number, the seconds after which the claim counts as failed.
    """

    name: str
    statement: str
    command: Sequence[str]
    check: Mapping[str, tuple[str, Any]]
    timeout: float = 3600.0

    def __post_init__(self):
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", self.name):
            raise ValueError(f"A claim needs a plain name. Received: {self.name!r}.")
        if isinstance(self.command, str) or not self.command:
            raise ValueError(f"{self.name}: the command must be a list. Received: {self.command!r}")
        if not self.check:
            raise ValueError(f"{self.name}: a claim needs at least one bound.")
        for key, (comparison, _) in self.check.items():
            if comparison not in OPERATORS:
                raise ValueError(f"{self.name}: {key} has the unknown operator {comparison!r}.")

    def judge(self, measured: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One row for each bound: key, operator, bound, value, and whether it is met."""
        rows = []
        for key, (comparison, bound) in self.check.items():
            value = measured.get(key)
            rows.append(
                {
                    "key": key,
                    "operator": comparison,
                    "bound": bound,
                    "value": value,
                    "passed": _meets(value, comparison, bound),
                }
            )
        return rows


def _meets(value: Any, comparison: str, bound: Any) -> bool:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return False
    try:
        return bool(OPERATORS[comparison](value, bound))
    except TypeError:
        return False


def example(name: str, statement: str, **check: tuple[str, float]) -> Claim:
    """A claim on the numbers that an example prints."""
    return Claim(name, statement, ["python", "-m", "benchmarks.examples", name], check)
