"""A DeepONet learns to integrate from the equation s' = u, beside two that learn it from data.

    s' = u    on [0, 1],    s(0) = 0

    python -m examples.physics_informed_antiderivative             a minute and a half on two cores
    python -m examples.physics_informed_antiderivative --quick     short trainings, to see it run

The functions u are random, of the correlation length 0.2, known at 100 sensors. Three networks of
one width are trained with as many steps: one by the residual of the equation, without a single
solution; the same one on the exact integrals at 100 points; and one with ReLU in its trunk on these
data. All three are judged by s and by its derivative, which must give u back.

Data say nothing about what lies between their points: with ReLU the derivative is a staircase. The
equation is about the derivative, and s follows from it. Published for this operator (Wang, Wang,
Perdikaris, 2021): s 2.5e-3 and s' 6.3e-3 from the equation, s 5.0e-3 and s' 1.4e-1 from data with
ReLU, after 40,000 steps.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure

import kerasphys as kp

SENSORS, FUNCTIONS, STEPS = 100, 2000, 5000
PUBLISHED = {"equation": (2.49e-3, 6.3e-3), "data, ReLU": (5.01e-3, 1.4e-1)}


def integral(s_x, u):
    """The residual of the equation."""
    return s_x - u


def integral_problem() -> kp.Problem:
    """The equation for any function that is known at the sensors."""
    line = kp.geometry.Interval(0, 1, "x")
    return kp.Problem(
        line,
        fields="s",
        parameters={"u": kp.InputFunction({"x": np.linspace(0, 1, SENSORS)})},
        conditions={
            "equation": kp.Residual(integral),
            "start": kp.Dirichlet(s=0.0, on=line.start("x")),
        },
    )


def deeponet(smooth: bool, quick: bool, seed: int) -> kp.networks.DeepONet:
    """A network whose trunk is smooth and begins with waves, or one with ReLU as published."""
    width = 16 if quick else 64
    waves = kp.layers.FourierFeatures(width // 2, scale=0.5, seed=seed) if smooth else None
    activation = "gelu" if smooth else "relu"
    return kp.networks.DeepONet(
        branch=kp.networks.MLP([width] * 2, activation="gelu", seed=seed),
        trunk=kp.networks.MLP([width] * 2, activation, embedding=waves, seed=seed + 1),
        basis=width,
    )


def derivative(model: keras.Model, x: dict[str, np.ndarray]) -> np.ndarray:
    """The derivative of the outputs by the points, forward through any model: `(n, p, 1)`."""
    inputs = {name: tf.constant(array, model.compute_dtype) for name, array in x.items()}
    direction = tf.ones_like(inputs["points"])
    with tf.autodiff.ForwardAccumulator(inputs["points"], direction) as along:
        outputs = model(inputs)
    return along.jvp(outputs).numpy()


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Trains the networks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small networks, few steps")
    default = Path("outputs/physics_informed_antiderivative")
    parser.add_argument("--output", type=Path, default=default)
    parser.add_argument("--seed", type=int, default=0, help="of functions, points and weights")
    options = parser.parse_args(argv)
    quick, seed = options.quick, options.seed
    functions, steps, per_epoch = (60, 20, 10) if quick else (FUNCTIONS, STEPS, 100)

    data = kp.datasets.antiderivative(functions + 2, SENSORS, 1, 1, seed=seed)
    field = kp.datasets.KernelField("rbf", 0.2)
    unseen = field.coefficients(100, seed + 1000)
    points = np.linspace(0, 1, 401)  # three of four lie between those of the data
    x = {"u": field.at(unseen, np.linspace(0, 1, SENSORS)), "points": points[:, np.newaxis]}
    exact = {"s": field.at(unseen, points, order=-1), "s'": field.at(unseen, points)}

    problem = integral_problem()
    models = {
        "equation": kp.models.PINNModel(deeponet(True, quick, seed), problem, hard=True),
        "data, smooth": kp.models.SurrogateModel(deeponet(True, quick, seed)),
        "data, ReLU": kp.models.SurrogateModel(deeponet(False, quick, seed)),
    }
    print(f"DeepONets after {steps} steps on {functions} functions: relative L2 errors")
    numbers: dict[str, float] = {}
    found = {}
    for name, model in models.items():
        with_physics = name == "equation"
        rate = keras.optimizers.schedules.CosineDecay(2e-3, steps, alpha=0.01)
        loss = {} if with_physics else {"loss": kp.losses.RelativeL2()}
        adam = keras.optimizers.Adam(rate)
        model.compile(adam, jit_compile=not quick, steps_per_execution=per_epoch, **loss)
        if with_physics:
            model.adapt(data.train.inputs)
            training = (data.train.inputs, problem.points(equation=2000, seed=seed))
        else:
            model.adapt(data.train)
            training = (data.train,)
        start = time.perf_counter()
        model.fit(
            *training,
            epochs=steps // per_epoch,
            steps_per_epoch=per_epoch,
            batch_size=64,
            points_per_batch=None if not with_physics else 100,
            verbose=0,
        )
        seconds = time.perf_counter() - start
        found[name] = {"s": model.predict(x)[..., 0], "s'": derivative(model, x)[..., 0]}
        errors = [kp.solvers.mean_relative_l2(found[name][k], exact[k]) for k in exact]
        numbers |= {f"{name}: {k}": e for k, e in zip(exact, errors, strict=True)}
        line = f"    {name:12} s {errors[0]:.2e}   s' {errors[1]:.2e}   in {seconds:.0f} s"
        if name in PUBLISHED:
            line += "   published s {:.2e}   s' {:.1e}".format(*PUBLISHED[name])
        print(line)

    kp.plotting.save(_picture(points, exact, found), options.output / "derivatives.png")
    print(f"the picture is in {options.output}")
    return numbers


def _picture(points: np.ndarray, exact: dict, found: dict) -> Figure:
    figure = Figure(figsize=(9.5, 3.8), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), exact, strict=True):
        axes.plot(points, exact[name][0], "k", linewidth=3, alpha=0.3, label="exact")
        for model, values in found.items():
            axes.plot(points, values[name][0], linewidth=1, label=model)
        axes.set(xlabel="x", ylabel=name)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_title("The integral s of an unseen function u")
    figure.axes[1].set_title("Its derivative, which must give u back")
    figure.axes[1].legend(frameon=False)
    return figure


if __name__ == "__main__":
    main()
