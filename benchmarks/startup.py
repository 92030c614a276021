"""How long importing takes: TensorFlow, and kerasphys after it.

    python -m benchmarks.startup

Each run is a process of its own; the medians are printed as one line of JSON. TensorFlow imports
Keras, NumPy, SciPy, pandas and matplotlib by itself, so what kerasphys adds is its own code.
"""

import argparse
import json
import statistics
import subprocess
import sys

from benchmarks.machine import machine

MEASURE = """
import json, time
start = time.perf_counter()
import tensorflow
middle = time.perf_counter()
import kerasphys
print(json.dumps([middle - start, time.perf_counter() - middle]))
"""


def startup(runs: int) -> dict:
    """The medians in seconds over `runs` fresh processes, after one that warms the disk cache."""
    seconds = [_measure() for _ in range(runs + 1)][1:]
    tensorflow, kerasphys = (statistics.median(column) for column in zip(*seconds, strict=True))
    return {
        "tensorflow_seconds": round(tensorflow, 3),
        "kerasphys_seconds": round(kerasphys, 3),
        "runs": runs,
        "machine": machine(),
    }


def _measure() -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"The import failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="fresh processes to take the median of")
    arguments = parser.parse_args()
    if arguments.runs < 1:
        parser.error("--runs must be at least 1")
    print(json.dumps(startup(arguments.runs)))


if __name__ == "__main__":
    main()
