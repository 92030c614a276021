"""Runs what `make test` runs, or `make coverage`, and prints one JSON line.

python -m benchmarks.suite               seconds
python -m benchmarks.suite --coverage    line coverage in percent, which takes a third longer
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-m", "not slow"]


def seconds() -> dict[str, float]:
    """Seconds of all tests that are not slow."""
    start = time.perf_counter()
    subprocess.run(TESTS, check=True, stdout=sys.stderr)
    return {"seconds": round(time.perf_counter() - start, 1)}


def coverage() -> dict[str, float]:
    """Their line coverage, in percent."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        command = [*TESTS, "--cov", f"--cov-report=json:{report}"]
        subprocess.run(command, check=True, stdout=sys.stderr)
        return {"coverage": round(json.loads(report.read_text())["totals"]["percent_covered"], 2)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--coverage", action="store_true")
    print(json.dumps(coverage() if parser.parse_args().coverage else seconds()))
