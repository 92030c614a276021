"""How well does a rod conduct heat? Its diffusivity, from five thermometers, with an error bar.

    u_t = κ u_xx               on 0 < x < 1, 0 < t < 1, with κ unknown; training starts at κ = 1
    u(x, 0) = sin πx + ½ sin 3πx,     u(0, t) = u(1, t) = 0
    readings of u at five places and twenty times, with noise

    python -m examples.heat_inverse               about half a minute on two cores
    python -m examples.heat_inverse --draws 5     fewer repetitions
    python -m examples.heat_inverse --quick       a few steps, to see that it runs

The true κ is 0.1, and u = exp(-κπ²t) sin πx + ½ exp(-9κπ²t) sin 3πx. The initial and wall values
are built in (`hard=True`). Readings count by their standard deviation σ, and the equation so much
that the network cannot bend it to follow the noise. Then the estimate scatters hardly more than any
that is right on average must, by the bound of Cramér and Rao: σ / |∂u/∂κ|.

`kp.analysis.uncertainty` says what to expect, from one training. To check it, noise of 2 % (of the
first wave) is drawn anew many times. Each training starts from the solution without noise, which
saves time and changes nothing: it ends where the loss is least. In 95 % of them κ should
come within two predicted standard deviations.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp

TRUE = 0.1
PLACES, TIMES = (0.15, 0.3, 0.5, 0.7, 0.85), np.linspace(0.05, 1, 20)
SENSORS = np.array([[x, t] for x in PLACES for t in TIMES])
STD, WEIGHT = 0.02, 1e4
WAVES = ((1.0, 1), (0.5, 3))
SHOWN, COLOURS = (0.15, 0.3, 0.5), ("#0072B2", "#D55E00", "#009E73")


def exact(x: np.ndarray, t: np.ndarray, diffusivity: float = TRUE) -> np.ndarray:
    """The temperature."""
    rates = [diffusivity * (n * np.pi) ** 2 for _, n in WAVES]
    return sum(
        a * np.exp(-r * t) * np.sin(n * np.pi * x) for (a, n), r in zip(WAVES, rates, strict=True)
    )


def cramer_rao(std: float, diffusivity: float) -> float:
    """The least standard deviation of an unbiased estimate of the diffusivity."""
    x, t = SENSORS.T
    rates = [(n * np.pi) ** 2 for _, n in WAVES]
    slope = sum(
        -a * r * t * np.exp(-diffusivity * r * t) * np.sin(n * np.pi * x)
        for (a, n), r in zip(WAVES, rates, strict=True)
    )
    return float(std / np.linalg.norm(slope))


def problem_of(readings: np.ndarray, std: float) -> kp.Problem:
    """The problem with such readings."""
    domain = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 1, "t")
    return kp.Problem(
        domain,
        fields="u",
        parameters={"diffusivity": kp.Unknown(1.0, lower=0.0)},
        conditions={
            "equation": kp.Residual(kp.equations.heat, weight=WEIGHT),
            "initial": kp.Dirichlet(u=lambda x: exact(x, 0.0), on=domain.start("t")),
            "walls": kp.Dirichlet(u=0.0, on=domain.boundary("x")),
            "readings": kp.Data(at=SENSORS, u=readings, std=std),
        },
    )


class Rod:
    """A model that is trained again and again, on other readings."""

    def __init__(self, units: list[int], seed: int, per_epoch: int, jit_compile: bool):
        self.seed, self.per_epoch = seed, per_epoch
        network = kp.networks.MLP(units, seed=seed)
        self.model = kp.models.PINNModel(network, problem_of(exact(*SENSORS.T), STD), hard=True)
        self.model.compile(
            kp.optimizers.LevenbergMarquardt(),
            jit_compile=jit_compile,
            steps_per_execution=per_epoch,
        )
        self.start = self.weights()

    def weights(self) -> list[np.ndarray]:
        return [variable.numpy() for variable in self.model.trainable_variables]

    def train(self, readings: np.ndarray, std: float, start: list[np.ndarray], steps: int):
        """Trains from given weights; returns the diffusivity after each epoch."""
        for variable, value in zip(self.model.trainable_variables, start, strict=True):
            variable.assign(value)
        points = problem_of(readings, std).points(equation=500, seed=self.seed)
        history = self.model.fit(
            points, epochs=steps // self.per_epoch, steps_per_epoch=self.per_epoch, verbose=0
        )
        return np.array(history.history["diffusivity"])

    @property
    def diffusivity(self) -> float:
        return self.model.parameters["diffusivity"]


def draw_fit(panel, readings: np.ndarray, u: np.ndarray) -> None:
    """The readings of three thermometers, and what was found there."""
    for place, colour in zip(SHOWN, COLOURS, strict=True):
        here = SENSORS[:, 0] == place
        panel.plot(TIMES, readings[here], "o", color=colour, markersize=3.5)
        panel.plot(TIMES, u[here], color=colour, linewidth=1.4, label=f"x = {place}")
    panel.set(xlabel="time t", ylabel="temperature u", title="Readings (1 % noise), field found")
    panel.legend(frameon=False)


def draw_path(panel, path: np.ndarray, per_epoch: int, std: float) -> None:
    """How the diffusivity got where it is."""
    steps = per_epoch * np.arange(1, len(path) + 1)
    panel.semilogy(np.append(0, steps), np.append(1.0, path), color=COLOURS[0], label="found")
    panel.axhline(TRUE, color="black", linestyle="--", linewidth=1, label="true")
    panel.set(
        xlabel="training step",
        ylabel="diffusivity κ",
        title=f"Found: κ = {path[-1]:.4f} ± {std:.4f}",
    )
    panel.legend(frameon=False)


def draw_spread(panel, found: list[float], std: float) -> None:
    """What repeated noise made of the diffusivity, beside what was predicted."""
    panel.axvspan(TRUE - 2 * std, TRUE + 2 * std, color="0.87", label="± 2 predicted std")
    bars = panel.hist(found, bins=12, density=True, color=COLOURS[0], alpha=0.6, label="found")
    grid = np.linspace(TRUE - 3.5 * std, TRUE + 3.5 * std, 201)
    normal = np.exp(-0.5 * ((grid - TRUE) / std) ** 2) / (std * np.sqrt(2 * np.pi))
    panel.plot(grid, normal, color=COLOURS[1], label="predicted")
    panel.axvline(TRUE, color="black", linestyle="--", linewidth=1, label="true")
    inside = sum(abs(value - TRUE) <= 2 * std for value in found)
    panel.set(
        xlabel="diffusivity κ",
        ylabel="density",
        ylim=(0, 1.5 * max(*bars[0], normal.max())),
        title=f"{len(found)} draws of 2 % noise: {inside} within 2 std",
    )
    panel.legend(framealpha=1, fontsize="small", ncols=2, loc="upper center")


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Finds the diffusivity and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few steps only")
    parser.add_argument("--draws", type=int, default=50, help="of the noise")
    parser.add_argument("--output", type=Path, default=Path("outputs/heat_inverse"))
    parser.add_argument("--seed", type=int, default=0, help="of weights, points and repeated noise")
    options = parser.parse_args(argv)
    steps, again, per_epoch, units, draws = 400, 40, 10, [12, 12], options.draws
    if options.quick:
        steps, again, per_epoch, units, draws = 8, 2, 2, [6], 2

    truth = exact(*SENSORS.T)
    side = np.linspace(0, 1, 101)
    grid = np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)
    begin = time.perf_counter()
    rod = Rod(units, options.seed, per_epoch, jit_compile=not options.quick)
    rod.train(truth, STD, rod.start, steps)
    solution, numbers = rod.weights(), {"clean_error": abs(rod.diffusivity / TRUE - 1)}
    print(f"without noise      κ = {rod.diffusivity:.7f}   error {numbers['clean_error']:.1e}")

    std = 0.01
    noise = np.random.default_rng(0).standard_normal(len(SENSORS))
    path = rod.train(truth + std * noise, std, rod.start, steps)
    estimates = kp.analysis.uncertainty(rod.model)
    u, bars = rod.model.predict(SENSORS)[:, 0], estimates.fields(SENSORS)["u"]
    roots = [float(np.sqrt(np.mean(np.square(each)))) for each in (u - truth, bars)]
    predicted = estimates.std["diffusivity"]
    numbers |= {
        "error": abs(rod.diffusivity / TRUE - 1),
        "deviations": abs(rod.diffusivity - TRUE) / predicted,
        "std": predicted / TRUE,
        "bound": cramer_rao(std, rod.diffusivity) / TRUE,
        "misfit": estimates.misfit,
        "field_error": roots[0],
        "field_std": roots[1],
        "relative_l2": kp.solvers.relative_l2(rod.model.predict(grid)[:, 0], exact(*grid.T)),
    }
    print(f"with 1 % noise     κ = {rod.diffusivity:.5f} ± {predicted:.5f}", end="   ")
    print(f"error {numbers['error']:.1e}: {numbers['deviations']:.2f} standard deviations")
    print(f"    predicted std of κ, relative   {numbers['std']:.2e}   known: at least", end=" ")
    print(f"{numbers['bound']:.2e}")
    print(f"    readings miss the field by     {numbers['misfit']:.2f} std   known: about 1")
    print(f"    predicted std of u, there      {numbers['field_std']:.1e}    ", end="   ")
    print(f"measured error {numbers['field_error']:.1e}")
    print(f"    relative L2 error of u         {numbers['relative_l2']:.1e}")

    rng = np.random.default_rng(options.seed + 1)
    found, deviations = [], []
    for number in range(draws):
        rod.train(truth + STD * rng.standard_normal(len(SENSORS)), STD, solution, again)
        found.append(rod.diffusivity)
        if number == 0:
            one = kp.analysis.uncertainty(rod.model).std["diffusivity"]
            print(f"with 2 % noise     κ = {rod.diffusivity:.5f} ± {one:.5f}", end="   ")
            print(f"the first of {draws} draws")
        deviations.append((found[-1] - TRUE) / one)
    numbers |= {
        "draws": draws,
        "inside": int(np.sum(np.abs(deviations) <= 2)),
        "spread": float(np.sqrt(np.mean(np.square(deviations)))),
        "draws_std": one / TRUE,
        "seconds": round(time.perf_counter() - begin, 1),
    }
    print(f"    within two standard deviations {numbers['inside']} of {draws}   known: 95 in 100")
    print(f"    scatter by predicted std       {numbers['spread']:.2f}   known: 1 ± ", end="")
    print(f"{1 / np.sqrt(2 * draws):.2f}")

    figure = Figure(figsize=(13, 3.8), dpi=150, layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    draw_fit(left, truth + std * noise, u)
    draw_path(middle, path, per_epoch, predicted)
    draw_spread(right, found, one)
    for panel in (left, middle, right):
        panel.spines[["top", "right"]].set_visible(False)
    kp.plotting.save(figure, options.output / "heat_inverse.png")
    print(f"a picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
