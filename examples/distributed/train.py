"""One training on several machines, which survives the loss of any of them.

    u_t = κ u_xx on (-1, 1), u(x, 0) = cos(πx/2), u = 0 at the ends; κ = 0.3        (pinn)
    f ↦ u with -Δu = f on the unit square, u = 0 around it                          (operator)

    python -m kerasphys.distribution --workers 2 -m examples.distributed.train
    python -m examples.distributed.train            the same on one machine

Half a minute on two cores; --model operator takes about a minute. The README beside this file has
recipes for Slurm and Kubernetes. The heat equation has the solution cos(πx/2) exp(-κ(π/2)²t), and
the network is compared with it; the other one with exact solutions that it has not seen. One
process and two find the same network, up to rounding: each step sums the shares of all workers.
"""

import argparse
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

import kerasphys as kp

DIFFUSIVITY = 0.3
DECAY = DIFFUSIVITY * (np.pi / 2) ** 2


def exact(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    return np.cos(np.pi * x / 2) * np.exp(-DECAY * t)


def heat_problem() -> kp.Problem:
    domain = kp.geometry.Interval(-1, 1, "x") * kp.geometry.Interval(0, 1, "t")
    return kp.Problem(
        domain,
        fields="u",
        parameters={"diffusivity": DIFFUSIVITY},
        conditions={
            "equation": kp.Residual(kp.equations.heat),
            "initial": kp.Dirichlet(u=lambda x: np.cos(np.pi * x / 2), on=domain.start("t")),
            "walls": kp.Dirichlet(u=0.0, on=domain.boundary("x")),
        },
    )


class Pinn:
    """A second-order optimizer sees all points in every step; each worker has its share."""

    epochs, steps = 10, 30

    def __init__(self, seed: int, quick: bool):
        self.seed = seed
        self.problem = heat_problem()
        self.count = 200 if quick else 2000

    def make(self) -> keras.Model:
        model = kp.models.PINNModel(kp.networks.MLP([24, 24], seed=self.seed), self.problem)
        model.compile(kp.optimizers.SSBroyden(), steps_per_execution=10)
        return model

    def fit(self, model: Any, **options: Any) -> keras.callbacks.History:
        points = self._points(self.seed)
        return model.fit(points, validation_data=self._points(self.seed + 1), **options)

    def inside(self) -> list[keras.callbacks.Callback]:
        return [kp.callbacks.Resample(every=2)]

    def error(self, model: Any) -> float:
        axes = np.meshgrid(np.linspace(-1, 1, 51), np.linspace(0, 1, 51), indexing="ij")
        x, t = (axis.ravel() for axis in axes)
        return kp.solvers.relative_l2(model.predict(np.stack([x, t], 1))[:, 0], exact(x, t))

    def _points(self, seed: int) -> kp.PointSets:
        return self.problem.points(equation=self.count, initial=128, walls=128, seed=seed)


class Operator:
    """Batches of samples: each worker computes its share of each of them."""

    epochs, steps = 30, None

    def __init__(self, seed: int, quick: bool):
        self.seed = seed
        size = dict(samples=40, resolution=16) if quick else dict(samples=400, resolution=32)
        self.data = kp.datasets.poisson_2d(**size, seed=seed)

    def make(self) -> keras.Model:
        network = kp.networks.FNO(
            modes=6, width=16, depth=3, padding="zero", coordinates=True, seed=self.seed
        )
        model = kp.models.SurrogateModel(network)
        model.compile(keras.optimizers.Adam(3e-3), loss=kp.losses.RelativeL2())
        return model

    def fit(self, model: Any, **options: Any) -> keras.callbacks.History:
        model.adapt(self.data.train)
        return model.fit(
            self.data.train, validation_data=self.data.validation, batch_size=16, **options
        )

    def inside(self) -> list[keras.callbacks.Callback]:
        return [keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=4)]

    def error(self, model: Any) -> float:
        test = self.data.test
        return kp.solvers.mean_relative_l2(model.predict(test.inputs), test.outputs)


TASKS: dict[str, Callable[[int, bool], Any]] = {"pinn": Pinn, "operator": Operator}


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the network. Returns the numbers that the chief prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", choices=sorted(TASKS), default="pinn")
    parser.add_argument("--quick", action="store_true", help="train for a few seconds only")
    parser.add_argument("--epochs", type=int, help="by default 10 for pinn, 30 for operator")
    parser.add_argument("--output", type=Path, default=Path("outputs/distributed"))
    parser.add_argument("--seed", type=int, default=0, help="of weights and data")
    options = parser.parse_args(argv)

    cluster = kp.distribution.Cluster.find()
    strategy = None if cluster is None else cluster.strategy()
    task = TASKS[options.model](options.seed, options.quick)
    with contextlib.nullcontext() if strategy is None else strategy.scope():
        model = task.make()
    chief = cluster is None or cluster.is_chief
    resume = kp.callbacks.Resume(options.output / "run" / options.model, task.inside())
    history = task.fit(
        model,
        epochs=options.epochs or (2 if options.quick else task.epochs),
        steps_per_epoch=task.steps,
        callbacks=[resume, *([kp.callbacks.ProgressBar()] if chief else [])],
        verbose=0,
    )
    numbers = {"relative_l2": task.error(model), "loss": history.history["loss"][-1]}
    if chief:
        workers = 1 if cluster is None else len(cluster.workers)
        print(f"workers: {workers}")
        print(f"relative L2 error: {numbers['relative_l2']:.2e}")
        model.export(
            options.output / options.model,
            errors={"relative_l2": numbers["relative_l2"]},
            seed=options.seed,
            command=f"python -m examples.distributed.train --model {options.model}",
        )
    return numbers


if __name__ == "__main__":
    main()
