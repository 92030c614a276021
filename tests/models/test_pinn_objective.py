"""The loss as what optimizers see: sums over blocks, residuals, Jacobian and its products."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.models import pinn_objective
from kerasphys.optimizers import LeastSquares
from tests import components


def model(regularizer=None) -> kp.models.PINNModel:
    network = kp.networks.MLP([5, 4], seed=0, kernel_regularizer=regularizer)
    found = kp.models.PINNModel(network, components.problem())
    found.loss_weights["initial"].assign(3.0)
    found.compile("adam")
    points = components.problem().points(
        equation=23, initial=7, walls=8, seed=1, weights={"equation": lambda x: 1 + x**2}
    )
    found.fit(points, verbose=0)
    return found


@pytest.fixture(params=["one block", "several blocks"])
def blocks(request, monkeypatch):
    if request.param == "several blocks":
        monkeypatch.setattr(pinn_objective, "BLOCK", 5)
        monkeypatch.setattr(pinn_objective, "JACOBIAN_BLOCK", 4)


def loss_by_hand(found: kp.models.PINNModel) -> float:
    """The definition: weighted mean squares of the residuals at the points, with NumPy."""
    sets = found.points.read()
    diffusivity = found.parameters["diffusivity"]
    at = sets["equation"]["points"].numpy()
    values = found.derivatives(at, ["u_t", "laplacian_u"])
    residual = values["u_t"] - diffusivity * values["laplacian_u"]
    total = np.mean((1 + at[:, 0] ** 2) * residual**2)
    total += 3 * np.mean((found.predict(sets["initial"]["points"])[:, 0] - 1) ** 2)
    at = sets["walls"]["points"].numpy()
    total += np.mean((found.derivatives(at, "u_x")["u_x"]) ** 2)
    return float(total)


def test_loss_and_gradient(blocks):
    found = model()
    evaluation = found.objective(None, True).evaluate()
    np.testing.assert_allclose(evaluation.loss, loss_by_hand(found), rtol=1e-12)
    np.testing.assert_allclose(found.objective(None, True).value()[0], evaluation.loss, rtol=1e-14)
    variable, step = found.network.dense[0].kernel, 1e-6
    start, slopes = variable.numpy(), []
    for sign in (1, -1):
        moved = start.copy()
        moved[0, 1] += sign * step
        variable.assign(moved)
        slopes.append(loss_by_hand(found))
    variable.assign(start)
    place = 1 + 1  # after the diffusivity, the second entry of the kernel
    expected = (slopes[0] - slopes[1]) / (2 * step)
    np.testing.assert_allclose(evaluation.gradient[place], expected, rtol=1e-6)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_residuals_and_their_jacobian(blocks, jit_compile):
    found = model("l2")

    @tf.function(jit_compile=jit_compile, autograph=False)
    def everything():
        objective = found.objective(None, True)
        pieces = [group(tf.constant(b)) for group in objective.groups for b in range(group.blocks)]
        residuals, jacobian = (tf.concat(column, 0) for column in zip(*pieces, strict=True))
        vector = tf.cos(tf.cast(tf.range(jacobian.shape[1]), residuals.dtype))
        return (
            objective.evaluate(),
            residuals,
            jacobian,
            objective.remainder(),
            objective.remainder_gradient(),
            vector,
            objective.product(vector),
        )

    evaluation, residuals, jacobian, rest, rest_gradient, vector, product = everything()
    assert isinstance(found.objective(None, True), LeastSquares)
    np.testing.assert_allclose(np.sum(residuals**2) + rest, evaluation.loss, rtol=1e-12)
    gradient = 2 * jacobian.numpy().T @ residuals.numpy() + rest_gradient
    np.testing.assert_allclose(gradient, evaluation.gradient, rtol=1e-9, atol=1e-13)
    expected = jacobian.numpy().T @ (jacobian.numpy() @ vector.numpy())
    np.testing.assert_allclose(product, expected, rtol=1e-9, atol=1e-12)


def test_several_residuals_and_images():
    domain = components.space_time()
    problem = kp.Problem(
        domain,
        fields=("u", "v"),
        conditions={
            "equation": kp.Residual(lambda u_t, v_x, u, v: (u_t - v_x, u * v - 1.0)),
            "around": kp.Periodic(across="x", fields=("u", "v"), order=1),
        },
    )
    found = kp.models.PINNModel(components.network(), problem)
    found.compile("adam")
    found.fit(problem.points(equation=9, around=5), verbose=0)
    objective = found.objective(None, True)
    assert [group.rows for group in objective.groups] == [2 * 9, 4 * 5]
    pieces = [group(tf.constant(0)) for group in objective.groups]
    gradient = sum(2 * j.numpy().T @ r.numpy() for r, j in pieces)
    np.testing.assert_allclose(gradient, objective.evaluate().gradient, rtol=1e-9, atol=1e-13)


class TestSecondOrder:
    """Second-order optimizers inside `fit`."""

    def fitted(self, optimizer, jit_compile=False, **kwargs):
        found = kp.models.PINNModel(components.network(), components.problem())
        found.compile(optimizer, jit_compile=jit_compile)
        found.fit(components.points(), epochs=2, steps_per_epoch=5, verbose=0, **kwargs)
        return found

    @pytest.mark.parametrize("name", ["LBFGS", "BFGS", "SSBFGS", "SSBroyden", "LevenbergMarquardt"])
    def test_the_loss_falls_in_every_step(self, name):
        found = kp.models.PINNModel(components.network(), components.problem())
        found.compile(getattr(kp.optimizers, name)(), jit_compile=True)
        losses = found.fit(components.points(), epochs=8, verbose=0).history["loss"]
        assert np.all(np.diff(losses) <= 0)
        assert losses[-1] < 0.5 * losses[0]

    def test_the_log_is_the_loss_at_the_weights_that_a_step_leaves(self):
        found = kp.models.PINNModel(components.network(), components.problem())
        found.compile(kp.optimizers.SSBroyden())
        history = found.fit(components.points(), epochs=3, verbose=0).history
        after = found.evaluate(components.points(), verbose=0, return_dict=True)
        for key, value in after.items():
            np.testing.assert_allclose(history[key][-1], value, rtol=1e-12)

    def test_new_points_are_evaluated_anew(self):
        """The kept loss belongs to the old points: a stale one would end the line search."""
        found = self.fitted(kp.optimizers.SSBroyden(), callbacks=[kp.callbacks.Resample()])
        assert not int(found.optimizer.stalled.value)

    def test_saved_and_continued_is_not_interrupted(self, tmp_path):
        whole = self.fitted(kp.optimizers.SSBroyden())
        whole.fit(None, epochs=1, steps_per_epoch=5, verbose=0)
        first = self.fitted(kp.optimizers.SSBroyden())
        first.save(tmp_path / "model.keras")
        second = kp.load_model(tmp_path / "model.keras")
        second.fit(None, epochs=1, steps_per_epoch=5, verbose=0)
        for a, b in zip(whole.get_weights(), second.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_mini_batches_are_warned_of(self):
        with pytest.warns(UserWarning, match=r"mini-batches .* stall.*\.Adam"):
            self.fitted(kp.optimizers.SSBroyden(), batch_size=4)

    def test_a_stalled_search_is_reported(self):
        line = components.interval()
        problem = kp.Problem(line, "u", {"ends": kp.Dirichlet(u=0.0, on=line.boundary())})
        found = kp.models.PINNModel(kp.networks.MLP([2], seed=0), problem)
        for variable in found.trainable_variables:
            variable.assign(tf.zeros_like(variable.value))
        found.network.dense[-1].bias.assign([1e-9])
        found.compile(kp.optimizers.BFGS())
        with pytest.warns(UserWarning, match="found no lower loss.*rounding"):
            found.fit(problem.points(ends=2), epochs=80, verbose=0)

    def test_a_first_loss_that_is_not_finite_names_its_condition(self):
        line = components.interval()
        problem = kp.Problem(
            line,
            fields="u",
            conditions={
                "ends": kp.Dirichlet(u=0.0, on=line.boundary()),
                "root": kp.Residual(lambda u: keras.ops.sqrt(u - 1e6)),
            },
        )
        found = kp.models.PINNModel(components.network(), problem)
        found.compile(kp.optimizers.SSBroyden())
        before = found.get_weights()
        with pytest.raises(FloatingPointError, match="'root' is not finite"):
            found.fit(problem.points(ends=2, root=4), verbose=0)
        for a, b in zip(before, found.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
