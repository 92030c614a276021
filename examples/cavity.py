"""A lid-driven cavity at Re = 100: steady Navier–Stokes flow with singular corners.

    (w·∇) w + ∇p = Δw / Re,  ∇·w = 0     in the unit square, w = (u, v)
    w = (1, 0) on the lid y = 1,  w = 0 on the other walls,  ∫ p = 0

    python -m examples.cavity             about 2 minutes on two cores
    python -m examples.cavity --quick     a few seconds of training, to see that it runs

In both corners of the lid the velocity jumps, and no network can follow a jump: one trained on the
velocity itself finds the flow under a lid with rounded ends, and with a loss of 2e-7 it was still
2.4e-2 off on the centre lines. But close to a corner viscosity alone matters, and the flow there is
known in closed form (Taylor's paint scraper, 1962). The sum of both corner flows solves the Stokes
equations in the whole square; what the network learns is the rest, which has no jumps. Its values
on the walls are built into its form (`hard=True`): only the equations and the level of the pressure
are left.

The reference is a finite-difference solution on two grids, extrapolated to steps of zero. Beside it
stand the table of Ghia, Ghia and Shin, 1982, https://doi.org/10.1016/0021-9991(82)90058-4, which is
itself up to 9e-3 away from it, and the spectral values of Botella and Peyret, 1998,
https://doi.org/10.1016/S0045-7930(98)00002-4.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import scipy
from matplotlib.figure import Figure

import kerasphys as kp

REYNOLDS = 100.0

# Ghia, Ghia and Shin: u along x = 1/2 and v along y = 1/2, at Re = 100.
TABLE_Y = [0.0, 0.0547, 0.0625, 0.0703, 0.1016, 0.1719, 0.2813, 0.4531, 0.5]
TABLE_Y += [0.6172, 0.7344, 0.8516, 0.9531, 0.9609, 0.9688, 0.9766, 1.0]
TABLE_U = [0.0, -0.03717, -0.04192, -0.04775, -0.06434, -0.10150, -0.15662, -0.21090, -0.20581]
TABLE_U += [-0.13641, 0.00332, 0.23151, 0.68717, 0.73722, 0.78871, 0.84123, 1.0]
TABLE_X = [0.0, 0.0625, 0.0703, 0.0781, 0.0938, 0.1563, 0.2266, 0.2344, 0.5]
TABLE_X += [0.8047, 0.8594, 0.9063, 0.9453, 0.9531, 0.9609, 0.9688, 1.0]
TABLE_V = [0.0, 0.09233, 0.10091, 0.10890, 0.12317, 0.16077, 0.17507, 0.17527, 0.05454]
TABLE_V += [-0.24533, -0.22445, -0.16914, -0.10313, -0.08864, -0.07391, -0.05906, 0.0]

# Botella and Peyret: the extrema on these lines.
EXTREMA = {"lowest_u": -0.2140424, "highest_v": 0.1795728, "lowest_v": -0.2538030}

C = 1 / (1 - np.pi**2 / 4)
D, B = C * np.pi / 2, -C * np.pi**2 / 4


def scraper(x, y, angle):
    """Taylor's flow in the quadrant x, y > 0 whose wall y = 0 moves along x with the speed 1.

    Its stream function is `B y + θ (C x + D y)` with the polar angle `θ`; these are the derivatives
    by `x` and by `y`. The velocity `(ψ_y, -ψ_x)` depends on the angle alone.
    """
    share = (C * x + D * y) / (x**2 + y**2)
    return C * angle - share * y, B + D * angle + share * x


def scraper_slopes(x, y):
    """The second derivatives of its stream function: `ψ_xx`, `ψ_xy` and `ψ_yy`."""
    square = x**2 + y**2
    share = (C * x + D * y) / square**2
    return (
        2 * share * x * y - 2 * C * y / square,
        share * (y**2 - x**2) + (C * x - D * y) / square,
        -2 * share * x * y + 2 * D * x / square,
    )


def corners(x, y):
    """The velocity `(u, v)` of the flows in both corners: away from the left, into the right."""
    left = scraper(x, 1 - y, np.arctan2(1 - y, x))
    right = scraper(1 - x, 1 - y, np.arctan2(1 - y, 1 - x))
    return left[1] + right[1], left[0] - right[0]


def corner_slopes(x, y):
    """The derivatives `u_x`, `u_y`, `v_x`, `v_y` of that velocity."""
    left, right = scraper_slopes(x, 1 - y), scraper_slopes(1 - x, 1 - y)
    return left[1] - right[1], -left[2] - right[2], left[0] + right[0], right[1] - left[1]


def part(function, index):
    """One of the values of a function of `x` and `y`."""
    return lambda x, y: function(x, y)[index]


CORNERS = {"u0": part(corners, 0), "v0": part(corners, 1)} | {
    name: part(corner_slopes, index) for index, name in enumerate(("u0_x", "u0_y", "v0_x", "v0_y"))
}


def momentum(
    u, v, u_x, u_y, v_x, v_y, p_x, p_y, laplacian_u, laplacian_v, viscosity,
    u0, v0, u0_x, u0_y, v0_x, v0_y,
):  # fmt: skip
    """Of the sum of the corner flow and the rest; the former has no viscous force of its own."""
    residuals = kp.equations.steady_navier_stokes_2d(
        u=u + u0,
        v=v + v0,
        u_x=u_x + u0_x,
        u_y=u_y + u0_y,
        v_x=v_x + v0_x,
        v_y=v_y + v0_y,
        p_x=p_x,
        p_y=p_y,
        laplacian_u=laplacian_u,
        laplacian_v=laplacian_v,
        viscosity=viscosity,
        force_x=0.0,
        force_y=0.0,
    )
    return residuals["momentum_x"], residuals["momentum_y"]


def away_from_corners(x, y):
    """The weight of the momentum equation, whose terms grow as one over the distance."""
    square = np.minimum(x**2, (1 - x) ** 2) + (1 - y) ** 2
    return np.minimum(square / 0.1**2, 1.0)


def make_problem() -> kp.Problem:
    """The equations and walls of the rest of the flow."""
    cavity = kp.geometry.Box((0, 0), (1, 1))

    def on_left(y):
        """The flow of the right corner, one away; that of the left corner is at rest here."""
        psi_x, psi_y = scraper(1.0, 1 - y, np.arctan(1 - y))
        return psi_y, -psi_x

    def on_bottom(x):
        """Both flows, one below the lid."""
        left = scraper(x, 1.0, np.pi / 2 - np.arctan(x))
        right = scraper(1 - x, 1.0, np.pi / 2 - np.arctan(1 - x))
        return left[1] + right[1], left[0] - right[0]

    return kp.Problem(
        cavity,
        fields=("u", "v", "p"),
        parameters={"viscosity": 1 / REYNOLDS},
        conditions={
            "momentum": kp.Residual(momentum, **CORNERS),
            "continuity": kp.Residual(lambda u_x, v_y: u_x + v_y),
            "gauge": kp.Integral(lambda p: p),
            "lid": kp.Dirichlet(u=-1.0, v=0.0, on=cavity.end("y")),  # the corner flows make 2
            "left": kp.Dirichlet(
                u=lambda y: -on_left(y)[0], v=lambda y: -on_left(y)[1], on=cavity.start("x")
            ),
            "right": kp.Dirichlet(
                u=lambda y: -on_left(y)[0], v=lambda y: on_left(y)[1], on=cavity.end("x")
            ),
            "bottom": kp.Dirichlet(
                u=lambda x: -on_bottom(x)[0],
                v=lambda x: -on_bottom(x)[1],
                on=cavity.start("y"),
            ),
        },
    )


def velocity(model: kp.models.PINNModel, points: np.ndarray) -> np.ndarray:
    """The whole flow `(n, 2)` at points `(n, 2)`, the corners of the lid excepted."""
    x, y = points.T
    rest = model.derivatives(points, ("u", "v"))
    return np.stack(corners(x, y), axis=1) + np.stack([rest["u"], rest["v"]], axis=1)


def reference(intervals: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and velocities `(n, n, 2)`: finite differences on two grids, extrapolated."""
    nodes, coarse = kp.solvers.solve_cavity(REYNOLDS, intervals // 2)
    _, fine = kp.solvers.solve_cavity(REYNOLDS, intervals)
    return nodes, ((4 * fine[::2, ::2] - coarse) / 3)[..., :2]


def line(along: np.ndarray, axis: int) -> np.ndarray:
    """Points on a centre line, along `x` (0) or `y` (1)."""
    points = np.full((len(along), 2), 0.5)
    points[:, axis] = along
    return points


def draw(model: kp.models.PINNModel, nodes: np.ndarray, exact: np.ndarray) -> Figure:
    """The flow, and both centre lines with the table's values."""
    figure = Figure(figsize=(13, 4.2), layout="constrained")
    flow, along_y, along_x = figure.subplots(1, 3)
    side = (np.arange(150) + 0.5) / 150
    x, y = np.meshgrid(side, side)
    u, v = velocity(model, np.stack([x.ravel(), y.ravel()], axis=1)).T.reshape(2, *x.shape)
    mesh = flow.pcolormesh(x, y, np.hypot(u, v), cmap="viridis", vmin=0, vmax=1)
    figure.colorbar(mesh, ax=flow, label="speed, by that of the lid")
    flow.streamplot(side, side, u, v, color="white", density=1.1, linewidth=0.7, arrowsize=0.8)
    flow.set(title="speed and streamlines; the lid moves right", xlabel="x", ylabel="y")
    flow.set(aspect="equal", xlim=(0, 1), ylim=(0, 1))

    s, middle = np.linspace(0, 1, 301), len(nodes) // 2
    for panel, axis, name, exact_values, table in (
        (along_y, 1, "u", exact[middle, :, 0], (TABLE_Y, TABLE_U)),
        (along_x, 0, "v", exact[:, middle, 1], (TABLE_X, TABLE_V)),
    ):
        across = "xy"[1 - axis]
        found = velocity(model, line(s, axis))[:, 1 - axis]
        panel.plot(
            nodes, exact_values, color="#E69F00", linewidth=5, alpha=0.5, label="finite differences"
        )
        panel.plot(s, found, color="#0072B2", label="network")
        panel.plot(*table, "o", color="#D55E00", markersize=4.5, label="Ghia et al., 1982")
        panel.set(title=f"{name} on the centre line {across} = 1/2", ylabel=name)
        panel.set(xlabel="xy"[axis])
        panel.grid(alpha=0.3)
        panel.legend(frameon=False)
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--output", type=Path, default=Path("outputs/cavity"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    steps, per_epoch, width, n = (40, 20, 8, 200) if options.quick else (2000, 50, 32, 3000)
    nodes, exact = reference(32 if options.quick else 128)

    problem = make_problem()
    network = kp.networks.MLP([width] * 3, seed=options.seed)
    model = kp.models.PINNModel(network, problem, hard=True)
    model.compile(
        kp.optimizers.SSBroyden(), jit_compile=not options.quick, steps_per_execution=per_epoch
    )
    start = time.perf_counter()
    history = model.fit(
        problem.points(
            momentum=n,
            continuity=n,
            seed=options.seed,
            weights={"momentum": away_from_corners},
        ),
        epochs=steps // per_epoch,
        steps_per_epoch=per_epoch,
        callbacks=[kp.callbacks.ProgressBar(("loss", "momentum_loss", "continuity_loss"))],
        verbose=0,
    )
    seconds = time.perf_counter() - start

    inner = nodes[1:-1]
    x, y = np.meshgrid(inner, inner, indexing="ij")
    found = velocity(model, np.stack([x.ravel(), y.ravel()], axis=1)).reshape(*x.shape, 2)
    spans = (nodes[2:] - nodes[:-2]) / 2
    area = np.sqrt(spans[:, None] * spans)[..., None]
    u = velocity(model, line(np.array(TABLE_Y), 1))[:, 0]
    v = velocity(model, line(np.array(TABLE_X), 0))[:, 1]
    s, middle = np.linspace(0, 1, 2001), len(nodes) // 2
    on_y, on_x = velocity(model, line(s, 1))[:, 0], velocity(model, line(s, 0))[:, 1]
    spline = scipy.interpolate.CubicSpline
    numbers = {
        "relative_l2": kp.solvers.relative_l2(area * found, area * exact[1:-1, 1:-1]),
        "from_table_u": kp.solvers.max_error(u, np.array(TABLE_U)),
        "from_table_v": kp.solvers.max_error(v, np.array(TABLE_V)),
        "from_reference_u": float(np.abs(on_y - spline(nodes, exact[middle, :, 0])(s)).max()),
        "from_reference_v": float(np.abs(on_x - spline(nodes, exact[:, middle, 1])(s)).max()),
        "lowest_u": float(on_y.min()),
        "highest_v": float(on_x.max()),
        "lowest_v": float(on_x.min()),
        "steps": steps,
        "training_seconds": round(seconds, 1),
    }
    print(f"{steps} steps of SSBroyden in {seconds:.0f} s, compilation included")
    print(f"relative L2 error of (u, v)    {numbers['relative_l2']:.2e}")
    print("largest distance on the centre lines")
    print(f"    from the differences       {numbers['from_reference_u']:.2e} (u)", end="")
    print(f"   {numbers['from_reference_v']:.2e} (v)")
    print(f"    from Ghia, Ghia, Shin      {numbers['from_table_u']:.2e} (u)", end="")
    print(f"   {numbers['from_table_v']:.2e} (v)")
    for name, known in EXTREMA.items():
        title = name.replace("_", " ")
        print(f"{title:12}{numbers[name]:+.5f}   Botella, Peyret: {known:+.5f}")

    kp.plotting.save(draw(model, nodes, exact), options.output / "cavity.png")
    kp.plotting.save(kp.plotting.history(history), options.output / "history.png")
    print(f"pictures are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
