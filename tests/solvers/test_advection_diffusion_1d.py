"""Advection–diffusion: the closed form at every Péclet number."""

import math

import mpmath
import numpy as np
import pytest
import sympy

from kerasphys.solvers import AdvectionDiffusion1D

PECLETS = [0.0, 1e-300, 1e-20, 1e-8, 1e-3, 0.3, 0.999, 1.001, 3.0, 50.0, 1e4, 1e8]


def in_sixty_digits(x, peclet, length, diffusivity, source, left, right):
    """The textbook formula, in arithmetic where nothing overflows or cancels."""
    with mpmath.workdps(60):
        values = []
        for point in (mpmath.mpf(float(p)) / length for p in x):
            if abs(peclet) < 1e-19:
                rise, response = point, point * (1 - point) / 2
            else:
                p = mpmath.mpf(peclet)
                scaled = mpmath.exp(p * (point - 1)) - mpmath.exp(-p)
                rise = scaled / -mpmath.expm1(-p)
                response = (point - rise) / p
            scale = mpmath.mpf(source) * length**2 / diffusivity
            values.append(float(left + (right - left) * rise + scale * response))
    return np.array(values)


@pytest.mark.parametrize("peclet", PECLETS + [-p for p in PECLETS])
def test_exact_at_any_peclet_number(peclet):
    length, diffusivity = 2.0, 0.5
    problem = AdvectionDiffusion1D(peclet * diffusivity / length, diffusivity, length, 3.0, -1.0, 2)
    near_the_ends = np.logspace(-12, -1, 12)
    x = np.concatenate([np.linspace(0, 2, 41), near_the_ends, 2 - near_the_ends])
    u = in_sixty_digits(x, problem.peclet, length, diffusivity, 3, -1, 2)
    np.testing.assert_allclose(problem.exact(x), u, rtol=0, atol=5e-15 * np.abs(u).max())
    assert problem.exact([0.0, 2.0]).tolist() == [-1.0, 2.0]


@pytest.mark.parametrize("velocity", [1e300, -1e300])
def test_exact_is_finite_at_absurd_peclet_numbers(velocity):
    problem = AdvectionDiffusion1D(velocity, 1.0, source=velocity)
    x = np.linspace(0.1, 0.9, 9)  # u' = 1 from the inflow on; the layer is too thin to be seen
    np.testing.assert_allclose(problem.exact(x), x, rtol=0, atol=1e-12)


def test_layer_thickness_of_the_notes():
    problem = AdvectionDiffusion1D(velocity=1.0, diffusivity=0.05)
    assert problem.peclet == pytest.approx(20, rel=1e-15)
    assert problem.layer_thickness == 0.05
    assert problem.exact([1 - 1 / 20])[0] == pytest.approx(0.3678794, abs=5e-8)


def test_peclet_and_thickness_follow_velocity_diffusivity_and_length():
    problem = AdvectionDiffusion1D(velocity=-3.0, diffusivity=0.5, length=2.0)
    assert problem.peclet == -12.0
    assert problem.layer_thickness == pytest.approx(1 / 6)
    assert AdvectionDiffusion1D(0.0, 1.0).layer_thickness == math.inf


def test_a_bare_peclet_number_is_not_accepted():
    with pytest.raises(TypeError):
        AdvectionDiffusion1D(peclet=50.0)
    with pytest.raises(TypeError):
        AdvectionDiffusion1D(50.0)


def test_closed_form_solves_the_equation():
    x, a, k, length, f, left, right = sympy.symbols("x a kappa l f L R", positive=True)
    rise = (sympy.exp(a * x / k) - 1) / (sympy.exp(a * length / k) - 1)
    u = left * (1 - rise) + right * rise + f / a * (x - length * rise)
    assert sympy.simplify(a * u.diff(x) - k * u.diff(x, 2) - f) == 0
    numbers = {a: 0.7, k: 0.1, length: 1.5, f: -2.0, left: 0.3, right: -0.4}
    problem = AdvectionDiffusion1D(0.7, 0.1, 1.5, -2.0, 0.3, -0.4)
    points = np.linspace(0, 1.5, 31)
    expected = sympy.lambdify(x, u.subs(numbers))(points)
    np.testing.assert_allclose(problem.exact(points), expected, rtol=0, atol=1e-12)


def test_reversing_the_velocity_mirrors_the_solution():
    x = np.linspace(0, 2, 21)
    forth = AdvectionDiffusion1D(1.3, 0.2, 2.0, 0.7, left=1.0, right=-2.0)
    back = AdvectionDiffusion1D(-1.3, 0.2, 2.0, 0.7, left=-2.0, right=1.0)
    np.testing.assert_allclose(forth.exact(x), back.exact(2 - x), rtol=0, atol=1e-14)


def test_source_at():
    x = np.array([0.0, 0.5, 1.0])
    assert AdvectionDiffusion1D(1.0, 1.0).source_at(x).tolist() == [0, 0, 0]
    assert AdvectionDiffusion1D(1.0, 1.0, source=2).source_at(x).tolist() == [2, 2, 2]
    assert AdvectionDiffusion1D(1.0, 1.0, source=np.square).source_at(x).tolist() == [0, 0.25, 1]
    with pytest.raises(ValueError, match=r"source\(x\).*one value for each point"):
        AdvectionDiffusion1D(1.0, 1.0, source=lambda x: 1.0).source_at(x)


def test_a_source_function_has_no_closed_form():
    with pytest.raises(ValueError, match="collocate"):
        AdvectionDiffusion1D(1.0, 1.0, source=np.sin).exact([0.5])


@pytest.mark.parametrize("x", [[-0.1], [1.1], [np.nan], [[0.5]], 0.5, object()])
def test_exact_refuses_bad_points(x):
    with pytest.raises((TypeError, ValueError), match="`x`"):
        AdvectionDiffusion1D(1.0, 1.0).exact(x)


@pytest.mark.parametrize(
    "argument", ["velocity", "diffusivity", "length", "source", "left", "right"]
)
@pytest.mark.parametrize("bad", [object(), "1", np.nan, np.inf, True, [1.0]])
def test_refuses_bad_arguments(argument, bad):
    with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
        AdvectionDiffusion1D(**{"velocity": 1.0, "diffusivity": 1.0, argument: bad})


@pytest.mark.parametrize(
    ("argument", "bad"), [("diffusivity", 0), ("diffusivity", 1e-320), ("length", -1.0)]
)
def test_refuses_numbers_out_of_range(argument, bad):
    with pytest.raises(ValueError, match=f"`{argument}`"):
        AdvectionDiffusion1D(**{"velocity": 1.0, "diffusivity": 1.0, argument: bad})
