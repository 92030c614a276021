"""Writes docs/results.md from the newest result of each claim.

python -m benchmarks.report
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.claim import Claim
from benchmarks.claims import CLAIMS
from benchmarks.verify import RESULTS, ROOT

PAGE = ROOT / "docs" / "results.md"

HEADER = """# Results

Every number that the project claims, as it was last measured. `make verify` measures all of them
again, `make verify only=NAME` one of them, and `python -m benchmarks.report` writes this page from
the files under `benchmarks/results/`.
"""


def newest(claim: Claim, results: Path = RESULTS) -> dict[str, Any] | None:
    """The newest result of a claim, or None. Dates in the names of files sort by themselves."""
    found = []
    for file in sorted(results.glob(f"*-{claim.name}.json")):
        result = json.loads(file.read_text(encoding="utf-8"))
        if result["name"] == claim.name:  # a name may be the end of another's
            found.append(result)
    return found[-1] if found else None


def report(claims: Sequence[Claim] = CLAIMS, results: Path = RESULTS) -> str:
    """The page, as Markdown."""
    return "\n".join([HEADER, *(_section(claim, newest(claim, results)) for claim in claims)])


def _section(claim: Claim, result: dict[str, Any] | None) -> str:
    lines = [f"## {claim.name}", "", claim.statement, ""]
    if result is None:
        lines.append(f"Not measured yet: `make verify only={claim.name}`.")
    else:
        lines += ["| quantity | claimed | measured | |", "|---|---|---|---|"]
        lines += [
            f"| {row['key']} | {row['operator']} {_number(row['bound'])} "
            f"| {_number(row['value'])} | {'holds' if row['passed'] else '**fails**'} |"
            for row in result["bounds"]
        ]
        if result["error"]:
            lines += ["", f"**Failed**: {result['error'].splitlines()[0]}."]
        facts = result["machine"]
        versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
        lines += [
            "",
            f"`{result['command']}`, {result['date']}, {result['seconds']} s on {facts['cores']} "
            f"cores of {facts['cpu']}; Python {facts['python']}, {versions}.",
        ]
    return "\n".join([*lines, ""])


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main() -> None:
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(report(), encoding="utf-8")
    print(f"Wrote {PAGE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
