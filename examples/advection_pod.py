"""A basis that is computed against one that is trained: square waves that travel.

    u_t + u_x = 0    periodic on [0, 1),    u(x, 0) = u0(x)

    python -m examples.advection_pod             a minute and a half on two cores
    python -m examples.advection_pod --quick     a short training, to see that it runs

The initial values are square waves with random centres, widths and heights on 40 points, and the
solutions, on 40 x 41 points of space and time, are exact. A jump that travels is hard for a trunk,
a smooth function of (x, t). A POD-DeepONet takes the best basis that there is, the POD modes of the
training solutions, and trains the branch only. The operator is linear, and so is the branch of
both: one affine map. Beside the errors on unseen waves stand the least error of any basis of that
size, and what is published for branches and trunks that were trained far longer.

Published: Lu et al., 2022, https://doi.org/10.1016/j.cma.2022.114778, advection, case I.
"""

import argparse
import time
from pathlib import Path

import keras

import kerasphys as kp

BASIS, TRAINING, UNSEEN, BATCH = 38, 1000, 100, 100
PUBLISHED = {"POD-DeepONet": 4e-4, "DeepONet": 2.2e-3}


def train(
    model: kp.models.SurrogateModel,
    data: kp.datasets.Dataset,
    optimizer: keras.optimizers.Optimizer,
    steps: int,
    batch: int | None = None,
) -> float:
    """Trains a model and returns the seconds that it took."""
    model.adapt(data.train, bounds=([0.0, 0.0], [1.0, 1.0]))
    epoch = min(50, steps)
    model.compile(optimizer, loss="mse", jit_compile=steps > epoch, steps_per_execution=epoch)
    start = time.perf_counter()
    model.fit(
        data.train,
        batch_size=batch,
        epochs=steps // epoch,
        steps_per_epoch=epoch,
        callbacks=[kp.callbacks.ProgressBar()],
        verbose=0,
    )
    return time.perf_counter() - start


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains both networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/advection_pod"))
    parser.add_argument("--seed", type=int, default=0, help="of data and weights")
    options = parser.parse_args(argv)
    second_order, first_order = (2, 2) if options.quick else (500, 5000)

    data = kp.datasets.advection_1d(
        TRAINING + 2 * UNSEEN, validation=UNSEEN, test=UNSEEN, seed=options.seed
    )
    embedding = kp.layers.PeriodicEmbedding([2.0, None])  # x runs from -1 to 1 in the trunk
    trunk = kp.networks.MLP([128, 128, 128], "gelu", embedding=embedding, seed=options.seed)
    glorot = keras.initializers.GlorotUniform(options.seed)
    branches = [keras.layers.Dense(BASIS, kernel_initializer=glorot) for _ in range(2)]
    models = {
        "POD-DeepONet": kp.models.SurrogateModel(kp.networks.PODDeepONet(branches[0], modes=BASIS)),
        "DeepONet": kp.models.SurrogateModel(kp.networks.DeepONet(branches[1], trunk, BASIS)),
    }
    adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, first_order))
    seconds = {
        "POD-DeepONet": train(
            models["POD-DeepONet"], data, kp.optimizers.SSBroyden(), second_order
        ),
        "DeepONet": train(models["DeepONet"], data, adam, first_order, BATCH),
    }
    u = data.test.outputs
    predictions = {name: model.predict(data.test) for name, model in models.items()}
    errors = {name: kp.solvers.mean_relative_l2(found, u) for name, found in predictions.items()}
    bound = kp.analysis.pod_tail(u, constant=True)
    numbers = {
        "relative_l2": errors["POD-DeepONet"],
        "deeponet": errors["DeepONet"],
        "bound": float(bound[min(BASIS, len(bound) - 1)]),
        "training_seconds": round(seconds["POD-DeepONet"], 1),
        "deeponet_seconds": round(seconds["DeepONet"], 1),
        "parameters": models["POD-DeepONet"].network.count_params(),
    }
    print(f"{len(data.train)} waves; errors of {UNSEEN} others (published)")
    for name, error in errors.items():
        print(
            f"    {name:13} {error:.2e} ({PUBLISHED[name]:.1e}), trained in {seconds[name]:.0f} s"
        )
    print(f"    any {BASIS} functions and a constant, at least {numbers['bound']:.1e}")

    fields = {"exact": u, **predictions}
    shown = {name: field[0].reshape(data.grid) for name, field in fields.items()}
    for name in predictions:
        shown[f"{name} - exact"] = shown[name] - shown["exact"]
    kp.plotting.save(kp.plotting.maps(data.axes, shown), options.output / "advection_pod.png")
    print(f"the picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
