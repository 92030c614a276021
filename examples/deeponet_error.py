"""What the error of a DeepONet is made of: basis functions, training, distance.

    s' = u    on [0, 1],    s(0) = 0,    from u, a random function, to s

    python -m examples.deeponet_error             about 40 s on two cores
    python -m examples.deeponet_error --quick     a short training, to see that it runs

A DeepONet with p basis functions returns functions in a space of p dimensions, so its error on any
sample is at least that of the best such space, which POD gives: the square root of the tail of the
eigenvalues. Networks with 1 to 20 basis functions are trained. Their errors lie on the bound, never
below it, until the error of the training takes over: then more basis functions do not help. The
branch is linear, as the operator is.

The largest network is then asked for rougher and larger inputs than it was trained with. With the
triangle inequality the error is at most the change of the operator and the change of the network
between the input and the nearest training input, and the error there. It grows with that distance.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np

import kerasphys as kp

SENSORS, POINTS = 40, 50


def antiderivatives(samples: int, seed: int, **changes: float) -> kp.datasets.Samples:
    """Random functions and their integrals."""
    data = kp.datasets.antiderivative(
        samples + 2, SENSORS, 1, 1, points=POINTS, seed=seed, **changes
    )
    return data.train


def train(
    samples: kp.datasets.Samples, basis: int, epochs: int, jit_compile: bool, seed: int
) -> kp.models.SurrogateModel:
    """A trained network, without constants: the bound is that of `basis` functions."""
    start = keras.initializers.GlorotUniform(seed)
    branch = keras.layers.Dense(basis, use_bias=False, kernel_initializer=start, dtype="float64")
    trunk = kp.networks.MLP([16, 16], seed=seed + 1)
    network = kp.networks.DeepONet(branch, trunk, basis=basis, bias=False)
    model = kp.models.SurrogateModel(network, dtype="float64")
    model.compile(
        kp.optimizers.SSBroyden(), loss="mse", jit_compile=jit_compile, steps_per_execution=50
    )
    model.fit(samples, epochs=epochs, steps_per_epoch=50, verbose=0)
    return model


def joined(parts: list[kp.datasets.Samples]) -> kp.datasets.Samples:
    """The samples of several sets, at the same points."""
    functions = np.concatenate([part.inputs["u"] for part in parts])
    outputs = np.concatenate([part.outputs for part in parts])
    return kp.datasets.Samples({"u": functions}, outputs, parts[0].points)


def picture(
    sizes: list[int],
    errors: dict[str, list[float]],
    bound: np.ndarray,
    budgets: dict[str, kp.analysis.ErrorBudget],
):
    """Errors over the number of basis functions, and over the distance to the training."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.5, 4.4), dpi=150, layout="constrained")
    left, right = figure.subplots(1, 2)
    shown = np.arange(1, max(sizes) + 1)
    left.semilogy(shown, bound[shown], "k-", label="POD bound: no model is below")
    left.semilogy(sizes, errors["test"], "o", label="DeepONet, unseen functions")
    left.semilogy(sizes, errors["training"], "+", label="DeepONet, training functions")
    left.set(
        xlabel="basis functions p",
        ylabel="relative L2 error",
        title="Few basis functions limit the error, then the training",
        ylim=(min(errors["training"]) / 30, 1),
        xticks=shown[1::2],
    )
    left.legend()
    for index, (name, budget) in enumerate(budgets.items()):
        color = f"C{index}"
        right.loglog(budget.distance, budget.error, ".", color=color, label=name)
        right.loglog(budget.distance, budget.bound, "^", color=color, alpha=0.25, markersize=3)
    right.loglog([], [], "^", color="0.6", markersize=3, label="bound (triangle inequality)")
    right.set(
        xlabel="distance to the nearest training function",
        ylabel="L2 error",
        title=f"Far from the training errors grow (p = {max(sizes)})",
    )
    right.set_ylim(top=30 * right.get_ylim()[1])  # room for the legend
    right.xaxis.set_minor_formatter("")
    right.legend(loc="upper left")
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one network, few steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/deeponet_error"))
    parser.add_argument("--seed", type=int, default=0, help="of data and weights")
    options = parser.parse_args(argv)
    sizes = [3] if options.quick else [1, 2, 3, 4, 5, 6, 8, 12, 20]
    epochs, samples = (1, 60) if options.quick else (12, 300)

    training = antiderivatives(samples, options.seed)
    unseen = {
        "as in training": antiderivatives(200, options.seed + 1),
        "half the length scale": antiderivatives(100, options.seed + 2, length_scale=0.1),
        "three times the size": antiderivatives(100, options.seed + 3, deviation=3.0),
    }
    test = unseen["as in training"]
    bounds = {
        "test": kp.analysis.pod_tail(test.outputs),
        "training": kp.analysis.pod_tail(training.outputs),
    }
    errors: dict[str, list[float]] = {"test": [], "training": []}
    start = time.perf_counter()
    for basis in sizes:
        model = train(training, basis, epochs, not options.quick, options.seed)
        for name, some in (("test", test), ("training", training)):
            errors[name].append(kp.solvers.relative_l2(model.predict(some.x), some.outputs))
    seconds = time.perf_counter() - start
    above = min(
        error / bounds[name][basis]
        for name in errors
        for basis, error in zip(sizes, errors[name], strict=True)
    )
    budget = kp.analysis.error_budget(model, training, joined(list(unseen.values())))
    by_kind = {name: kp.analysis.error_budget(model, training, s) for name, s in unseen.items()}
    numbers = {
        "relative_l2": errors["test"][-1],
        "least_over_bound": float(above),
        "three_functions": errors["test"][sizes.index(3)],
        "three_bound": float(bounds["test"][3]),
        "rank_correlation": budget.rank_correlation,
        "largest_over_bound": float(np.max(budget.error / budget.bound)),
        "linearity_defect": kp.analysis.linearity_defect(model, test),
        "training_seconds": round(seconds, 1),
    }
    print(f"{len(sizes)} networks, trained in {seconds:.0f} s; relative L2 errors:")
    for basis, error in zip(sizes, errors["test"], strict=True):
        print(f"    p = {basis:2d}    DeepONet {error:.2e}    bound {bounds['test'][basis]:.2e}")
    print(f"least quotient of error and bound      {above:.4f}, known: at least 1")
    print(f"rank correlation of error and distance {budget.rank_correlation:.2f}")
    print(f"largest quotient of error and budget   {numbers['largest_over_bound']:.2f}, at most 1")
    print(f"defect of linearity                    {numbers['linearity_defect']:.1e}, known: 0")
    print(budget)
    figure = picture(sizes, errors, bounds["test"], by_kind)
    kp.plotting.save(figure, options.output / "deeponet_error.png")
    print(f"the picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
