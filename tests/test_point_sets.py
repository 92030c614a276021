"""Points for conditions: drawn, given, weighted, shared."""

import numpy as np
import pytest

import kerasphys as kp

ROD = kp.geometry.Interval(0.0, 1.0, "x") * kp.geometry.Interval(0.0, 2.0, "t")
PROBLEM = kp.Problem(
    ROD,
    ("u", "v"),
    {
        "first": kp.Residual(lambda u_t, u_xx: u_t - u_xx),
        "second": kp.Residual(lambda v_t, f: v_t - f, f=lambda x, t: x * t),
        "initial": kp.Dirichlet(u=lambda x: np.sin(x), v=0.0, on=ROD.start("t")),
        "flux": kp.Neumann(u=0.0, on=ROD.boundary("x")),
        "walls": kp.Dirichlet(v=1.0, on=ROD.boundary("x")),
        "sensors": kp.Data(at=[[0.5, 0.5], [0.1, 1.0]], u=[1.0, 2.0]),
    },
)


def test_conditions_on_one_region_share_points():
    sets = PROBLEM.points(first=20, second=20, initial=4, flux=6, walls=6).sets
    assert list(sets) == ["first", "initial", "flux", "sensors"]
    assert list(sets["first"].weights) == ["first", "second"]
    assert list(sets["flux"].weights) == ["flux", "walls"]
    assert sets["flux"].normals.tolist() == [[-1.0]] * 3 + [[1.0]] * 3


def test_the_one_that_needs_normals_may_come_second():
    conditions = {name: PROBLEM.conditions[name] for name in ("walls", "flux")}
    sets = kp.Problem(ROD, ("u", "v"), conditions).points(walls=4, flux=4).sets
    assert list(sets) == ["walls"]
    assert sets["walls"].normals.shape == (4, 1)


def test_conditions_with_other_numbers_do_not_share():
    sets = PROBLEM.points(first=20, second=21).sets
    assert list(sets) == ["first", "second", "sensors"]


def test_shapes_and_values():
    some = PROBLEM.points(second=20, initial=4).sets
    arrays = some["second"].arrays()
    assert set(arrays) == {"points", "weights.second", "givens.second.f"}
    np.testing.assert_array_equal(
        arrays["givens.second.f"], arrays["points"][:, 0] * arrays["points"][:, 1]
    )
    assert arrays["weights.second"].tolist() == [1.0] * 20
    initial = some["initial"].arrays()
    assert initial["givens.initial.v"].shape == ()
    np.testing.assert_array_equal(initial["givens.initial.u"], np.sin(initial["points"][:, 0]))
    assert all(array.dtype == np.float64 for array in arrays.values())


def test_the_seed_decides():
    first, again, other = (PROBLEM.points(first=16, initial=4, seed=seed) for seed in (3, 3, 4))
    for name, points in first.sets.items():
        np.testing.assert_array_equal(points.points, again.sets[name].points)
    assert (first.sets["first"].points != other.sets["first"].points).any()
    assert (first.sets["initial"].points != other.sets["initial"].points).any()


def test_conditions_draw_independently():
    alone = PROBLEM.points(second=16).sets["second"].points
    together = PROBLEM.points(first=17, second=16).sets["second"].points
    np.testing.assert_array_equal(alone, together)


def test_redrawn_points_are_other_points_with_their_own_givens():
    own = np.array([[0.2, 0.0], [0.3, 0.0]])
    points = PROBLEM.points(second=16, initial=own, weights={"second": lambda x: x})
    again, same = points.redrawn(1), points.redrawn(0)
    np.testing.assert_array_equal(same.sets["second"].points, points.sets["second"].points)
    fresh = again.sets["second"]
    assert (fresh.points != points.sets["second"].points).all()
    np.testing.assert_array_equal(
        fresh.givens["second"]["f"], fresh.points[:, 0] * fresh.points[:, 1]
    )
    np.testing.assert_array_equal(fresh.weights["second"], fresh.points[:, 0])
    np.testing.assert_array_equal(again.sets["initial"].points, own)
    assert again.draw == 1


@pytest.mark.parametrize("sampler", ["uniform", "latin_hypercube", "grid", "chebyshev"])
def test_samplers(sampler):
    points = PROBLEM.points(first=16, sampler=sampler).sets["first"].points
    assert ROD.contains(points).all()
    assert ("grid" in sampler or "cheb" in sampler) == ([0.0, 0.0] in points.tolist())


def test_own_points():
    own = np.array([[0.2, 0.1], [0.3, 2.0]])
    points = PROBLEM.points(first=own)
    np.testing.assert_array_equal(points.sets["first"].points, own)
    own[0, 0] = 0.9
    assert points.sets["first"].points[0, 0] == 0.2


