"""A pendulum, learnt from one swing: its motion ever after, and its period.

    θ' = ω,    ω' = -sin θ,    θ(0) = 2,    ω(0) = 0

    python -m examples.pendulum             about 15 s
    python -m examples.pendulum --quick     fewer steps, to see that it runs

A network that knows nothing of mechanics is fitted to a little more than one period, and followed
for three more, beside scipy's solution. A swing ends where ω falls through zero: an event, whose
time is the period. It is 4 K(sin²(θ(0) / 2)), with the complete elliptic integral K. Applied to the
true equation the event gives this, and how it grows with the amplitude, to rounding.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import scipy
import tensorflow as tf

import kerasphys as kp

AMPLITUDE, PIECE = 2.0, 8


def pendulum(t, state):
    """The equation, for states `(n, 2)`."""
    return tf.stack([state[:, 1], -tf.sin(state[:, 0])], axis=1)


def swing(times: np.ndarray) -> np.ndarray:
    """The solution, by scipy."""
    solution = scipy.integrate.solve_ivp(
        lambda t, s: [s[1], -np.sin(s[0])],
        (0, times[-1]),
        [AMPLITUDE, 0.0],
        t_eval=times,
        rtol=1e-10,
        atol=1e-12,
    )
    return solution.y.T


def period(amplitude: float) -> tuple[float, float]:
    """The period and its derivative with respect to the amplitude."""
    m = np.sin(amplitude / 2) ** 2
    k, e = scipy.special.ellipk(m), scipy.special.ellipe(m)
    slope = (e - (1 - m) * k) / (2 * m * (1 - m))
    return float(4 * k), float(2 * slope * np.sin(amplitude))


def measured_period(field, amplitude, **options):
    """The time at which a swing ends."""
    start = tf.stack([amplitude, tf.zeros_like(amplitude)])[None]
    event = kp.ode.odeint_event(
        field, start, 0.0, lambda t, state: state[:, 1], 12.0, direction=-1, **options
    )
    return event.time[0]


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Fits the network and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="train for a few steps only")
    parser.add_argument("--output", type=Path, default=Path("outputs/pendulum"))
    parser.add_argument("--seed", type=int, default=0, help="of the weights")
    options = parser.parse_args(argv)
    steps = 200 if options.quick else 3000
    known, known_slope = period(AMPLITUDE)
    numbers = {"period": known, "slope": known_slope}

    @tf.function(autograph=False)
    def period_and_slope(amplitude):
        with tf.GradientTape() as tape:
            tape.watch(amplitude)
            found = measured_period(pendulum, amplitude, rtol=1e-10, atol=1e-10)
        return found, tape.gradient(found, amplitude)

    found, slope = period_and_slope(tf.constant(AMPLITUDE, tf.float64))
    numbers["error_period"] = abs(float(found) - known)
    numbers["error_slope"] = abs(float(slope) - known_slope)
    print(f"period          {found:.9f}   4 K(m): {known:.9f}")
    print(f"by amplitude    {slope:.9f}   known:  {known_slope:.9f}")

    times = np.linspace(0, 4 * known, 321)
    truth = swing(times)
    seen = times <= 1.1 * known
    data = truth[seen].astype("float32")
    pieces = np.stack([data[n : len(data) - PIECE + n] for n in range(1, PIECE + 1)], axis=1)
    gaps = times[1] * np.arange(1, PIECE + 1)
    network = kp.networks.NeuralODE([32, 32], times=gaps, steps=1, seed=options.seed)
    rate = keras.optimizers.schedules.CosineDecay(0.01, steps, alpha=0.01)
    network.compile(
        keras.optimizers.Adam(rate), loss="mse", jit_compile=True, steps_per_execution=100
    )
    pairs = tf.data.Dataset.from_tensors((data[:-PIECE], pieces)).repeat()
    network.fit(pairs, epochs=steps // 100, steps_per_epoch=100, shuffle=False, verbose=0)

    path = network.trajectory(data[:1], times)[0].numpy()
    for name, part in (("seen", seen), ("unseen", ~seen)):
        numbers[name] = kp.solvers.relative_l2(path[part], truth[part])
    start = tf.constant(AMPLITUDE, tf.float32)
    learnt = measured_period(network.block.derivative, start, method="rk4", steps=1)
    numbers["learnt_period"] = float(learnt)
    print(f"of the network  {learnt:.4f}")
    print(f"relative error of the network   seen: {numbers['seen']:.1e}", end="   ")
    print(f"three periods later: {numbers['unseen']:.1e}")

    figure = kp.plotting.comparison(
        times,
        {
            "solve_ivp": truth[:, 0],
            "neural ODE": path[:, 0],
            "data": (times[seen][::3], truth[seen][::3, 0]),
        },
        linestyles={"data": "o"},
        xlabel="t",
        ylabel="angle θ in radians",
        title="A pendulum: learnt from one swing, followed for four",
    )
    figure.axes[0].set_ylim(-2.2, 2.9)
    figure.axes[0].legend(loc="upper center", ncols=3)
    kp.plotting.save(figure, options.output / "pendulum.png")
    print(f"the picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
