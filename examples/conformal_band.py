"""A Fourier neural operator says how far it may be off, and is right nine times in ten.

    u_t + u u_x = ν u_xx    on a ring,    from u(x, 0), a random field, to u(x, 1)

    python -m examples.conformal_band             about 25 s on two cores
    python -m examples.conformal_band --quick     a short training, to see that it runs

The network is trained on few solutions. Its errors on others that it has not seen, 500 of them,
give the width of a band around its answers: the least width that holds 451 of them at all points
together. Then a new solution lies within the band, at all points, with the probability 451 / 501,
whatever the network is and however its errors are distributed. Twenty times other 500 solutions
are drawn for the measurement, and the rest is counted. The promise is for fields that are drawn
like those: for fields of twice the size it is broken, as it must be. The band travels inside the
SavedModel and is served beside the prediction.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np

import kerasphys as kp

RESOLUTION, COVERAGE, SIGMA = 64, 0.9, 25.0


def burgers(samples: int, held_out: int, sigma: float, seed: int) -> kp.datasets.Dataset:
    """Initial values and the solutions at time 1."""
    trajectories = kp.datasets.burgers_1d(
        samples, RESOLUTION, 1, held_out, steps=1, interval=1.0, sigma=sigma, seed=seed
    )
    return kp.datasets.one_step(trajectories)


def train(
    data: kp.datasets.Dataset, epochs: int, jit_compile: bool, seed: int
) -> kp.models.SurrogateModel:
    """A small trained network."""
    network = kp.networks.FNO(modes=12, width=16, depth=3, seed=seed)
    model = kp.models.SurrogateModel(network)
    model.adapt(data.train)
    steps = epochs * -(-len(data.train) // 20)
    rate = keras.optimizers.schedules.CosineDecay(3e-3, steps, alpha=0.01)
    model.compile(keras.optimizers.Adam(rate), loss=kp.losses.RelativeL2(), jit_compile=jit_compile)
    model.fit(data.train, batch_size=20, epochs=epochs, seed=seed, verbose=0)
    return model


def coverages(
    model: kp.models.SurrogateModel, samples: kp.datasets.Samples, splits: int, seed: int
) -> dict[str, np.ndarray]:
    """What part of one half of the samples a band covers that is measured on the other half."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[float]] = {"together": [], "on average": []}
    for _ in range(splits):
        first, second = np.split(rng.permutation(len(samples)), 2)
        for kind, covered in found.items():
            together = kind == "together"
            model.calibrate(samples[first], coverage=COVERAGE, simultaneous=together)
            lower, upper = model.predict_band(samples[second].inputs)
            truth = samples[second].outputs
            covered.append(kp.analysis.band_coverage(truth, lower, upper, simultaneous=together))
    return {kind: np.array(covered) for kind, covered in found.items()}


def picture(x: np.ndarray, u: np.ndarray, found: np.ndarray, served: dict[str, np.ndarray]):
    """Unseen solutions with their bands, and the errors in them."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 5.6), dpi=150, layout="constrained")
    axes = figure.subplots(2, 3, sharex=True, sharey="row")
    for i, (above, below) in enumerate(axes.T):
        lower, upper = served["lower_outputs"][i, :, 0], served["upper_outputs"][i, :, 0]
        above.fill_between(x, lower, upper, color="tab:orange", alpha=0.35, label="90 % band")
        above.plot(x, found[i, :, 0], color="tab:orange", label="FNO")
        above.plot(x, u[i, :, 0], "k--", linewidth=1, label="Fourier solution")
        above.set_title(f"unseen initial state {i + 1}")
        ends = lower - found[i, :, 0], upper - found[i, :, 0]
        below.fill_between(x, *ends, color="tab:orange", alpha=0.35, label="90 % band")
        below.plot(x, (u - found)[i, :, 0], "k", label="error of the FNO")
        below.set_xlabel("x")
    for panel, label in zip(axes[:, 0], ("u(x, 1)", "Fourier solution - FNO"), strict=True):
        panel.set_ylabel(label)
        panel.legend(loc="lower left")
    figure.suptitle("For nine of ten initial states the error stays within the band everywhere")
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network, measures its band and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small data set, few steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/conformal_band"))
    parser.add_argument("--seed", type=int, default=0, help="of data and weights")
    options = parser.parse_args(argv)
    training, held_out, epochs, splits = (20, 40, 1, 2) if options.quick else (200, 1000, 60, 20)

    data = burgers(training + held_out + 1, held_out, SIGMA, options.seed)
    start = time.perf_counter()
    model = train(data, epochs, not options.quick, options.seed)
    seconds = time.perf_counter() - start
    covered = coverages(model, data.test, splits, options.seed)
    half = held_out // 2
    model.calibrate(data.test[:half], coverage=COVERAGE)
    x, u = data.test[half:]
    found = model.predict(x)
    wide = burgers(held_out + 1, half, 2 * SIGMA, options.seed + 1).test
    path = model.export(
        options.output / "surrogate",
        coordinates=data.coordinates,
        fields=data.output_fields,
        name="Burgers' equation on a ring, with a band",
        data=data.summary(),
        errors={"relative_l2": kp.solvers.mean_relative_l2(found, u)},
        seed=options.seed,
        command="python -m examples.conformal_band",
    )
    served = kp.load_surrogate(path).band(x)
    upper = model.predict_band(x)[1]
    rank = int(np.ceil((half + 1) * COVERAGE))
    numbers = {
        "relative_l2": kp.solvers.mean_relative_l2(found, u),
        "coverage": float(covered["together"].mean()),
        "coverage_gap": float(abs(covered["together"].mean() - COVERAGE)),
        "coverage_deviation": float(covered["together"].std()),
        "known": rank / (half + 1),
        "pointwise": float(covered["on average"].mean()),
        "shifted": kp.analysis.band_coverage(wide.outputs, *model.predict_band(wide.inputs)),
        "half_width": float(model.band.half_widths[0]),
        "served": float(np.abs(served["upper_outputs"] - upper).max() / np.abs(upper).max()),
        "training_seconds": round(seconds, 1),
        "parameters": model.network.count_params(),
    }
    print(f"{training} solutions, trained in {seconds:.0f} s: error {numbers['relative_l2']:.2e}")
    print(f"the band is {numbers['half_width']:.2e} wide to each side; mean of {splits} splits:")
    print(f"    whole solutions covered    {numbers['coverage']:.3f}, known {numbers['known']:.3f}")
    print(f"    values covered, pointwise  {numbers['pointwise']:.3f}, asked for {COVERAGE}")
    print(f"    fields of twice the size   {numbers['shifted']:.3f}, nothing is promised")
    print(f"    served and model differ by {numbers['served']:.1e}")
    shown = {name: values[:3] for name, values in served.items()}
    figure = picture(data.axes["x"], u, found, shown)
    kp.plotting.save(figure, options.output / "conformal_band.png")
    print(f"the picture and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
