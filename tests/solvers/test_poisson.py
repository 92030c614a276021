"""Poisson's equation on boxes: closed forms, order, the discrete equation, and symmetries."""

import numpy as np
import pytest

from kerasphys.solvers import max_error, observed_order, relative_l2, solve_poisson

WORDS = ("dirichlet", "neumann", "periodic")
PROFILES = {  # a function of x / l with that boundary, and the square of its wavenumber times l²
    "dirichlet": (lambda s: np.sin(2 * np.pi * s), (2 * np.pi) ** 2),
    "neumann": (lambda s: np.cos(3 * np.pi * s), (3 * np.pi) ** 2),
    "periodic": (lambda s: np.cos(4 * np.pi * s) + np.sin(4 * np.pi * s), (4 * np.pi) ** 2),
}


def grid(shape, lengths, boundary):
    axes = [
        np.linspace(0, length, points, endpoint=word != "periodic")
        for points, length, word in zip(shape, lengths, boundary, strict=True)
    ]
    return np.meshgrid(*axes, indexing="ij")


def mode(shape, lengths, boundary):
    """A product of eigenfunctions and what `-Δ` multiplies it by."""
    value, eigenvalue = 1.0, 0.0
    for x, length, word in zip(grid(shape, lengths, boundary), lengths, boundary, strict=True):
        profile, k2 = PROFILES[word]
        value, eigenvalue = value * profile(x / length), eigenvalue + k2 / length**2
    return value, eigenvalue


BOXES = [((17,), (2.0,), (word,)) for word in WORDS] + [
    ((12, 17), (1.0, 0.5), ("dirichlet", "neumann")),
    ((16, 13), (1.5, 1.0), ("periodic", "dirichlet")),
    ((11, 12, 16), (1.0, 2.0, 3.0), WORDS),
]


@pytest.mark.parametrize(("shape", "lengths", "boundary"), BOXES)
def test_spectral_is_exact_for_modes(shape, lengths, boundary):
    u, eigenvalue = mode(shape, lengths, boundary)
    found = solve_poisson(eigenvalue * u, lengths, boundary, method="spectral")
    assert max_error(found, u) < 1e-14


@pytest.mark.parametrize(("shape", "lengths", "boundary"), BOXES)
def test_differences_have_their_known_eigenvalues(shape, lengths, boundary):
    """`4 sin²(kh/2) / h²` in place of `k²`."""
    u, _ = mode(shape, lengths, boundary)
    total = 0.0
    for points, length, word in zip(shape, lengths, boundary, strict=True):
        h = length / (points - (word != "periodic"))
        total += (2 / h * np.sin(np.sqrt(PROFILES[word][1]) / length * h / 2)) ** 2
    assert max_error(solve_poisson(total * u, lengths, boundary), u) < 1e-14


def test_differences_satisfy_the_five_point_equation(rng):
    f = rng.normal(size=(2, 9, 12))
    u = solve_poisson(f, (1.0, 3.0))
    hx, hy = 1 / 8, 3 / 11
    inner = u[:, 1:-1, 1:-1]
    laplacian = (u[:, 2:, 1:-1] - 2 * inner + u[:, :-2, 1:-1]) / hx**2
    laplacian += (u[:, 1:-1, 2:] - 2 * inner + u[:, 1:-1, :-2]) / hy**2
    assert max_error(-laplacian, f[:, 1:-1, 1:-1]) < 1e-12
    for edge in (u[:, 0], u[:, -1], u[:, :, 0], u[:, :, -1]):
        assert not edge.any()


def smooth(x, word):
    """A smooth function without a finite series, and its second derivative."""
    p, sin, cos = np.pi, np.sin(2 * np.pi * x), np.cos(2 * np.pi * x)
    e = np.exp(cos / 2)
    e_x, e_xx = -p * sin * e, (p**2 * sin**2 - 2 * p**2 * cos) * e
    if word != "dirichlet":
        return e, e_xx
    s, s_x = np.sin(p * x), p * np.cos(p * x)
    return s * e, -(p**2) * s * e + 2 * s_x * e_x + s * e_xx


@pytest.mark.parametrize("boundary", [("dirichlet", "periodic"), ("neumann", "dirichlet")])
def test_orders_against_a_manufactured_solution(boundary):
    errors = {"differences": [], "spectral": []}
    cells = [8, 16, 32]
    for n in cells:
        shape = [n + (word != "periodic") for word in boundary]
        x, y = grid(shape, (1.0, 1.0), boundary)
        (g, g_xx), (h, h_yy) = smooth(x, boundary[0]), smooth(y, boundary[1])
        for method, found in errors.items():
            u = solve_poisson(-(g_xx * h + g * h_yy), (1.0, 1.0), boundary, method)
            found.append(max_error(u, g * h))
    assert np.all(np.abs(observed_order(cells, errors["differences"]) - 2) < 0.2)
    assert errors["spectral"][1] < 1e-6
    assert errors["spectral"][2] < 1e-12


def test_many_sources_at_once_and_linearity(rng):
    f = rng.normal(size=(3, 2, 7, 8))
    u = solve_poisson(f, (1.0, 1.0))
    assert max_error(u[2, 1], solve_poisson(f[2, 1], (1.0, 1.0))) < 1e-15
    combined = solve_poisson(f[0, 0] + 2 * f[0, 1], (1.0, 1.0))
    assert max_error(combined, u[0, 0] + 2 * u[0, 1]) < 1e-14


def test_is_symmetric_and_obeys_the_maximum_principle(rng):
    f, g = rng.uniform(size=(2, 10, 10))
    u, v = solve_poisson(f, (1.0, 1.0)), solve_poisson(g, (1.0, 1.0))
    inside = (slice(1, -1), slice(1, -1))
    assert np.sum(u[inside] * g[inside]) == pytest.approx(np.sum(v[inside] * f[inside]), rel=1e-13)
    assert u[inside].min() > 0
    assert relative_l2(solve_poisson(f.T, (1.0, 1.0)), u.T) < 1e-14


@pytest.mark.parametrize("boundary", ["neumann", "periodic"])
def test_without_dirichlet_the_mean_is_zero_and_must_be(boundary):
    x, y = grid((9, 8), (1.0, 1.0), (boundary,) * 2)
    f = np.cos(2 * np.pi * x) * np.cos(2 * np.pi * y)
    u = solve_poisson(np.stack([f, 3 * f]), (1.0, 1.0), boundary, "spectral")
    assert max_error(8 * np.pi**2 * u, np.stack([f, 3 * f])) < 1e-13
    with pytest.raises(ValueError, match="Subtract its mean"):
        solve_poisson(np.stack([f, f + 0.1]), (1.0, 1.0), boundary)
    assert not solve_poisson(0 * f, (1.0, 1.0), boundary).any()


@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("source", object()),
        ("source", [1.0, 2.0, 3.0]),
        ("source", np.ones((2, 5))),
        ("source", np.full((5, 5), np.nan)),
        ("lengths", object()),
        ("lengths", (1.0, -1.0)),
        ("lengths", (1.0,) * 4),
        ("boundary", object()),
        ("boundary", "closed"),
        ("boundary", ["periodic"]),
        ("method", "multigrid"),
        ("method", None),
    ],
)
def test_refuses_bad_arguments(argument, bad):
    good = {"source": np.ones((5, 5)), "lengths": (1.0, 1.0)}
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        solve_poisson(**{**good, argument: bad})
