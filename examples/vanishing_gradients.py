"""Vanishing gradients: what reaches the first layers of deep networks, plain and residual.

    plain      x ← tanh(W x + b)            residual      x ← x + tanh(W x + b)

    python -m examples.vanishing_gradients             half a minute on two cores
    python -m examples.vanishing_gradients --quick     without training and the deepest

The gradient of an early layer is a product of one factor for each layer above it. In a chain of
logistic neurons with weights 1 each factor is at most 1/4: of 20 at most 9.1e-13 is left. With
weights of variance 0.5²/H a plain network loses a factor of 2 a layer, or more where neurons are
saturated. A residual network adds the identity to each factor: with zero weights its Jacobian
is the identity, that of the plain network zero. So the first layer of the plain network learns
nothing, and it ends with a higher training error than a shallower one; residual networks do not.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import kerasphys as kp

DEPTHS, TRAINED, WIDTH = (20, 30, 100), (5, 50), 32


def network(kind: str, width: int, depth: int, **options) -> keras.Model:
    if kind == "residual":
        return kp.networks.ResNet(width, depth, outputs=1, **options)
    return kp.networks.MLP([width] * depth, outputs=1, **options)


def norms(kind: str, depth: int, seed: int) -> np.ndarray:
    """The norm of the gradient in each hidden layer, with random weights and biases."""
    rng = np.random.default_rng(seed)
    initializer = keras.initializers.VarianceScaling(0.25, "fan_in", "untruncated_normal")
    made = network(kind, WIDTH, depth, kernel_initializer=initializer, dtype="float64", seed=seed)
    made.build((None, WIDTH))
    for variable in made.trainable_variables:
        if len(variable.shape) == 1:
            variable.assign(rng.normal(scale=0.5, size=variable.shape))
    x, y = rng.normal(size=(64, WIDTH)), rng.normal(size=(64, 1))
    return np.array(list(kp.analysis.layer_gradient_norms(made, x, y, "mse").values())[:-1])


def chain(depth: int) -> float:
    """The derivative of a chain of logistic neurons with respect to its input."""
    made = kp.networks.MLP(
        [1] * (depth - 1),
        "logistic",
        "logistic",
        outputs=1,
        kernel_initializer="ones",
        dtype="float64",
    )
    x = tf.constant([[0.5]], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = made(x)
    return float(tape.gradient(y, x)[0, 0])


def jacobian(kind: str, depth: int) -> np.ndarray:
    """That of a network with zero weights, from four numbers to four."""
    options = dict(outputs=4, kernel_initializer="zeros", dtype="float64")
    if kind == "residual":
        made = kp.networks.ResNet(4, depth, **options)
    else:
        made = kp.networks.MLP([4] * (depth - 1), output_activation="tanh", **options)
    x = tf.ones((1, 4), tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = made(x)
    return tape.batch_jacobian(y, x).numpy()[0]


def training_loss(kind: str, depth: int, seed: int, steps: int = 300) -> float:
    """The mean square error of a network of width 16 for sin(πx) after training by Adam."""
    x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    y = np.sin(np.pi * x)
    made = network(kind, 16, depth, seed=seed)
    rate = keras.optimizers.schedules.CosineDecay(1e-2, steps)
    made.compile(
        keras.optimizers.Adam(rate), loss="mse", steps_per_execution=100, jit_compile=False
    )
    data = tf.data.Dataset.from_tensors((x, y)).repeat()
    made.fit(data, steps_per_epoch=steps, shuffle=False, verbose=0)
    return float(np.mean((made(x).numpy() - y) ** 2))


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Measures gradients and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train nothing, and not so deep")
    parser.add_argument("--output", type=Path, default=Path("outputs/vanishing_gradients"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and data")
    options = parser.parse_args(argv)
    numbers = {"chain": chain(20)}
    print(f"20 logistic neurons: slope {numbers['chain']:.1e}, known: at most {4.0**-20:.1e}")
    for kind, known in (("plain", np.zeros((4, 4))), ("residual", np.eye(4))):
        error = numbers[f"{kind}_jacobian"] = np.abs(jacobian(kind, 30) - known).max()
        name = "the identity" if known.any() else "zero"
        print(f"zero weights, {kind}: the Jacobian is {name} up to {error:.0e}, known: 0")

    print("gradient of the first hidden layer by that of the last")
    curves = {}
    for kind in ("plain", "residual"):
        for depth in DEPTHS[:2] if options.quick else DEPTHS:
            values = norms(kind, depth, options.seed)
            ratio = numbers[f"{kind}_{depth}"] = values[0] / values[-1]
            curves[f"{kind}, {depth} layers"] = (np.arange(1.0, depth + 1), values)
            known = f"below {0.5 ** (depth - 1):.0e}" if kind == "plain" else "0.1 to 1000"
            print(f"    {kind:8}   {depth:3} layers   {ratio:.1e}, expected: {known}")

    if not options.quick:
        print("training error, 300 steps of Adam")
        for kind in ("plain", "residual"):
            for depth in TRAINED:
                loss = numbers[f"{kind}_loss_{depth}"] = training_loss(kind, depth, options.seed)
                print(f"    {kind:8}   {depth:2} layers   {loss:.1e}")
            growth = numbers[f"{kind}_loss_50"] / numbers[f"{kind}_loss_5"]
            expected = "more than 10" if kind == "plain" else "less than 3"
            print(f"        50 layers by 5: {growth:.2g}, expected: {expected}")

    figure = kp.plotting.comparison(
        np.arange(1.0, max(DEPTHS) + 1),
        curves,
        xlabel="layer",
        ylabel="norm of the gradient",
        title="Gradients vanish in plain networks only",
        yscale="log",
    )
    kp.plotting.save(figure, options.output / "vanishing_gradients.png")
    print(f"the picture is in {options.output}")
    return {name: float(value) for name, value in numbers.items()}


if __name__ == "__main__":
    main()
