"""Parts of a boundary by a predicate."""

import keras
import numpy as np
import pytest

import kerasphys as kp
from kerasphys.geometry import Ball, Boundary, Box, Disk, Interval
from tests.geometry.shapes import CHANNEL, DISK, TIME

PLATE = Box((0, 0), (2, 1))


@keras.saving.register_keras_serializable(package="tests")
def warm_edge(x, y):
    return (x < 0.5) & (y == 1)


def test_an_edge_is_cut_exactly():
    part = PLATE.boundary("y").where(warm_edge)
    assert part.measure == pytest.approx(0.5, rel=1e-14)
    points = part.sample(50, "grid")
    np.testing.assert_allclose(points[::-1, 0], np.linspace(0, 0.5, 50), atol=1e-15)
    assert part.normals(points).tolist() == [[0, 1]] * 50
    assert part.contains([[0.3, 1.0], [0.3, 0.0], [0.6, 1.0]]).tolist() == [True, False, False]


def test_arcs_are_cut_exactly():
    right = DISK.boundary().where(lambda x: x > 0.5)
    assert right.measure == pytest.approx(np.pi * 0.75, rel=1e-12)
    (face,) = right.faces  # across the place where the circle begins
    assert face.periodic_axes == ()
    back = CHANNEL.boundary("circle").where(lambda x: x > 0.2)
    assert back.measure == pytest.approx(np.pi * 0.05, rel=1e-12)


def test_at_all_times():
    for domain in (PLATE * TIME, TIME * PLATE):
        part = domain.boundary("y").where(warm_edge)
        assert part.measure == pytest.approx(1.5, rel=1e-14)
        assert part.contains(part.sample(20)).all()
    late = (PLATE * TIME).boundary("y").where(lambda y, t: (t > 1) & (y == 1))
    assert late.measure == pytest.approx(4.0, rel=5e-3)
    assert late.sample(100)[:, 2].min() > 1


def test_lifted_to_a_product():
    part = PLATE.boundary("y").where(warm_edge)
    assert part * TIME == (PLATE * TIME).boundary("y").where(warm_edge)
    assert PLATE.boundary().where(warm_edge) * TIME == (
        (PLATE * TIME).boundary(*PLATE.parts).where(warm_edge)
    )


def test_surfaces():
    window = Box((0, 0, 0), (1, 1, 1)).boundary("z").where(lambda x, y, z: x**2 + y**2 < z / 4)
    assert window.measure == pytest.approx(np.pi / 16, rel=5e-3)
    points = window.sample(100)
    assert np.all(points[:, 2] == 1)
    assert np.all(np.linalg.norm(points[:, :2], axis=1) < 0.5)
    cap = Ball((0, 0, 0), 1).boundary().where(lambda z: z > 0.5)
    assert cap.measure == pytest.approx(np.pi, rel=5e-3)
    points, weights = kp.geometry.quadrature(cap, 300)
    assert weights @ points[:, 2] == pytest.approx(0.75 * np.pi, rel=1e-2)


def test_ends_of_an_interval():
    ends = Interval(0, 1).boundary()
    assert ends.where(lambda x: x > 0.5).sample(3).tolist() == [[1.0]] * 3


def test_both_must_hold():
    part = PLATE.boundary().where(lambda x: x < 0.5).where(lambda y: y > 0.5)
    assert part.measure == pytest.approx(1.0)
    assert len(part.predicates) == 2


def test_files_and_equality():
    part = PLATE.boundary("y").where(warm_edge)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(part))
    assert copy == part == Boundary(PLATE, "y", warm_edge)
    assert part != PLATE.boundary("y")
    assert hash(copy) == hash(part)
    assert repr(part).endswith(".boundary('y').where(warm_edge)")


def test_a_function_that_is_not_registered():
    part = PLATE.boundary("y").where(lambda x: x < 0.5)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(part))
    condition = kp.Dirichlet(u=0.0, on=copy)
    assert copy.missing_functions == condition.missing_functions
    assert condition.missing_functions[0].endswith("<lambda>")
    with pytest.raises(ValueError, match="saved without its function"):
        copy.sample(3)
    assert kp.Dirichlet(u=0.0, on=part).missing_functions == ()


def test_a_part_of_a_side_is_left_in_the_loss():
    domain = Disk((0, 0), 1) * TIME
    late = kp.Dirichlet(u=0.0, on=PLATE.boundary("y").where(warm_edge))
    problem = kp.Problem(PLATE, "u", {"equation": kp.Residual(lambda u_x: u_x), "late": late})
    points = problem.points(equation=10, late=20)
    assert (points.sets["late"].points[:, 0] <= 0.5).all()
    assert domain.boundary("circle").where(lambda x: x > 0).measure == pytest.approx(3 * np.pi)


@pytest.mark.parametrize(
    ("predicate", "error", "text"),
    [
        (object(), TypeError, "`predicates` must be callable"),
        (lambda z: z > 0, ValueError, "some of the coordinates x, y.*names z"),
        (lambda x: x > 9, ValueError, "`predicates` must be true somewhere on the boundary"),
        (lambda x: x, ValueError, "must return one boolean for each point"),
    ],
)
def test_bad_predicates(predicate, error, text):
    with pytest.raises(error, match=text):
        PLATE.boundary().where(predicate)
