"""A residual network is forward Euler for a differential equation.

    x_(l+1) = x_l + Δt σ(W_l x_l + b_l)    is a step of Euler for    dx/dt = σ(W(t) x + b(t))

    python -m examples.resnet_euler             20 s on two cores
    python -m examples.resnet_euler --quick     a shorter training

The velocity field that `kp.analysis.as_ode` takes out of a network with random weights, integrated
by Euler in NumPy, gives what the network gives. With a linear activation and W = -1 the blocks are
Euler for dx/dt = -x: the errors at t = 1 are exp(-1) - (1 - 1/L)^L, which halve when the number of
blocks L doubles. To train such a network is to find one field whose flow takes each x to its y. The
picture shows the paths of points through the layers of a network that has learnt to turn the plane
by a quarter. It began with zero weights, as the identity, and its steps join into smooth paths.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import kerasphys as kp

STEPS = (10, 20, 40)


def euler(field, x: np.ndarray, step: float, steps: int) -> np.ndarray:
    """All states, `(steps + 1, *x.shape)`."""
    path = [x]
    for index in range(steps):
        path.append(path[-1] + step * np.asarray(field(index * step, path[-1])))
    return np.stack(path)


def difference(dtype: str, seed: int) -> float:
    """What a network with random weights and Euler in NumPy differ by."""
    rng = np.random.default_rng(seed)
    network = kp.networks.ResNet(4, 50, 0.1, outputs=4, dtype=dtype, seed=seed)
    network.build((None, 4))
    for block in network.blocks:
        block.dense[0].bias.assign(rng.normal(size=4))
    x = rng.normal(size=(100, 4)).astype(dtype)
    field, step = kp.analysis.as_ode(network)
    return float(np.abs(euler(field, x, step, 50)[-1] - network(x).numpy()).max())


def decay_error(steps: int) -> float:
    """The error at t = 1 of the network whose blocks are Euler steps for dx/dt = -x."""
    network = kp.networks.ResNet(
        1, steps, 1 / steps, activation="linear", outputs=1, dtype="float64"
    )
    network.build((None, 1))
    for block in network.blocks:
        block.dense[0].kernel.assign([[-1.0]])
    return float(np.exp(-1) - network(np.ones((1, 1)))[0, 0])


def turned(blocks: int, steps: int, seed: int) -> tuple[kp.networks.ResNet, float]:
    """A network that has learnt to turn the plane by a quarter, and its error on new points."""
    rng = np.random.default_rng(seed)
    quarter = np.array([[0.0, 1.0], [-1.0, 0.0]])
    x, unseen = rng.uniform(-1, 1, size=(2, 256, 2))
    network = kp.networks.ResNet(
        2, blocks, 2 / blocks, outputs=2, kernel_initializer="zeros", seed=seed
    )
    rate = keras.optimizers.schedules.CosineDecay(2e-2, steps)
    network.compile(
        keras.optimizers.Adam(rate), loss="mse", steps_per_execution=100, jit_compile=False
    )
    data = tf.data.Dataset.from_tensors((x, x @ quarter)).repeat()
    network.fit(data, steps_per_epoch=steps, shuffle=False, verbose=0)
    return network, float(np.mean((network(unseen).numpy() - unseen @ quarter) ** 2))


def draw(network: kp.networks.ResNet):
    """Points on their way through the layers."""
    from matplotlib.figure import Figure

    angles = np.arange(5) * 2 * np.pi / 5
    start = 0.9 * np.stack([np.cos(angles), np.sin(angles)], axis=1).astype("float32")
    field, step = kp.analysis.as_ode(network)
    paths = euler(field, start, step, network.depth)
    figure = Figure(figsize=(5.4, 5.4), dpi=150, layout="constrained")
    axes = figure.subplots()
    axes.plot(paths[..., 0], paths[..., 1], ".-", linewidth=1, markersize=3)
    axes.plot(*paths[0].T, "ko", markersize=5, label="input")
    axes.plot(*paths[-1].T, "k^", markersize=6, label="output")
    target = start @ np.array([[0.0, 1.0], [-1.0, 0.0]])
    axes.plot(*target.T, "o", markersize=11, fillstyle="none", color="k", label="wanted")
    axes.set(xlabel="x₁", ylabel="x₂", aspect="equal")
    axes.set_title(f"{network.depth} residual blocks turn the plane by a quarter")
    axes.legend(frameon=False)
    axes.grid(alpha=0.3)
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Compares the network with Euler and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train fewer blocks, for a second")
    parser.add_argument("--output", type=Path, default=Path("outputs/resnet_euler"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    numbers = {}

    print("50 blocks with random weights, and 50 steps of Euler in NumPy")
    for dtype, known in (("float32", 1e-5), ("float64", 1e-12)):
        error = numbers[dtype] = difference(dtype, options.seed)
        print(f"    {dtype}   difference {error:.1e}, known: rounding, below {known:.0e}")

    print("blocks for dx/dt = -x: error at t = 1")
    for steps in STEPS:
        error = numbers[f"decay_{steps}"] = decay_error(steps)
        known = np.exp(-1) - (1 - 1 / steps) ** steps
        print(f"    {steps} blocks   {error:.6f}, known: {known:.6f}")
    orders = kp.solvers.observed_order(STEPS, [numbers[f"decay_{steps}"] for steps in STEPS])
    numbers["order"] = orders[-1]
    print(f"    order {orders[-1]:.3f}, known: 1")

    blocks, steps = (4, 100) if options.quick else (20, 1500)
    network, error = turned(blocks, steps, options.seed)
    numbers["turned"] = error
    print(f"a quarter turn, learnt: mean square error on new points {error:.1e}")
    kp.plotting.save(draw(network), options.output / "resnet_euler.png")
    print(f"the picture is in {options.output}")
    return {name: float(value) for name, value in numbers.items()}


if __name__ == "__main__":
    main()
