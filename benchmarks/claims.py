"""Every claim that the project makes, as data. `make verify` measures them all."""

from benchmarks.claim import Claim


def example(name: str, statement: str, **check: tuple[str, float]) -> Claim:
    """A claim on the numbers that an example prints."""
    return Claim(name, statement, ["python", "-m", "benchmarks.examples", name], check)


CLAIMS = (
    Claim(
        name="startup",
        statement="Importing kerasphys adds less than half a second to importing TensorFlow.",
        command=["python", "-m", "benchmarks.startup"],
        check={"kerasphys_seconds": ("<", 0.5)},
    ),
    Claim(
        name="suite",
        statement="The tests take less than 15 minutes and reach 95 % of the lines.",
        command=["python", "-m", "benchmarks.suite"],
        check={"seconds": ("<", 900), "coverage": (">=", 95)},
    ),
    Claim(
        name="oldest",
        statement="The tests pass with the oldest supported TensorFlow (2.20) and Keras (3.12).",
        command=["python", "-m", "benchmarks.oldest"],
        check={"passed": (">", 1000), "failed": ("==", 0)},
    ),
)
