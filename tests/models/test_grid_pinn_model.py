"""The label-free model on grids: its losses by hand, exact conditions, training, what leaves."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from tests.models.grids import Passing, losses, nodes

PRECISION = {"float32": 1e-6, "float64": 1e-14}


@keras.saving.register_keras_serializable("tests")
def poisson(laplacian_u, f):
    return laplacian_u + f


def problem(domain=None, residual=poisson, conditions=None, **kwargs):
    """Poisson's equation with the source as input, unless it is told otherwise."""
    domain = kp.geometry.Box((0.0, 0.1), (1.0, 0.7)) if domain is None else domain
    if conditions is None:
        conditions = {"boundary": kp.Dirichlet(u=0.0, on=domain.boundary())}
    options = dict(fields="u", parameters={"f": kp.InputFunction()}) | kwargs
    return kp.Problem(
        domain, conditions={"equation": kp.Residual(residual), **conditions}, **options
    )


def passing(*args, padding="zero", **kwargs):
    options = dict(dtype="float64") | kwargs
    return kp.models.PINNModel(Passing(padding=padding), *args, **options)


def unet(**kwargs):
    return kp.networks.UNet(depth=1, base_channels=2, activation="swish", seed=0, **kwargs)


def sources(n=3, grid=(7, 6), seed=0):
    return np.random.default_rng(seed).normal(size=(n, *grid, 1))


# The loss


def test_an_equation_holds_at_the_nodes_that_have_no_condition_of_their_own(rng):
    model = passing(problem(residual=lambda laplacian_u, x, f: laplacian_u - x * f))
    u = rng.normal(size=(3, 9, 8))
    hx, hy = 1 / 8, 0.6 / 7
    second = (u[:, 2:, 1:-1] - 2 * u[:, 1:-1, 1:-1] + u[:, :-2, 1:-1]) / hx**2
    second += (u[:, 1:-1, 2:] - 2 * u[:, 1:-1, 1:-1] + u[:, 1:-1, :-2]) / hy**2
    x, _ = nodes(model, 9, 8)
    residual = second - (x * u)[:, 1:-1, 1:-1]
    faces = [u[:, 0], u[:, -1], u[:, :, 0], u[:, :, -1]]
    on_faces = np.concatenate([face.ravel() for face in faces])
    found = losses(model, u[..., None])
    assert found["equation"] == pytest.approx(np.mean(residual**2), rel=1e-12)
    assert found["boundary"] == pytest.approx(np.mean(on_faces**2), rel=1e-12)
    # asked for by name it is there at all nodes
    values = model.derivatives(u[..., None], ["equation", "grad_f", "x"])
    np.testing.assert_allclose(values["equation"][:, 1:-1, 1:-1], residual, rtol=1e-9)
    assert values["grad_f"].shape == (3, 9, 8, 2)
    np.testing.assert_array_equal(values["x"][1], x)


def test_conditions_on_faces_know_their_normals():
    domain = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 2, "t")
    conditions = {
        "heat": kp.Residual(lambda u_t, u_xx, g: u_t - u_xx - g, g=lambda x, t: x - 1),
        "flux": kp.Neumann(u=lambda t: 2 + t, on=domain.end("x")),
        "mixed": kp.Robin(alpha=2.0, beta=3.0, u=lambda t: -1 - 3 * t, on=domain.start("x")),
        "initial": kp.Dirichlet(u=lambda x: 1 + x + x**2 / 2, on=domain.start("t")),
    }
    model = passing(problem(domain, lambda u, f: u - f, conditions))
    x, t = nodes(model, 6, 7)
    u = (1 + x + x**2 / 2 + x * t)[None, ..., None]  # differences are exact for it
    for name, loss in losses(model, u).items():
        assert loss < 1e-22, name
    shifted = losses(model, u + 1.0)
    assert shifted["heat"] < 1e-22
    assert shifted["flux"] < 1e-22
    assert shifted["mixed"] == pytest.approx(4.0)
    assert shifted["initial"] == pytest.approx(1.0)
    # the last time has no condition of its own, so the equation holds there
    (block,) = model.blocks["heat"]
    assert block.slices == (slice(1, -1), slice(1, None))


