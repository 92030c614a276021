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
    Claim(
        name="readme",
        statement="The example of the README takes about a minute, to an error of about 3 %.",
        command=["python", "-m", "benchmarks.readme"],
        check={"relative_l2": ("<", 4e-2), "seconds": ("<", 120)},
    ),
    example(
        "advection_diffusion",
        "The demo reaches these errors, in less than three minutes.",
        relative_l2_soft_1=("<", 1e-3),
        relative_l2_hard_1=("<", 1e-3),
        relative_l2_soft_10=("<", 1e-3),
        relative_l2_hard_10=("<", 1e-3),
        relative_l2_better_50=("<", 5e-2),
        max_error_chebyshev_40=("<", 1e-12),
        seconds=("<", 180),
    ),
    example(
        "burgers",
        "Burgers' equation to 5 % with first-order optimizers, in less than two minutes.",
        relative_l2=("<", 5e-2),
        seconds=("<", 120),
    ),
    example(
        "poisson_2d",
        "Poisson's equation to 0.1 % with first-order optimizers, in less than two minutes.",
        relative_l2=("<", 1e-3),
        seconds=("<", 120),
    ),
    example(
        "heat_2d_disk",
        "The heat equation on a disk to 0.5 % with first-order optimizers, in two minutes.",
        relative_l2=("<", 5e-3),
        seconds=("<", 120),
    ),
)
