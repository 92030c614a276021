"""Runs a Python program in several processes of this machine.

python -m kerasphys.distribution --workers 2 train.py --epochs 100
"""

import argparse
import sys

from kerasphys.distribution import launch


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m kerasphys.distribution", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--restarts", type=int, default=3, help="starts after a failure")
    parser.add_argument("--timeout", type=float, help="seconds of one start at most")
    parser.add_argument("-m", dest="module", action="store_true", help="the program is a module")
    parser.add_argument("program", help="a Python file, or a module after -m")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="what it is given")
    given = parser.parse_args(arguments)
    module = ["-m"] if given.module else []
    command = [sys.executable, *module, given.program, *given.arguments]
    launch(command, given.workers, given.restarts, given.timeout)


if __name__ == "__main__":
    main()