def test_a_coefficient_is_differentiated_too():
    def flow(k, k_x, k_y, u_x, u_y, laplacian_u, f):
        return k * laplacian_u + k_x * u_x + k_y * u_y - f

    parameters = {name: kp.InputFunction() for name in ("u0", "k", "f")}
    model = passing(problem(residual=flow, parameters=parameters), accuracy=4)
    x, y = nodes(model, 11, 12)
    u, k = x**3 + y**2, 1 + x * y
    f = k * (6 * x + 2) + y * 3 * x**2 + x * 2 * y
    assert losses(model, np.stack([u, k, f], axis=-1)[None])["equation"] < 1e-18


def test_several_fields_and_residuals():
    def first_order(u, q, u_x, q_x, f):
        return {"flux": q - u_x, "balance": q_x - f}

    line = kp.geometry.Interval(0, 1, "x")
    conditions = {"ends": kp.Dirichlet(u=0.0, on=line.boundary())}
    parameters = {"u0": kp.InputFunction(), "f": kp.InputFunction()}
    model = passing(
        problem(line, first_order, conditions, fields=("u", "q"), parameters=parameters)
    )
    x = model.stencils.positions(0, 9)
    inputs = np.stack([x**2, x], axis=-1)[None]  # u and q; f is q
    assert losses(model, inputs)["equation"] == pytest.approx(
        np.mean((x - 2 * x)[1:-1] ** 2 + (1 - x)[1:-1] ** 2)
    )
    assert model.derivatives(inputs, "equation")["equation"].shape == (1, 9, 2)


def test_a_dual_norm_of_second_order_measures_the_error_of_the_solution(rng):
    model = passing(problem(), dual_order=2, hard=True, scale=3.0)
    inputs = rng.normal(size=(2, 8, 7, 1))
    u, f = model.predict(inputs)[:, 1:-1, 1:-1, 0], inputs[:, 1:-1, 1:-1, 0]
    second = [
        kp.kernels.differentiation_matrix(n, 2, spacing=h)[1:-1, 1:-1]
        for n, h in ((8, 1 / 7), (7, 0.1))
    ]
    matrix = -np.kron(second[0], np.eye(5)) - np.kron(np.eye(6), second[1])
    discrete = np.linalg.solve(matrix, f.reshape(2, -1).T).T.reshape(u.shape)
    lowest = np.linalg.eigvalsh(matrix)[0]
    error = np.mean((lowest * (u - discrete)) ** 2)
    assert losses(model, inputs)["equation"] == pytest.approx(error, rel=1e-9)


def test_a_dual_norm_follows_the_faces():
    domain = kp.geometry.Interval(0, 1, "x") * kp.geometry.Interval(0, 1, "t")
    wall = {"wall": kp.Dirichlet(u=0.0, on=domain.start("x"))}
    models = [passing(problem(domain, lambda u: u, wall), dual_order=s) for s in (0, 1, 2)]
    (block,) = models[0].blocks["equation"]
    n = 8  # nodes of the axis with one free end, whose eigenvectors are known
    rows = np.arange(1, n + 1)
    for k in (0, 3):
        wave = np.sin((k + 0.5) * np.pi * rows / (n + 0.5))
        residual = np.stack([wave, -2 * wave], axis=-1).ravel()  # two times, which it leaves alone
        parts = [model._norm(tf.constant(residual), block, (n + 1, 2)) for model in models]
        values = [np.mean(np.square(part)) for part in parts]
        factor = (np.sin(0.25 * np.pi / (n + 0.5)) / np.sin((k + 0.5) * np.pi / (2 * n + 1))) ** 2
        assert values[0] == pytest.approx(np.mean(residual**2))
        assert values[1] == pytest.approx(np.mean(residual**2) * factor)
        assert values[2] == pytest.approx(np.mean(residual**2) * factor**2)


