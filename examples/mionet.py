"""An operator of two functions: a flux through a medium, from conductivity and boundary values.

    -div(κ grad u) = 0    on the unit square,    u = g on its boundary

    python -m examples.mionet             about 2 minutes on two cores
    python -m examples.mionet --quick     a short training, to see that it runs

The operator (κ, g) to u is linear in g and not in κ. A MIONet has a branch for each function, and
their coefficients are multiplied: a convolutional one for κ, a picture of 17 x 17 points, and one
linear layer for g, which is known at the 64 boundary points. Beside its error on unseen pairs
stands that of a DeepONet that sees g alone, and so has to guess the medium.
"""

import argparse
import dataclasses
import time
from pathlib import Path

import keras

import kerasphys as kp

RESOLUTION, BASIS, TRAINING, BATCH = 17, 64, 1000, 50


def train(
    network: keras.Model, data: kp.datasets.Dataset, steps: int, seed: int
) -> tuple[kp.models.SurrogateModel, float]:
    """A trained model, and how long it took."""
    model = kp.models.SurrogateModel(network)
    model.adapt(data.train)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps, alpha=0.01)
    model.compile(
        keras.optimizers.Adam(rate),
        loss="mse",
        jit_compile=steps > 100,
        steps_per_execution=min(20, steps),
    )
    start = time.perf_counter()
    model.fit(
        data.train,
        batch_size=min(BATCH, len(data.train)),
        epochs=max(1, steps // 200),
        steps_per_epoch=min(200, steps),
        callbacks=[kp.callbacks.ProgressBar()],
        seed=seed,
        verbose=0,
    )
    return model, time.perf_counter() - start


def of_boundary(seed: int) -> keras.layers.Layer:
    """A linear branch."""
    return keras.layers.Dense(BASIS, kernel_initializer=keras.initializers.GlorotNormal(seed))


def trunk(seed: int) -> kp.networks.MLP:
    """The basis functions of both networks."""
    return kp.networks.MLP([64, 64, 64], "gelu", seed=seed)


def only_boundary(data: kp.datasets.Dataset) -> kp.datasets.Dataset:
    """The same samples without the conductivity."""
    splits: dict = {
        name: kp.datasets.Samples({"g": part.inputs["g"]}, part.outputs, part.points)
        for name, part in data.splits.items()
    }
    return dataclasses.replace(data, **splits, sensors={})


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains both networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small data set, few steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/mionet"))
    parser.add_argument("--seed", type=int, default=0, help="of data and weights")
    options = parser.parse_args(argv)
    training, held_out, steps = (20, 10, 2) if options.quick else (TRAINING, 100, 8000)

    seed = options.seed
    data = kp.datasets.elliptic_2d(
        training + 2 * held_out, RESOLUTION, held_out, held_out, seed=seed, verbose=False
    )
    of_medium = kp.networks.CNN(
        [16, 32], pool="average", activation="gelu", dense_units=[64], seed=seed
    )
    network = kp.networks.MIONet(
        {"kappa": of_medium, "g": of_boundary(seed)}, trunk(seed + 1), BASIS
    )
    model, seconds = train(network, data, steps, seed)
    blind_data = only_boundary(data)
    blind_network = kp.networks.DeepONet(of_boundary(seed), trunk(seed + 1), BASIS)
    blind = train(blind_network, blind_data, steps // 2, seed)[0]
    u = data.test.outputs
    found = model.predict(data.test)
    numbers = {
        "relative_l2": kp.solvers.mean_relative_l2(found, u),
        "boundary_alone": kp.solvers.mean_relative_l2(blind.predict(blind_data.test), u),
        "training_seconds": round(seconds, 1),
        "parameters": network.count_params(),
    }
    print(f"{len(data.train)} pairs of functions, {steps} steps in {seconds:.0f} s")
    print(f"    MIONet of κ and g    relative L2 error {numbers['relative_l2']:.2e}")
    print(f"    DeepONet of g        relative L2 error {numbers['boundary_alone']:.2e}")

    shown = {
        "conductivity κ": data.test.inputs["kappa"][0, ..., 0],
        "u, MIONet": found[0].reshape(data.grid),
        "u, finite volumes": u[0].reshape(data.grid),
        "MIONet - finite volumes": (found - u)[0].reshape(data.grid),
    }
    kp.plotting.save(kp.plotting.maps(data.axes, shown), options.output / "mionet.png")
    print(f"the picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
