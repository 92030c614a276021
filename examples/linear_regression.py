"""A straight line through noisy points: least squares, one neuron in Keras, and scikit-learn.

    y = 2x + 1 + noise,    50 points in [0, 1], noise with a standard deviation of 0.1

    python -m examples.linear_regression             a few seconds
    python -m examples.linear_regression --quick     the same

Machine learning in its smallest form: data, a model with parameters (a neuron with one weight and
one bias), a loss, and training. The mean square error of a line is a quadratic bowl in slope and
intercept, so gradient descent must end where the normal equations of least squares say; that is
also what scikit-learn's LinearRegression solves. The line differs from the true one by what the
noise does: the slope has the standard deviation σ / (√N s), with the spread s of the points.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import kerasphys as kp

SLOPE, INTERCEPT, NOISE, POINTS = 2.0, 1.0, 0.1, 50


def draw(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points `(n, 1)` and their noisy values `(n, 1)`."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 1, (POINTS, 1))
    return x, SLOPE * x + INTERCEPT + NOISE * rng.standard_normal(x.shape)


def least_squares(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and intercept by the normal equations."""
    columns = np.concatenate([x, np.ones_like(x)], axis=1)
    slope, intercept = np.linalg.solve(columns.T @ columns, columns.T @ y)[:, 0]
    return float(slope), float(intercept)


def neuron(x: np.ndarray, y: np.ndarray, seed: int) -> tuple[float, float]:
    """Slope and intercept by gradient descent on the mean square error."""
    model = keras.Sequential(
        [
            keras.Input((1,)),
            keras.layers.Dense(1, kernel_initializer=keras.initializers.GlorotNormal(seed)),
        ]
    )
    model.compile(keras.optimizers.SGD(0.6), loss="mse", steps_per_execution=100)
    data = tf.data.Dataset.from_tensors((x, y)).repeat(400)  # all points in each of 400 steps
    model.fit(data, shuffle=False, verbose=0)
    kernel, bias = model.get_weights()
    return float(kernel[0, 0]), float(bias[0])


def scikit_learn(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and intercept by scikit-learn."""
    try:
        from sklearn.linear_model import LinearRegression
    except ImportError as error:
        raise ImportError(
            "This example compares with scikit-learn, which is not installed: "
            "pip install scikit-learn"
        ) from error
    model = LinearRegression().fit(x, y[:, 0])
    return float(model.coef_[0]), float(model.intercept_)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Fits the line three times and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")
    parser.add_argument("--output", type=Path, default=Path("outputs/linear_regression"))
    parser.add_argument("--seed", type=int, default=0, help="of the points, noise and weights")
    options = parser.parse_args(argv)

    x, y = draw(options.seed)
    lines = {
        "least squares": least_squares(x, y),
        "Keras": neuron(x, y, options.seed),
        "scikit-learn": scikit_learn(x, y),
    }
    numbers = {}
    print("                 slope      intercept")
    for name, (slope, intercept) in lines.items():
        numbers[f"slope_{name}"], numbers[f"intercept_{name}"] = slope, intercept
        print(f"{name:<14}  {slope:.6f}   {intercept:.6f}")
    expected = NOISE / np.sqrt(POINTS) / np.std(x)
    numbers["deviation"] = lines["least squares"][0] - SLOPE
    numbers["standard_error"] = float(expected)
    print(
        f"the true slope is {SLOPE}: off by {numbers['deviation']:+.3f}, where the noise lets "
        f"expect a standard deviation of {expected:.3f}"
    )
    slope, intercept = lines["Keras"]
    numbers["loss"] = float(np.mean((slope * x + intercept - y) ** 2))
    expected = NOISE**2 * (POINTS - 2) / POINTS
    print(f"mean square error {numbers['loss']:.5f}, expected about {expected:.5f}")

    grid = np.linspace(0, 1, 101)
    curves = {"data": (x[:, 0], y[:, 0])}
    for name in ("least squares", "Keras"):
        curves[name] = lines[name][0] * grid + lines[name][1]
    figure = kp.plotting.comparison(
        grid,
        curves,
        linestyles={"data": "o", "least squares": "-", "Keras": "--"},
        ylabel="y",
        title="One neuron learns the line of least squares",
    )
    kp.plotting.save(figure, options.output / "linear_regression.png")
    print(f"a picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
