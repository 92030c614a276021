"""Values on boundaries of any shape that hold by the form of the solution."""

import numpy as np
import pytest
import tensorflow as tf

import kerasphys as kp
from kerasphys.conditions.piece import pieces_of, without_joints
from tests.conditions.test_exact import error_on, hard_model
from tests.geometry.shapes import HOLLOW, MESH, NOTCH, OCTAHEDRON

T = kp.geometry.Interval(0.0, 3.0, "t")
DISK = kp.geometry.Disk((0.5, 0.0), 2.0)
SQUARE = kp.geometry.Box((0.0, 0.0), (1.0, 1.0))
CHANNEL = kp.geometry.Box((0.0, 0.0), (2.2, 0.41)) - kp.geometry.Disk((0.2, 0.2), 0.05)


def smooth(x, y):
    return np.sin(x) * y + x**2


def parts_of(model, points):
    values, factors = model.transform.parts(tf.constant(points))
    return values.numpy(), factors.numpy()


def test_a_circle():
    model = hard_model(DISK, {"rim": kp.Dirichlet(u=smooth, on=DISK.boundary())})
    assert error_on(model, "rim") < 4e-15
    points = DISK.sample(100)
    values, factors = parts_of(model, points)
    assert values[:, 0].tolist() == pytest.approx(smooth(*points.T).tolist(), abs=1e-14)
    square = np.sum((points - [0.5, 0.0]) ** 2, axis=1)
    np.testing.assert_allclose(factors[:, 0], (1 - square / 4) / 2, atol=1e-15)


def test_a_circle_at_all_times_with_initial_values():
    domain = DISK * T
    conditions = {
        "initial": kp.Dirichlet(
            u=lambda x, y: smooth(x, y) + 4 - (x - 0.5) ** 2 - y**2, on=domain.start("t")
        ),
        "rim": kp.Dirichlet(u=lambda x, y, t: smooth(x, y) * (1 + t), on=domain.boundary("circle")),
    }
    model = hard_model(domain, conditions)
    assert error_on(model, "rim") < 4e-14
    assert error_on(model, "initial") < 4e-14
    _, factors = parts_of(model, domain.sample(500))
    assert factors.min() > 0.0


def test_a_channel_with_a_cylinder():
    conditions = {
        "inlet": kp.Dirichlet(u=lambda y: y * (0.41 - y), v=0.0, on=CHANNEL.start("x")),
        "walls": kp.Dirichlet(u=0.0, v=0.0, on=CHANNEL.boundary("y", "circle")),
    }
    model = hard_model(CHANNEL, conditions, fields=("u", "v", "p"))
    for name in conditions:
        assert max(error_on(model, name, field) for field in (0, 1)) < 1e-15
    points = CHANNEL.sample(400)
    values, factors = parts_of(model, points)
    assert not values[:, 1:].any()
    assert np.all(factors[:, 2] == 1.0)
    assert factors[:, 0].min() > 0.0
    near_walls = np.minimum(points[:, 1], 0.41 - points[:, 1]) < 0.02
    assert values[near_walls, 0] == pytest.approx(  # the inflow serves the walls without a weight
        (points[:, 1] * (0.41 - points[:, 1]))[near_walls], rel=0.2
    )
    outlet = CHANNEL.end("x").sample(20)
    assert np.all(parts_of(model, outlet)[1][:, 0] > 0.0)


def test_slopes_on_the_boundary_and_at_convex_corners():
    domain = CHANNEL
    model = hard_model(domain, {"walls": kp.Dirichlet(u=0.0, on=domain.boundary())})
    region = domain.boundary("circle")
    points, step = region.sample(40), 1e-6
    inwards = points - step * region.normals(points)
    slope = parts_of(model, inwards)[1][:, 0] / step * 0.205  # half the height is the unit
    assert np.all((slope > 0.8) & (slope < 1.0))
    with tf.GradientTape() as outer:
        at = tf.constant([[0.0, 0.0], [1e-6, 1e-6], [2.2, 0.41], [0.25, 0.2]], tf.float64)
        outer.watch(at)
        with tf.GradientTape() as inner:
            inner.watch(at)
            factor = model.transform.parts(at)[1][:, 0]
        first = inner.gradient(factor, at)
    second = outer.batch_jacobian(first, at).numpy()
    assert np.all(np.isfinite(second))
    assert np.abs(second[:3]).max() < 200.0
    np.testing.assert_allclose(np.linalg.norm(first[3]) * 0.205, 1.0, atol=0.2)


