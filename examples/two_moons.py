"""Two half circles told apart: classification with softmax and cross-entropy.

    loss = -mean log p(true class),    p = softmax of the outputs

    python -m examples.two_moons             about 10 s on two cores
    python -m examples.two_moons --quick     a few seconds of training, to see that it runs

No straight line separates the two moons, a network of two hidden layers of 16 does. A linear
classifier, softmax of one affine map, stands beside it. Two numbers are known beforehand: with
weights of zero it gives both classes the same probability, and the cross-entropy of such ignorance
is log 2 = 0.693147; and a confident mistake, p = 0.01 for the true class, costs 4.60517. Five seeds
gave the network 99.4 to 100 % of the unseen points, and the linear classifier 86 to 91 %.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp


def classifier(units: list[int], data: kp.datasets.Dataset, seed: int) -> kp.models.ClassifierModel:
    """An untrained classifier, linear where it has no hidden layers."""
    if units:
        network = kp.networks.MLP(units, "tanh", outputs=2, seed=seed, dtype="float32")
    else:
        layer = keras.layers.Dense(2, kernel_initializer="zeros")
        network = keras.Sequential([keras.Input((2,)), layer])
    model = kp.models.ClassifierModel(network, data.classes)
    model.adapt(data.train)
    model.compile(keras.optimizers.Adam(0.01), steps_per_execution=20)
    return model


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the classifiers and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/two_moons"))
    parser.add_argument("--seed", type=int, default=0, help="of points, weights and order")
    options = parser.parse_args(argv)
    count, epochs = (600, 20) if options.quick else (2000, 60)

    data = kp.datasets.two_moons(
        count, validation=count // 4, test=count // 4, noise=0.1, seed=options.seed
    )
    numbers, models = {}, {}
    for name, units in (("linear", []), ("network", [16, 16])):
        model = models[name] = classifier(units, data, options.seed)
        if not units:
            ignorance = model.evaluate(data.test, verbose=0, return_dict=True)["loss"]
            numbers["ignorance"] = ignorance
        start = time.perf_counter()
        history = model.fit(
            data.train,
            validation_data=data.validation,
            epochs=epochs,
            seed=options.seed,
            verbose=0,
        )
        numbers[f"{name}_seconds"] = round(time.perf_counter() - start, 1)
        logs = model.evaluate(data.test, verbose=0, return_dict=True)
        numbers[f"{name}_accuracy"], numbers[f"{name}_loss"] = logs["accuracy"], logs["loss"]

    entropy = keras.losses.CategoricalCrossentropy(dtype="float64")
    mistake = float(entropy(np.array([[1.0, 0.0]]), np.array([[0.01, 0.99]])))
    numbers["confident_mistake"] = mistake
    print(f"cross-entropy of ignorance {numbers['ignorance']:.6f}, known: 0.693147")
    print(f"cross-entropy of p = 0.01 for the true class {mistake:.5f}, known: 4.60517")
    for name in models:
        print(
            f"{name:<8} {numbers[f'{name}_accuracy']:.1%} of {len(data.test)} unseen points, "
            f"cross-entropy {numbers[f'{name}_loss']:.3f}, {numbers[f'{name}_seconds']:.0f} s"
        )
    losses = {name: history.history[name] for name in ("loss", "val_loss")}
    kp.plotting.save(kp.plotting.history(losses), options.output / "history.png")

    figure = Figure(figsize=(9.0, 3.8), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    across, up = np.linspace(-1.7, 2.7, 150), np.linspace(-1.2, 1.7, 150)
    x, y = np.meshgrid(across, up)
    points, labels = data.test
    for panel, (name, model) in zip(panels, models.items(), strict=True):
        chance = model.predict(np.stack([x.ravel(), y.ravel()], axis=1))[:, 1].reshape(x.shape)
        filled = panel.contourf(x, y, chance, np.linspace(0, 1, 11), cmap="RdBu", alpha=0.7)
        panel.contour(x, y, chance, [0.5], colors="k", linewidths=1)
        for label, colour in enumerate(("#8B1A1A", "#104E8B")):
            chosen = points[labels == label]
            panel.scatter(*chosen.T, s=6, c=colour, label=data.classes[label])
        panel.set(xlabel="x", aspect="equal")
        panel.set_title(f"{name}: {numbers[f'{name}_accuracy']:.1%} of unseen points")
    panels[0].set_ylabel("y")
    panels[1].legend(fontsize="small")
    figure.colorbar(filled, ax=panels, shrink=0.75, label="probability of the lower moon")
    kp.plotting.save(figure, options.output / "two_moons.png")
    print(f"pictures are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
