"""Runs the tests with the oldest supported versions, in an environment of their own.

Prints one JSON line: the versions, and how many tests passed and failed.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints-oldest.txt"


def run() -> dict[str, str | int]:
    """Passed and failed tests under the constraints, and the versions of TensorFlow and Keras."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(Path(folder) / "bin" / "python")
        install = [python, "-m", "pip", "install", "--quiet", "--constraint", str(CONSTRAINTS)]
        subprocess.run([*install, "--editable", f"{ROOT}[dev]"], check=True, stdout=sys.stderr)
        # the old matplotlib uses what the parser that it depends on calls deprecated
        tests = [
            "-m",
            "pytest",
            "-q",
            "-n",
            "2",
            "-m",
            "not slow",
            "-W",
            "ignore::DeprecationWarning",
        ]
        done = subprocess.run([python, *tests], cwd=ROOT, capture_output=True, text=True)
    print(done.stdout, file=sys.stderr)
    pinned = dict(re.findall(r"^(tensorflow|keras)==(\S+)$", CONSTRAINTS.read_text(), re.M))
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    failed = counts.get("failed", 0) + counts.get("error", 0)
    return {**pinned, "passed": counts.get("passed", 0), "failed": failed}


if __name__ == "__main__":
    print(json.dumps(run()))