def test_a_reentrant_corner_with_different_values():
    conditions = {
        "notch": kp.Dirichlet(u=smooth, on=NOTCH.boundary("x=1")),
        "left": kp.Dirichlet(
            u=lambda x, y: smooth(x, y) + (x - 1) * x, on=NOTCH.boundary("start(x)", "y=1")
        ),
    }
    model = hard_model(NOTCH, conditions)
    assert error_on(model, "notch") < 1e-12
    assert error_on(model, "left") < 1e-12
    _, factors = parts_of(model, np.concatenate([NOTCH.sample(300), [[2.0, 0.5], [0.5, 0.0]]]))
    assert factors.min() > 1e-4  # the continuations of the edges do not count
    values, factors = parts_of(model, np.array([[1.0, 1.0]]))
    assert np.all(np.isfinite(values))
    assert factors[0, 0] < 1e-12


def test_edges_that_go_on_straight_are_one():
    pieces = [piece for face in NOTCH.faces for piece in pieces_of(face, NOTCH)]
    assert len(without_joints(pieces)) == 6
    assert sorted(len(piece.rim) for piece in without_joints(pieces)) == [0, 0, 0, 0, 1, 1]
    edges = [piece for face in MESH.faces for piece in pieces_of(face, MESH)]
    assert len(without_joints(edges)) == 6
    walls = {"walls": kp.Dirichlet(u=smooth, on=MESH.boundary())}
    assert error_on(hard_model(MESH, walls), "walls") < 1e-14


def test_cut_sides_of_a_box():
    conditions = {
        "heated": kp.Dirichlet(u=smooth, on=SQUARE.boundary("y").where(lambda x: x < 0.3)),
        "right": kp.Dirichlet(u=0.0, on=SQUARE.end("x")),
    }
    model = hard_model(SQUARE, conditions)
    assert error_on(model, "heated") < 1e-14
    assert error_on(model, "right") < 1e-14
    _, factors = parts_of(model, np.array([[0.5, 0.0], [0.0, 0.5], [0.6, 1.0]]))
    assert factors.min() > 0.01


def test_a_side_until_some_time():
    rod = kp.geometry.Interval(-1.0, 1.0, "x") * T
    conditions = {
        "ends": kp.Dirichlet(u=0.0, on=rod.boundary("x").where(lambda t: t < 1)),
        "initial": kp.Dirichlet(u=lambda x: 1 - x**2, on=rod.start("t")),
    }
    model = hard_model(rod, conditions)
    assert error_on(model, "ends") < 1e-15
    assert error_on(model, "initial") < 1e-15
    assert parts_of(model, np.array([[1.0, 2.0]]))[1][0, 0] > 0.1


def test_surfaces_with_other_coordinates_before_them():
    domain = T * HOLLOW
    walls = kp.Dirichlet(u=lambda t, x, z: t * x + z, on=domain.boundary("x", "sphere"))
    model = hard_model(domain, {"walls": walls}, dtype="float32")
    assert error_on(model, "walls") < 5e-6


@pytest.mark.parametrize(
    ("domain", "conditions", "text"),
    [
        (
            NOTCH,
            {
                "one": kp.Dirichlet(u=0.0, on=NOTCH.boundary("x=1")),
                "two": kp.Dirichlet(u=1.0, on=NOTCH.boundary("y=1")),
            },
            "disagree where their faces meet",
        ),
        (
            DISK,
            {
                "rim": kp.Dirichlet(
                    u=lambda x, y: ((x - 0.5) ** 2 + y**2 - 3.9) ** 0.5, on=DISK.boundary()
                )
            },
            "'u' cannot be built into the network.*not finite there",
        ),
        (
            OCTAHEDRON,
            {"facets": kp.Dirichlet(u=0.0, on=OCTAHEDRON.boundary())},
            r"'facets' cannot be built.*facets of a mesh in space\. Leave it in the loss",
        ),
    ],
    ids=["corner", "not finite", "facets"],
)
def test_what_cannot_hold_exactly_is_refused(domain, conditions, text):
    with pytest.raises(ValueError, match=text):
        hard_model(domain, conditions)


def test_saved_and_loaded(tmp_path):
    model = hard_model(NOTCH, {"walls": kp.Dirichlet(u=2.0, on=NOTCH.boundary())})
    model.save(tmp_path / "model.keras")
    points = NOTCH.sample(20)
    loaded = kp.load_model(tmp_path / "model.keras", problem=model.problem)
    assert loaded.predict(points).tolist() == model.predict(points).tolist()
