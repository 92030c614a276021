"""Neural ODEs: paths of a flow cannot cross, and one more dimension lets them pass (section 3.4).

    z' = f(z, t),    z(0) = x,    the output is z(1),    the target is y = -x

    python -m examples.neural_ode             about 15 s
    python -m examples.neural_ode --quick     fewer epochs, to see that it runs

In one dimension the flow keeps the order of points, whatever f is: z(1) rises with x. The rising
function that is nearest to -x is constant, so the mean square error never falls below the variance
of y (1/3 for x uniform on (-1, 1)), at no time of any training. With a second component that
begins at zero (Dupont et al., 2019) the paths turn around one another, and the error vanishes.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure

import kerasphys as kp

POINTS, EPOCHS, QUICK = 64, 120, 25
TITLES = {
    "one dimension": "One dimension: paths cannot cross",
    "augmented": "Augmented: paths pass",
}


def train(
    x: np.ndarray, augment: int, epochs: int, seed: int
) -> tuple[kp.networks.NeuralODE, list]:
    """The trained network, and its mean square error at each epoch."""
    network = kp.networks.NeuralODE([16], augment=augment, time_input=True, steps=20, seed=seed)
    network.compile(keras.optimizers.Adam(0.03), loss="mse", jit_compile=True)
    history = network.fit(x, -x, epochs=epochs, batch_size=len(x), verbose=0)
    return network, history.history["loss"]


def draw(x: np.ndarray, networks: dict[str, kp.networks.NeuralODE]) -> Figure:
    """The paths of some points, and where they end."""
    figure = Figure(figsize=(10, 3.6), dpi=150, layout="constrained")
    panels = figure.subplots(1, 3)
    times = np.linspace(0, 1, 41)
    for panel, (name, network) in zip(panels, networks.items(), strict=False):
        follow = tf.function(lambda x, network=network: network.trajectory(x, times))
        paths = follow(x[::7]).numpy()[..., 0]
        for path in paths:
            colour = "#0072B2" if path[0] > 0 else "#D55E00"
            panel.plot(times, path, color=colour, linewidth=1.2)
        panel.set(title=TITLES[name], xlabel="t", ylabel="first component of z(t)")
        style = "--" if network.augment else "-"
        panels[2].plot(x, network.predict(x, verbose=0), style, label=name)
    panels[2].plot(x, -x, ":", color="black", label="target, y = -x")
    panels[2].set(title="What comes out", xlabel="x", ylabel="z(1)")
    panels[2].legend()
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains both networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few epochs only")
    parser.add_argument("--output", type=Path, default=Path("outputs/neural_ode"))
    parser.add_argument("--seed", type=int, default=0, help="of the weights")
    options = parser.parse_args(argv)
    epochs = QUICK if options.quick else EPOCHS
    half = (np.arange(POINTS // 2) + 0.5) / (POINTS // 2)
    x = np.concatenate([-half[::-1], half])[:, None].astype("float32")

    numbers = {"variance": float(np.var(x, dtype="float64"))}
    networks = {}
    for name, augment in (("one dimension", 0), ("augmented", 1)):
        networks[name], losses = train(x, augment, epochs, options.seed)
        numbers[f"error_{augment}"] = losses[-1]
        numbers[f"least_error_{augment}"] = min(losses)
    print(f"variance of y, the bound in one dimension   {numbers['variance']:.6f}")
    print(f"    least error of all {epochs} epochs          {numbers['least_error_0']:.6f}")
    print(f"error of the augmented network              {numbers['error_1']:.1e}   bound: 0")
    kp.plotting.save(draw(x, networks), options.output / "neural_ode.png")
    print(f"the picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
