"""Measures the claims of the project and compares them with their bounds.

    make verify                  all of them
    make verify only=startup     one
    python -m benchmarks.verify --list

Each result is a file, benchmarks/results/<date>-<name>.json, which a second run on the same day
replaces. The exit code is 1 if any claim fails. `python -m benchmarks.report` makes a page of them.
"""

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.claim import Claim
from benchmarks.claims import CLAIMS
from benchmarks.machine import machine

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"


def measure(claim: Claim) -> dict[str, Any]:
    """Runs the command of a claim and judges what it printed."""
    command = [sys.executable if word == "python" else word for word in claim.command]
    start = time.perf_counter()
    measured, error = _run(command, claim.timeout)
    seconds = time.perf_counter() - start
    bounds = claim.judge(measured)
    facts = machine()
    return {
        "name": claim.name,
        "statement": claim.statement,
        "command": " ".join(claim.command),
        "date": facts["date"],
        "passed": error is None and all(row["passed"] for row in bounds),
        "error": error,
        "bounds": bounds,
        "measured": measured,
        "seconds": round(seconds, 1),
        "machine": facts,
    }


def verify(claims: Sequence[Claim], results: Path = RESULTS) -> bool:
    """Measures claims, writes and prints their results, and says whether all of them hold."""
    from kerasphys._files import write_json  # late: `--list` need not wait for TensorFlow

    passed = True
    for number, claim in enumerate(claims, start=1):
        print(f"[{number}/{len(claims)}] {claim.name}: {claim.statement}", flush=True)
        result = measure(claim)
        write_json(results / f"{result['date']}-{claim.name}.json", result)
        print(_table(result), flush=True)
        passed = passed and result["passed"]
    return passed


def _run(command: Sequence[str], timeout: float) -> tuple[dict[str, Any], str | None]:
    """The object that the command printed last, and what went wrong."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        return {}, f"the command took longer than {timeout:g} s"
    except OSError as error:
        return {}, f"the command did not start: {error}"
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-20:])
        return {}, f"the command ended with exit code {done.returncode}\n{tail}"
    lines = done.stdout.strip().splitlines()
    try:
        measured = json.loads(lines[-1]) if lines else None
    except json.JSONDecodeError:
        measured = None
    if not isinstance(measured, dict):
        return {}, "the last line that the command printed is not an object of JSON"
    return _finite(measured), None


def _finite(value: Any) -> Any:
    """NaN and infinity as text: JSON has no such numbers, and no bound is met by them."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _table(result: dict[str, Any]) -> str:
    lines = [
        f"    {'ok  ' if row['passed'] else 'FAIL'} {row['key']} = {row['value']} "
        f"(claimed {row['operator']} {row['bound']})"
        for row in result["bounds"]
    ]
    if result["error"]:
        lines.append("    FAIL " + result["error"].replace("\n", "\n         "))
    return "\n".join([*lines, f"    {result['seconds']} s"])


def main(arguments: Sequence[str] | None = None) -> int:
    known = {claim.name: claim for claim in CLAIMS}
    parser = argparse.ArgumentParser(description="Measures the claims of the project.")
    parser.add_argument("--only", metavar="NAME", choices=known, help="measure this claim alone")
    parser.add_argument("--list", action="store_true", help="print the claims and stop")
    options = parser.parse_args(arguments)
    if options.list:
        for claim in CLAIMS:
            print(f"{claim.name}: {claim.statement}")
        return 0
    passed = verify([known[options.only]] if options.only else CLAIMS)
    print("Every claim holds." if passed else "Some claims do not hold.")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
