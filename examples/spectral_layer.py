"""What the layer of a Fourier neural operator can do exactly.

    v(x) = Σ R(k) û(k) exp(ikx),    |k| <= m

    python -m examples.spectral_layer             about ten seconds
    python -m examples.spectral_layer --quick     the same, with fewer samples

With R(k) = ik the layer differentiates. For u = exp(sin x) its error falls faster than any power of
the number of points, where that of central differences falls like its square. With
R(k) = exp(-ν k² T) it is the heat equation from time 0 to T, exactly, and the values at the points
that grids of 64, 128 and 256 points share are the same. Then the layer is not told R: from fields
and what the heat equation makes of them it finds the 17 complex numbers by least squares, with a
second-order optimizer, to rounding. Last, its two ways to transform are compared: two small matrix
products or the fast Fourier transform, which agree to rounding.
"""

import argparse
import time
from pathlib import Path

import numpy as np

import kerasphys as kp

MODES, VISCOSITY, TIME = 16, 0.01, 1.0
POINTS = (6, 8, 12, 16, 24, 32)
LENGTH = 2 * np.pi


def ring(points: int) -> np.ndarray:
    return LENGTH * np.arange(points) / points


def heat(k: np.ndarray) -> np.ndarray:
    """What the heat equation does to a wave until `TIME`."""
    return np.exp(-VISCOSITY * k**2 * TIME)


def layer(modes: int, symbol=None, method: str = "auto") -> kp.layers.SpectralConv:
    """A layer for one channel, with weights from a symbol or from a seed."""
    made = kp.layers.SpectralConv(1, modes, method, seed=0, dtype="float64")
    made.build((None, None, 1))
    if symbol is not None:
        made.set_symbol(symbol, lengths=LENGTH)
    return made


def derivative_errors(points: int) -> tuple[float, float]:
    """The largest errors of the layer and of central differences for exp(sin x)."""
    x = ring(points)
    u, exact = np.exp(np.sin(x)), np.cos(x) * np.exp(np.sin(x))
    spectral = layer(points // 2, lambda k: 1j * k)(u[None, :, None])[0, :, 0]
    central = (np.roll(u, -1) - np.roll(u, 1)) * points / (2 * LENGTH)
    return kp.solvers.max_error(spectral, exact), kp.solvers.max_error(central, exact)


def waves(samples: int, points: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Fields of the wavenumbers 0..MODES, and what the heat equation makes of them."""
    k = np.arange(MODES + 1)
    a, b = np.random.default_rng(seed).standard_normal((2, samples, MODES + 1))
    angles = k[:, None] * ring(points)
    start, end = (
        (a * size) @ np.cos(angles) + (b * size) @ np.sin(angles) for size in (1.0, heat(k))
    )
    return start[..., None], end[..., None]


def learn(samples: int, seed: int) -> tuple[kp.layers.SpectralConv, float]:
    """A layer that has seen fields before and after, and how long that took."""
    model = kp.models.SurrogateModel(layer(MODES), dtype="float64")
    u, v = waves(samples, 64, seed)
    model.compile(kp.optimizers.LevenbergMarquardt(), loss="mse")
    start = time.perf_counter()
    model.fit(u, v, epochs=1, steps_per_epoch=6, verbose=0)
    return model.network, time.perf_counter() - start


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Shows what the layer does and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer samples to learn from")
    parser.add_argument("--output", type=Path, default=Path("outputs/spectral_layer"))
    parser.add_argument("--seed", type=int, default=0, help="of the fields")
    options = parser.parse_args(argv)

    errors = np.array([derivative_errors(points) for points in POINTS])
    print("the derivative of exp(sin x)   spectral layer   central differences")
    for points, (spectral, central) in zip(POINTS, errors, strict=True):
        print(f"    {points:3d} points                 {spectral:.1e}          {central:.1e}")

    known = layer(MODES, heat)
    before, after = waves(3, 64, options.seed + 1)
    found = known(before)
    shared = [
        kp.solvers.max_error(known(waves(3, n, options.seed + 1)[0])[:, :: n // 64], found)
        for n in (128, 256)
    ]
    by_products, by_fft = (layer(MODES, heat, how)(before) for how in ("matmul", "fft"))
    learned, seconds = learn(8 if options.quick else 64, options.seed)
    weights = learned.kernel.numpy()[:, 0, :, 0]  # real and imaginary parts, (modes, 2)
    weights[0, 1] = 0.0  # a constant has no phase: this one acts on nothing
    expected = np.stack([heat(np.arange(MODES + 1)), np.zeros(MODES + 1)], axis=1)
    numbers = {
        "derivative_32": float(errors[-1, 0]),
        "central_32": float(errors[-1, 1]),
        "heat": kp.solvers.max_error(found, after),
        "shared_points": max(shared),
        "fft": kp.solvers.max_error(by_products, by_fft),
        "learned": kp.solvers.max_error(weights, expected),
        "training_seconds": round(seconds, 1),
    }
    print("largest differences, all known to be 0 to rounding")
    print(f"    heat equation, from its solution          {numbers['heat']:.1e}")
    print(f"    64, 128 and 256 points, where they share  {numbers['shared_points']:.1e}")
    print(f"    matrix products and FFT                   {numbers['fft']:.1e}")
    print(f"    R learned in {seconds:.1f} s, from exp(-ν k² T)     {numbers['learned']:.1e}")

    sizes = np.array(POINTS, dtype=float)
    picture = kp.plotting.comparison(
        sizes,
        {
            "central differences": (sizes, errors[:, 1]),
            "spectral layer, R(k) = ik": (sizes, errors[:, 0]),
            "points$^{-2}$": errors[-1, 1] * (sizes / sizes[-1]) ** -2,
        },
        linestyles={"points$^{-2}$": ":"},
        xlabel="points",
        ylabel="largest error",
        title="Derivative of exp(sin x): faster than any power",
        yscale="log",
    )
    kp.plotting.save(picture, options.output / "spectral_layer.png")
    print(f"the picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