def test_a_periodic_axis_leaves_out_its_last_node():
    domain = kp.geometry.Interval(0, 2, "x") * kp.geometry.Interval(0, 1, "t")
    conditions = {
        "ring": kp.Periodic(across="x", fields="u"),
        "initial": kp.Dirichlet(u=lambda x: np.sin(np.pi * x), on=domain.start("t")),
    }
    ring = problem(domain, lambda u_t, u_x: u_t + u_x, conditions)
    model = passing(ring, padding=["periodic", "zero"], accuracy=6)
    assert list(model.term_metrics) == ["equation", "initial"]
    x, t = nodes(model, 32, 17)
    assert x.max() == 2 - 2 / 32
    found = losses(model, np.sin(np.pi * (x - t))[None, ..., None])
    assert found["equation"] < 1e-9
    assert found["initial"] < 1e-30
    # a dual norm on a ring keeps what is constant as it is
    smooth = passing(ring, padding="periodic", dual_order=1)
    constant = tf.ones(32 * 16, "float64")
    np.testing.assert_allclose(
        np.sum(np.square(smooth._norm(constant, smooth.blocks["equation"][0], (32, 17)))), 32 * 16
    )


# Exact conditions


@pytest.mark.parametrize("dtype", PRECISION)
def test_hard_values_hold_exactly_at_any_resolution(dtype, rng):
    domain = kp.geometry.Box((0.1, -0.3), (0.7, 1.1))
    boundary = {"walls": kp.Dirichlet(u=lambda x, y: 1 + x * y, on=domain.boundary())}
    model = passing(problem(domain, conditions=boundary), hard=True, dtype=dtype)
    assert list(model.term_metrics) == ["equation"]
    for grid in ((9, 7), (20, 31)):
        u = model.predict(rng.normal(size=(2, *grid, 1)))[..., 0]
        x, y = nodes(model, *grid)
        wanted = np.broadcast_to(1 + x * y, u.shape)
        for face in (np.s_[:, 0], np.s_[:, -1], np.s_[:, :, 0], np.s_[:, :, -1]):
            np.testing.assert_allclose(u[face], wanted[face], rtol=0, atol=3 * PRECISION[dtype])
        assert np.abs(u - wanted)[:, 1:-1, 1:-1].min() > 0


def test_hard_names_some_conditions():
    domain = kp.geometry.Box((0, 0), (1, 1))
    conditions = {
        "left": kp.Dirichlet(u=1.0, on=domain.start("x")),
        "right": kp.Dirichlet(u=2.0, on=domain.end("x")),
    }
    model = passing(problem(conditions=conditions, domain=domain), hard=["left"])
    assert list(model.term_metrics) == ["equation", "right"]
    u = model.predict(sources())
    np.testing.assert_allclose(u[:, 0], 1.0)


def test_scale_and_adapt():
    parameters = {"f": kp.InputFunction(), "g": kp.InputFunction()}
    model = passing(problem(fields=("u", "v"), parameters=parameters), scale=[2.0, 0.5])
    values = np.random.default_rng(0).normal(3.0, 2.0, size=(5, 6, 6, 2))
    values[..., 1] = 7.0
    np.testing.assert_allclose(model.predict(values), values * [2.0, 0.5])
    model.adapt(values)
    scaled = model.predict(values) / [2.0, 0.5]
    np.testing.assert_allclose(scaled[..., 0].std(), 1.0)
    np.testing.assert_allclose(scaled.mean(axis=(0, 1, 2)), 0.0, atol=1e-12)


# Training


@pytest.mark.parametrize("dtype", PRECISION)
def test_it_agrees_with_itself(dtype, tmp_path):
    weights, unknown = {}, {"f": kp.InputFunction(), "k": kp.Unknown(0.5)}
    inputs = sources(4)

    def residual(laplacian_u, f, k):
        return k * laplacian_u + f

    for mode in ("eager", "graph", "xla"):
        stated = problem(residual=residual, parameters=unknown)
        model = kp.models.PINNModel(unet(), stated, True, dual_order=1, scale=0.1, dtype=dtype)
        model.adapt(inputs)
        model.compile(
            keras.optimizers.SGD(1e-4), run_eagerly=mode == "eager", jit_compile=mode == "xla"
        )
        model.fit(inputs, steps_per_epoch=2, verbose=0)
        weights[mode] = np.concatenate([np.ravel(w) for w in model.get_weights()])
        assert weights[mode].dtype == dtype
        assert model.parameters["k"] != 0.5
    for mode in ("graph", "xla"):
        tolerance = 100 * PRECISION[dtype]
        np.testing.assert_allclose(weights[mode], weights["eager"], rtol=0, atol=tolerance)

    model.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras")
    assert type(loaded) is kp.models.GridPINNModel
    np.testing.assert_array_equal(loaded.predict(inputs), model.predict(inputs))
    assert loaded.parameters == model.parameters
    with pytest.raises(ValueError, match=r"load_model\(path, problem="):
        loaded.fit(inputs)
    whole = kp.load_model(tmp_path / "model.keras", problem=stated)
    assert losses(whole, inputs) == losses(model, inputs)


