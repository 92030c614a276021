"""An ensemble of networks shows where sensors and equation leave the solution open.

    u'' = -π² sin πx        where the material is known, 0 < x < 0.35, on the line 0 < x < 1

    python -m examples.ensemble             about half a minute on two cores
    python -m examples.ensemble --quick     a few seconds of training, to see that it runs

Three sensors stand at x = 0.05, 0.1 and 0.15, without noise, and the solution is u = sin πx. From
there to x = 0.35 there are no readings, but the equation, of which two readings leave nothing open:
all members must agree. Beyond x = 0.35 nothing is known, and each of them goes where its first
weights lead it. So the spread must be small in the first two parts and grow in the third. It says
where the solution is open, and bounds nothing: all members go on as smoothly as the kind of network
likes to, so that the error there may be several times the spread. All members are trained in one
vectorised `fit`, and leave as one SavedModel that returns mean and standard deviation.
"""

import argparse
import time
from pathlib import Path

import numpy as np

import kerasphys as kp

SENSORS = np.array([[0.05], [0.1], [0.15]])
KNOWN = 0.35
PARTS = {"sensors": (0.05, 0.15), "equation": (0.15, KNOWN), "nothing": (KNOWN, 1.0)}


def exact(x: np.ndarray) -> np.ndarray:
    return np.sin(np.pi * x)


def draw(x: np.ndarray, members: np.ndarray, mean: np.ndarray, spread: np.ndarray):
    """The members, their mean and their spread."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.axvspan(KNOWN, 1.0, color="0.93", label="neither sensors nor equation")
    band = (mean - 2 * spread, mean + 2 * spread)
    axes.fill_between(x, *band, alpha=0.3, label="mean ± 2 standard deviations")
    axes.plot(x, members.T, color="C0", linewidth=0.7)
    axes.plot(x, mean, color="C0", linewidth=2, label="mean of the members (thin lines)")
    axes.plot(x, exact(x), "k--", label="exact")
    axes.plot(SENSORS[:, 0], exact(SENSORS[:, 0]), "o", color="C3", label="sensors")
    axes.set(xlabel="x", ylabel="u", title="Members agree where sensors or equation decide")
    axes.legend(loc="lower center", frameon=False)
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the ensemble and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/ensemble"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    epochs, members = (4, 3) if options.quick else (20, 8)

    line = kp.geometry.Interval(0, 1, "x")
    problem = kp.Problem(
        line,
        fields="u",
        conditions={
            "equation": kp.Residual(
                lambda u_xx, source: u_xx + source,
                source=lambda x: np.pi**2 * exact(x),
                on=kp.geometry.Interval(0, KNOWN, "x"),
                weight=0.01,
            ),
            "sensors": kp.Data(at=SENSORS, u=exact(SENSORS[:, 0])),
        },
    )
    network = kp.networks.MLP([12, 12], seed=options.seed)
    model = kp.models.EnsembleModel(network, problem, members=members)
    model.compile(kp.optimizers.SSBroyden(), steps_per_execution=50)
    start = time.perf_counter()
    history = model.fit(
        problem.points(equation=64, seed=options.seed), epochs=epochs, steps_per_epoch=50, verbose=0
    )
    seconds = time.perf_counter() - start

    x = np.linspace(0, 1, 201)
    all_members = model.predict_members(x[:, None])[..., 0]
    mean, spread = model.predict(x[:, None])[:, 0], model.spread(x[:, None])[:, 0]
    numbers = {"loss": history.history["loss"][-1], "training_seconds": round(seconds, 1)}
    print(f"{members} networks, {epochs * 50} steps of SSBroyden in {seconds:.0f} s")
    print("                 spread      error of the mean, root mean squares")
    for part, (lower, upper) in PARTS.items():
        inside = (x >= lower) & (x <= upper)
        numbers[f"spread_{part}"] = float(np.sqrt(np.mean(spread[inside] ** 2)))
        numbers[f"error_{part}"] = float(np.sqrt(np.mean((mean - exact(x))[inside] ** 2)))
        print(f"    {part:10}   {numbers[f'spread_{part}']:.2e}    {numbers[f'error_{part}']:.2e}")
    print("in theory none where sensors or equation decide, and open where nothing is known")

    picture = draw(x, all_members, mean, spread)
    kp.plotting.save(picture, options.output / "ensemble.png")
    model.export(
        options.output / "surrogate",
        name="A solution that is known in part",
        errors={f"error_{part}": numbers[f"error_{part}"] for part in PARTS},
        seed=options.seed,
        command="python -m examples.ensemble",
    )
    print(f"the picture and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
