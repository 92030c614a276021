"""Meshes of cells and of closed boundaries, from arrays and files."""

import itertools

import keras
import meshio
import numpy as np
import pytest
import scipy

from kerasphys.geometry import Box, Disk, Interval, Mesh, Polygon, quadrature
from tests.geometry.shapes import MESH, OCTAHEDRON

SQUARE = [(0, 0), (1, 0), (1, 1), (0, 1)]
HALVES = [(0, 1, 2), (0, 2, 3)]
RING = [(0, 1), (1, 2), (2, 3), (3, 0)]
CUBE = Box((0, 0, 0), (1, 1, 1))


def cubes(n):
    """The unit cube in `n**3` cubes of six tetrahedra each."""
    points = np.stack(np.meshgrid(*[np.linspace(0, 1, n + 1)] * 3, indexing="ij"), axis=-1)
    index = np.arange((n + 1) ** 3).reshape((n + 1,) * 3)
    cells = []
    for corner in itertools.product(range(n), repeat=3):
        for axes in itertools.permutations(range(3)):
            path = [np.array(corner)]
            for axis in axes:
                path.append(path[-1] + np.eye(3, dtype=int)[axis])
            cells.append([index[tuple(place)] for place in path])
    return points.reshape(-1, 3), np.array(cells)


POINTS, TETRAHEDRA = cubes(2)
SOLID = Mesh(POINTS, TETRAHEDRA, parts={"top": lambda z: z == 1})


def surface_of(mesh):
    """The points and triangles of the boundary of a mesh."""
    corners = np.concatenate([face.facets.corners for face in mesh.faces])
    used, cells = np.unique(corners, return_inverse=True)
    return mesh.points[used], cells.reshape(corners.shape)


class TestCells:
    def test_triangles_are_the_polygon_around_them(self):
        polygon = Polygon([(0, 0), (2, 0), (2.5, 1), (1, 1), (1, 2), (0, 2)])
        points = np.random.default_rng(0).uniform(-1, 3, (1000, 2))
        expected = polygon.signed_distance(points)
        np.testing.assert_allclose(MESH.signed_distance(points), expected, atol=1e-14)
        assert MESH.measure == pytest.approx(polygon.measure)
        assert MESH.boundary().measure == pytest.approx(polygon.boundary().measure)
        assert MESH.parts == ("boundary", "slope", "inlet")
        assert MESH.boundary("inlet").normals([[0.0, 1.0]]).tolist() == [[-1.0, 0.0]]
        assert repr(MESH) == "<Mesh of 4 triangles in (x, y)>"

    def test_many_triangles(self):
        inner = np.random.default_rng(0).uniform(0.02, 0.98, (200, 2))
        points = np.concatenate([SQUARE, inner])
        cells = scipy.spatial.Delaunay(points).simplices
        cells[::2] = cells[::2, ::-1]  # the orientation does not matter
        mesh = Mesh(points, cells)
        assert mesh.measure == pytest.approx(1.0, rel=1e-13)
        assert mesh.boundary().measure == pytest.approx(4.0)
        samples = mesh.sample(2048)
        assert np.abs(samples.mean(axis=0) - 0.5).max() < 5e-3
        np.testing.assert_allclose((samples**2).mean(axis=0), 1 / 3, atol=5e-3)

    def test_tetrahedra_are_the_cube_that_they_fill(self):
        points = np.random.default_rng(0).uniform(-0.5, 1.5, (1000, 3))
        expected = CUBE.signed_distance(points)
        np.testing.assert_allclose(SOLID.signed_distance(points), expected, atol=1e-14)
        assert SOLID.measure == pytest.approx(1.0)
        assert SOLID.boundary("top").measure == pytest.approx(1.0)
        assert SOLID.boundary("top").normals([[0.3, 0.2, 1.0]]).tolist() == [[0, 0, 1]]

    def test_quadrature_is_exact_for_polynomials(self):
        points, weights = quadrature(SOLID, 48 * 27)
        x, y, z = points.T
        assert weights @ (x**3 * y * z) == pytest.approx(1 / 16, rel=1e-13)
        points, weights = quadrature(SOLID.boundary(), 48 * 9)
        assert weights @ points[:, 0] ** 3 == pytest.approx(1 + 4 / 4, rel=1e-13)
        assert len(quadrature(SOLID, 5)[0]) == 5


