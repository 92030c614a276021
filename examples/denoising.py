"""A U-Net takes the noise from pictures, and why it has skip connections.

    v = u + 0.2 ξ,    ξ ~ N(0, 1) in each pixel,    find u

    python -m examples.denoising             about 40 s on two cores
    python -m examples.denoising --quick     a short training, to see that it runs

The pictures u are three ellipses or three rectangles of any size, angle and grey. The noise has a
peak signal-to-noise ratio of 20 log10(1 / 0.2) = 13.98 dB. No fixed filter knows where the edges
are, so a Gaussian blur trades noise for blurred edges; the best width, found on the training
pictures, stands beside the networks. The same U-Net without skip connections must put every edge
through its coarsest grid of 4 x 4 points: it removes the noise and misplaces the edges. Two seeds
gave gains of 11.4 and 11.5 dB; without skips the error was 1.8 and 2.0 times as large, more than
that of the blur.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np
import scipy
from matplotlib.figure import Figure

import kerasphys as kp

NOISE, TRAINING, BATCH = 0.2, 1000, 20
WIDTHS = np.arange(0.4, 1.6, 0.1)  # of a Gaussian, in pixels


def train(
    data: kp.datasets.Dataset, skips: bool, epochs: int, seed: int
) -> tuple[kp.models.SurrogateModel, keras.callbacks.History, float]:
    """A trained model, what happened, and how long it took."""
    network = kp.networks.UNet(depth=3, base_channels=8, activation="gelu", skips=skips, seed=seed)
    model = kp.models.SurrogateModel(network)
    model.adapt(data.train)
    steps = epochs * -(-len(data.train) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        2e-4, steps, alpha=0.01, warmup_target=2e-3, warmup_steps=steps // 20
    )
    model.compile(keras.optimizers.Adam(rate), loss=kp.losses.RelativeL2())
    start = time.perf_counter()
    history = model.fit(
        data.train,
        validation_data=data.validation,
        batch_size=BATCH,
        epochs=epochs,
        callbacks=[kp.callbacks.ProgressBar()],
        seed=seed,
        verbose=0,
    )
    return model, history, time.perf_counter() - start


def blur(pictures: np.ndarray, width: float) -> np.ndarray:
    return scipy.ndimage.gaussian_filter(pictures, (0, width, width, 0))


def draw(rows: dict[str, np.ndarray]) -> Figure:
    """Pictures under each other, a row for each method."""
    columns = len(next(iter(rows.values())))
    figure = Figure(figsize=(1.5 * columns + 1.2, 1.5 * len(rows)), dpi=150, layout="constrained")
    panels = figure.subplots(len(rows), columns)
    for line, (name, pictures) in zip(panels, rows.items(), strict=True):
        for panel, picture in zip(line, pictures, strict=True):
            panel.imshow(picture[..., 0], cmap="gray", vmin=0, vmax=1)
            panel.set(xticks=[], yticks=[])
        line[0].set_ylabel(name)
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains both networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small data set, few steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/denoising"))
    parser.add_argument("--seed", type=int, default=0, help="of data and weights")
    options = parser.parse_args(argv)
    training, held_out, epochs = (100, 20, 2) if options.quick else (TRAINING, 100, 10)

    samples = training + 2 * held_out
    clean = kp.datasets.shapes(samples, 32, held_out, held_out, objects=3, seed=options.seed)
    data = kp.datasets.noisy(clean, NOISE, options.seed)
    v, u = data.test
    model, history, seconds = train(data, True, epochs, options.seed)
    without = train(data, False, epochs, options.seed)[0]
    width = max(
        WIDTHS, key=lambda w: kp.solvers.psnr(blur(data.train.inputs, w), data.train.outputs)
    )
    found = {
        "noisy": v,
        "blurred": blur(v, width),
        "without skips": without.predict(v),
        "U-Net": model.predict(v),
    }

    numbers = {"training_seconds": round(seconds, 1), "parameters": model.network.count_params()}
    print(f"{len(data.train)} pictures, {epochs} times in {seconds:.0f} s")
    for name, pictures in found.items():
        error = numbers[f"relative_l2 {name}"] = kp.solvers.relative_l2(pictures, u)
        ratio = numbers[f"psnr {name}"] = kp.solvers.psnr(pictures, u)
        known = f", known: {-20 * np.log10(NOISE):.2f} dB" if name == "noisy" else ""
        print(f"    {name:<13}  relative L2 error {error:.3f}   PSNR {ratio:.2f} dB{known}")
    numbers["gain"] = numbers["psnr U-Net"] - numbers["psnr noisy"]
    numbers["ratio"] = numbers["relative_l2 without skips"] / numbers["relative_l2 U-Net"]
    print(
        f"    gain {numbers['gain']:.2f} dB; without skips {numbers['ratio']:.2f} times the error"
    )

    rows = {name: pictures[:6] for name, pictures in {**found, "clean": u}.items()}
    kp.plotting.save(draw(rows), options.output / "denoising.png")
    losses = {name: history.history[name] for name in ("loss", "val_loss")}
    kp.plotting.save(kp.plotting.history(losses), options.output / "history.png")
    model.export(
        options.output / "surrogate",
        coordinates=data.coordinates,
        fields=data.output_fields,
        name="Ellipses and rectangles without noise",
        data=data.summary(),
        errors={"relative_l2": numbers["relative_l2 U-Net"]},
        seed=options.seed,
        command="python -m examples.denoising",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
