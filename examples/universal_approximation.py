"""Universal approximation: what proofs construct, loaded into Keras and measured.

    python -m examples.universal_approximation             about ten seconds
    python -m examples.universal_approximation --quick     without training

*Pinkus 1999*: one hidden layer of any width approximates every continuous function if and only if
the activation is no polynomial. With σ(x) = x² every network is a parabola: for x³ on [-1, 1] its
mean square error is 4/175 at least. *Rates*: H ReLUs interpolate sin(2πx) with the largest error
(π²/2) / H², which falls with the second power of the number of parameters. *Depth* (Yarotsky 2017):
x² with the error 4^-(m + 1) from 12 m - 2 parameters, which falls exponentially. *Narrow networks*
(Kidger and Lyons 2020): the interpolant with H neurons is also a network of width 3 and depth H.
Training does not find these weights: Adam, the best of three starts, is some times worse than the
interpolant with as many neurons, and errors of optimisation hide the rate.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import kerasphys as kp

SIZES, LEVELS, TRAINED = (16, 32, 64, 128, 256), (1, 2, 3, 4, 5, 6, 7), 16


def wave(x: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * x)


def largest_error(network: keras.Model, function, points: int = 8193) -> float:
    x = np.linspace(0, 1, points)[:, None]
    return float(np.abs(network(x).numpy() - function(x)).max())


def interpolant(neurons: int, function) -> kp.networks.MLP:
    x = np.linspace(0, 1, neurons + 1)
    return kp.networks.shallow_interpolant(x, function(x))


def best_cube(activation, width: int, seed: int) -> float:
    """The mean square error for x³ of random hidden neurons with the best output layer."""
    points, weights = np.polynomial.legendre.leggauss(50)
    rng = np.random.default_rng(seed)
    network = kp.networks.MLP([width], activation, outputs=1, dtype="float64", seed=seed)
    network.build((None, 1))
    hidden, last = network.dense
    hidden.kernel.assign(rng.normal(size=(1, width)))
    hidden.bias.assign(rng.normal(size=width))
    root = np.sqrt(weights / 2)[:, None]
    features = np.concatenate([hidden(points[:, None]), np.ones((50, 1))], axis=1)
    best = np.linalg.lstsq(root * features, root * points[:, None] ** 3)[0]
    last.kernel.assign(best[:-1])
    last.bias.assign(best[-1])
    return float(weights / 2 @ (network(points[:, None]).numpy()[:, 0] - points**3) ** 2)


def trained(steps: int, seed: int) -> float:
    """The largest error after Adam, from ReLUs that bend at random places."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, 257, dtype="float32")[:, None]
    network = kp.networks.MLP([TRAINED], "relu", outputs=1, seed=seed)
    network.build((None, 1))
    network.dense[0].kernel.assign(np.ones((1, TRAINED)))
    network.dense[0].bias.assign(-rng.uniform(size=TRAINED))
    rate = keras.optimizers.schedules.CosineDecay(1e-2, steps)
    network.compile(keras.optimizers.Adam(rate), loss="mse", steps_per_execution=100)
    data = tf.data.Dataset.from_tensors((x, wave(x))).repeat()
    network.fit(data, steps_per_epoch=steps, shuffle=False, verbose=0)
    return largest_error(network, wave)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Measures the constructions and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train nothing")
    parser.add_argument("--output", type=Path, default=Path("outputs/universal_approximation"))
    parser.add_argument("--seed", type=int, default=0, help="of weights")
    options = parser.parse_args(argv)
    numbers = {}

    print("x³ on [-1, 1]: mean square error")
    square = numbers["square"] = best_cube(keras.ops.square, 40, options.seed)
    tanh = numbers["tanh"] = best_cube("tanh", 10, options.seed)
    print(f"    σ = x², 40 neurons     {square:.6f}, known: {4 / 175:.6f}, however wide")
    print(f"    σ = tanh, 10 neurons   {tanh:.1e}, expected: below 1e-4")

    print("sin(2πx) by H ReLUs: largest error")
    errors = []
    for size in SIZES:
        errors.append(largest_error(interpolant(size, wave), wave))
        numbers[f"shallow_{size}"] = errors[-1]
        print(f"    H = {size:3}   {errors[-1]:.3e}, known: {np.pi**2 / 2 / size**2:.3e}")
    slope, deviation = kp.analysis.fit_rate(SIZES, errors)
    numbers["slope"] = slope
    print(f"    slope {slope:.3f} ± {deviation:.3f}, known: -2")

    print("x² by m layers of three ReLUs: largest error")
    deep, shallow = [], []
    for level in LEVELS:
        network = kp.networks.yarotsky_square(level)
        error = numbers[f"deep_{level}"] = largest_error(network, np.square)
        deep.append((network.count_params(), error))
        wide = interpolant(2**level, np.square)
        shallow.append((wide.count_params(), largest_error(wide, np.square)))
        print(f"    m = {level}   {error:.6e}, known: {4.0 ** -(level + 1):.6e}")

    wide = interpolant(64, wave)
    narrow = kp.networks.narrow_deep(wide)
    x = np.random.default_rng(options.seed).uniform(size=(1000, 1))
    numbers["width"], numbers["depth"] = max(narrow.units), len(narrow.units)
    numbers["narrow"] = np.abs(narrow(x).numpy() - wide(x).numpy()).max()
    print(
        f"64 neurons in one layer = {len(narrow.units)} layers of {max(narrow.units)}: "
        f"difference {numbers['narrow']:.1e}, known: 0"
    )

    if not options.quick:
        best = min(trained(2000, options.seed + start) for start in range(3))
        numbers["trained"] = best / numbers[f"shallow_{TRAINED}"]
        print(
            f"{TRAINED} ReLUs trained by Adam: largest error {best:.2e}, "
            f"{numbers['trained']:.1f} times that of the interpolant"
        )

    figure = kp.plotting.comparison(
        [3 * size + 1 for size in SIZES],
        {
            "sin(2πx), one layer": ([3 * size + 1 for size in SIZES], errors),
            "(π²/2) / H²": [np.pi**2 / 2 / size**2 for size in SIZES],
            "x², one layer": tuple(np.transpose(shallow)),
            "x², deep (Yarotsky)": tuple(np.transpose(deep)),
        },
        xlabel="parameters",
        ylabel="largest error",
        title="One layer: a power of the size; depth: exponential",
        xscale="log",
        yscale="log",
    )
    kp.plotting.save(figure, options.output / "universal_approximation.png")
    print(f"the picture is in {options.output}")
    return {name: float(value) for name, value in numbers.items()}


if __name__ == "__main__":
    main()
