"""Networks that compute in 16 bits, in models that do not."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.models.half_precision import judged
from tests import components
from tests.models import operators

MIXED = ("mixed_bfloat16", "mixed_float16")
X = np.random.default_rng(0).normal(size=(16, 2))
Y = np.sin(X[:, :1] * X[:, 1:])
RNG = np.random.default_rng(1)
FIELDS = 300 + 50 * RNG.normal(size=(12, 16, 1))
SHIFTED = 1000 + 2 * np.roll(FIELDS, 1, axis=1)


def dense(dtype, optimizer="adam", loss="mse", **kwargs):
    found = kp.models.SurrogateModel(kp.networks.MLP([6], outputs=1, seed=0), dtype=dtype)
    found.compile(optimizer, loss=loss, **kwargs)
    return found


def scaled(optimizer, **kwargs):
    return keras.optimizers.LossScaleOptimizer(optimizer, **kwargs)


def as_array(tensor):
    return np.asarray(tf.cast(tensor, "float64"))


class TestTraining:
    @pytest.mark.parametrize(
        "name", ["FNO-mixed_bfloat16", pytest.param("UNet-mixed_float16", marks=pytest.mark.slow)]
    )
    def test_fields(self, name, tmp_path):
        kind, dtype = name.split("-")
        network = {
            "FNO": lambda: kp.networks.FNO(2, 4, depth=1, projection=4, seed=0),
            "UNet": lambda: kp.networks.UNet(1, 2, norm="batch", padding="periodic", seed=0),
        }[kind]
        losses = {}
        for precision in ("float32", dtype):
            found = kp.models.SurrogateModel(network(), dtype=precision)
            found.adapt(FIELDS, SHIFTED)
            found.compile(keras.optimizers.Adam(1e-2), loss="mse", metrics=["mae"])
            history = found.fit(FIELDS, SHIFTED, batch_size=6, epochs=8, verbose=0).history
            losses[precision] = history["loss"]
        assert losses[dtype][-1] < 0.8 * losses[dtype][0]
        np.testing.assert_allclose(losses[dtype], losses["float32"], rtol=0.05)
        assert {v.dtype for v in found.variables if "float" in v.dtype} == {"float32"}
        assert found.network.compute_dtype == dtype.removeprefix("mixed_")
        predicted = found.predict(FIELDS)
        assert predicted.dtype == "float32"
        found.save(tmp_path / "model.keras")
        loaded = kp.load_model(tmp_path / "model.keras")
        assert loaded.dtype_policy.name == dtype
        np.testing.assert_array_equal(loaded.predict(FIELDS), predicted)
        for one in (found, loaded):
            one.fit(FIELDS, SHIFTED, batch_size=6, verbose=0)
        np.testing.assert_array_equal(loaded.predict(FIELDS), found.predict(FIELDS))

    def test_classes(self):
        labels = (X[:, 0] * X[:, 1] > 0).astype(int)
        losses = []
        for precision in ("float32", "mixed_float16"):
            network = kp.networks.MLP([16], activation="relu", seed=0)
            found = kp.models.ClassifierModel(network, 2, dtype=precision)
            found.compile(keras.optimizers.Adam(3e-2))
            losses.append(found.fit(X, labels, epochs=30, verbose=0).history["loss"][-1])
        assert losses[1] == pytest.approx(losses[0], rel=0.1)
        probabilities = found.predict(X)
        assert probabilities.dtype == "float32"
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)

    def test_operators(self):
        points = np.linspace(0, 1, 9)[:, None]
        inputs = {"f": RNG.normal(size=(16, 5)), "points": points}
        targets = (inputs["f"][:, :1] * points[:, 0])[..., None]
        losses = []
        for precision in ("float32", "mixed_bfloat16"):
            found = kp.models.SurrogateModel(operators.deeponet(), dtype=precision)
            found.adapt(inputs, targets)
            found.compile(keras.optimizers.Adam(2e-2), loss="mse")
            losses.append(found.fit(inputs, targets, epochs=20, verbose=0).history["loss"][-1])
        assert losses[1] == pytest.approx(losses[0], rel=0.1)

    @pytest.mark.parametrize("dtype", MIXED)
    def test_units_losses_and_metrics_keep_their_digits(self, dtype):
        """Physical values of 1e6 with a spread of 1: 16 bits would not tell them apart."""
        found = dense(dtype, metrics=["mae"])
        found.adapt(1e6 + X, 1e6 + Y)
        outputs = found.standardized(tf.constant(1e6 + X, "float32"))
        assert outputs.dtype == "float32"
        expected = 1e6 + Y.mean() + Y.std() * outputs.numpy()
        np.testing.assert_allclose(found.predict(1e6 + X), expected, atol=0.2)
        logs = found.evaluate(1e6 + X, 1e6 + Y, verbose=0, return_dict=True)
        error = found.predict(1e6 + X) - (1e6 + Y)
        np.testing.assert_allclose(logs["mae"], np.abs(error).mean(), rtol=0.1)


class TestExport:
    @pytest.mark.parametrize("name", ["FNO-mixed_bfloat16", "CNN-mixed_float16"])
    def test_the_artefact_computes_in_single_precision(self, name, tmp_path):
        """As the same weights do in a model of float32."""
        kind, dtype = name.split("-")

        def make(precision):
            if kind == "FNO":
                network = kp.networks.FNO(2, 4, depth=1, projection=4, seed=0)
                found = kp.models.SurrogateModel(network, dtype=precision)
                found.adapt(FIELDS, SHIFTED)
            else:
                network = kp.networks.CNN([2], norm="batch", seed=0)
                found = kp.models.ClassifierModel(network, 2, dtype=precision)
                found.adapt(FIELDS)
            return found

        model, single = make(dtype), make("float32")
        single.set_weights(model.get_weights())
        half, expected = model.predict(FIELDS), single.predict(FIELDS)
        assert np.abs(half - expected).max() > 1e-6
        model.export(tmp_path / "artefact")
        serve = tf.saved_model.load(tmp_path / "artefact").signatures["serve"]
        (served,) = serve(inputs=tf.constant(FIELDS, "float32")).values()
        np.testing.assert_allclose(served, expected, rtol=1e-5, atol=1e-6)
        graph = serve.graph.as_graph_def()
        nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
        half_types = {tf.float16.as_datatype_enum, tf.bfloat16.as_datatype_enum}
        assert not [n.name for n in nodes if any(a.type in half_types for a in n.attr.values())]


class TestLossScale:
    def test_compile_adds_it(self):
        assert type(dense("mixed_float16").optimizer).__name__ == "LossScaleOptimizer"
        assert type(dense("mixed_bfloat16").optimizer).__name__ == "Adam"

    def test_gradients_below_the_smallest_number_of_float16(self):
        def tiny(y, prediction):
            return 1e-8 * (y - prediction) ** 2

        steps = {}
        for dtype, scale in (("float32", None), ("mixed_float16", 1.0), ("mixed_float16", 2.0**15)):
            optimizer = keras.optimizers.SGD(1e8)
            if scale is not None:
                optimizer = scaled(optimizer, initial_scale=scale)
            found = dense(dtype, optimizer, tiny)
            found.build((None, 2))
            before = found.network.get_weights()[0]
            found.fit(X, Y, batch_size=16, verbose=0)
            steps[dtype, scale] = found.network.get_weights()[0] - before
        expected = steps["float32", None]
        assert not np.allclose(steps["mixed_float16", 1.0], expected, rtol=0.1)
        size = np.abs(expected).max()
        np.testing.assert_allclose(steps["mixed_float16", 2.0**15], expected, atol=0.02 * size)

    @pytest.mark.parametrize("jit_compile", [False, True])
    def test_a_scale_that_is_too_large_costs_steps_only(self, jit_compile):
        optimizer = scaled(keras.optimizers.SGD(0.1), initial_scale=2.0**30)
        found = dense("mixed_float16", optimizer, jit_compile=jit_compile)
        found.build((None, 2))
        before = found.get_weights()
        found.fit(X, Y, batch_size=16, verbose=0)
        assert float(optimizer.dynamic_scale.numpy()) == 2.0**29
        for old, new in zip(before, found.get_weights(), strict=False):
            np.testing.assert_array_equal(new, old)
        losses = found.fit(X, Y, batch_size=16, epochs=30, verbose=0).history["loss"]
        taken = int(optimizer.iterations.numpy())
        assert float(optimizer.dynamic_scale.numpy()) == 2.0 ** (30 - (31 - taken))
        assert 10 < taken < 31
        assert losses[-1] < losses[0]

    def test_it_grows_after_good_steps(self):
        optimizer = scaled(keras.optimizers.SGD(0.1), initial_scale=4.0, dynamic_growth_steps=2)
        dense("mixed_float16", optimizer).fit(X, Y, batch_size=16, epochs=5, verbose=0)
        assert float(optimizer.dynamic_scale.numpy()) == 16.0
        assert int(optimizer.step_counter.numpy()) == 1

    def test_steps_are_those_of_the_inner_optimizer(self):
        """A scale is a power of two: without under- and overflow it changes nothing."""
        plain = dense("float32", keras.optimizers.Adam(1e-2))
        found = dense("float32", scaled(keras.optimizers.Adam(1e-2)))
        for one in (plain, found):
            one.fit(X, Y, batch_size=16, epochs=3, verbose=0)
        np.testing.assert_allclose(found.predict(X), plain.predict(X), rtol=1e-6)

    def test_a_gradient_that_no_scale_cures(self):
        """The root has no derivative at zero: the loss is finite, the gradient is not."""

        def root(y, prediction):
            return tf.sqrt(0 * prediction) + (y - prediction) ** 2

        optimizer = scaled(keras.optimizers.SGD(0.1), initial_scale=8.0)
        found = dense("mixed_float16", optimizer, root)
        with pytest.raises(FloatingPointError, match="The gradient of the loss is not finite"):
            found.fit(X, Y, batch_size=16, epochs=20, verbose=0)
        assert float(optimizer.dynamic_scale.numpy()) == 1.0
        assert np.all(np.isfinite(found.predict(X)))

    def test_a_loss_that_is_not_finite_stops_at_once(self):
        found = dense("mixed_float16", loss=lambda y, p: tf.math.log(0 * y) + p)
        with pytest.raises(FloatingPointError, match="'data' is not finite"):
            found.fit(X, Y, verbose=0)

    def test_only_a_scale_excuses_a_gradient(self):
        gradient = tf.constant([np.nan])
        assert np.isnan(judged(keras.optimizers.SGD(), gradient))

    def test_a_run_goes_on_exactly(self, tmp_path):
        def run(directory, epochs):
            optimizer = scaled(keras.optimizers.Adam(1e-2), initial_scale=2.0**26)
            found = dense("mixed_float16", optimizer)
            resume = kp.callbacks.Resume(tmp_path / directory)
            found.fit(X, Y, batch_size=6, epochs=epochs, callbacks=[resume], verbose=0)
            return found.predict(X), float(found.optimizer.dynamic_scale.numpy())

        alone, scale = run("alone", 4)
        run("cut", 2)
        again, other = run("cut", 4)
        np.testing.assert_array_equal(again, alone)
        assert scale == other < 2.0**26

    def test_several_devices(self):
        def run(make):
            found = make()
            found.fit(X, Y, batch_size=16, epochs=4, verbose=0)
            return found.predict(X), float(found.optimizer.dynamic_scale.numpy())

        def make():
            return dense("mixed_float16", scaled(keras.optimizers.SGD(0.1), initial_scale=2.0**24))

        def on_two():
            with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
                return make()

        (one, scale), (two, other) = run(make), run(on_two)
        assert scale == other
        np.testing.assert_allclose(two, one, rtol=0, atol=5e-3)


NETWORKS = sorted(components.of_kind(kp.networks.Network), key=lambda cls: cls.__name__)


class TestParts:
    @pytest.mark.parametrize(
        "cls", [c for c in NETWORKS if c is not kp.networks.NeuralODE], ids=lambda c: c.__name__
    )
    def test_values_and_gradients_of_every_network(self, cls):
        """Those of float32 but for rounding, with the same weights."""
        shape = components.INPUT_SHAPES.get(cls, (7, 2))
        rng = np.random.default_rng(0)
        shapes = shape if isinstance(shape, dict) else {"inputs": shape}
        arrays = {k: tf.constant(rng.normal(size=s), "float32") for k, s in shapes.items()}
        x = arrays if isinstance(shape, dict) else arrays["inputs"]
        changes = {  # nothing random, and no kinks on whose other side a rounded value lies
            kp.networks.CNN: {"dropout": 0.0},
            kp.networks.UNet: {"activation": "gelu"},
        }.get(cls, {})
        found, weights = {}, None
        for dtype in ("float32", *MIXED):
            model = kp.models.SurrogateModel(components.built(cls, **changes), dtype=dtype)
            model.build(shape)
            weights = weights or model.get_weights()
            model.set_weights(weights)
            model.compile(scaled(keras.optimizers.SGD(), initial_scale=64.0), loss="mse")
            values = model(x)
            objective = model.objective((x, tf.zeros_like(values)), training=True)
            found[dtype] = values.numpy(), objective.evaluate().gradient.numpy()
        for dtype, most in zip(MIXED, (0.1, 0.01), strict=True):
            for half, single in zip(found[dtype], found["float32"], strict=True):
                assert np.linalg.norm(half - single) < most * np.linalg.norm(single)
            assert np.any(found[dtype][0] != found["float32"][0])

    @pytest.mark.parametrize("dtype", MIXED)
    def test_points_keep_their_digits(self, dtype):
        """Two points that 16 bits cannot tell apart have different values."""
        networks = [operators.deeponet(outputs=1, dtype=d) for d in (dtype, "float32")]
        points = np.array([[0.5, 0.5], [0.5, 0.5001]], "float32")
        batch = {"f": np.ones((1, 5)), "points": points}
        half, single = ([n(batch), n.basis(points)] for n in networks)
        assert half[0].dtype == dtype.removeprefix("mixed_")
        np.testing.assert_array_equal(half[1], single[1])
        assert np.any(single[1][0] != single[1][1])
        np.testing.assert_allclose(as_array(half[0]), single[0], atol=0.02)

    @pytest.mark.parametrize("dtype", MIXED)
    def test_proper_modes(self, dtype):
        points = np.linspace(0, 1, 7)[:, None]
        outputs = RNG.normal(size=(9, 2)) @ np.stack([points[:, 0], points[:, 0] ** 2])
        samples = kp.datasets.Samples({"f": RNG.normal(size=(9, 3))}, outputs[..., None], points)
        branch = kp.networks.MLP([4], seed=0)
        found = kp.models.SurrogateModel(kp.networks.PODDeepONet(branch, modes=2), dtype=dtype)
        found.adapt(samples)
        assert found.predict(samples.x).dtype == "float32"
        mean = found.network.mean(tf.constant(2 * points - 1, "float32"))
        assert mean.dtype == "float32"
        scaled_outputs = found.output_scaling(outputs[..., None].astype("float32"))
        np.testing.assert_allclose(mean, np.mean(scaled_outputs, axis=0), atol=1e-5)

    @pytest.mark.parametrize(("dtype", "most"), [("mixed_float16", 2e-3), ("mixed_bfloat16", 2e-2)])
    def test_a_spectral_convolution_rounds_as_any_other(self, dtype, most):
        u = RNG.normal(size=(2, 32, 32, 4)).astype("float32")
        found = {}
        for precision in ("float32", dtype):
            layer = kp.layers.SpectralConv(4, 6, seed=0, dtype=precision)
            found[precision] = as_array(layer(u))
        error = np.linalg.norm(found[dtype] - found["float32"]) / np.linalg.norm(found["float32"])
        assert error < most

    def test_statistics_beyond_the_range_of_float16(self):
        """A variance of 1e6 is infinite there; the folded kernel is that of float32."""
        blocks = []
        for dtype in ("float32", "mixed_float16"):
            block = kp.layers.ConvBlock(2, convolutions=1, norm="batch", seed=0, dtype=dtype)
            block.build((None, 16, 1))
            block.norms[0].moving_variance.assign([1e6, 1e-6])
            blocks.append(as_array(block(FIELDS[:1] / 300)))
        assert blocks[0].max() > 1
        np.testing.assert_allclose(blocks[1], blocks[0], rtol=5e-3, atol=1e-5)


class TestRefused:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: kp.models.PINNModel(
                kp.networks.MLP([4]), components.problem(), dtype="mixed_bfloat16"
            ),
            lambda: kp.models.PINNModel(operators.deeponet(), operators.problem(), dtype="float16"),
            lambda: kp.models.GridPINNModel(
                kp.networks.UNet(1, 2), components.grid_problem(), dtype="mixed_float16"
            ),
        ],
        ids=["points", "operator", "grid"],
    )
    def test_second_derivatives(self, make):
        with pytest.raises(ValueError, match=r"`dtype`.*second derivatives .* Train in float32"):
            make()

    @pytest.mark.parametrize(
        ("dtype", "least"), [("mixed_float16", 1e-3), ("mixed_bfloat16", 5e-3)]
    )
    def test_why(self, dtype, least):
        """A second derivative by 16 bits is wrong by so much, in float32 by 1e-5 at most."""
        points = np.linspace(-1, 1, 40)[:, None]
        found = {}
        exact = kp.networks.MLP([16] * 3, outputs=1, seed=0, dtype="float64")
        exact.build((None, 1))
        for precision in ("float64", "float32", dtype):
            network = kp.networks.MLP([16] * 3, outputs=1, dtype=precision)
            network.build((None, 1))
            network.set_weights(exact.get_weights())
            x = tf.constant(points, network.variable_dtype)
            with tf.GradientTape() as outer:
                outer.watch(x)
                with tf.GradientTape() as inner:
                    inner.watch(x)
                    u = network(3 * x)
                slope = inner.gradient(u, x)
            found[precision] = as_array(outer.gradient(slope, x))
        size = np.linalg.norm(found["float64"])
        errors = {p: np.linalg.norm(v - found["float64"]) / size for p, v in found.items()}
        assert errors["float32"] < 1e-5
        assert least < errors[dtype] < 0.2

    @pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
    def test_weights_of_16_bits(self, dtype):
        with pytest.raises(ValueError, match=rf"`dtype`.*'mixed_{dtype}'"):
            kp.models.SurrogateModel(kp.networks.MLP([4]), dtype=dtype)

    @pytest.mark.parametrize("dtype", ["int8_from_float32", "float128", 3])
    def test_no_precision(self, dtype):
        with pytest.raises(ValueError, match="`dtype` must be 'float64', 'float32', 'mixed_"):
            kp.models.ClassifierModel(kp.networks.MLP([4]), 2, dtype=dtype)

    @pytest.mark.parametrize("dtype", MIXED)
    @pytest.mark.parametrize("name", ["SSBroyden", "LevenbergMarquardt"])
    def test_second_order(self, dtype, name):
        found = dense(dtype, getattr(kp.optimizers, name)())
        with pytest.raises(ValueError, match=rf"{name} .*first-order optimizer"):
            found.fit(X, Y, verbose=0)

    @pytest.mark.parametrize(
        ("of_network", "of_model", "text"),
        [
            ("mixed_bfloat16", "float32", "network is in bfloat16, the model in float32"),
            ("mixed_float16", "mixed_bfloat16", "network is in float16"),
            ("float32", "mixed_bfloat16", "no layer of its network computes in bfloat16"),
            ("float64", "mixed_bfloat16", "network is in float64"),
        ],
    )
    def test_a_network_of_another_precision(self, of_network, of_model, text):
        network = kp.networks.MLP([4], outputs=1, dtype=of_network)
        with pytest.raises(ValueError, match=text):
            kp.models.SurrogateModel(network, dtype=of_model).build((None, 2))

    def test_a_neural_ode(self):
        found = kp.models.SurrogateModel(kp.networks.NeuralODE([4]), dtype="mixed_bfloat16")
        with pytest.raises(ValueError, match=r"`dtype`.*16 bits round away"):
            found.build((None, 2))
