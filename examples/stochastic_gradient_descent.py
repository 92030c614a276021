"""Stochastic gradient descent: constant and decaying rates, mini-batches, and which minima stay.

    f(θ) = mean of (θ - aᵢ)² / 2 over the data,    each step sees B of the aᵢ, drawn at random

    python -m examples.stochastic_gradient_descent             a few seconds
    python -m examples.stochastic_gradient_descent --quick     fewer replicas

With a constant rate η the parameter keeps overshooting: its variance settles at η σ² / ((2 - η) B).
With the rate 1/(k + 1) in step k it is the running mean of all data seen, and the mean square
error is σ² / (k B): slope -1 over the steps. And noise chooses among minima: near a minimum of
mean curvature a, whose curvatures differ by s from datum to datum, the mean square of θ is
multiplied by (1 - η a)² + η² s² (N - B) / (B (N - 1)) in each step (Wu, Ma and E, 2018), so that a
minimum on which full gradient descent would settle is left where its data disagree.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp

SIGMA = 2.0
MINIMA = {"uniform": np.full(8, 2.0), "not uniform": np.array([0.0, 0.0, 0.0, 0.0, 4, 4, 4, 4.0])}


def sampled(rng: np.random.Generator, batch: int, replicas: int):
    """A gradient that sees `batch` new data in each step, for each replica."""
    return lambda theta: theta - SIGMA * rng.standard_normal((batch, replicas)).mean(axis=0)


def growth(curvatures: np.ndarray, rate: float, batch: int) -> float:
    """By what the mean square of θ is multiplied in each step."""
    count, a, s = len(curvatures), curvatures.mean(), curvatures.std()
    noise = rate**2 * s**2 * (count - batch) / (batch * (count - 1))
    return float((1 - rate * a) ** 2 + noise)


def escape(
    rng: np.random.Generator, curvatures: np.ndarray, rate: float, replicas: int
) -> np.ndarray:
    """The mean square of θ over steps with one datum each, started next to a minimum."""

    def gradient(theta: np.ndarray) -> np.ndarray:
        return rng.choice(curvatures, replicas) * theta

    path = kp.analysis.gradient_descent(gradient, np.ones(replicas), rate, 12)
    return np.mean(path**2, axis=1)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Runs many replicas at once and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer replicas")
    parser.add_argument("--output", type=Path, default=Path("outputs/stochastic_gradient_descent"))
    parser.add_argument("--seed", type=int, default=0, help="of the data that are drawn")
    options = parser.parse_args(argv)
    rng = np.random.default_rng(options.seed)
    replicas = 2000 if options.quick else 20000
    numbers = {}

    print("constant rate: the variance at which it settles")
    for rate, batch in ((0.5, 1), (0.5, 8), (0.1, 1)):
        gradient = sampled(rng, batch, replicas)
        path = kp.analysis.gradient_descent(gradient, np.zeros(replicas), rate, 120)
        found = numbers[f"variance_{rate}_{batch}"] = float(np.mean(path[60:] ** 2))
        known = rate * SIGMA**2 / ((2 - rate) * batch)
        print(f"    eta = {rate}, B = {batch}   {found:.4f}   known: {known:.4f}")

    steps = 2 ** np.arange(9)
    decaying = kp.analysis.gradient_descent(
        sampled(rng, 4, replicas), np.zeros(replicas), lambda k: 1 / (k + 1), int(steps[-1])
    )
    errors = np.mean(decaying**2, axis=1)
    slope = numbers["slope"] = float(np.polyfit(np.log(steps), np.log(errors[steps]), 1)[0])
    numbers["last_error"] = float(errors[-1])
    print(f"rate 1/(k + 1): slope {slope:.3f}, known: -1")
    print(f"    after {steps[-1]} steps {errors[-1]:.5f}, known: {SIGMA**2 / (4 * steps[-1]):.5f}")

    print("two minima of mean curvature 2, eta = 0.8: growth of the mean square in each step")
    curves = {}
    for name, curvatures in MINIMA.items():
        known, full = growth(curvatures, 0.8, 1), growth(curvatures, 0.8, len(curvatures))
        curves[name] = escape(rng, curvatures, 0.8, replicas)
        found = numbers[f"growth_{name}"] = float((curves[name][4] / curves[name][0]) ** 0.25)
        print(f"    {name:<12} {found:.3f}   known: {known:.3f}   with all data: {full:.3f}")

    figure = Figure(figsize=(9.5, 4.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    constant = kp.analysis.gradient_descent(sampled(rng, 4, replicas), np.zeros(replicas), 0.1, 256)
    k = np.arange(1, 257)
    left.loglog(k, np.mean(constant**2, axis=1)[1:], color="#D55E00", label="constant rate 0.1")
    left.axhline(0.1 * SIGMA**2 / (1.9 * 4), color="#D55E00", linestyle=":", label="known limit")
    left.loglog(k, errors[1:], color="#0072B2", label="rate 1/(k + 1)")
    left.loglog(k, SIGMA**2 / (4 * k), "k:", label="σ²/(kB)")
    left.set(xlabel="step k", ylabel="mean square error", title="A decaying rate converges")
    for (name, values), colour in zip(curves.items(), ("#009E73", "#CC79A7"), strict=True):
        right.semilogy(values, "o", color=colour, markersize=4, label=f"{name}, measured")
        known = growth(MINIMA[name], 0.8, 1) ** np.arange(len(values))
        right.semilogy(known, color=colour, label=f"{name}, known")
    right.set(xlabel="step k", ylabel="mean square distance from the minimum")
    right.set_title("Noise leaves the minimum that is not uniform")
    for panel in (left, right):
        panel.legend(fontsize="small")
    kp.plotting.save(figure, options.output / "stochastic_gradient_descent.png")
    print(f"a picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
