"""A DeepONet learns to integrate from a thousand functions with their antiderivatives.

    s' = u    on [0, 1],    s(0) = 0

    python -m examples.antiderivative             about half a minute on two cores
    python -m examples.antiderivative --quick     a short training, to see that it runs

The functions u are Gaussian with correlation length 0.2, known at 100 sensors, and their
antiderivatives are exact at 100 points. The network is s(y) = Σ branch_k(u) trunk_k(y) with 20
basis functions. Integration is linear in u, so the branch is one layer without an activation; the
trunk learns on which 20 functions antiderivatives are well represented. A network of 3,200 weights
is small enough for a quasi-Newton method on all data in every step.

Two numbers stand beside its error on functions that it has not seen: the least error that any 20
basis functions allow (the tail of the POD spectrum of these antiderivatives), which it is far
from, so that training is what limits it; and the error of the trapezoidal rule on the same sensors.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np
import scipy

import kerasphys as kp

BASIS, STEPS = 20, 50


def network(seed: int, width: int = 24) -> kp.networks.DeepONet:
    """A linear branch, and a trunk of two layers."""
    start = keras.initializers.GlorotNormal(seed)
    branch = keras.layers.Dense(BASIS, kernel_initializer=start, dtype="float64")
    return kp.networks.DeepONet(branch, kp.networks.MLP([width] * 2, seed=seed), BASIS)


def train(
    network: keras.Model, data: kp.datasets.Dataset, epochs: int, steps: int = STEPS
) -> tuple[kp.models.SurrogateModel, keras.callbacks.History, float]:
    """A trained model, what happened, and how long it took."""
    model = kp.models.SurrogateModel(network, dtype="float64")
    model.adapt(data.train)
    model.compile(
        kp.optimizers.SSBroyden(),
        loss="mse",
        jit_compile=epochs > 1,  # for a few steps it is not worth the while
        steps_per_execution=steps,
    )
    start = time.perf_counter()
    history = model.fit(
        data.train,
        validation_data=data.validation,
        epochs=epochs,
        steps_per_epoch=steps,
        callbacks=[kp.callbacks.ProgressBar()],
        verbose=0,
    )
    return model, history, time.perf_counter() - start


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small data set, few steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/antiderivative"))
    parser.add_argument("--export", type=Path, help="where the SavedModel goes, if elsewhere")
    parser.add_argument("--seed", type=int, default=0, help="of data and weights")
    options = parser.parse_args(argv)
    training, held_out, epochs, steps = (40, 20, 1, 10) if options.quick else (1000, 100, 30, STEPS)

    data = kp.datasets.antiderivative(
        training + 2 * held_out, validation=held_out, test=held_out, seed=options.seed
    )
    model, history, seconds = train(network(options.seed), data, epochs, steps)
    u, s = data.test.inputs["u"], data.test.outputs
    found = model.predict(data.test)
    x = data.axes["x"]
    trapezoidal = scipy.integrate.cumulative_trapezoid(u, data.sensors["u"], axis=1, initial=0)
    at_points = np.stack([np.interp(x, data.sensors["u"], row) for row in trapezoidal])
    numbers = {
        "relative_l2": kp.solvers.mean_relative_l2(found, s),
        "bound": float(kp.analysis.pod_tail(s, constant=True)[min(BASIS, held_out - 2)]),
        "trapezoidal": kp.solvers.mean_relative_l2(at_points[..., np.newaxis], s),
        "training_seconds": round(seconds, 1),
        "parameters": model.network.count_params(),
    }
    print(f"{len(data.train)} functions, {steps * epochs} steps in {seconds:.0f} s")
    print(f"    DeepONet                relative L2 error {numbers['relative_l2']:.2e}")
    print(f"    any {BASIS} basis functions  at least          {numbers['bound']:.2e}")
    print(f"    trapezoidal rule        relative L2 error {numbers['trapezoidal']:.2e}")

    errors = kp.solvers.relative_l2
    worst = max(range(len(s)), key=lambda i: errors(found[i], s[i]))
    picture = kp.plotting.comparison(
        x,
        {
            "u, given": (data.sensors["u"], u[worst]),
            "s, exact": s[worst, :, 0],
            "s, DeepONet": found[worst, :, 0],
        },
        linestyles={"u, given": ":", "s, exact": "-", "s, DeepONet": "--"},
        ylabel="u and s",
        title=f"The worst of {len(s)} unseen functions: error {errors(found[worst], s[worst]):.1e}",
    )
    kp.plotting.save(picture, options.output / "antiderivative.png")
    losses = {name: history.history[name] for name in ("loss", "val_loss")}
    kp.plotting.save(kp.plotting.history(losses), options.output / "history.png")
    path = model.export(
        options.export or options.output / "surrogate",
        coordinates=data.coordinates,
        fields=data.output_fields,
        name="The antiderivative of a function on the unit interval",
        description="u at 100 even points of [0, 1], both ends included, to s(x) with s' = u.",
        data=data.summary(),
        errors={"relative_l2": numbers["relative_l2"]},
        seed=options.seed,
        command="python -m examples.antiderivative --export saved_models/antiderivative_deeponet",
    )
    print(f"pictures are in {options.output}, the SavedModel is {path}")
    return numbers


if __name__ == "__main__":
    main()