def test_conditions_without_points_are_named():
    points = PROBLEM.points(first=4)
    points.check_covers("x", ("first", "sensors"))
    with pytest.raises(
        ValueError, match=r"`x` has no points for the condition 'walls'.*walls=\.\."
    ):
        points.check_covers("x", ("first", "walls"))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            dict(first=[[0.5, 0.5], [0.5, 2.5], [0.0, 3.0]]),
            r"`first`.*2 points elsewhere.*\[0\.5, 2\.5\] at index 1",
        ),
        (dict(initial=[[0.5, 0.0], [0.5, 0.1]]), r"`initial` must lie on .*start\(t\).*index 1"),
        (dict(first=[[0.5, np.nan]]), r"`first`.*index \(0, 1\)"),
        (dict(first=[0.5, 0.5]), r"`first`.*shape \(n, 2\)"),
        (dict(first=np.zeros((0, 2))), "`first` must be at least one"),
        (dict(first=0), r"`first`.*at least 1"),
        (dict(first=True), "`first`"),
        (dict(first=2.5), "`first`"),
        (dict(third=4), r"`points` names third.*first, second, initial"),
        (dict(first=4, weights={"third": 1.0}), "`weights` names third"),
        (dict(first=4, weights={"first": -1.0}), "weights of the points of `first`"),
        (dict(first=4, weights={"first": lambda x: x - 0.5}), "must not be negative"),
        (dict(first=4, weights={"first": [1.0, 2.0]}), "2 values for 4 points"),
        (dict(first=4, weights={"first": lambda y: y}), "only the coordinates x, t"),
        (dict(first=4, weights={"first": "heavy"}), r"weights\['first'\]"),
        (dict(first=4, weights=[1.0]), "`weights`"),
        (dict(first=4, seed=-1), "`seed`"),
        (dict(first=4, sampler="halton"), "`sampler`"),
        (dict(first=15, sampler="grid"), "`n`.*Nearest: 9 and 16"),
    ],
)
def test_what_is_refused(given, text):
    with pytest.raises((TypeError, ValueError), match=text):
        PROBLEM.points(**given)


def test_some_sets_with_other_points():
    points = PROBLEM.points(first=6, second=6, initial=4, weights={"second": lambda x: 1 + x})
    x = np.linspace(0, 1, 6)
    there = np.stack([x, 2 * x], axis=1)
    others = points.with_points({"first": there})
    moved = others.sets["first"]
    np.testing.assert_array_equal(moved.points, there)
    np.testing.assert_allclose(moved.givens["second"]["f"], 2 * x**2)
    np.testing.assert_allclose(moved.weights["second"], 1 + x)
    assert others.sets["initial"] is points.sets["initial"]
    again = others.redrawn(1)
    np.testing.assert_array_equal(again.sets["first"].points, there)
    fresh = points.redrawn(1).sets["initial"].points
    np.testing.assert_array_equal(again.sets["initial"].points, fresh)
    assert not np.any(points.sets["first"].points == there)


def test_candidates_are_what_other_draws_would_give():
    cloud = kp.geometry.PointCloud(np.eye(2)[[0, 1, 0, 1]] * [[1], [1], [2], [2]], ("x", "y"))
    plane = kp.geometry.Box((0, 0), (2, 2))
    conditions = {
        "inside": kp.Residual(lambda u, f: u - f, f=lambda x: x),
        "own": kp.Residual(lambda u: u),
        "some": kp.Dirichlet(u=0.0, on=cloud),
        "flux": kp.Neumann(u=0.0, on=plane.boundary()),
    }
    problem = kp.Problem(plane, "u", conditions)
    points = problem.points(inside=9, own=np.ones((3, 2)), some=2, flux=5, sampler="grid")
    assert points.drawn == ("inside", "some", "flux")
    assert problem.points(inside=9).drawn == ("inside",)  # of `some` all points there are
    inside = points.candidates("inside", 100, seed=1)
    assert inside.points.shape == (100, 2)
    assert len(np.unique(inside.points[:, 0])) == 100  # no grid
    np.testing.assert_array_equal(inside.givens["inside"]["f"], inside.points[:, 0])
    assert len(points.candidates("some", 100, seed=1).points) == 4
    assert points.candidates("flux", 50, seed=1).normals.shape == (50, 2)


def test_no_points_at_all():
    problem = kp.Problem(ROD, "u", {"rest": kp.Residual(lambda u: u)})
    with pytest.raises(ValueError, match=r"No points.*points\(rest=1000\)"):
        problem.points()


def test_repr_says_what_is_where():
    points = PROBLEM.points(first=20, second=20)
    assert repr(points) == "PointSets(first+second: 20, sensors: 2)"