def test_export_serves_any_grid(tmp_path):
    walls = kp.geometry.Box((0.0, 0.1), (1.0, 0.7)).boundary()
    conditions = {"boundary": kp.Dirichlet(u=lambda x, y: x - y, on=walls)}
    model = kp.models.PINNModel(unet(), problem(conditions=conditions), hard=True)
    model.adapt(5 * sources())
    names = ["u_x", "laplacian_u", "f_y", "y"]
    served = kp.load_surrogate(model.export(tmp_path / "saved", derivatives=names, seed=3))
    assert served.card.kind == "pinn"
    assert served.card.seed == 3
    assert [c["name"] for c in served.card.coordinates] == ["x", "y"]
    for grid in ((8, 8), (11, 14)):
        inputs = sources(3, grid, seed=1)
        outputs = served.predict(inputs)["outputs"]
        np.testing.assert_allclose(outputs, model.predict(inputs), rtol=0, atol=1e-5)
        found = served.derivatives(inputs)
        for name, values in model.derivatives(inputs, names).items():
            scale = 1 + np.abs(values).max()
            np.testing.assert_allclose(found[name], values, rtol=0, atol=1e-5 * scale)


def test_it_learns_without_labels():
    data = kp.datasets.poisson_2d(samples=40, resolution=10, modes=2, validation=4, test=8)
    domain = kp.geometry.Box((0, 0), (1, 1))
    model = kp.models.PINNModel(unet(), problem(domain), hard=True, dual_order=1, scale=0.05)
    model.adapt({"f": data.train.inputs[..., 0]})
    model.compile(keras.optimizers.Adam(0.01))
    history = model.fit(
        {"f": data.train.inputs[..., 0]},
        batch_size=8,
        epochs=10,
        steps_per_epoch=20,
        validation_data=data.validation.inputs,
        callbacks=[kp.callbacks.ProgressBar("val_equation_loss")],
        verbose=0,
    ).history
    assert set(history) == {"loss", "equation_loss", "val_loss", "val_equation_loss"}
    assert history["val_loss"][-1] < history["val_loss"][0] / 4
    error = kp.solvers.relative_l2(model.predict(data.test.inputs), data.test.outputs)
    assert error < 0.7


def test_a_second_order_optimizer_takes_all_samples():
    model = kp.models.PINNModel(unet(), problem(), hard=True, dual_order=1)
    model.compile(kp.optimizers.LBFGS())
    losses = model.fit(sources(), epochs=2, steps_per_epoch=5, verbose=0).history["loss"]
    assert losses[1] < losses[0]
    model.compile(kp.optimizers.LevenbergMarquardt())
    with pytest.raises(TypeError, match="Use another optimizer"):
        model.fit(sources(), verbose=0)


def test_a_step_that_is_not_finite_leaves_the_last_weights():
    model = kp.models.PINNModel(
        unet(norm="batch"), problem(residual=lambda u, f: keras.ops.log(u * f - 1e3))
    )
    before = model.predict(sources())
    model.compile("adam")
    with pytest.raises(FloatingPointError, match="'equation'"):
        model.fit(sources(), verbose=0)
    np.testing.assert_array_equal(model.predict(sources()), before)


# What is refused


def refused(match, *args, padding="zero", **kwargs):
    with pytest.raises(ValueError, match=match):
        kp.models.GridPINNModel(Passing(padding=padding), *args, **kwargs)


