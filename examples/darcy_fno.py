"""A Fourier neural operator learns the pressure in a ground of two materials.

    -∇·(k ∇u) = 1    on the unit square,    u = 0 on its boundary,    from k to u

    python -m examples.darcy_fno             about 4 minutes on two cores
    python -m examples.darcy_fno --quick     a short training, to see that it runs

The conductivity k is 12 where a random field is positive and 3 elsewhere; 1,000 samples, solved by
finite volumes on 141 x 141 points, of which every fifth along each axis is kept. On these 29 x 29
points Lu et al. (2022) give a relative error of 2.41e-2 for such a network and 2.98e-2 for a
DeepONet. Nothing is periodic here: the fields are continued beyond the square inside the network
(`domain_padding`), and it is told the coordinates.

The operator commutes with the eight symmetries of the square, the network does only as far as it
has learned to. The mean of its answers in the eight positions does so exactly, and is nearer to the
solution, for nothing but eight evaluations.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np

import kerasphys as kp

RESOLUTION, TRAINING, BATCH = 29, 1000, 20
PUBLISHED = {"FNO": 2.41e-2, "DeepONet": 2.98e-2}


def train(
    data: kp.datasets.Dataset, epochs: int, seed: int
) -> tuple[kp.models.SurrogateModel, keras.callbacks.History, float]:
    """A trained model, what happened, and how long it took."""
    network = kp.networks.FNO(
        modes=10, width=32, padding="zero", domain_padding=0.25, coordinates=True, seed=seed
    )
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


def in_all_positions(model: kp.models.SurrogateModel, k: np.ndarray) -> Iterator[np.ndarray]:
    """The answers for the square turned and mirrored, turned and mirrored back."""
    for mirrored in (False, True):
        for quarters in range(4):
            moved = np.rot90(np.swapaxes(k, 1, 2) if mirrored else k, quarters, axes=(1, 2))
            found = np.rot90(model.predict(moved), -quarters, axes=(1, 2))
            yield np.swapaxes(found, 1, 2) if mirrored else found


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small data set, few steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/darcy_fno"))
    parser.add_argument("--seed", type=int, default=0, help="of data and weights")
    options = parser.parse_args(argv)
    training, held_out, refine, epochs = (40, 10, 1, 2) if options.quick else (TRAINING, 100, 5, 30)

    data = kp.datasets.darcy_2d(
        training + 2 * held_out, RESOLUTION, held_out, held_out, refine=refine, seed=options.seed
    )
    k, u = data.test
    model, history, seconds = train(data, epochs, options.seed)
    answers = list(in_all_positions(model, k))
    found, mean = answers[0], np.mean(answers, axis=0)
    numbers = {
        "relative_l2": kp.solvers.mean_relative_l2(found, u),
        "mean_of_eight": kp.solvers.mean_relative_l2(mean, u),
        "asymmetry": kp.solvers.mean_relative_l2(found, mean),
        "training_seconds": round(seconds, 1),
        "parameters": model.network.count_params(),
    }
    print(f"{training} solved problems, {epochs} times in {seconds:.0f} s")
    print(f"    relative L2 error on {held_out} others         {numbers['relative_l2']:.2e}")
    for name, error in PUBLISHED.items():
        print(f"    published, {name:<8}                   {error:.2e}")
    print(f"    the mean of the eight positions      {numbers['mean_of_eight']:.2e}")
    print(f"    from which one position differs by   {numbers['asymmetry']:.2e}, known: 0")

    shown = {
        "conductivity k": k[0, ..., 0],
        "u, FNO": found[0, ..., 0],
        "u, finite volumes": u[0, ..., 0],
        "FNO - finite volumes": (found - u)[0, ..., 0],
    }
    kp.plotting.save(kp.plotting.maps(data.axes, shown), options.output / "darcy_fno.png")
    losses = {name: history.history[name] for name in ("loss", "val_loss")}
    kp.plotting.save(kp.plotting.history(losses), options.output / "history.png")
    model.export(
        options.output / "surrogate",
        coordinates=data.coordinates,
        fields=data.output_fields,
        name="Darcy flow through two materials, from k to u",
        data=data.summary(),
        errors={"relative_l2": numbers["relative_l2"]},
        seed=options.seed,
        command="python -m examples.darcy_fno",
    )
    print(f"pictures and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
