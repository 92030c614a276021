"""Every claim that the project makes, as data. `make verify` measures them all."""

from benchmarks.claim import Claim

CLAIMS = (
    Claim(
        name="startup",
        statement="Importing kerasphys adds less than half a second to importing TensorFlow.",
        command=["python", "-m", "benchmarks.startup"],
        check={"kerasphys_seconds": ("<", 0.5)},
    ),
)
