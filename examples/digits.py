"""Handwritten digits told apart by a convolutional network, also where they are shifted.

    python -m examples.digits             half a minute on two cores
    python -m examples.digits --quick     a few seconds, to see that it runs

1,797 digits of 8 x 8 pixels, real data that comes with scikit-learn. A convolution has 3 x 3
weights for each pair of channels, whatever the size of the picture, and moves with the picture; a
dense layer has a weight for each pair of pixels, and learns every place anew. Three networks show
it: a convolutional one trained on pictures that are turned and shifted at random, the same without
these, and a multilayer perceptron with as many parameters. All are tested on digits that they have
not seen, and on the same digits shifted by one pixel to each side. Four seeds gave the first 98.6
to 99.4 % on unseen digits and 97.6 % or more where they are shifted; there the second has 73 to
76 %, and the perceptron half of them.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np

import kerasphys as kp

FILTERS, UNITS, BATCH = [32, 64], 128, 32


def convolutional(seed: int) -> kp.networks.CNN:
    return kp.networks.CNN(FILTERS, outputs=10, dense_units=[UNITS], dropout=0.3, seed=seed)


def perceptron(parameters: int, seed: int) -> keras.Model:
    """A multilayer perceptron on the 64 pixels, of so many parameters."""
    width = (parameters - 10) // (64 + 1 + 10)
    dense = kp.networks.MLP([width], "relu", outputs=10, seed=seed, dtype="float32")
    return keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), dense])


def augmentation(seed: int) -> list[keras.layers.Layer]:
    """Turns by up to 11 degrees, and shifts by up to one pixel."""
    turn = keras.layers.RandomRotation(0.03, fill_mode="constant", seed=seed)
    shift = keras.layers.RandomTranslation(
        0.1, 0.1, fill_mode="constant", interpolation="nearest", seed=seed
    )
    return [turn, shift]


def shifted(pictures: np.ndarray) -> np.ndarray:
    """The pictures moved by one pixel up, down, left and right, one set behind the other."""
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)))
    corners = ((2, 1), (0, 1), (1, 2), (1, 0))
    return np.concatenate([padded[:, i : i + 8, j : j + 8] for i, j in corners])


def train(
    network: keras.Model, layers: list | None, data: kp.datasets.Dataset, epochs: int, seed: int
) -> tuple[kp.models.ClassifierModel, keras.callbacks.History, float]:
    """A trained model, what happened, and how long it took."""
    model = kp.models.ClassifierModel(network, data.classes, augmentation=layers)
    model.adapt(data.train)
    steps = epochs * -(-len(data.train) // BATCH)
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps)))
    start = time.perf_counter()
    history = model.fit(
        data.train,
        validation_data=data.validation,
        batch_size=BATCH,
        epochs=epochs,
        callbacks=[kp.callbacks.ProgressBar(("accuracy", "val_accuracy"))],
        seed=seed,
        verbose=0,
    )
    return model, history, time.perf_counter() - start


def accuracy(model: kp.models.ClassifierModel, pictures: np.ndarray, labels: np.ndarray) -> float:
    repeated = np.tile(labels, len(pictures) // len(labels))
    return float(np.mean(model.predict_labels(pictures) == repeated))


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/digits"))
    parser.add_argument(
        "--seed", type=int, default=0, help="of the split, the weights and the order"
    )
    options = parser.parse_args(argv)
    epochs, seed = (2 if options.quick else 40), options.seed

    data = kp.datasets.digits(seed=seed)
    pictures, labels = data.test
    network = convolutional(seed)
    model, history, seconds = train(network, augmentation(seed), data, epochs, seed)
    parameters = network.count_params()
    models = {
        "augmented": model,
        "cnn": train(convolutional(seed), None, data, epochs, seed)[0],
        "mlp": train(perceptron(parameters, seed), None, data, epochs, seed)[0],
    }
    numbers = {"training_seconds": round(seconds, 1), "parameters": parameters}
    for name, each in models.items():
        numbers[f"{name}_accuracy"] = accuracy(each, pictures, labels)
        numbers[f"{name}_shifted"] = accuracy(each, shifted(pictures), labels)

    first = network.blocks[0].count_params()
    known, dense = 3 * 3 * FILTERS[0] + FILTERS[0], 64 * 64 * FILTERS[0]
    numbers["first_layer"] = first
    print(f"first layer: {first} parameters, known: {known}; a dense one: {dense} weights")
    print(
        f"{len(data.train)} digits, {epochs} times in {seconds:.0f} s; {len(labels)} for the test"
    )
    print("    network, parameters           test     shifted by a pixel   (by chance: 10 %)")
    for name, title in (
        ("augmented", "CNN, pictures augmented"),
        ("cnn", "CNN"),
        ("mlp", "multilayer perceptron"),
    ):
        count = models[name].network.count_params()
        unseen, moved = numbers[f"{name}_accuracy"], numbers[f"{name}_shifted"]
        print(f"    {title:<23} {count:5}  {unseen:6.1%}   {moved:6.1%}")

    predicted = model.predict_labels(pictures)
    table = kp.analysis.confusion_matrix(labels, predicted, data.classes)
    kp.plotting.save(kp.plotting.confusion(table, "Digits"), options.output / "confusion.png")
    wrong = np.flatnonzero(predicted != labels)[:16]
    if len(wrong):
        captions = [f"{labels[i]}, taken for {predicted[i]}" for i in wrong]
        gallery = kp.plotting.images(pictures[wrong], captions, columns=4, title="Misclassified")
        kp.plotting.save(gallery, options.output / "misclassified.png")
    losses = {name: history.history[name] for name in ("loss", "val_loss")}
    kp.plotting.save(kp.plotting.history(losses), options.output / "history.png")
    model.export(
        options.output / "classifier",
        coordinates=data.coordinates,
        name=data.name,
        data=data.summary(),
        errors={"error_rate": 1 - numbers["augmented_accuracy"]},
        seed=seed,
        command="python -m examples.digits",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
