"""Training on several devices gives what one device gives, up to rounding."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.models.objective import share_of
from tests.models.conftest import line_points, line_problem

X = np.random.default_rng(0).normal(size=(22, 2))
Y = np.sin(X[:, :1] * X[:, 1:])
U = np.random.default_rng(1).normal(size=(7, 8, 8, 1))
ADAM = {"optimizer": lambda: keras.optimizers.Adam(1e-2)}


def two_devices():
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def trained(make, fit, strategy=None):
    with contextlib.nullcontext() if strategy is None else strategy.scope():
        model = make()
    return model, fit(model).history


def assert_alike(make, fit, rtol):
    """One device and two give the same weights and logs."""
    (one, logs), (two, others) = (trained(make, fit, s) for s in (None, two_devices()))
    assert logs.keys() == others.keys()
    for name, values in logs.items():
        np.testing.assert_allclose(others[name], values, rtol=rtol, err_msg=name)
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_allclose(b, a, rtol=rtol, atol=rtol)
    return two


def pinn(optimizer, **kwargs):
    """A model on 13 points and 1 at each end: neither number is even."""

    def make():
        network = kp.networks.MLP([6], seed=2)
        model = kp.models.PINNModel(network, line_problem(), **kwargs)
        model.compile(optimizer(), steps_per_execution=4)
        return model

    return make


def on_points(model, epochs=2, **kwargs):
    points = {"validation_data": line_points(n=7, seed=3), **kwargs}
    return model.fit(
        line_points(n=13, seed=0), epochs=epochs, steps_per_epoch=10, verbose=0, **points
    )


def surrogate(optimizer, loss="mse", network=None, dtype="float64", **kwargs):
    def make():
        made = network() if network else kp.networks.MLP([6], seed=2)
        model = kp.models.SurrogateModel(made, dtype=dtype)
        model.compile(
            optimizer(), loss=loss, metrics=[kp.metrics.RelativeL2(dtype=dtype)], **kwargs
        )
        return model

    return make


def on_arrays(model, x=X, y=Y, **kwargs):
    return model.fit(x, y, epochs=2, verbose=0, validation_data=(x[:5], y[:5]), **kwargs)


@pytest.mark.parametrize(
    ("optimizer", "options", "rtol"),
    [
        pytest.param(ADAM["optimizer"], {"batch_size": 5}, 1e-11, id="Adam"),
        pytest.param(kp.optimizers.SSBroyden, {}, 1e-7, id="SSBroyden"),
        pytest.param(kp.optimizers.LevenbergMarquardt, {}, 1e-6, id="LevenbergMarquardt"),
        pytest.param(kp.optimizers.LBFGS, {}, 1e-7, id="LBFGS", marks=pytest.mark.slow),
        pytest.param(
            lambda: kp.optimizers.LevenbergMarquardt(solver="cg"),
            {},
            1e-6,
            id="cg",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            lambda: kp.optimizers.Stages(
                [(keras.optimizers.Adam(1e-2), 7), (kp.optimizers.BFGS(), None)]
            ),
            {},
            1e-9,
            id="Stages",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_points(optimizer, options, rtol):
    two = assert_alike(pinn(optimizer), lambda model: on_points(model, **options), rtol)
    assert int(two.optimizer.iterations.numpy()) == 20  # 4 steps at a time do not divide 10
    type(two.optimizer).from_config(two.optimizer.get_config())  # as save and kp.march ask for it


def test_ensembles():
    """Each device has weights of its own for every member, with gradients of their own."""

    def make():
        network = kp.networks.MLP([4], seed=2)
        model = kp.models.EnsembleModel(network, line_problem(), members=2)
        model.compile(ADAM["optimizer"]())
        return model

    assert_alike(make, lambda model: on_points(model, epochs=1, validation_data=None), 1e-11)


@pytest.mark.slow
def test_windows_of_time():
    rod = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 2, "t")
    conditions = {
        "equation": kp.Residual(kp.equations.heat, diffusivity=0.1),
        "initial": kp.Dirichlet(u=1.0, on=rod.start("t")),
    }

    def make():
        network = kp.networks.TimeWindows(kp.networks.MLP([4], seed=0), 2)
        model = kp.models.PINNModel(network, kp.Problem(rod, "u", conditions))
        model.compile(ADAM["optimizer"]())
        return model

    def fit(model):
        return kp.march(model, {"equation": 7, "initial": 3}, epochs=2, verbose=0)

    assert_alike(make, fit, 1e-11)


def test_callbacks_that_adapt():
    """They see and assign the variables of all devices."""

    def fit(model):
        callbacks = [
            kp.callbacks.ResidualResample(),
            kp.callbacks.ResidualAttention(),
            kp.callbacks.GradientNormBalance(),
        ]
        return on_points(model, callbacks=callbacks, validation_data=None)

    assert_alike(pinn(**ADAM), fit, 1e-11)


def test_batches_with_weights_that_do_not_divide():
    """22 samples in batches of 7: the last one leaves a device without any."""
    weights = np.linspace(1.0, 2.0, 22)

    def fit(model):
        data = tf.data.Dataset.from_tensor_slices((X, Y, weights)).batch(7)
        plain = tf.data.Dataset.from_tensor_slices((X, Y)).batch(7)
        return model.fit(data, epochs=2, verbose=0, validation_data=plain)

    assert_alike(surrogate(**ADAM, weighted_metrics=["mae"]), fit, 1e-7)  # mae is float32


@pytest.mark.slow
def test_arrays_in_batches():
    assert_alike(surrogate(**ADAM), lambda model: on_arrays(model, batch_size=7), 1e-11)


@pytest.mark.slow
def test_grids():
    def network():
        return kp.networks.UNet(depth=1, base_channels=2, seed=0)

    make = surrogate(**ADAM, loss=kp.losses.RelativeL2(), network=network)
    assert_alike(make, lambda model: on_arrays(model, U, U**2, batch_size=5), 1e-9)


def deeponet():
    branch, trunk = (kp.networks.MLP([6], seed=seed) for seed in (0, 1))
    return kp.networks.DeepONet(branch, trunk, basis=4)


def test_functions_at_common_points():
    """The devices share the functions; all of them have all points."""
    u = np.random.default_rng(2).normal(size=(7, 5))
    points = np.linspace(0, 1, 8)[:, None]
    x, y = {"u": u, "points": points}, np.cumsum(u, axis=1)[:, :1, None] * points

    def fit(model):
        return model.fit(x, y, epochs=2, batch_size=5, verbose=0, validation_data=(x, y))

    assert_alike(surrogate(**ADAM, network=deeponet), fit, 1e-10)


@pytest.mark.parametrize(
    "optimizer",
    [ADAM["optimizer"], pytest.param(kp.optimizers.BFGS, marks=pytest.mark.slow)],
    ids=["Adam", "BFGS"],
)
def test_operators_without_labels(optimizer):
    line = kp.geometry.Interval(0, 1, "x")
    problem = kp.Problem(
        line,
        fields="s",
        parameters={"u": kp.InputFunction({"x": np.linspace(0, 1, 5)})},
        conditions={
            "equation": kp.Residual(lambda s_x, u: s_x - u),
            "start": kp.Dirichlet(s=0.0, on=line.start("x")),
        },
    )
    u = np.random.default_rng(2).normal(size=(7, 5))
    points = problem.points(equation=6, start=1, seed=0)

    def make():
        model = kp.models.PINNModel(deeponet(), problem, dtype="float64")
        model.compile(optimizer())
        return model

    def fit(model):
        validation = ({"u": u[:3]}, points)
        return model.fit({"u": u}, points, epochs=2, verbose=0, validation_data=validation)

    assert_alike(make, fit, 1e-9)


@pytest.mark.slow
def test_spectral_convolutions():
    def network():
        return kp.networks.FNO(modes=2, width=4, depth=2, seed=0)

    make = surrogate(**ADAM, loss=kp.losses.RelativeL2(), network=network)
    assert_alike(make, lambda model: on_arrays(model, U, U**2, batch_size=5), 1e-9)


@pytest.mark.slow
def test_grids_without_labels():
    square = kp.geometry.Box((0, 0), (1, 1))
    problem = kp.Problem(
        square,
        fields="u",
        parameters={"f": kp.InputFunction()},
        conditions={
            "equation": kp.Residual(lambda laplacian_u, f: laplacian_u + f),
            "boundary": kp.Dirichlet(u=0.0, on=square.boundary()),
        },
    )

    def make():
        network = kp.networks.UNet(depth=1, base_channels=2, seed=0)
        model = kp.models.PINNModel(network, problem, dtype="float64")
        model.compile(keras.optimizers.Adam(1e-3))
        return model

    assert_alike(make, lambda model: model.fit({"f": U[..., 0]}, epochs=2, verbose=0), 1e-9)


@pytest.mark.parametrize(
    "optimizer",
    [
        kp.optimizers.BFGS,
        pytest.param(
            lambda: kp.optimizers.LevenbergMarquardt(solver="normal"), marks=pytest.mark.slow
        ),
    ],
    ids=["BFGS", "LevenbergMarquardt"],
)
def test_regularisers_count_once(optimizer):
    def network():
        penalty = keras.regularizers.L2(0.1)
        start = keras.initializers.GlorotNormal(0)
        options = {"kernel_initializer": start, "kernel_regularizer": penalty, "dtype": "float64"}
        inputs = keras.Input((2,), dtype="float64")
        hidden = keras.layers.Dense(3, "tanh", **options)(inputs)
        return keras.Model(inputs, keras.layers.Dense(1, **options)(hidden))

    make = surrogate(optimizer, network=network)
    assert_alike(make, lambda model: on_arrays(model, steps_per_epoch=3), 1e-8)


def test_statistics_of_batches_are_means_over_the_devices():
    def network():
        inputs = keras.Input((2,), dtype="float64")
        norm = keras.layers.BatchNormalization(momentum=0.0, dtype="float64")
        return keras.Model(inputs, keras.layers.Dense(1, dtype="float64")(norm(inputs)))

    strategy = two_devices()
    model, _ = trained(
        surrogate(**ADAM, network=network),
        lambda model: model.fit(X, Y, batch_size=22, verbose=0),
        strategy,
    )
    norm = model.network.layers[1]
    halves = X.reshape(2, 11, 2)
    np.testing.assert_allclose(norm.moving_mean.numpy(), X.mean(0), rtol=1e-12)
    expected = halves.var(axis=1).mean(0)
    for copy in strategy.experimental_local_results(norm.moving_variance.value):
        np.testing.assert_allclose(copy.numpy(), expected, rtol=1e-12)


def test_classes():
    """A metric of each sample is summed over the devices; Keras makes named ones late."""
    labels = (X[:, 0] > 0).astype(int)

    def make():
        model = kp.models.ClassifierModel(kp.networks.MLP([4], seed=0), 2, dtype="float64")
        model.compile(keras.optimizers.Adam(1e-2), metrics=["sparse_categorical_crossentropy"])
        return model

    assert_alike(
        make,
        lambda model: model.fit(
            X, labels, epochs=2, batch_size=9, verbose=0, validation_data=(X[:5], labels[:5])
        ),
        1e-6,  # Keras computes named metrics in single precision
    )


def test_a_step_that_is_not_finite_changes_no_device():
    strategy = two_devices()
    with strategy.scope():
        problem = line_problem(source=lambda x: np.where(x > 1.9, 1e200, x))
        model = kp.models.PINNModel(kp.networks.MLP([6], seed=2), problem)
        model.compile("adam")
    before = model.get_weights()
    with pytest.raises(FloatingPointError, match="'equation' is not finite"):
        model.fit(line_points(problem, n=13), epochs=3, verbose=0)
    for old, variable in zip(before, model.weights, strict=True):
        for copy in strategy.experimental_local_results(variable.value):
            np.testing.assert_array_equal(copy.numpy(), old)


def test_a_run_goes_on_exactly(tmp_path):
    def run(directory, epochs):
        inside = [kp.callbacks.Resample(), keras.callbacks.EarlyStopping("loss", patience=9)]
        resume = kp.callbacks.Resume(tmp_path / directory, inside)
        return trained(
            pinn(**ADAM),
            lambda model: on_points(model, epochs, callbacks=[resume], validation_data=None),
            two_devices(),
        )

    alone, logs = run("alone", 4)
    run("cut", 2)
    again, others = run("cut", 4)
    assert logs == others
    for a, b in zip(alone.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_what_was_trained_on_two_devices_leaves_for_one(tmp_path):
    model, _ = trained(pinn(**ADAM), lambda model: on_points(model, 1), two_devices())
    points = [[0.3], [0.8]]
    model.save(tmp_path / "model.keras")
    one = kp.load_model(tmp_path / "model.keras")
    assert one.distribution is None
    np.testing.assert_array_equal(one.predict(points), model.predict(points))
    model.export(tmp_path / "artefact", derivatives="u_xx")
    served = kp.load_surrogate(tmp_path / "artefact").predict(points)["u"]
    np.testing.assert_allclose(served, model.predict(points)[:, 0], rtol=1e-12)
    found = model.derivatives(points, ["u_xx", "equation"])
    np.testing.assert_allclose(found["u_xx"], one.derivatives(points, "u_xx")["u_xx"], rtol=1e-12)


class TestRefusals:
    def test_fit_in_the_scope(self):
        strategy = two_devices()
        with strategy.scope():
            model = pinn(**ADAM)()
            with pytest.raises(ValueError, match="outside of"):
                on_points(model)

    def test_an_optimizer_from_outside(self):
        with two_devices().scope():
            model = pinn(**ADAM)()
        stages = [(keras.optimizers.Adam(), 3), (kp.optimizers.BFGS(), None)]
        for optimizer in ("adam", kp.optimizers.Stages(stages)):
            model.compile(optimizer)
            with pytest.raises(ValueError, match="Compile in the same scope"):
                on_points(model)

    def test_an_inner_optimizer_from_outside(self):
        adam = keras.optimizers.Adam()
        with two_devices().scope():
            model = pinn(lambda: kp.optimizers.Stages([(adam, 3), (kp.optimizers.BFGS(), None)]))()
        with pytest.raises(ValueError, match="its optimizer 'adam"):
            on_points(model)

    def test_a_strategy_of_another_kind(self):
        strategy = tf.distribute.experimental.CentralStorageStrategy()
        with strategy.scope(), pytest.raises(TypeError, match="CentralStorageStrategy"):
            pinn(**ADAM)()

    def test_xla_is_left_out(self):
        def fit(model):
            model.compile(model.optimizer, jit_compile=True)
            with pytest.warns(UserWarning, match="jit_compile=False"):
                return on_points(model, 1, validation_data=None)

        model, _ = trained(pinn(**ADAM), fit, two_devices())
        assert not model.jit_compile

    def test_a_kernel_of_residuals_that_are_spread(self):
        make = pinn(lambda: kp.optimizers.LevenbergMarquardt(solver="kernel"))
        with pytest.raises(ValueError, match="on one device"):
            trained(make, on_points, two_devices())


class TestShares:
    @pytest.mark.parametrize("known", [True, False], ids=["static", "dynamic"])
    @pytest.mark.parametrize("total", [1, 2, 7, 8])
    def test_every_row_counts_once(self, total, known):
        """What counts of the shares is the whole."""
        rows = tf.range(float(total))

        def shares(array):
            found = [share_of(array, index, 3) for index in range(3)]
            return [(s.of(array), tf.cast(s.portion, "float64")) for s in found]

        if known:
            found = shares(rows)
        else:
            found = tf.function(shares, input_signature=[tf.TensorSpec((None,))])(rows)
        counted = [part.numpy() for part, portion in found if portion > 0]
        np.testing.assert_array_equal(np.concatenate(counted), rows)
        np.testing.assert_allclose(sum(portion for _, portion in found), 1.0)
        assert all(len(part) for part, _ in found)
        for part, portion in found:
            assert portion == 0 or np.isclose(portion, len(part) / total)

    def test_a_replica_that_knows_its_number_late(self):
        """As on a TPU: the shapes are known where the number of rows divides."""
        rows = tf.range(6.0)
        share = share_of(rows, tf.constant(1), 3)
        assert share.rows == 2
        np.testing.assert_array_equal(share.of(rows), [2.0, 3.0])


def test_the_first_process_decides():
    with two_devices().scope():
        model = pinn(**ADAM)()
    assert model.distribution.is_chief
    assert model.distribution.replicas == 2
    assert model.distribution.from_chief(7) == 7
    assert pinn(**ADAM)().distribution is None


def test_another_worker_is_lost(monkeypatch):
    """What TensorFlow reports becomes an error that says what to do."""

    def lost(_):
        raise tf.errors.UnavailableError(None, None, "Connection reset by peer")

    with two_devices().scope():
        model = pinn(**ADAM)()
    monkeypatch.setattr(model, "train_step", lost)
    model.compile(model.optimizer, run_eagerly=True)
    with pytest.raises(ConnectionError, match="Start all workers again"):
        on_points(model, 1, validation_data=None)
