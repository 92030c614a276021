"""Hares and lynxes: the rates of a predator-prey model from noisy counts, and the years to come.

    x' = α x - β x y,    y' = δ x y - γ y

    python -m examples.lotka_volterra             about 20 s
    python -m examples.lotka_volterra --quick     fewer steps, to see that it runs

The right-hand side is a Keras layer with four weights. A neural ODE with this field is fitted to 60
measurements of nearly one and a half cycles, with errors of 3 %, and continued for three more,
beside scipy's solution with the true rates. Along every solution δ x - γ ln x + β y - α ln y is
constant: what it changes by is the error of the solver.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import scipy
import tensorflow as tf

import kerasphys as kp

RATES = {"alpha": 1.0, "beta": 0.8, "gamma": 1.5, "delta": 0.6}
START, SEEN, END, MEASUREMENTS, NOISE = (1.0, 0.5), 8.0, 24.0, 60, 0.03


@keras.saving.register_keras_serializable("examples")
class Predation(keras.layers.Layer):
    """The model, with its rates as weights; logarithms keep them positive."""

    def build(self, input_shape):
        self.logarithms = self.add_weight(shape=(4,), initializer="zeros", name="logarithms")
        self.built = True

    def call(self, states):
        alpha, beta, gamma, delta = tf.unstack(tf.exp(self.logarithms.value))
        x, y = states[..., 0], states[..., 1]
        return tf.stack([alpha * x - beta * x * y, delta * x * y - gamma * y], axis=-1)


def solve(times: np.ndarray) -> np.ndarray:
    """The solution with the true rates, by scipy."""
    alpha, beta, gamma, delta = RATES.values()
    solution = scipy.integrate.solve_ivp(
        lambda t, s: [alpha * s[0] - beta * s[0] * s[1], delta * s[0] * s[1] - gamma * s[1]],
        (0, times[-1]),
        START,
        t_eval=times,
        rtol=1e-10,
        atol=1e-12,
    )
    return solution.y.T


def conserved(states: np.ndarray, rates: np.ndarray) -> np.ndarray:
    alpha, beta, gamma, delta = rates
    x, y = states.T
    return delta * x - gamma * np.log(x) + beta * y - alpha * np.log(y)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Fits the rates and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few steps only")
    parser.add_argument("--output", type=Path, default=Path("outputs/lotka_volterra"))
    parser.add_argument("--seed", type=int, default=0, help="of the errors of measurement")
    options = parser.parse_args(argv)
    steps = 100 if options.quick else 600
    rng = np.random.default_rng(options.seed)
    seen = np.linspace(0, SEEN, MEASUREMENTS + 1)[1:]
    counts = solve(seen) * (1 + NOISE * rng.standard_normal((MEASUREMENTS, 2)))

    field = Predation()
    network = kp.networks.NeuralODE(field, times=seen, steps=2)
    rate = keras.optimizers.schedules.CosineDecay(0.05, steps, alpha=0.01)
    network.compile(
        keras.optimizers.Adam(rate), loss="mse", jit_compile=True, steps_per_execution=50
    )
    start = np.array([START], "float32")
    data = tf.data.Dataset.from_tensors((start, counts[None].astype("float32"))).repeat()
    network.fit(data, epochs=steps // 50, steps_per_epoch=50, shuffle=False, verbose=0)

    numbers = {}
    rates = np.exp(field.get_weights()[0].astype("float64"))
    print("rate    learnt   true")
    for (name, known), found in zip(RATES.items(), rates, strict=True):
        numbers[name] = float(found)
        print(f"{name:6}  {found:.4f}   {known}")
    times = np.linspace(0, END, 481)
    truth, path = solve(times), network.trajectory(start, times)[0].numpy()
    later = times > SEEN
    numbers["unseen"] = kp.solvers.relative_l2(path[later], truth[later])
    drift = conserved(path.astype("float64"), rates)
    numbers["drift"] = float(np.abs(drift - drift[0]).max())
    print(f"relative error for {SEEN:.0f} < t < {END:.0f}   {numbers['unseen']:.3f}", end="   ")
    print(f"measurements: {NOISE}")
    print(f"change of the conserved quantity   {numbers['drift']:.1e}   exact: 0")

    figure = kp.plotting.comparison(
        times,
        {
            "hares, true rates": truth[:, 0],
            "hares, learnt": path[:, 0],
            "lynxes, true rates": truth[:, 1],
            "lynxes, learnt": path[:, 1],
            "hares, measured": (seen, counts[:, 0]),
            "lynxes, measured": (seen, counts[:, 1]),
        },
        linestyles={"hares, measured": "o", "lynxes, measured": "o"},
        xlabel="time",
        ylabel="population",
        title=f"Fitted to t ≤ {SEEN:.0f}, then continued",
    )
    figure.axes[0].set_ylim(0, 8)
    figure.axes[0].legend(loc="upper center", ncols=3, fontsize=8)
    kp.plotting.save(figure, options.output / "lotka_volterra.png")
    print(f"the picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
