"""An oscillator over many periods: one network loses it, windows of time do not.

    u' = v,  v' = (1 - u²) v - u        u(0) = 2, v(0) = 0        0 < t < 40

    python -m examples.long_time             about two minutes on two cores
    python -m examples.long_time --quick     a few seconds, over a shorter time

Van der Pol's oscillator. The equation alone does not say which of its solutions is meant; the
initial values do, and what they say must travel through all of the time. One network, trained
everywhere at once, satisfies the equation late before it knows where it comes from: it settles at a
wrong solution, often at the trivial one, u = 0. Causal weights, which make the late points wait, do
not save it here. `kp.march` cuts the time into windows, each with a small network that begins where
the one before ended, and the result is one model. Every solution ends in the limit cycle, whose
period is known.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np
import scipy

import kerasphys as kp

PERIOD = 6.66328685932  # of the limit cycle


def van_der_pol(u, v, u_t, v_t):
    return u_t - v, v_t - (1 - u**2) * v + u


def reference(t: np.ndarray) -> np.ndarray:
    """The solution at increasing times, by a Runge-Kutta method of order 8."""
    solution = scipy.integrate.solve_ivp(
        lambda _, y: [y[1], (1 - y[0] ** 2) * y[1] - y[0]],
        (0, t[-1]),
        [2.0, 0.0],
        method="DOP853",
        t_eval=t,
        rtol=1e-12,
        atol=1e-13,
    )
    return solution.y[0]


def period(t: np.ndarray, u: np.ndarray) -> float:
    """The time between the last two ascents through zero."""
    curve = scipy.interpolate.CubicSpline(t, u)
    zeros = curve.roots(extrapolate=False)
    ascents = zeros[curve(zeros, 1) > 0]
    return float(np.diff(ascents)[-1]) if len(ascents) > 1 else float("nan")


def draw(t: np.ndarray, exact: np.ndarray, found: dict[str, np.ndarray], edges: np.ndarray):
    """The solutions above, their errors below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5.5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    above.plot(t, exact, color="0.8", linewidth=6, label="reference")
    for (name, u), style in zip(found.items(), ("--", "-", ":"), strict=False):
        above.plot(t, u, style, label=name)
        below.semilogy(t, np.abs(u - exact) + 1e-16, style, label=name)
    for edge in edges:
        below.axvline(edge, color="0.9", linewidth=0.8, zorder=0)
    above.set(ylabel="u", title="Van der Pol's oscillator: windows of time keep the solution")
    above.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4, frameon=False)
    below.set(xlabel="t", ylabel="|error of u|", ylim=(1e-9, 10))
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains in three ways and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a shorter time and fewer steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/long_time"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and points")
    options = parser.parse_args(argv)
    end, windows, epochs = (15.0, 6, 2) if options.quick else (40.0, 20, 5)
    one_epochs = 1 if options.quick else 30

    domain = kp.geometry.Interval(0, end, "t")
    problem = kp.Problem(
        domain,
        fields=("u", "v"),
        conditions={
            "equation": kp.Residual(van_der_pol),
            "initial": kp.Dirichlet(u=2.0, v=0.0, on=domain.start("t"), weight=10.0),
        },
    )
    t = np.linspace(0, end, 100 * windows + 1)
    exact = reference(t)

    def model(network: keras.Model) -> kp.models.PINNModel:
        made = kp.models.PINNModel(network, problem)
        made.compile(kp.optimizers.LevenbergMarquardt(), steps_per_execution=10)
        return made

    found, seconds = {}, {}
    ways = {
        "one network": [],
        "causal weights": [kp.callbacks.CausalWeights((0.01, 0.1, 1.0), bins=64)],
    }
    if options.quick:
        del ways["causal weights"]
    for name, callbacks in ways.items():
        start = time.perf_counter()
        one = model(kp.networks.MLP([8, 8] if options.quick else [24, 24], seed=options.seed))
        points = problem.points(equation=50 * windows, initial=1, seed=options.seed)
        one.fit(points, epochs=one_epochs, steps_per_epoch=10, callbacks=callbacks, verbose=0)
        seconds[name] = time.perf_counter() - start
        found[name] = one.predict(t[:, None])[:, 0]

    start = time.perf_counter()
    network = kp.networks.TimeWindows(kp.networks.MLP([12, 12], seed=options.seed), windows)
    marched = model(network)
    history = kp.march(
        marched,
        {"equation": 64, "initial": 1},
        epochs=epochs,
        steps_per_epoch=20,
        seed=options.seed,
        verbose=0,
    )
    name = f"{windows} windows"
    seconds[name] = time.perf_counter() - start
    found[name] = marched.predict(t[:, None])[:, 0]

    errors = {name: kp.solvers.relative_l2(u, exact) for name, u in found.items()}
    numbers = {
        **{
            name.rpartition(" ")[0].replace(str(windows), "windows"): e
            for name, e in errors.items()
        },
        "period": period(t, found[name]),
        "epochs": len(history.epoch),
        "training_seconds": round(sum(seconds.values()), 1),
    }
    print(f"relative L2 error over 0 < t < {end:g}")
    for which, error in errors.items():
        print(f"    {which:15} {error:.2e}   in {seconds[which]:.0f} s")
    print(f"period of the last turn {numbers['period']:.6f}   known: {PERIOD:.6f}")

    edges = np.linspace(0, end, windows + 1)
    kp.plotting.save(draw(t, exact, found, edges), options.output / "long_time.png")
    marched.export(
        options.output / "surrogate",
        derivatives=["v_t"],
        name="Van der Pol's oscillator",
        errors={"relative_l2": numbers["windows"]},
        seed=options.seed,
        command="python -m examples.long_time",
    )
    print(f"the picture and the SavedModel are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
