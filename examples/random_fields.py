"""Random functions: what operators are trained with, and what theory says of them.

    u(x) = mean + Σ a_k ξ_k φ_k(x),    ξ_k ~ N(0, 1) independent

    python -m examples.random_fields             a few seconds
    python -m examples.random_fields --quick     fewer samples

Two families. A kernel says how values at a distance r are correlated: exp(-r²/2l²), the Matérn
kernels of the order ν, whose samples have derivatives of orders below ν, or a periodic one. Or a
differential operator does: N(0, σ² (-Δ + τ²)^-γ), with values, slopes or a period at the boundary.
All are sums of waves with random coefficients, so that a sample is the same function on every
grid, and its slope and its integral are exact. The deviations of values and slopes, counted over
many samples, stand beside their closed forms, and the deviations of three laws beside those of the
data sets of the literature.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

import kerasphys as kp

SCALE = 0.2
# Deviations of the slope in units of that of the values, times the length scale.
SLOPES = {"rbf": 1.0, "matern 3/2": np.sqrt(3), "matern 5/2": np.sqrt(5 / 3)}
# Dimensions, sigma, tau and gamma of the laws of three data sets, and their deviations.
LAWS = {
    "burgers_0.1": ((1, 25.0, 5.0, 2.0), 0.594),
    "burgers_0.01": ((1, 625.0, 5.0, 4.0), 0.214),
    "vorticity": ((2, 7**1.5, 7.0, 2.5), 0.185),
}


def kernel_field(name: str) -> kp.datasets.KernelField:
    """A field of a name such as `matern 3/2`."""
    kernel, _, order = name.partition(" ")
    halves = float(order.partition("/")[0] or 3)
    return kp.datasets.KernelField(kernel, SCALE, nu=halves / 2)


def root_mean_square(values: np.ndarray) -> float:
    """Of all values of all samples."""
    return float(np.sqrt(np.mean(values**2)))


def draw(seed: int, resolution: int) -> Any:
    """One sample of each family."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 6.4), dpi=150, layout="constrained")
    figure.suptitle("One sample of each law; all are functions that are known at every point")
    axes = figure.subplots(2, 4)
    x = np.linspace(0, 1, 501)
    kernels = {
        f"squared exponential, l = {scale}": kp.datasets.KernelField("rbf", scale)
        for scale in (0.05, 0.2, 0.5)
    }
    orders = {
        f"Matérn, ν = {order}": kernel_field(f"matern {order}") for order in ("1/2", "3/2", "5/2")
    }
    rings = {
        f"periodic kernel, l = {scale}": kp.datasets.KernelField("periodic", scale)
        for scale in (0.4, 1.0)
    }
    walls = {
        f"(-Δ + 25)⁻², {word}": kp.datasets.RandomField(word, 1, 25.0, 5.0, 2.0)
        for word in ("periodic", "neumann", "dirichlet")
    }
    titles = ("the length scale", "the smoothness", "a period", "the boundary")
    for panel, title, family in zip(axes[0], titles, (kernels, orders, rings, walls), strict=True):
        for offset, (name, field) in enumerate(family.items()):
            u = field.at(field.coefficients(1, seed), x)[0]
            panel.plot(x, u / field.deviation - 3.5 * offset, linewidth=1.1, label=name)
        panel.set(title=f"One dimension: {title}", xlabel="x", yticks=[])
        panel.set_ylim(top=6)
        panel.legend(frameon=False, fontsize=8, loc="upper left")
    axes[0, 0].set_ylabel("u / deviation, shifted")

    line = {"dims": 2, "length_scale": SCALE}
    darcy = kp.datasets.RandomField("neumann", 2, tau=3.0, gamma=2.0).sample(1, resolution, seed)
    fields = {
        "squared exponential, l = 0.2": kp.datasets.KernelField("rbf", **line),
        "Matérn, ν = 1/2, l = 0.2": kp.datasets.KernelField("matern", nu=0.5, modes=200, **line),
    }
    maps = {name: field.sample(1, resolution, seed) for name, field in fields.items()}
    maps |= {"(-Δ + 9)⁻², no slope at the walls": darcy, "its sign: a conductivity": darcy >= 0}
    for panel, (name, u) in zip(axes[1], maps.items(), strict=True):
        panel.imshow(u[0].T, origin="lower", extent=(0, 1, 0, 1), cmap="viridis")
        panel.set(title=f"Two dimensions:\n{name}", xlabel="x", ylabel="y")
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Draws the fields and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer samples")
    parser.add_argument("--output", type=Path, default=Path("outputs/random_fields"))
    parser.add_argument("--seed", type=int, default=0, help="of the samples")
    options = parser.parse_args(argv)
    samples = 500 if options.quick else 4000
    numbers = {}

    x = np.linspace(0, 1, 21)
    print(f"{samples} samples with kernels, l = {SCALE}: deviations of values and slopes")
    for name, slope in SLOPES.items():
        field = kernel_field(name)
        coefficients = field.coefficients(samples, options.seed)
        value = numbers[f"{name} value"] = root_mean_square(field.at(coefficients, x))
        rise = numbers[f"{name} slope"] = root_mean_square(field.at(coefficients, x, order=1))
        known = slope / SCALE
        print(f"    {name:<11} {value:.3f}   known: 1      {rise:.3f}   known: {known:.3f}")
    rough = kernel_field("matern 1/2")
    steps = np.array([0.0, 0.05])
    jumps = np.diff(rough.at(rough.coefficients(samples, options.seed), steps))
    numbers["matern 1/2 step"] = root_mean_square(jumps)
    known = np.sqrt(2 * (1 - np.exp(-0.05 / SCALE)))
    print(f"    matern 1/2  over a step of 0.05: {numbers['matern 1/2 step']:.3f}", end="")
    print(f"   known: {known:.3f}; it has no slope")

    print("the laws N(0, sigma² (-Δ + tau²)^-gamma) of three data sets: their deviations")
    for name, ((dims, sigma, tau, gamma), known) in LAWS.items():
        field = kp.datasets.RandomField("periodic", dims, sigma, tau, gamma, modes=100 // dims)
        numbers[name] = field.deviation
        counted = root_mean_square(field.sample(samples // 10, 32, options.seed))
        print(f"    {name:<12} {field.deviation:.3f}   counted: {counted:.3f}   known: {known}")

    field = kernel_field("rbf")
    coarse, fine = (field.sample(10, points, options.seed) for points in (65, 129))
    numbers["grids"] = kp.solvers.max_error(fine[:, ::2], coarse)
    print(f"the same functions on 65 and 129 points, apart by {numbers['grids']:.1e}")
    figure = draw(options.seed, 64 if options.quick else 192)
    kp.plotting.save(figure, options.output / "random_fields.png")
    print(f"the picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
