"""Stencils learnt from data: a convolution layer finds the physics that made the data.

    loss(g) = mean over i of (sum g[m] u[i + m] - f[i])²,    u white noise

    python -m examples.learned_stencil             about ten seconds
    python -m examples.learned_stencil --quick     fewer epochs, to see that it runs

The loss is convex, and gradient descent finds its minimum:

- from the second differences f of u it is [1, -2, 1]: u_xx, with the error u_xxxx / 12;
- from second differences with independent errors of standard deviation s it is off by about s / √N
  in each weight, where N is the number of values;
- from u_t = κ u_xx, a time t later, it is the heat kernel: a Gaussian of standard deviation
  √(2κt). Its second moment gives κ away.
"""

import argparse
from pathlib import Path

import keras
import numpy as np

import kerasphys as kp

POINTS, NOISE = 4096, 0.1
DIFFUSIVITY, TIME = 0.5, 2.25  # with points at a distance of 1: a kernel of sigma = 1.5


def learn(u: np.ndarray, f: np.ndarray, points: int, epochs: int) -> np.ndarray:
    """The kernel after each epoch, the last one trained longest, `(1 + epochs, points)`."""
    layer = kp.layers.StencilConv(np.zeros(points), learnable=True)
    kernels = [layer.as_kernel()]
    keep = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: kernels.append(layer.as_kernel())
    )
    model = keras.Sequential([layer])
    # white noise: the curvature of the loss is about 2 in every direction
    model.compile(keras.optimizers.SGD(0.2), loss="mse")
    u, f = u[None, :, None], f[None, :, None]
    model.fit(u, f, epochs=epochs, callbacks=[keep], verbose=0)
    return np.array(kernels)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Learns the kernels and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few epochs only")
    parser.add_argument("--output", type=Path, default=Path("outputs/learned_stencil"))
    parser.add_argument("--seed", type=int, default=0, help="of the data")
    options = parser.parse_args(argv)
    epochs = 8 if options.quick else 40
    rng = np.random.default_rng(options.seed)
    u = rng.standard_normal(POINTS)
    second = kp.kernels.convolve(u, kp.kernels.stencil(2))
    numbers = {}

    path = learn(u, second, 3, epochs)
    print(f"from second differences   {np.round(path[-1], 5)}   known: [1, -2, 1]")
    print(f"    as an operator        {kp.kernels.operator_of(path[-1], tolerance=1e-3)}")
    print(f"    known                 {kp.kernels.operator_of(kp.kernels.stencil(2))}")
    numbers["error"] = np.abs(path[-1] - [1, -2, 1]).max()

    noisy = learn(u, second + NOISE * rng.standard_normal(POINTS), 3, epochs)[-1]
    off = numbers["error_noisy"] = np.sqrt(np.mean((noisy - [1, -2, 1]) ** 2))
    print(f"with errors of {NOISE}        {np.round(noisy, 5)}")
    print(f"    off by                {off:.5f}   expected: {NOISE / np.sqrt(POINTS):.5f}")

    _, later = kp.solvers.solve_periodic(
        u, lambda d: DIFFUSIVITY * d**2, lower=0, upper=POINTS, times=[TIME], points=POINTS
    )
    learnt = learn(u, later[0], 17, epochs)[-1]
    sigma = np.sqrt(2 * DIFFUSIVITY * TIME)
    offsets = np.arange(17) - 8
    numbers["error_heat"] = np.abs(learnt - heat_kernel(offsets, sigma)).max()
    numbers["diffusivity"] = learnt @ offsets**2 / (2 * TIME)
    print(f"from the heat equation    diffusivity {numbers['diffusivity']:.4f}", end="   ")
    print(f"known: {DIFFUSIVITY}")
    print(f"    off the heat kernel   {numbers['error_heat']:.1e} at most")

    start = path[:25]
    figure = kp.plotting.comparison(
        np.arange(len(start)),
        {
            "g[-1], known: 1": start[:, 0],
            "g[0], known: -2": start[:, 1],
            "g[1], known: 1": start[:, 2],
        },
        xlabel="epoch",
        ylabel="weight",
        title="A layer learns [1, -2, 1] from noise",
    )
    kp.plotting.save(figure, options.output / "second_difference.png")
    fine = np.linspace(-8, 8, 201)
    curves = {"heat kernel": heat_kernel(fine, sigma), "learnt": (offsets, learnt)}
    figure = kp.plotting.comparison(
        fine,
        curves,
        linestyles={"learnt": "o"},
        xlabel="offset in points",
        ylabel="weight",
        title="A layer learns the heat kernel from u(0) and u(t)",
    )
    kp.plotting.save(figure, options.output / "heat_kernel.png")
    print(f"pictures are in {options.output}")
    return {name: float(value) for name, value in numbers.items()}


def heat_kernel(x: np.ndarray, sigma: float) -> np.ndarray:
    return np.exp(-((x / sigma) ** 2) / 2) / (np.sqrt(2 * np.pi) * sigma)


if __name__ == "__main__":
    main()
