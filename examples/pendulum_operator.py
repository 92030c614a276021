"""A DeepONet learns how a pendulum answers to any torque.

    θ'' = -sin θ + u(t)    on [0, 1],    θ(0) = θ'(0) = 0

    python -m examples.pendulum_operator             about 75 s on two cores
    python -m examples.pendulum_operator --quick     a short training, to see that it runs

The torques u are Gaussian with correlation length 0.2, known at 100 sensors; the angles come from
an integrator of high order. The operator is not linear: the branch has two hidden layers. Training
is that of examples.antiderivative, by a quasi-Newton method on all data in every step.

Beside its error on torques that it has not seen stands that of the same network with a linear
branch: what no linear operator can represent, so the gap between the two is what the hidden layers
have learned of the sine.
"""

import argparse
from pathlib import Path

import kerasphys as kp
from examples.antiderivative import BASIS, STEPS, train
from examples.antiderivative import network as linear_network


def network(seed: int, width: int = 24) -> kp.networks.DeepONet:
    """Branch and trunk of two layers each."""
    branch, trunk = (kp.networks.MLP([width] * 2, seed=seed + i) for i in range(2))
    return kp.networks.DeepONet(branch, trunk, BASIS)


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains both networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small data set, few steps")
    parser.add_argument("--output", type=Path, default=Path("outputs/pendulum_operator"))
    parser.add_argument("--seed", type=int, default=0, help="of data and weights")
    options = parser.parse_args(argv)
    training, held_out, epochs, steps = (40, 20, 1, 5) if options.quick else (1000, 100, 26, STEPS)
    width = 4 if options.quick else 24

    data = kp.datasets.pendulum(
        training + 2 * held_out,
        validation=held_out,
        test=held_out,
        seed=options.seed,
        verbose=False,
    )
    model, history, seconds = train(network(options.seed, width), data, epochs, steps)
    linear = train(linear_network(options.seed, width), data, max(1, epochs // 2), steps)[0]
    angles = data.test.outputs
    found, without = model.predict(data.test), linear.predict(data.test)
    numbers = {
        "relative_l2": kp.solvers.mean_relative_l2(found, angles),
        "linear_branch": kp.solvers.mean_relative_l2(without, angles),
        "training_seconds": round(seconds, 1),
        "parameters": model.network.count_params(),
    }
    print(f"{len(data.train)} torques, {steps * epochs} steps in {seconds:.0f} s")
    print(f"    DeepONet         relative L2 error {numbers['relative_l2']:.2e}")
    print(f"    linear branch    relative L2 error {numbers['linear_branch']:.2e}")

    widest = abs(angles[:, -1, 0]).argmax()
    picture = kp.plotting.comparison(
        data.axes["t"],
        {
            "DeepONet": (found - angles)[widest, :, 0],
            "linear branch": (without - angles)[widest, :, 0],
        },
        xlabel="t",
        ylabel="error of the angle θ",
        title=f"The widest of {len(angles)} unseen swings, to {angles[widest, -1, 0]:.2f}: errors",
    )
    kp.plotting.save(picture, options.output / "pendulum_operator.png")
    losses = {name: history.history[name] for name in ("loss", "val_loss")}
    kp.plotting.save(kp.plotting.history(losses), options.output / "history.png")
    print(f"pictures are in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
