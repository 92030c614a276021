"""A basis that is computed against one that is trained: square waves that travel.

    u_t + u_x = 0    periodic on [0, 1),    u(x, 0) = u0(x)

    python -m examples.advection_pod             about 2 minutes on two cores
    python -m examples.advection_pod --quick     a short training, to see that it runs

The initial values are square waves with random centres, widths and heights on 40 points, and the
solutions, on 40 x 40 points of space and time, are exact. A jump that travels is hard for a trunk,
a smooth function of (x, t). A POD-DeepONet takes the best basis that there is, the POD modes of the
training solutions, and trains the branch only. Beside the errors of both on unseen waves stands the
least error of any 40 basis functions.
"""

import argparse
import time
from pathlib import Path

import keras

import kerasphys as kp

BASIS, TRAINING, BATCH = 40, 1000, 100


def train(
    network: keras.Model, data: kp.datasets.Dataset, steps: int, seed: int
) -> tuple[kp.models.SurrogateModel, float]:
    """A trained model, and how long it took."""
    model = kp.models.SurrogateModel(network)
    model.adapt(data.train, bounds=([0.0, 0.0], [1.0, 1.0]))
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps, alpha=0.01)
    block = min(50, steps)
    model.compile(
        keras.optimizers.Adam(rate), loss="mse", jit_compile=steps > 100, steps_per_execution=block
    )
    start = time.perf_counter()
    model.fit(
        data.train,
        batch_size=min(BATCH, len(data.train)),
        epochs=max(1, steps // 500),
        steps_per_epoch=min(500, steps),
        callbacks=[kp.callbacks.ProgressBar()],
        seed=seed,
        verbose=0,
    )
    return model, time.perf_counter() - start


def branch(seed: int) -> kp.networks.MLP:
    """The same for both networks."""
    return kp.networks.MLP([128, 128], "gelu", seed=seed)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains both networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small data set, few steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/advection_pod"))
    parser.add_argument("--seed", type=int, default=0, help="of data and weights")
    options = parser.parse_args(argv)
    training, held_out, steps = (50, 20, 2) if options.quick else (TRAINING, 100, 5000)

    data = kp.datasets.advection_1d(
        training + 2 * held_out, validation=held_out, test=held_out, seed=options.seed
    )
    seed = options.seed
    embedding = kp.layers.PeriodicEmbedding([2.0, None])  # x runs from -1 to 1 in the trunk
    trunk = kp.networks.MLP([128, 128, 128], "gelu", embedding=embedding, seed=seed + 1)
    networks = {
        "POD-DeepONet": kp.networks.PODDeepONet(branch(seed), modes=BASIS),
        "DeepONet": kp.networks.DeepONet(branch(seed), trunk, BASIS),
    }
    u = data.test.outputs
    predictions, seconds = {}, {}
    for name, network in networks.items():
        model, seconds[name] = train(network, data, steps, seed)
        predictions[name] = model.predict(data.test)
    errors = {name: kp.solvers.mean_relative_l2(found, u) for name, found in predictions.items()}
    bound = kp.analysis.pod_tail(u, constant=True)
    numbers = {
        "relative_l2": errors["POD-DeepONet"],
        "deeponet": errors["DeepONet"],
        "bound": float(bound[min(BASIS, len(bound) - 1)]),
        "training_seconds": round(seconds["POD-DeepONet"], 1),
        "deeponet_seconds": round(seconds["DeepONet"], 1),
        "parameters": networks["POD-DeepONet"].count_params(),
    }
    print(f"{len(data.train)} waves, {steps} steps")
    for name, error in errors.items():
        print(f"    {name:24} relative L2 error {error:.2e} in {seconds[name]:.0f} s")
    print(f"    any {BASIS} basis functions    at least          {numbers['bound']:.2e}")

    fields = {"exact": u, **predictions}
    shown = {name: field[0].reshape(data.grid) for name, field in fields.items()}
    for name in predictions:
        shown[f"{name} - exact"] = shown[name] - shown["exact"]
    kp.plotting.save(kp.plotting.maps(data.axes, shown), options.output / "advection_pod.png")
    print(f"the picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
