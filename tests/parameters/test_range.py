"""Parameters that are inputs of the network."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.derivatives import Namespace

LINE = kp.geometry.Interval(0, 1, "x")
SQUARE = kp.geometry.Box((0, 0), (1, 1))


def poisson(load=None, **conditions):
    """-u'' = load on a line, with further conditions."""
    return kp.Problem(
        LINE,
        "u",
        {
            "equation": kp.Residual(lambda u_xx, load: u_xx + load),
            "ends": kp.Dirichlet(u=lambda x, load: load * x, on=LINE.boundary("x")),
            **conditions,
        },
        parameters={"load": load or kp.Range(0.5, 2.0)},
    )


def test_a_range_is_a_coordinate_after_those_of_the_domain():
    problem = kp.Problem(
        SQUARE * kp.geometry.Interval(0, 1, "t"),
        "u",
        {"equation": kp.Residual(lambda u_t, laplacian_u, a, b: u_t - a * laplacian_u - b)},
        parameters={"a": kp.Range(1, 2), "speed": 3.0, "b": kp.Range(-1, 1)},
    )
    assert problem.coordinates == ("x", "y", "t", "a", "b")
    assert [problem.coordinates[i] for i in problem.namespace.spatial] == ["x", "y"]
    np.testing.assert_array_equal(problem.domain.bounds, [[0, 0, 0, 1, -1], [1, 1, 1, 2, 1]])
    assert problem.physical_domain.dim == 3
    assert "u_a" in problem.namespace
    assert "parameter a = Range(1, 2)" in problem.describe()


def test_what_holds_on_a_region_holds_there_at_all_values():
    left = SQUARE.start("x")
    problem = kp.Problem(
        SQUARE,
        "u",
        {
            "corner": kp.Residual(lambda u, a: u - a, on=kp.geometry.Box((0, 0), (0.5, 0.5))),
            "left": kp.Dirichlet(u=0.0, on=left),
            "walls": kp.Neumann(u=lambda a: a, on=SQUARE.boundary()),
            "top": kp.Dirichlet(u=1.0, on=(SQUARE * kp.geometry.Interval(1, 3, "a")).end("y")),
            "periodic": kp.Periodic("y", "u"),
        },
        parameters={"a": kp.Range(1, 3)},
    )
    assert problem.conditions["left"].on == (SQUARE * kp.geometry.Interval(1, 3, "a")).start("x")
    assert left == SQUARE.start("x")  # the user's own stays as it was
    sets = problem.points(corner=64, left=64, walls=128, top=64, periodic=64).sets
    assert sets["corner"].points.max(axis=0).round(1).tolist() == [0.5, 0.5, 3.0]
    assert set(sets["left"].points[:, 0]) == {0.0}
    walls = sets["walls"]
    assert np.isin(walls.points[:, :2], [0, 1]).any(axis=1).all()  # no ends of the range
    assert walls.normals.shape == (128, 2)
    np.testing.assert_allclose(np.linalg.norm(walls.normals, axis=1), 1)
    np.testing.assert_array_equal(walls.givens["walls"]["u"], walls.points[:, 2])
    for name in ("corner", "left", "walls"):  # low discrepancy in the range too
        spread = np.sort(sets[name].points[:, -1])
        assert np.abs(spread - np.linspace(1, 3, len(spread))).max() < 0.15


def test_values_gradients_and_parameters_given_apart():
    problem = poisson()
    model = kp.models.PINNModel(kp.networks.MLP([8], seed=0), problem, hard=["ends"])
    x = np.linspace(0, 1, 5)
    points = np.stack([x, np.full(5, 1.5)], axis=1)
    np.testing.assert_allclose(model.predict(points)[[0, -1], 0], [0, 1.5], atol=1e-15)
    alone = model.predict(x[:, None], parameters={"load": 1.5})
    np.testing.assert_array_equal(alone, model.predict(points))
    names = ["u_load", "laplacian_u", "u_xx", "equation"]
    found = model.derivatives(x[:, None], names, parameters={"load": 1.5})
    step = np.array([0.0, 1e-5])
    change = model.predict(points + step) - model.predict(points - step)
    np.testing.assert_allclose(found["u_load"], change[:, 0] / 2e-5, atol=1e-9)
    np.testing.assert_allclose(found["laplacian_u"], found["u_xx"], rtol=1e-12)
    np.testing.assert_allclose(found["equation"], found["u_xx"] + 1.5, rtol=1e-12)


def test_outside_of_the_range_it_warns(tmp_path):
    model = kp.models.PINNModel(kp.networks.MLP([4], seed=0), poisson())
    text = r"1 of 2 points lie outside.*parameter 'load', \[0.5, 2\]; the first has load = 2.5"
    with pytest.warns(UserWarning, match=text) as caught:
        model.predict([[0.5, 2.5], [0.5, 2.0]])
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="2 of 2 points"):
        model.derivatives([[0.5], [0.1]], "u_x", parameters={"load": 0.4})
    model.predict(np.float32([[0.5, 2.0]]))
    model.predict([[3.0, 1.0]])  # the domain is the caller's affair, as without ranges
    surrogate = kp.load_surrogate(model.export(tmp_path / "line"))
    assert surrogate.card.parameters == {"load": {"lower": 0.5, "upper": 2.0}}
    assert surrogate.coordinates == ("x", "load")
    with pytest.warns(UserWarning, match="parameter load in"):
        surrogate.predict({"x": [0.5], "load": [3.0]})


def test_save_and_load_and_go_on_with_functions(tmp_path):
    problem = poisson(readings=kp.Data(at=[[0.5, 1.0]], u=[0.2]))
    model = kp.models.PINNModel(kp.networks.MLP([4], seed=0), problem)
    model.compile(keras.optimizers.Adam(1e-3))
    model.fit(problem.points(equation=8, ends=4), verbose=0)
    model.save(tmp_path / "line.keras")
    loaded = kp.load_model(tmp_path / "line.keras", problem=problem)
    assert loaded.problem.ranges["load"].upper == 2.0
    loaded.fit(epochs=1, verbose=0)
    with pytest.raises(ValueError, match="with the domain"):
        kp.load_model(tmp_path / "line.keras", problem=poisson(kp.Range(0, 1)))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(lower="one", upper=2), "`lower` must be a finite number"),
        (dict(lower=0, upper=np.nan), "`upper` must be a finite number"),
        (dict(lower=1, upper=1.0), r"`upper` must be greater than lower=1\.0"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.Range(**arguments)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x", "'x' could be read in two ways, as a range and as a coordinate"),
        ("end(x)", "`parameters` must be a name"),
        ("my_load", "names of ranges have no underscore"),
        ("u", "the coordinate and the field 'u'"),
        ("xx", "the coordinate 'xx' and the coordinates 'x', 'x'"),
    ],
)
def test_names_that_clash(name, text):
    with pytest.raises(ValueError, match=text):
        kp.Problem(LINE, "u", {"a": kp.Residual(lambda u: u)}, parameters={name: kp.Range(0, 1)})


def test_ranges_of_a_namespace_are_coordinates():
    with pytest.raises(ValueError, match="`ranges` must be among the coordinates"):
        Namespace(coordinates=("x", "a"), fields="u", ranges="b")


def test_a_part_of_the_boundary_has_the_name():
    disk = kp.geometry.Disk((0, 0), 1)
    with pytest.raises(ValueError, match=r"'circle' could be read in two ways.*part of"):
        kp.Problem(disk, "u", {"a": kp.Residual(lambda u: u)}, {"circle": kp.Range(0, 1)})


def test_conditions_that_lack_the_values_of_the_range():
    cloud = kp.geometry.PointCloud([[0.5]], "x")
    with pytest.raises(ValueError, match=r"no values of load.*one column for each of x, load"):
        poisson(inside=kp.Dirichlet(u=0.0, on=cloud))
    with pytest.raises(ValueError, match=r"`at`.*One column for each of x, load"):
        poisson(readings=kp.Data(at=[[0.5]], u=[0.2]))
    with pytest.raises(ValueError, match=r"0\.5, 2\.5"):
        poisson(readings=kp.Data(at=[[0.5, 2.5]], u=[0.2]))
    with pytest.raises(ValueError, match="`time` must be one of the coordinates"):
        kp.Problem(LINE, "u", {"a": kp.Residual(lambda u: u)}, {"s": kp.Range(0, 1)}, time="s")


def test_parameters_of_predict():
    model = kp.models.PINNModel(kp.networks.MLP([4], seed=0), poisson())
    for parameters, text in [
        (3.0, "`parameters` must be a dict"),
        ({"loud": 1.0}, r"kp\.Range in the problem \(load\)"),
        ({"load": "one"}, r"`parameters\['load'\]` must be a finite number"),
    ]:
        with pytest.raises((TypeError, ValueError), match=text):
            model.predict([[0.5]], parameters=parameters)
    with pytest.raises(ValueError, match="One column for each of x"):
        model.predict([[0.5, 1.0]], parameters={"load": 1.0})
    with pytest.raises(ValueError, match="`parameters` must be None where `x` is a dataset"):
        model.predict(tf.data.Dataset.from_tensors([[0.5]]), parameters={"load": 1.0})


@pytest.mark.parametrize(
    "network",
    [
        kp.networks.UNet(base_channels=2, depth=1),
        kp.networks.DeepONet(kp.networks.MLP([2]), kp.networks.MLP([2]), basis=2),
    ],
    ids=["grid", "operator"],
)
def test_networks_of_functions_take_none(network):
    problem = kp.Problem(
        LINE,
        "u",
        {"a": kp.Residual(lambda u_xx, f, load: u_xx + load * f)},
        {"f": kp.InputFunction({"x": np.linspace(0, 1, 4)}), "load": kp.Range(0, 1)},
    )
    with pytest.raises(ValueError, match="has the ranges load"):
        kp.models.PINNModel(network, problem)