class TestClosed:
    def test_a_surface_is_the_solid_inside(self):
        points, triangles = surface_of(SOLID)
        for cells in (triangles, triangles[:, ::-1]):  # seen from either side
            mesh = Mesh(points, cells)
            assert mesh.measure == pytest.approx(1.0)
            where = np.random.default_rng(1).uniform(-0.5, 1.5, (500, 3))
            expected = CUBE.signed_distance(where)
            np.testing.assert_allclose(mesh.signed_distance(where), expected, atol=1e-14)
        assert CUBE.contains(mesh.sample(200)).all()
        assert len(mesh.sample(64, "grid")) == 64

    def test_a_line_is_the_polygon_inside(self):
        angle = 2 * np.pi * np.arange(40) / 40
        star = (
            np.stack([np.cos(angle), np.sin(angle)], axis=1)
            * (1 + 0.3 * np.cos(5 * angle))[:, None]
        )
        line = Mesh(star, [(i, (i + 1) % 40) for i in range(40)], names=("r", "z"))
        polygon = Polygon(star, ("r", "z"))
        points = np.random.default_rng(0).uniform(-1.5, 1.5, (500, 2))
        expected = polygon.signed_distance(points)
        np.testing.assert_allclose(line.signed_distance(points), expected, atol=1e-14)
        assert line.measure == pytest.approx(polygon.measure)

    def test_the_octahedron(self):
        assert OCTAHEDRON.measure == pytest.approx(4 / 3)
        assert OCTAHEDRON.boundary("upper").measure == pytest.approx(
            OCTAHEDRON.boundary().measure / 2
        )
        corner = OCTAHEDRON.signed_distance([[1.0, 3.0, 0.5]])
        assert corner == pytest.approx(1.0)  # beyond a corner of acute triangles


def test_with_other_geometries():
    plate = Mesh(SQUARE, HALVES) - Disk((0.5, 0.5), 0.25)
    assert plate.measure == pytest.approx(1 - np.pi / 16, rel=1e-4)
    assert np.linalg.norm(plate.sample(200) - 0.5, axis=1).min() >= 0.25
    times = Mesh(SQUARE, HALVES, {"inlet": [(3, 0)]}) * Interval(0, 2, "t")
    assert times.boundary("inlet").measure == 2.0


def test_configs_hold_the_arrays():
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(MESH))
    assert copy == MESH
    assert copy.boundary("slope").measure == MESH.boundary("slope").measure


class TestFiles:
    @pytest.fixture
    def plate(self):
        """The square in space, with its diagonal, an unused point and a named side."""
        points = [(x, y, 3.0) for x, y in SQUARE] + [(9.0, 9.0, 3.0)]
        return meshio.Mesh(
            points,
            [("triangle", HALVES), ("line", [(3, 0), (1, 2)])],
            cell_data={"gmsh:physical": [np.array([7, 7]), np.array([1, 2])]},
            field_data={"inlet": np.array([1, 1]), "outlet": np.array([2, 1])},
        )

    def test_gmsh(self, tmp_path, plate):
        plate.cell_data["gmsh:geometrical"] = plate.cell_data["gmsh:physical"]
        meshio.write(tmp_path / "plate.msh", plate, file_format="gmsh22", binary=False)
        mesh = Mesh.read(tmp_path / "plate.msh", parts={"walls": lambda y: (y == 0) | (y == 1)})
        assert mesh.coordinates == ("x", "y")
        assert mesh.measure == 1.0
        assert set(mesh.parts) == {"inlet", "outlet", "walls", "boundary"}
        assert mesh.boundary("inlet").normals([[0.0, 0.5]]).tolist() == [[-1.0, 0.0]]

    def test_sets_of_facets(self, tmp_path):
        sides = [(1, 2), (3, 0)]
        written = meshio.Mesh(
            np.pad(SQUARE, ((0, 0), (0, 1))),
            [("triangle", HALVES), ("line", sides)],
            cell_sets={"inlet": [[], [1]]},
        )
        meshio.write(tmp_path / "plate.inp", written, file_format="abaqus")
        read = meshio.read(tmp_path / "plate.inp")
        if not read.cell_sets:  # not every version writes them
            pytest.skip("no sets in the file")
        mesh = Mesh.read(tmp_path / "plate.inp")
        assert mesh.boundary("inlet").normals([[0.0, 0.5]]).tolist() == [[-1.0, 0.0]]

    def test_stl(self, tmp_path):
        points, triangles = surface_of(SOLID)
        meshio.write_points_cells(tmp_path / "cube.stl", points, [("triangle", triangles)])
        mesh = Mesh.read(str(tmp_path / "cube.stl"), ("a", "b", "c"))
        assert mesh.coordinates == ("a", "b", "c")
        assert mesh.measure == pytest.approx(1.0)
        assert len(mesh.points) == len(points)

    @pytest.mark.parametrize(
        ("name", "content", "text"),
        [
            ("none.msh", None, "`path` must be an existing file"),
            ("bad.msh", "nothing", "cannot be read as a mesh"),
            ("bad.xyz", "nothing", "cannot be read as a mesh"),
        ],
    )
    def test_bad_files(self, tmp_path, name, content, text):
        if content:
            (tmp_path / name).write_text(content)
        with pytest.raises(ValueError, match=text):
            Mesh.read(tmp_path / name)

    def test_other_cells(self, tmp_path):
        path = tmp_path / "square.vtk"
        meshio.write_points_cells(path, np.pad(SQUARE, ((0, 0), (0, 1))), [("quad", [range(4)])])
        with pytest.raises(ValueError, match=r"triangles or tetrahedra\. Received: .* quad"):
            Mesh.read(path)
        meshio.write_points_cells(path, [(0.0, 0.0, 0.0)], [("vertex", [[0]])])
        with pytest.raises(ValueError, match="has no cells"):
            Mesh.read(path)
        with pytest.raises(TypeError, match="`path` must be the path"):
            Mesh.read(3)

    def test_without_meshio(self, tmp_path, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "meshio", None)
        (tmp_path / "a.msh").write_text("")
        with pytest.raises(ImportError, match=r"kerasphys\[geometry\]"):
            Mesh.read(tmp_path / "a.msh")