def test_problems_that_do_not_fit_a_grid_are_refused():
    square = kp.geometry.Box((0, 0), (1, 1))
    line = kp.geometry.Interval(0, 1, "x")
    refused("needs an input function", problem(parameters={"k": 1.0}, residual=lambda u, k: u * k))
    disk = kp.geometry.Disk((0, 0), 1)
    refused("intervals, boxes", problem(disk))
    box = kp.geometry.Box([0] * 4, [1] * 4, names=("x", "y", "z", "w"))
    refused("at most 3", problem(box))
    cloud = kp.Data(at=np.array([[0.5, 0.5]]), u=np.array([1.0]))
    refused("'sensors' holds on", problem(square, conditions={"sensors": cloud}))
    inside = kp.Neumann(u=0.0, on=square)
    refused("'flux' holds on", problem(square, conditions={"flux": inside}))
    domain = line * kp.geometry.Interval(0, 1, "t")
    early = {"rate": kp.Neumann(u=0.0, on=domain.start("t"))}
    refused("needs a wall", problem(domain, poisson_1d, early))
    ring = {"ring": kp.Periodic(across="x", fields="u")}
    refused("padding=\\['periodic', 'zero'\\]", problem(domain, poisson_1d, ring))
    both = {**ring, "left": kp.Dirichlet(u=0.0, on=domain.start("x"))}
    refused("periodic and has none", problem(domain, poisson_1d, both), padding="periodic")
    one = problem(domain, poisson_1d, ring, fields=("u", "v"))
    refused("is not about v", one, padding="periodic")
    refused("for each field", problem(), scale=[1.0, 2.0])


def poisson_1d(u_xx, f):
    return u_xx + f


def test_networks_of_points_and_other_precisions_are_refused():
    with pytest.raises(TypeError, match=r"a kp\.networks\.GridNetwork"):
        kp.models.GridPINNModel(kp.networks.MLP([4]), problem())
    with pytest.raises(ValueError, match="network is in float64"):
        kp.models.GridPINNModel(unet(dtype="float64"), problem())


@pytest.mark.parametrize(
    ("x", "match"),
    [
        ({"g": np.ones((2, 8, 8))}, "input functions f"),
        ({"f": np.ones((2, 8))}, r"one shape \(n, x, y\)"),
        (np.ones((2, 8, 8)), r"\(n, x, y, 1\)"),
        (np.ones((2, 8, 8, 2)), "a channel for each of f"),
        (np.full((2, 8, 8, 1), np.nan), "finite"),
        ([np.ones((8, 8, 1)), np.ones((9, 8, 1))], "one shape"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(x, match):
    model = passing(problem())
    model.compile("adam")
    for use in (model.fit, model.predict, model.evaluate, model.adapt):
        with pytest.raises(ValueError, match=match):
            use(x)


def test_what_training_needs_is_said_before_it():
    model = passing(problem())
    with pytest.raises(ValueError, match="must be compiled"):
        model.fit(sources())
    with pytest.raises(ValueError, match="must be compiled"):
        model.evaluate(sources())
    model.compile("adam")
    with pytest.raises(ValueError, match="at least 4 nodes along axis 1"):
        model.fit(sources(grid=(7, 3)), verbose=0)
    deep = kp.models.PINNModel(kp.networks.UNet(depth=3, base_channels=2), problem())
    deep.compile("adam")
    with pytest.raises(ValueError, match="UNet needs at least 8 points"):
        deep.fit(sources(grid=(9, 7)), verbose=0)
    with pytest.raises(ValueError, match="validation_data"):
        model.fit(sources(), validation_data=np.ones(3))
    model.compile("adam", loss="mse")
    with pytest.raises(ValueError, match="loss of its own"):
        model.fit(sources())


def test_names_that_cannot_be_evaluated_are_refused():
    model = passing(problem(parameters={"f": kp.InputFunction(), "k": 2.0}))
    for name, match in (
        ("boundary", "nodes of its own"),
        ("k", "is a parameter"),
        ("q", "is unknown"),
    ):
        with pytest.raises(ValueError, match=match):
            model.derivatives(sources(), name)
