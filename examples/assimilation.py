"""Three sensors instead of boundary values: data assimilation in a steady flow.

    u' - κ u'' = 0 on 0 < x < 1,    κ = 0.1,    u measured at x = 0.25, 0.75, 0.95 only

    python -m examples.assimilation             about 20 s on two cores
    python -m examples.assimilation --quick     a few seconds of training, to see that it runs

Nobody knows the values at the ends. The equation leaves two constants free,
u = A + B exp(10 (x - 1)), and two exact readings determine them; the third helps against noise. A
network is trained on the equation and the readings (`kp.Data`), once without noise, once with noise
of 5 % of the r.m.s. of u. Beside it stand the same network with the readings alone, which has no
reason to be right between the sensors, and `kp.solvers.assimilate`, in which a polynomial minimises
the same sum. How far the noise moves the solution is known: least squares in A and B.
`kp.analysis.uncertainty` finds it from the network.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp

FLOW = kp.solvers.AdvectionDiffusion1D(velocity=1.0, diffusivity=0.1)
SENSORS = np.array([0.25, 0.75, 0.95])
X = np.linspace(0, 1, 1001)
EXACT = FLOW.exact(X)
SIZE = float(np.sqrt(np.mean(EXACT**2)))
STD = 0.05 * SIZE  # of a reading
LINE = kp.geometry.Interval(0, 1, "x")


def state(readings: np.ndarray, physics: bool) -> kp.Problem:
    """What is known: the readings, and the equation if there is to be physics."""
    conditions: dict = {"sensors": kp.Data(at=SENSORS[:, None], std=STD, u=readings)}
    if physics:
        # readings err by STD, while the equation is right: it may fail by a hundredth only
        conditions["equation"] = kp.Residual(
            kp.equations.advection_diffusion,
            velocity=FLOW.velocity,
            diffusivity=FLOW.diffusivity,
            source=0.0,
            weight=1e4,
        )
    return kp.Problem(LINE, fields="u", conditions=conditions)


def train(model: kp.models.PINNModel, readings: np.ndarray, steps: int) -> np.ndarray:
    """Trains a model, from where it is, with these readings; returns u at X."""
    physics = "equation" in model.problem.conditions
    points = {"equation": 100} if physics else {}
    with warnings.catch_warnings():
        # three readings alone are met to the last bit
        warnings.filterwarnings("ignore", message="LevenbergMarquardt: .* found no lower loss")
        model.fit(
            state(readings, physics).points(**points, sampler="chebyshev"),
            epochs=steps // 20,
            steps_per_epoch=20,
            verbose=0,
        )
    return model.predict(X[:, None])[:, 0]


def deviation() -> np.ndarray:
    """The standard deviation of u at X that least squares in A and B have, from the noise."""
    at_sensors, everywhere = (
        np.stack([np.ones(len(x)), np.exp((x - 1) / FLOW.diffusivity)]) for x in (SENSORS, X)
    )
    covariance = STD**2 * np.linalg.inv(at_sensors @ at_sensors.T)
    return np.sqrt(np.einsum("in,ij,jn->n", everywhere, covariance, everywhere))


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/assimilation"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and noise")
    options = parser.parse_args(argv)
    steps, compiled = (40, False) if options.quick else (160, True)

    start = time.perf_counter()
    noise = STD * np.random.default_rng(options.seed).standard_normal(len(SENSORS))
    cases = {"noisy": FLOW.exact(SENSORS) + noise, "exact": FLOW.exact(SENSORS)}
    models = {}
    for physics in (True, False):
        network = kp.networks.MLP([16, 16], seed=options.seed)
        model = kp.models.PINNModel(network, state(cases["noisy"], physics))
        optimizer = kp.optimizers.LevenbergMarquardt()
        model.compile(optimizer, jit_compile=compiled, steps_per_execution=20)
        models[physics] = model
    numbers, curves = {}, {}
    for kind, readings in cases.items():
        curves[kind] = {
            "equation and readings": train(models[True], readings, steps),
            "readings alone": train(models[False], readings, 20),
            "spectral": kp.solvers.assimilate(FLOW, 24, 48, SENSORS, readings, 1e-6)(X),
        }
        for name, u in curves[kind].items():
            numbers[f"{kind}_{name.replace(' ', '_')}"] = kp.solvers.relative_l2(u, EXACT)
        alone, physics = (f"{kind}_{name}" for name in ("readings_alone", "equation_and_readings"))
        numbers[f"{kind}_gain"] = numbers[alone] / numbers[physics]
        if kind == "noisy":
            found = kp.analysis.uncertainty(models[True]).fields(X[:, None])["u"]
    known = deviation()
    numbers |= {
        "expected_noisy": float(np.sqrt(np.mean(known**2))) / SIZE,
        "deviation_at_outflow": float(found[-1]),
        "known_deviation_at_outflow": float(known[-1]),
        "steps": steps,
        "training_seconds": round(time.perf_counter() - start, 1),
    }
    print(f"relative L2 error, after {steps} steps; {numbers['training_seconds']} s in all")
    print("                             exact readings   5 % noise")
    for name in curves["exact"]:
        key = name.replace(" ", "_")
        exact, noisy = (numbers[f"{kind}_{key}"] for kind in ("exact", "noisy"))
        print(f"    {name:<24} {exact:>12.1e} {noisy:>14.3f}")
    gains = numbers["exact_gain"], numbers["noisy_gain"]
    print(f"    readings alone: worse by {gains[0]:>12.0f} {gains[1]:>8.0f} times")
    print(f"    expected from the noise: {numbers['expected_noisy']:>26.3f}")
    print("standard deviation of u(1), which no sensor sees")
    print(f"    {found[-1]:.4f} by the network, known: {known[-1]:.4f}")

    picture = draw(curves, cases["noisy"], found)
    kp.plotting.save(picture, options.output / "assimilation.png")
    print(f"the picture is in {options.output}")
    return numbers


def draw(curves: dict, readings: np.ndarray, deviations: np.ndarray) -> Figure:
    """The solutions from noisy readings, and all errors."""
    figure = Figure(figsize=(10, 4.2), dpi=150, layout="constrained")
    left, right = figure.subplots(1, 2)
    with_noise, exact = curves["noisy"], curves["exact"]
    u = with_noise["equation and readings"]
    left.fill_between(X, u - 2 * deviations, u + 2 * deviations, color="#0072B2", alpha=0.25)
    left.plot(X, u, color="#0072B2", label="equation and readings, ± 2 deviations")
    left.plot(X, EXACT, ":", color="black", label="truth")
    left.plot(X, with_noise["readings alone"], "--", color="#D55E00", label="readings alone")
    left.errorbar(
        SENSORS,
        readings,
        2 * STD,
        fmt="o",
        color="black",
        capsize=3,
        label="readings, ± 2 deviations",
    )
    left.set(xlabel="x", ylabel="u", title="Three noisy sensors and no boundary values")
    left.legend(frameon=False)
    errors = {
        "readings alone": (exact["readings alone"], "#D55E00", "--"),
        "equation and noisy readings": (u, "#0072B2", "-"),
        "equation and exact readings": (exact["equation and readings"], "#009E73", "-"),
        "spectral, exact readings": (exact["spectral"], "black", ":"),
    }
    for name, (values, colour, style) in errors.items():
        right.semilogy(X, np.abs(values - EXACT) + 1e-16, style, color=colour, label=name)
    right.set(xlabel="x", ylabel="absolute error of u", ylim=(1e-16, 1e3))
    right.set_title("The equation tells what the sensors do not see")
    right.legend(frameon=False, loc="upper center", ncols=2, fontsize=8)
    return figure


if __name__ == "__main__":
    main()
