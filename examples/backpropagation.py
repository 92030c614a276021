"""Back-propagation by hand beside automatic differentiation, and the graph that both walk.

    forward     ξ⁽ˡ⁾ = W⁽ˡ⁾ x⁽ˡ⁻¹⁾ + b⁽ˡ⁾,    x⁽ˡ⁾ = σ(ξ⁽ˡ⁾)
    backward    δ⁽ˡ⁾ = σ'(ξ⁽ˡ⁾) ⊙ W⁽ˡ⁺¹⁾ᵀ δ⁽ˡ⁺¹⁾,    ∂/∂W⁽ˡ⁾ = δ⁽ˡ⁾ x⁽ˡ⁻¹⁾ᵀ,    ∂/∂b⁽ˡ⁾ = δ⁽ˡ⁾

    python -m examples.backpropagation             a few seconds
    python -m examples.backpropagation --quick     a smaller network for the timing

`kp.analysis.backpropagate` does these lines in NumPy. In float64 it must agree with TensorFlow's
GradientTape to rounding, for regression and for classification. Central differences of the loss
agree to O(h²), until rounding takes over, and need two evaluations for each weight, where
back-propagation has all derivatives for the price of a few.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import kerasphys as kp

STEPS = (4e-2, 2e-2, 1e-2, 5e-3)


def by_tape(network: keras.Model, x: np.ndarray, y: np.ndarray, loss: Callable) -> list[np.ndarray]:
    """The gradient of the mean loss by TensorFlow."""
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(loss(y, network(x)))
    gradients = tape.gradient(value, [v.value for v in network.trainable_variables])
    return [gradient.numpy() for gradient in gradients]


def difference(found: list[np.ndarray], expected: list[np.ndarray]) -> float:
    """The largest relative difference of the gradients by the layers' weights."""
    pairs = zip(found, expected, strict=True)
    return float(max(np.linalg.norm(a - b) / np.linalg.norm(b) for a, b in pairs))


def central(network: kp.networks.MLP, x: np.ndarray, y: np.ndarray, step: float) -> float:
    """The derivative of the loss by one weight of the second layer."""
    kernel = network.dense[1].kernel
    start = kernel.numpy()
    values = []
    for sign in (1, -1):
        moved = start.copy()
        moved[0, 0] += sign * step
        kernel.assign(moved)
        values.append(kp.analysis.backpropagate(network, x, y).loss)
    kernel.assign(start)
    return (values[0] - values[1]) / (2 * step)


def seconds(function: Callable, repeats: int = 10) -> float:
    """The shortest time that a call takes."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def cost(width: int, seed: int) -> float:
    """The time of a loss with its gradient by the time of the loss alone, compiled."""
    network = kp.networks.MLP([width] * 3, outputs=1, dtype="float64", seed=seed)
    x = tf.constant(np.random.default_rng(seed).standard_normal((1000, 8)))
    network.build(x.shape)

    @tf.function
    def forward() -> tf.Tensor:
        return tf.reduce_mean(network(x) ** 2)

    @tf.function
    def both() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            value = forward()
        return tape.gradient(value, [v.value for v in network.trainable_variables])

    return seconds(both) / seconds(forward)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Compares the gradients and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a smaller network for the timing")
    parser.add_argument("--output", type=Path, default=Path("outputs/backpropagation"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and data")
    options = parser.parse_args(argv)
    rng = np.random.default_rng(options.seed)
    x, y = rng.standard_normal((20, 2)), rng.standard_normal((20, 3))
    labels = np.eye(3)[rng.integers(0, 3, 20)]
    numbers = {}

    print("by hand against GradientTape, relative difference; known: 0, to rounding")
    cross_entropy = keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64")
    for activation in ("tanh", "logistic", "relu", "sine"):
        network = kp.networks.MLP(
            [5, 4], activation, outputs=3, dtype="float64", seed=options.seed, name="network"
        )
        network.build((None, 2))
        for loss, targets, function in (
            ("mse", y, keras.losses.mean_squared_error),
            ("crossentropy", labels, cross_entropy),
        ):
            found = kp.analysis.backpropagate(network, x, targets, loss).gradients
            gap = difference(found, by_tape(network, x, targets, function))
            numbers[f"{activation}_{loss}"] = gap
            print(f"    {activation:<9} {loss:<13} {gap:.0e}")

    network = kp.networks.MLP([5, 4], outputs=3, dtype="float64", seed=options.seed, name="network")
    network.build((None, 2))
    exact = kp.analysis.backpropagate(network, x, y).gradients[2][0, 0]
    errors = [abs(central(network, x, y, step) - exact) for step in STEPS]
    orders = kp.solvers.observed_order(1 / np.array(STEPS), errors)
    print("central differences for one weight, known: order 2")
    for step, error in zip(STEPS, errors, strict=True):
        print(f"    h = {step:.3f}   error {error:.2e}")
    numbers["order"] = float(orders[-1])
    print(f"    order {numbers['order']:.3f}")

    ratio = numbers["cost"] = cost(64 if options.quick else 512, options.seed)
    evaluations = 2 * network.count_params()
    print(f"a gradient costs {ratio:.1f} evaluations of the loss, expected: 2 to 5;")
    print(
        f"    by central differences it would be {evaluations} for these {evaluations // 2} weights"
    )

    graph = kp.plotting.computational_graph(network, "What back-propagation walks upwards")
    kp.plotting.save(graph, options.output / "graph.png")
    print(f"a picture of the graph is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
