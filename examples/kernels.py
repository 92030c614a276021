"""Kernels blur and differentiate: convolution as the differential operators of physics.

    (g * u)(x) = ∫ g(y - x) u(y) dy,    on a grid    sum g[m] u[i + m]

    python -m examples.kernels             a few seconds
    python -m examples.kernels --quick     the same on a coarser picture

A Gaussian of width σ multiplies a wave of wavenumber k by exp(-σ²k²/2): it removes what is finer
than σ. Its derivative as a kernel gives the slope of what it leaves. A difference such as
[1, -2, 1]/h² is such a kernel too, of the width of the grid: its relative error for a wave is
1 - (sin(kh/2) / (kh/2))², about (kh)²/12. And it differentiates noise: values with independent
errors of standard deviation s give slopes with errors of s ‖g‖₂, which is s / (√2 h) for central
differences and about s √(h / (4 √π σ³)), far less, for a Gaussian derivative.
"""

import argparse
from pathlib import Path

import numpy as np

import kerasphys as kp

SIGMA, POINTS, NOISE = 0.1, 256, 0.02
WAVENUMBERS = (5, 10, 20, 30)


def apply(values: np.ndarray, kernel: np.ndarray, boundary: str = "periodic") -> np.ndarray:
    """The kernel as a Keras layer, on one sample with one channel."""
    layer = kp.layers.StencilConv(kernel, boundary=boundary, dtype="float64")
    return layer(values[None, ..., None]).numpy()[0, ..., 0]


def laplacian_error(dims: int, kh: float) -> float:
    """The relative error of second differences for a wave along each axis."""
    grid = np.meshgrid(*[kh * np.arange(64)] * dims, indexing="ij")
    wave = np.prod(np.sin(grid), axis=0)
    found = apply(wave, kp.kernels.laplacian(dims, spacing=kh), "zero")
    inside = (slice(1, -1),) * dims
    return kp.solvers.relative_l2(found[inside], -dims * wave[inside])


def picture(points: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A disk and a rectangle under noise, and the coordinates along each side."""
    side = (np.arange(points) + 0.5) / points
    x, y = np.meshgrid(side, side, indexing="ij")
    disk = np.hypot(x - 0.32, y - 0.62) < 0.22
    rectangle = (np.abs(x - 0.74) < 0.16) & (np.abs(y - 0.32) < 0.2)
    return side, 1 + disk + 0.6 * rectangle + 0.15 * rng.standard_normal(x.shape)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Applies the kernels and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a coarser picture")
    parser.add_argument("--output", type=Path, default=Path("outputs/kernels"))
    parser.add_argument("--seed", type=int, default=0, help="of the noise")
    options = parser.parse_args(argv)
    rng = np.random.default_rng(options.seed)
    numbers = {}

    h = 2 * np.pi / POINTS
    x = h * np.arange(POINTS)
    blur, slope = kp.kernels.gaussian(SIGMA, h), kp.kernels.gaussian_derivative(SIGMA, 1, h)
    print(f"a Gaussian of sigma = {SIGMA}: what it leaves of a wave, and of its slope")
    for k in WAVENUMBERS:
        left = numbers[f"blurred_{k}"] = apply(np.sin(k * x), blur) @ np.sin(k * x) * 2 / POINTS
        rise = numbers[f"slope_{k}"] = apply(np.sin(k * x), slope) @ np.cos(k * x) * 2 / POINTS / k
        known = np.exp(-((SIGMA * k) ** 2) / 2)
        print(f"    sigma k = {SIGMA * k:.1f}   {left:.4f}   {rise:.4f}   known: {known:.4f}")

    print("second differences: their relative error for a wave")
    for dims, name in ((1, "[1, -2, 1]"), (2, "five points")):
        for kh in (0.1, 0.2):
            error = numbers[f"error_{dims}d_{kh}"] = laplacian_error(dims, kh)
            known = 1 - (np.sin(kh / 2) / (kh / 2)) ** 2
            print(f"    {name:<11}   k h = {kh}   {error:.3e}   known: {known:.3e}")

    print(f"slopes of values with errors of {NOISE}: the errors that this makes")
    noise = NOISE * rng.standard_normal(100 * POINTS)
    noisy = np.sin(x) + 0.3 * np.sin(4 * x) + noise[:POINTS]
    curves = {"exact": np.cos(x) + 1.2 * np.cos(4 * x)}
    central = kp.kernels.stencil(1, spacing=h)
    for name, kernel in (("central differences", central), ("Gaussian derivative", slope)):
        curves[name] = apply(noisy, kernel)
        error = numbers[f"noise_{name.split()[0].lower()}"] = np.std(apply(noise, kernel))
        print(f"    {name}   {error:.3f}   expected: {NOISE * np.linalg.norm(kernel):.3f}")
    order = ("central differences", "Gaussian derivative", "exact")
    figure = kp.plotting.comparison(
        x,
        {name: curves[name] for name in order},
        linestyles={"exact": "--", "Gaussian derivative": "-"},
        ylabel="u_x",
        title=f"The slope of values with errors of {NOISE}",
    )
    kp.plotting.save(figure, options.output / "slope.png")

    side, seen = picture(64 if options.quick else 192, rng)
    width = {"sigma": 0.02, "spacing": side[1] - side[0]}
    fields = {"seen": seen}
    for name, order in {
        "blurred": (0, 0),
        "slope along x": (1, 0),
        "Laplacian": {(2, 0): 1, (0, 2): 1},
    }.items():
        kernel = kp.kernels.gaussian_derivative(order=order, **width)
        fields[name] = apply(seen, kernel, "reflect")
    kp.plotting.save(
        kp.plotting.maps(
            {"x": side, "y": side}, fields, "A picture under noise, and what kernels make of it"
        ),
        options.output / "picture.png",
    )
    print(f"pictures are in {options.output}")
    return {name: float(value) for name, value in numbers.items()}


if __name__ == "__main__":
    main()
