"""Every claim that the project makes, as data. `make verify` measures them all."""

from benchmarks.claim import Claim, example
from benchmarks.claims_physics import PHYSICS

SERVING = ["python", "-m", "benchmarks.serving", "--case"]
RACE_FNO = ["python", "-m", "benchmarks.fno_against_neuraloperator", "--case"]


def forward(problem: str, error: float, seconds: int = 180) -> Claim:
    """A claim on a problem of pinn_suite.py."""
    command = ["python", "-m", "benchmarks.pinn_suite", "--problem", problem]
    return Claim(
        f"suite_{problem}",
        f"The recipe of the README solves {problem} to {error:.0e} within {seconds} s.",
        [*command, "--seconds", str(seconds)],
        {"final_error": ("<=", error), "speedup": (">=", 1.0)},
    )


def images(case: str, statement: str, **check: tuple[str, float]) -> Claim:
    """A claim on a case of images.py."""
    command = ["python", "-m", "benchmarks.images", "--case", case]
    return Claim(f"images_{case}", statement, command, check)


def operators(case: str, statement: str, **check: tuple[str, float]) -> Claim:
    """A claim on a case of operators.py, the medians over three seeds."""
    command = ["python", "-m", "benchmarks.operators", "--case", case, "--seed", "0", "1", "2"]
    return Claim(f"operators_{case}", statement, command, check, timeout=7200)


