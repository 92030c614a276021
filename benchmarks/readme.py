"""Runs the Burgers example of README.md as it stands, and prints its error, one JSON line."""

import contextlib
import json
import re
import tempfile
import time
from pathlib import Path

import numpy as np

README = Path(__file__).resolve().parent.parent / "README.md"


def run() -> dict[str, float]:
    """Seconds, and relative L2 error against Cole-Hopf on 257 x 101 points."""
    from kerasphys.solvers import burgers_cole_hopf, relative_l2

    code = re.findall(r"```python notest\n(.*?)```", README.read_text(encoding="utf-8"), re.S)[0]
    names: dict = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        start = time.perf_counter()
        exec(compile(code, str(README), "exec"), names)
        seconds = time.perf_counter() - start
    x, t = np.meshgrid(np.linspace(-1, 1, 257), np.linspace(0, 1, 101), indexing="ij")
    u = names["model"].predict(np.stack([x.ravel(), t.ravel()], axis=1))[:, 0]
    exact = burgers_cole_hopf(x.ravel(), t.ravel(), 0.01 / np.pi)
    return {"seconds": round(seconds, 1), "relative_l2": relative_l2(u, exact)}


if __name__ == "__main__":
    print("\n" + json.dumps(run()))