@pytest.mark.parametrize(
    ("points", "cells", "text"),
    [
        ([(0, 0, 0, 0)], [[0]], r"`points` must be an array of shape \(n, 2\) or \(n, 3\)"),
        (SQUARE, [(0, 1, 2, 3)], r"`cells` must be .* of shape \(m, 2\) or \(m, 3\)"),
        (SQUARE, [(0, 1, 4)], "`cells` must be indices from 0 to 3. Received: cells=4"),
        (SQUARE, [(0, 1, -1)], "indices from 0 to 3"),
        (SQUARE, [(0, 1, 2)], r"1 points that no cell uses, the first is \[0.0, 1.0\] at index 3"),
        (SQUARE, [(0, 1, 2), (0, 3, 3)], "1 degenerate cells, the first is cell 1"),
        ([*SQUARE, (0.9, 0.5)], [(0, 1, 2), (0, 2, 3), (0, 2, 4)], "Received: 3 cells at the"),
        ([*SQUARE[:3], (0.9, 0.5)], HALVES, "1 pairs on the same side .* cells 0 and 1"),
        (SQUARE, RING[:3], "not closed: 2 points belong to one edge only"),
        (surface_of(SOLID)[0], surface_of(SOLID)[1][1:], "not closed: 3 edges belong to one"),
        (SQUARE, [(0, 1), (2, 1), (2, 3), (3, 0)], "must run in one direction.*at 2 points"),
        (
            [(0, 0), (1, 0), (0, 1), (-1, 0), (0, -1)],
            [(0, 1, 2), (0, 3, 4)],
            "touches itself: 1 points belong to more than two edges",
        ),
    ],
)
def test_bad_meshes(points, cells, text):
    with pytest.raises(ValueError, match=text):
        Mesh(points, cells)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (dict(points=object()), TypeError, "`points`"),
        (dict(cells=object()), TypeError, "`cells`"),
        (dict(cells=[(0.0, 1.0, 2.0)]), TypeError, "`cells`"),
        (dict(parts=object()), TypeError, "`parts` must be a dict"),
        (dict(parts={"boundary": [(0, 1)]}), ValueError, "dict of new names"),
        (dict(parts={"x": [(0, 1)]}), ValueError, "dict of new names"),
        (dict(parts={"a": [(0, 2)]}), ValueError, r"1 others, the first has the points \[0, 2\]"),
        (dict(parts={"a": lambda x: x > 2}), ValueError, "some facets of the boundary"),
        (dict(parts={"a": 3}), ValueError, r"`parts\['a'\]` must be an array of indices"),
        (dict(names=("x",)), ValueError, "`names` must be 2 names"),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        Mesh(**dict(points=SQUARE, cells=HALVES) | arguments)