CLAIMS = (
    Claim(
        name="startup",
        statement="Importing kerasphys adds less than half a second to importing TensorFlow.",
        command=["python", "-m", "benchmarks.startup"],
        check={"kerasphys_seconds": ("<", 0.5)},
    ),
    Claim(
        name="suite",
        statement="The tests take less than 15 minutes.",
        command=["python", "-m", "benchmarks.suite"],
        check={"seconds": ("<", 900)},
    ),
    Claim(
        name="coverage",
        statement="The tests reach 95 % of the lines.",
        command=["python", "-m", "benchmarks.suite", "--coverage"],
        check={"coverage": (">=", 95)},
    ),
    Claim(
        name="oldest",
        statement="The tests pass with the oldest supported TensorFlow (2.20) and Keras (3.12).",
        command=["python", "-m", "benchmarks.oldest"],
        check={"passed": (">", 1000), "failed": ("==", 0)},
    ),
    Claim(
        name="readme",
        statement="The example of the README takes about a minute, to an error below 2e-4.",
        command=["python", "-m", "benchmarks.readme"],
        check={"relative_l2": ("<", 2e-4), "seconds": ("<", 120)},
    ),
    forward("advection_diffusion_1d", 1e-8, 60),
    forward("poisson_2d", 1e-8, 60),
    forward("helmholtz_2d", 1e-6),
    forward("burgers_1d", 1e-5),
    forward("allen_cahn_1d", 1e-3),
    forward("kdv_1d", 1e-4),
    forward("kovasznay_2d", 1e-6),
    forward("wave_1d", 1e-3),
    Claim(
        name="memory",
        statement="A million points, a 4 x 64 network and a residual of second order take less "
        "than 2 GiB above the start.",
        command=["python", "-m", "benchmarks.memory"],
        check={"above_start_mib": ("<", 2048)},
    ),
    Claim(
        name="resume",
        statement="20 runs of 20, killed at random, and those killed at every write boundary, "
        "resume to the weights of a run left alone, bit for bit.",
        command=["python", "-m", "benchmarks.resume"],
        check={
            "kills": ("==", 20),
            "identical": ("==", 20),
            "boundaries": (">=", 20),
            "different": ("==", 0),
        },
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
        "Burgers' equation to 1e-3 in less than two minutes.",
        relative_l2=("<", 1e-3),
        seconds=("<", 120),
    ),
    example(
        "helmholtz",
        "Helmholtz' equation to 1e-4 in less than two minutes.",
        relative_l2=("<", 1e-4),
        seconds=("<", 120),
    ),
    example(
        "wave",
        "The wave equation to 1e-3 in less than two minutes.",
        relative_l2=("<", 1e-3),
        seconds=("<", 120),
    ),
    example(
        "kdv",
        "The Korteweg-de Vries equation to 1e-3 in less than two minutes.",
        relative_l2=("<", 1e-3),
        seconds=("<", 120),
    ),
    example(
        "allen_cahn",
        "The Allen-Cahn equation to 2e-3 in less than two minutes.",
        relative_l2=("<", 2e-3),
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
    example(
        "kernels",
        "A Gaussian leaves of a wave, and stencils err, what theory says.",
        **{
            "blurred_10": ("<", 0.60654),
            "blurred_30": ("<", 0.01112),
            "error_2d_0.1": ("<", 8.332e-4),
        },
    ),
    example(
        "learned_stencil",
        "A convolution learns [1, -2, 1] from noise to 1e-3.",
        error=("<", 1e-3),
    ),
    images(
        "digits",
        "Digits are told apart to 98 % in less than a minute of training.",
        accuracy=(">=", 0.98),
        training_seconds=("<", 60),
    ),
    images(
        "poisson",
        "A U-Net learns Poisson's equation from 1,000 fields to 3 % in less than 300 s.",
        relative_l2=("<", 0.03),
        training_seconds=("<", 300),
    ),
    images(
        "denoising",
        "A U-Net takes away noise: 5 dB, and two thirds of the error of one without skips.",
        gain=(">=", 5.0),
        ratio=(">=", 1.5),
    ),
    images(
        "label_free",
        "A U-Net learns Poisson's equation from the equation alone to 3 %.",
        relative_l2=("<", 0.03),
        training_seconds=("<", 300),
    ),
    images(
        "burgers_rollout",
        "A U-Net takes ten steps in time of Burgers' equation to 2 %.",
        relative_l2=("<", 0.02),
    ),
    images("darcy", "A U-Net learns Darcy flow to 3 %.", relative_l2=("<", 0.03)),
    images(
        "super_resolution",
        "A U-Net makes fields four times finer, to 3 %, where splines leave more than 6 %.",
        relative_l2=("<", 0.03),
        without_a_network=(">", 0.06),
    ),
    Claim(
        name="unet_step",
        statement="A U-Net trains and infers no slower than PyTorch's, in the same run.",
        command=["python", "-m", "benchmarks.unet_against_pytorch"],
        check={"train_ratio": ("<=", 1.0), "infer_ratio": ("<=", 1.0)},
    ),
    operators(
        "antiderivative",
        "A DeepONet learns the antiderivative from 1,000 functions to 2.5e-3 in 180 s.",
        relative_l2=("<", 2.5e-3),
        seconds=("<", 180),
    ),
    operators(
        "pendulum",
        "A DeepONet learns the driven pendulum from 1,000 torques to 5e-3 in 180 s.",
        relative_l2=("<", 5e-3),
        seconds=("<", 180),
    ),
    operators(
        "burgers_fno",
        "An FNO learns Burgers' equation (0.1, 256 points) from 1,000 functions to 5e-3 in 600 s.",
        relative_l2=("<", 5e-3),
        seconds=("<", 600),
    ),
    operators(
        "darcy_fno",
        "An FNO learns Darcy flow (12/3, 29 x 29 points) from 1,000 fields to 2.4e-2 in 600 s.",
        relative_l2=("<", 2.4e-2),
        seconds=("<", 600),
    ),
    operators(
        "diffusion_reaction",
        "A DeepONet learns diffusion-reaction from the equation alone to 1e-2 in 600 s.",
        relative_l2=("<", 1e-2),
        seconds=("<", 600),
    ),
    operators(
        "poisson_fno",
        "An FNO trained on 64 x 64 points errs on 128 x 128 by no more than 1.3 times as much.",
        finer_ratio=("<", 1.3),
    ),
    operators(
        "band",
        "Bands of 90 % hold 88 to 92 % of unseen solutions, on average over 20 splits.",
        coverage_gap=("<", 0.02),
    ),
    example(
        "deeponet_error",
        "No DeepONet errs less than the POD bound of its basis; errors grow with the distance to "
        "the training.",
        least_over_bound=(">=", 1.0),
        rank_correlation=(">", 0.3),
    ),
    example(
        "spectral_layer",
        "A spectral layer is the heat operator, and equals the fast transform, to 1e-12.",
        heat=("<", 1e-12),
        fft=("<", 1e-12),
        shared_points=("<", 1e-12),
    ),
    example(
        "operators",
        "The solvers of linear equations are linear to 1e-10, and those of others are not.",
        defect_1=("<", 1e-10),
        defect_4=("<", 1e-10),
        halved=("<", 1e-10),
        defect_2=(">", 1e-2),
        defect_5=(">", 1e-2),
    ),
    Claim(
        name="fno_2d_step",
        statement="An FNO in 2-D trains and infers 1.3 times faster than neuraloperator's, in the "
        "same run.",
        command=[*RACE_FNO, "fno2d_64_modes24_width32"],
        check={"train_ratio": ("<=", 0.77), "infer_ratio": ("<=", 0.77)},
    ),
    Claim(
        name="fno_1d_step",
        statement="An FNO in 1-D trains and infers 1.3 times faster than neuraloperator's, in the "
        "same run.",
        command=[*RACE_FNO, "fno1d_1024_modes32_width64"],
        check={"train_ratio": ("<=", 0.77), "infer_ratio": ("<=", 0.77)},
    ),
    Claim(
        name="deeponet_step",
        statement="A DeepONet trains 1.3 times faster than DeepXDE's, in the same run.",
        command=["python", "-m", "benchmarks.deeponet_against_deepxde"],
        check={"train_ratio": ("<=", 0.77)},
    ),
    Claim(
        name="distributed",
        statement="Two processes train to the weights of one, to 1e-6, and to the same ones; 10 of "
        "10 kills of a worker are recovered.",
        command=["python", "-m", "benchmarks.distributed", "--kills", "10"],
        check={
            "difference_between_workers": ("==", 0),
            "difference_to_one_process": ("<", 1e-6),
            "lost": ("==", 0),
        },
    ),
    Claim(
        name="fuzz",
        statement="1,000 mutants of artefacts, models, checkpoints and data files load correctly "
        "or are refused with a clear error.",
        command=["python", "-m", "benchmarks.fuzz"],
        check={"mutants": ("==", 1000), "failures": ("==", 0)},
    ),
    Claim(
        name="kills",
        statement="An export that is killed at any of its write boundaries, or at random, leaves "
        "an artefact that loads.",
        command=["python", "-m", "benchmarks.kills"],
        check={"damaged_count": ("==", 0)},
    ),
    Claim(
        name="serving_cost",
        statement="On one thread a served point takes at most 1.25 times the time of onnxruntime; "
        "what is left of the difference at small batches is the cost of a call.",
        command=[*SERVING, "mlp_cost"],
        check={"per_point_against_onnxruntime": ("<=", 1.25)},
    ),
    Claim(
        name="serving_million",
        statement="A million points are served faster than by onnxruntime, in the same run.",
        command=[*SERVING, "mlp_1000000"],
        check={"against_onnxruntime": ("<=", 1.0)},
    ),
    Claim(
        name="serving_darcy",
        statement="A U-Net solves Darcy's equation to 2.5 %; beside it the solver that errs as "
        "little, and how many solves earn the training back.",
        command=[*SERVING, "darcy"],
        check={"relative_l2": ("<", 0.025)},
    ),
    *PHYSICS,
    Claim(
        name="ode_memory",
        statement="From 10 to 1,000 steps the memory of a gradient is flat with the adjoint and "
        "with checkpoints, and grows more than 20 times with back-propagation.",
        command=["python", "-m", "benchmarks.ode_memory"],
        check={
            "adjoint_growth": ("<", 1.1),
            "checkpoint_growth": ("<", 1.1),
            "backprop_growth": (">", 20),
        },
    ),
    example(
        "neural_ode",
        "A flow on a line cannot reverse it; with one more dimension it can.",
        error_1=("<", 1e-2),
    ),
    example(
        "spiral",
        "A neural ODE of the right form fits a spiral, and goes on with it.",
        network_seen=("<", 1e-2),
        cubic_seen=("<", 1e-2),
        cubic_unseen=("<", 1e-2),
    ),
    example(
        "pendulum",
        "A neural ODE learns a pendulum from one swing, and its period to 0.01.",
        seen=("<", 0.01),
        unseen=("<", 0.05),
    ),
    example(
        "two_moons",
        "A network of 2 x 16 neurons tells two moons apart to 98 % in 20 s.",
        network_accuracy=(">=", 0.98),
        network_seconds=("<", 20),
    ),
)
