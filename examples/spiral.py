"""A spiral, learnt from one trajectory and continued: what a model has not seen, it must be told.

    x' = A x³ (each component cubed),    A = [[-0.1, 2], [-2, -0.1]],    x(0) = (2, 0)

    python -m examples.spiral             about 15 s
    python -m examples.spiral --quick     fewer steps, to see that it runs

Two neural ODEs are fitted to the states at t <= 1.5, in pieces of five times: a network that knows
nothing, and a field of the right form, `x -> x³ -> A x`, with four weights. Both follow the data.
After t = 1.5 the spiral enters a region that the network has never seen, and it loses its way. The
four weights are those of A, and go on.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import scipy
import tensorflow as tf
from matplotlib.figure import Figure

import kerasphys as kp

MATRIX = np.array([[-0.1, 2.0], [-2.0, -0.1]])
END, TIMES, PIECE = 1.5, 61, 5


@keras.saving.register_keras_serializable("examples")
class Cube(keras.layers.Layer):
    """The cube of each component."""

    def call(self, x):
        return x**3


def spiral(times: np.ndarray) -> np.ndarray:
    """The solution, by scipy."""
    solution = scipy.integrate.solve_ivp(
        lambda t, x: MATRIX @ x**3, times[[0, -1]], [2.0, 0.0], t_eval=times, rtol=1e-10, atol=1e-12
    )
    return solution.y.T


def fit(field, x: np.ndarray, step: float, steps: int, seed: int) -> kp.networks.NeuralODE:
    """A neural ODE that was trained to go from each state to the next ones."""
    starts = x[:-PIECE].astype("float32")
    pieces = np.stack([x[n : len(x) - PIECE + n] for n in range(1, PIECE + 1)], axis=1)
    network = kp.networks.NeuralODE(field, times=step * np.arange(1, PIECE + 1), steps=1, seed=seed)
    rate = keras.optimizers.schedules.CosineDecay(0.02, steps, alpha=0.01)
    network.compile(
        keras.optimizers.Adam(rate), loss="mse", jit_compile=True, steps_per_execution=100
    )
    data = tf.data.Dataset.from_tensors((starts, pieces.astype("float32"))).repeat()
    network.fit(data, epochs=steps // 100, steps_per_epoch=100, shuffle=False, verbose=0)
    return network


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Fits both fields and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few steps only")
    parser.add_argument("--output", type=Path, default=Path("outputs/spiral"))
    parser.add_argument("--seed", type=int, default=0, help="of the weights")
    options = parser.parse_args(argv)
    steps = 200 if options.quick else 1500
    times = np.linspace(0, 2 * END, 2 * TIMES - 1)
    x = spiral(times)

    initializer = keras.initializers.GlorotNormal(options.seed)
    cubic = keras.layers.Dense(2, use_bias=False, kernel_initializer=initializer)
    fields = {"network": [32, 32], "cubic": keras.Sequential([Cube(), cubic])}
    numbers, paths = {}, {}
    for name, field in fields.items():
        network = fit(field, x[:TIMES], times[1], steps, options.seed)
        paths[name] = network.trajectory(x[:1], times)[0].numpy()
        square = np.mean((paths[name] - x) ** 2, axis=1)
        numbers[f"{name}_seen"] = float(square[:TIMES].mean())
        numbers[f"{name}_unseen"] = float(square[TIMES:].mean())
        print(f"{name:8} mean square error   t <= {END}: {numbers[f'{name}_seen']:.1e}", end="   ")
        print(f"later: {numbers[f'{name}_unseen']:.1e}")
    learnt = cubic.get_weights()[0].T
    numbers["error_matrix"] = float(np.abs(learnt - MATRIX).max())
    print(
        f"A as learnt   {np.round(learnt.astype('float64'), 3).tolist()}   known: {MATRIX.tolist()}"
    )
    kp.plotting.save(draw(x, paths), options.output / "spiral.png")
    print(f"the picture is in {options.output}")
    return numbers


def draw(x: np.ndarray, paths: dict[str, np.ndarray]) -> Figure:
    figure = Figure(figsize=(9, 4.4), dpi=150, layout="constrained")
    titles = {"network": "A network that knows nothing", "cubic": "A field of the right form"}
    for panel, (name, path) in zip(figure.subplots(1, 2), paths.items(), strict=True):
        panel.plot(*x[:TIMES].T, "o", color="#0072B2", markersize=3, label="data, t ≤ 1.5")
        panel.plot(*x[TIMES:].T, color="#999999", linewidth=4, label="solution, t > 1.5")
        panel.plot(*path[:TIMES].T, color="black", linewidth=1, label="fitted")
        panel.plot(*path[TIMES:].T, "--", color="#D55E00", label="extrapolated")
        panel.set(title=titles[name], xlabel="x₁", ylabel="x₂", xlim=(-2.3, 2.3), ylim=(-2.3, 2.3))
        panel.set_aspect("equal")
    panel.legend(loc="center", fontsize=8)
    return figure


if __name__ == "__main__":
    main()
