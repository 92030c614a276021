"""Activations: their values, slopes and second derivatives, and what follows from them.

    python -m examples.activations             ten seconds
    python -m examples.activations --quick     a shorter training

The slope of the logistic function is 1/4 at most, and 0.0066 at 5 already: gradients fade. tanh is
the same function made symmetric, tanh(x) = 2 logistic(2x) - 1. A network of ReLUs has second
derivatives that are zero wherever they exist, so it cannot learn an equation of second order by
them. A ReLU whose argument is negative for all data gets no gradient and stays as it is; a leaky
one recovers. And the sine, with frequencies of about the right size from the start, fits sin(20 x)
where tanh, in as many steps with as many parameters, has not begun to.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import kerasphys as kp

NAMES = ("linear", "relu", "leaky_relu", "logistic", "tanh", "sine", "swish", "gelu")
FREQUENCY = 20.0


def network(units: list[int], activation: str, seed: int = 0, **options) -> kp.networks.MLP:
    made = kp.networks.MLP(units, activation, outputs=1, seed=seed, **options)
    made.build((None, 1))
    return made


def derivatives(function, x: np.ndarray) -> list[np.ndarray]:
    """Values, slopes and second derivatives by automatic differentiation."""
    points = tf.constant(x)
    with tf.GradientTape() as outer:
        outer.watch(points)
        with tf.GradientTape() as inner:
            inner.watch(points)
            values = function(points)
        slopes = inner.gradient(values, points)
    second = outer.gradient(slopes, points, unconnected_gradients="zero")
    return [values.numpy(), slopes.numpy(), second.numpy()]


def activation(name: str):
    """The function that a network takes for a name."""
    return network([1], name).dense[0].activation


def dead_fraction(name: str, seed: int) -> float:
    """The fraction of neurons with a bias of -10 that no gradient reaches."""
    made = network([100], name, seed, dtype="float64")
    made.dense[0].bias.assign(np.full(100, -10.0))
    x = np.linspace(-1, 1, 64)[:, None]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((made(x) - x) ** 2)
    return float(np.mean(tape.gradient(loss, made.dense[0].bias.value).numpy() == 0))


def fit(name: str, steps: int, seed: int) -> float:
    """The root mean square error of a network for sin(20 x)."""
    x = np.linspace(-1, 1, 200, dtype="float32")[:, None]
    y = np.sin(FREQUENCY * x)
    siren = name == "sine"
    made = network(
        [32, 32],
        name,
        seed,
        embedding=keras.layers.Rescaling(10.0) if siren else None,
        kernel_initializer="he_uniform" if siren else "glorot_normal",
    )
    rate = keras.optimizers.schedules.CosineDecay(3e-3, steps)
    made.compile(keras.optimizers.Adam(rate), loss="mse", steps_per_execution=50)
    data = tf.data.Dataset.from_tensors((x, y)).repeat()
    made.fit(data, steps_per_epoch=steps, shuffle=False, verbose=0)
    return float(np.sqrt(np.mean((made(x).numpy() - y) ** 2)))


def draw(x: np.ndarray, curves: dict[str, list[np.ndarray]]):
    """A panel for each activation."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 5.4), dpi=150, layout="constrained")
    panels = figure.subplots(2, 4, sharex=True, sharey=True).ravel()
    for axes, (name, values) in zip(panels, curves.items(), strict=True):
        for curve, style, label in zip(values, ("-", "--", ":"), ("σ", "σ'", "σ''"), strict=True):
            axes.plot(x, curve, style, linewidth=1.6, label=label)
        axes.set(title=name, ylim=(-1.6, 2.2))
        axes.grid(alpha=0.3)
    panels[0].legend(frameon=False)
    figure.supxlabel("x")
    figure.suptitle("Activations, their slopes and second derivatives")
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Looks at the activations and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a second only")
    parser.add_argument("--output", type=Path, default=Path("outputs/activations"))
    parser.add_argument("--seed", type=int, default=0, help="of the weights")
    options = parser.parse_args(argv)
    numbers = {}

    places = np.array([0.0, 5.0])
    for name, known in (("logistic", (0.25, 6.648e-3)), ("tanh", (1.0, 1.816e-4))):
        slopes = derivatives(activation(name), places)[1]
        for place, slope, expected in zip((0, 5), slopes, known, strict=True):
            numbers[f"{name}_slope_{place}"] = slope
            print(f"{name}'({place}) = {slope:.4g}, known: {expected:.4g}")
    x = np.linspace(-4, 4, 401)
    values = derivatives(activation("logistic"), 2 * x)[0]
    numbers["symmetric"] = np.abs(2 * values - 1 - np.tanh(x)).max()
    print(f"2 logistic(2x) - 1 and tanh(x) differ by {numbers['symmetric']:.1e}, known: 0")

    for name, known in (("relu", "0"), ("tanh", "not 0")):
        made = network([20, 20], name, options.seed, dtype="float64")
        second = derivatives(made, x[:, None])[2]
        numbers[f"{name}_second"] = np.abs(second).max()
        print(f"{name} network: largest |f''| {numbers[f'{name}_second']:.2g}, known: {known}")
    for name, known in (("relu", 1), ("leaky_relu", 0)):
        dead = numbers[f"{name}_dead"] = dead_fraction(name, options.seed)
        print(f"{name} with a bias of -10: {dead:.0%} get no gradient, known: {known:.0%}")

    steps = 200 if options.quick else 1000
    print(f"sin(20 x), {steps} steps of Adam: root mean square error, 0.70 for f = 0")
    for name in ("tanh", "sine"):
        error = numbers[f"{name}_fit"] = fit(name, steps, options.seed)
        print(f"    {name}   {error:.2e}")
    numbers["ratio"] = numbers["tanh_fit"] / numbers["sine_fit"]
    print(f"    the sine is {numbers['ratio']:.0f} times better, expected: more than 10")

    curves = {name: derivatives(activation(name), x) for name in NAMES}
    kp.plotting.save(draw(x, curves), options.output / "activations.png")
    print(f"the picture is in {options.output}")
    return {name: float(value) for name, value in numbers.items()}


if __name__ == "__main__":
    main()
