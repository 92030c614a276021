"""What a multilayer perceptron computes, by hand and by Keras.

    x⁽ˡ⁾ = σ(W⁽ˡ⁾ x⁽ˡ⁻¹⁾ + b⁽ˡ⁾)    for the hidden layers,    f(x) = W x⁽ᴸ⁾ + b

    python -m examples.mlp             a few seconds
    python -m examples.mlp --quick     the same

A network from one number to one, with two hidden layers of width 10, has
(1 + 1) 10 + (10 + 1) 10 + (10 + 1) 1 = 141 parameters. Three lines of NumPy give what Keras gives,
to the rounding of the precision. Without an activation the layers collapse: a composition of affine
maps is one affine map, however deep. The picture shows how the curves of the neurons of each layer
are mixed into those of the next.
"""

import argparse
from pathlib import Path

import numpy as np

import kerasphys as kp

WIDTH, HIDDEN = 10, 2
PARAMETERS = (1 + 1) * WIDTH + (HIDDEN - 1) * (WIDTH + 1) * WIDTH + (WIDTH + 1) * 1


def network(activation: str, dtype: str, seed: int) -> kp.networks.MLP:
    """A network with random weights and biases."""
    made = kp.networks.MLP([WIDTH] * HIDDEN, activation, outputs=1, dtype=dtype, seed=seed)
    made.build((None, 1))
    rng = np.random.default_rng(seed)
    for layer in made.dense:
        layer.kernel.assign(layer.kernel.numpy() * 3)
        layer.bias.assign(rng.normal(size=layer.bias.shape))
    return made


def by_hand(made: kp.networks.MLP, x: np.ndarray) -> list[np.ndarray]:
    """The values of every hidden layer, and the output, with tanh as the activation."""
    weights = made.get_weights()
    values = [x]
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        values.append(np.tanh(values[-1] @ kernel + bias))
    return [*values[1:], values[-1] @ weights[-2] + weights[-1]]


def draw(x: np.ndarray, layers: list[np.ndarray]):
    """The curves of the neurons, layer by layer."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.4), dpi=150, layout="constrained")
    titles = [f"hidden layer {i + 1}: {WIDTH} neurons" for i in range(HIDDEN)] + ["the output"]
    for axes, values, title in zip(figure.subplots(1, HIDDEN + 1), layers, titles, strict=True):
        axes.plot(x[:, 0], values, linewidth=1.3)
        axes.set(title=title, xlabel="x")
        axes.grid(alpha=0.3)
    figure.suptitle("A multilayer perceptron bends, mixes, and bends again")
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Compares Keras with NumPy and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="nothing is left out")
    parser.add_argument("--output", type=Path, default=Path("outputs/mlp"))
    parser.add_argument("--seed", type=int, default=0, help="of the weights")
    options = parser.parse_args(argv)
    x = np.linspace(-2, 2, 401)[:, None]
    numbers = {"parameters": network("tanh", "float64", options.seed).count_params()}
    print(f"parameters {numbers['parameters']}, known: {PARAMETERS}")

    print("largest difference between Keras and NumPy")
    for dtype, known in (("float32", 1e-6), ("float64", 1e-13)):
        made = network("tanh", dtype, options.seed)
        expected = by_hand(made, x.astype(dtype))[-1]
        size = np.abs(expected).max()
        error = numbers[dtype] = np.abs(made(x).numpy() - expected).max() / size
        print(f"    {dtype}   {error:.1e} of the largest value, known: rounding, below {known:.0e}")

    linear = network("linear", "float64", options.seed)
    slope, offset = np.polynomial.polynomial.polyfit(x[:, 0], linear(x).numpy()[:, 0], 1)[::-1]
    error = numbers["linear"] = np.abs(linear(x).numpy() - slope * x - offset).max()
    print(f"without activation the network is {slope:.3f} x {offset:+.3f}, up to {error:.1e}")

    layers = by_hand(network("tanh", "float64", options.seed), x)
    kp.plotting.save(draw(x, layers), options.output / "mlp.png")
    print(f"the picture is in {options.output}")
    return {name: float(value) for name, value in numbers.items()}


if __name__ == "__main__":
    main()
