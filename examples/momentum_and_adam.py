"""Momentum and Adam: less zig-zag, far fewer steps, and what Keras means by the same names.

    momentum    g ← β g + (1 - β) ∇f,    θ ← θ - η g
    Adam        and G ← β₂ G + (1 - β₂) ∇f²,    θ ← θ - η g / (√G + ε), with corrected averages

    python -m examples.momentum_and_adam             a few seconds
    python -m examples.momentum_and_adam --quick     the same

On a bowl with curvatures 1 and 100 the best rate of gradient descent, η = 2/101, multiplies the
error by 99/101 in every step: 691 steps to 1e-6, the steep component changing its sign in each.
Momentum at its best (β = (9/11)², η = 0.1) has the rate 9/11, which alone would need 69 steps; its
double root adds some. Averaging with β = 0.9 turns the steep component by 26 degrees a step
instead of 180. Adam's first step is η in every component, whatever the scale of the gradient;
without the correction it is (1 - β₁) / √(1 - β₂) = 3.1623 times that. Keras' momentum sums
gradients where the average weighs them: the same path has the Keras rate η (1 - β).
"""

import argparse
from pathlib import Path

import keras
import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp

CURVATURES = np.array([1.0, 100.0])
START = np.array([1.0, 1.0])


def bowl(theta: np.ndarray) -> np.ndarray:
    """The gradient of (θ₁² + 100 θ₂²) / 2."""
    return CURVATURES * theta


def steps_to(path: np.ndarray, size: float = 1e-6) -> int:
    """How many steps it takes to reduce the error so far."""
    errors = np.linalg.norm(path, axis=1)
    return int(np.argmax(errors <= size * errors[0]))


def turns(path: np.ndarray, steps: int = 20) -> int:
    """How often the steep component changes its sign in the first steps."""
    return int(np.sum(np.diff(np.sign(path[: steps + 1, 1])) != 0))


def by_keras(optimizer: keras.optimizers.Optimizer, steps: int) -> np.ndarray:
    """The path of a Keras optimizer down the bowl."""
    variable = keras.Variable(START, dtype="float64")
    path = [variable.numpy()]
    for _ in range(steps):
        optimizer.apply([bowl(variable.numpy())], [variable])
        path.append(variable.numpy())
    return np.stack(path)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Goes down the bowl in several ways and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")
    parser.add_argument("--output", type=Path, default=Path("outputs/momentum_and_adam"))
    parser.add_argument("--seed", type=int, default=0, help="nothing here is random")
    options = parser.parse_args(argv)

    best = (9 / 11) ** 2
    paths = {
        "gradient descent": kp.analysis.gradient_descent(bowl, START, 2 / 101, 800),
        "momentum, best": kp.analysis.momentum(bowl, START, 0.1, 800, beta=best),
        "momentum, β = 0.9": kp.analysis.momentum(bowl, START, 2 / 101, 800, beta=0.9),
        "Adam": kp.analysis.adam(bowl, START, 0.1, 800),
    }
    numbers: dict[str, float] = {
        "descent_steps": steps_to(paths["gradient descent"]),
        "momentum_steps": steps_to(paths["momentum, best"]),
        "descent_turns": turns(paths["gradient descent"]),
        "momentum_turns": turns(paths["momentum, β = 0.9"]),
    }
    print("steps to an error of 1e-6")
    print(f"    gradient descent, eta = 2/101   {numbers['descent_steps']}   known: 691")
    print(
        f"    momentum at its best            {numbers['momentum_steps']}   by its rate alone: 69"
    )
    print("changes of sign of the steep component in 20 steps")
    print(f"    gradient descent    {numbers['descent_turns']}   known: 20")
    print(f"    momentum, 0.9       {numbers['momentum_turns']}    known: 20 * 26.2/180, about 3")

    print("the largest rate times curvature that momentum bears, known: 2 (1 + b) / (1 - b)")
    for beta in (0.5, 0.9):
        limit = 2 * (1 + beta) / (1 - beta)
        inside, outside = (
            abs(kp.analysis.momentum(lambda t, h=s * limit: h * t, [1.0], 1.0, 2000, beta)[-1, 0])
            for s in (0.99, 1.01)
        )
        numbers[f"inside_{beta}"], numbers[f"outside_{beta}"] = inside, outside
        print(f"    b = {beta}   {0.99 * limit:.2f}: error {inside:.0e}", end="")
        print(f"   {1.01 * limit:.2f}: error {outside:.0e}")

    print("the first step of Adam by eta, for gradients of several sizes")
    for correct, known in ((True, 1.0), (False, 3.1623)):
        sizes = [
            abs(
                kp.analysis.adam(
                    lambda t, s=s: s * t, [1.0], 0.1, 1, epsilon=0.0, bias_correction=correct
                )[1, 0]
                - 1
            )
            / 0.1
            for s in (1e-3, 1.0, 1e3)
        ]
        numbers["first_step" if correct else "first_step_uncorrected"] = sizes[0]
        shown = "   ".join(f"{size:.4f}" for size in sizes)
        print(f"    {'corrected' if correct else 'uncorrected':<12} {shown}   known: {known:.4f}")

    print("Keras beside the formulas, the largest difference of 50 steps")
    rate, beta, beta_2 = 2**-6, 1 - 2**-3, 1 - 2**-9  # exact in float32, in which Keras holds them
    for name, optimizer, path in (
        (
            "SGD(eta (1 - b), momentum=b)",
            kp.optimizers.averaged_momentum(rate, beta),
            kp.analysis.momentum(bowl, START, rate, 50, beta),
        ),
        (
            "Adam(eta)",
            keras.optimizers.Adam(rate, beta, beta_2, 1e-8),
            kp.analysis.adam(bowl, START, rate, 50, beta, beta_2),
        ),
        (
            "kp.optimizers.basic_adam(eta)",
            kp.optimizers.basic_adam(rate, beta, beta_2),
            kp.analysis.adam(bowl, START, rate, 50, beta, beta_2, bias_correction=False),
        ),
    ):
        gap = numbers[f"gap_{name}"] = float(np.abs(by_keras(optimizer, 50) - path).max())
        print(f"    {name:<30} {gap:.0e}   known: 0, to rounding")

    figure = Figure(figsize=(9.5, 4.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    theta = np.meshgrid(np.linspace(-0.3, 1.1, 100), np.linspace(-1.1, 1.1, 100))
    levels = theta[0] ** 2 / 2 + 50 * theta[1] ** 2
    left.contour(*theta, levels, np.geomspace(0.05, 60, 12), colors="#BBBBBB", linewidths=0.7)
    colours = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
    for (name, path), colour in zip(paths.items(), colours, strict=True):
        left.plot(*path[:41].T, ".-", color=colour, linewidth=1, markersize=3, label=name)
        right.semilogy(np.linalg.norm(path, axis=1), color=colour, label=name)
    left.set(xlabel="flat component", ylabel="steep component", title="The first 40 steps")
    right.set(xlabel="step", ylabel="distance from the minimum", ylim=(1e-9, 3))
    right.set_title("Momentum needs far fewer steps")
    right.legend(fontsize="small")
    kp.plotting.save(figure, options.output / "momentum_and_adam.png")
    print(f"a picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
