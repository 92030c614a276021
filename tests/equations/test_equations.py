"""The equation library: exact solutions by SymPy, and the same numbers everywhere."""

import ast
import inspect

import keras
import numpy as np
import pytest
import sympy
import tensorflow as tf

from kerasphys import equations

x, y, t = sympy.symbols("x y t", real=True)
a, k, c, D, r, s = sympy.symbols("a k c D r s", positive=True)

LIBRARY = {name: getattr(equations, name) for name in equations.__all__}
SYSTEMS = {
    name: function
    for name, function in LIBRARY.items()
    if any(argument.startswith("v_") for argument in inspect.signature(function).parameters)
}


def derivatives(u):
    """What a problem would supply by name for the field `u`."""
    return {
        "u": u,
        "u_t": u.diff(t),
        "u_tt": u.diff(t, 2),
        "u_x": u.diff(x),
        "u_xx": u.diff(x, 2),
        "u_xxx": u.diff(x, 3),
        "u_xxxx": u.diff(x, 4),
        "laplacian_u": u.diff(x, 2) + u.diff(y, 2),
    }


def residual(name, u, **given):
    known = {**derivatives(sympy.sympify(u)), **given}
    function = LIBRARY[name]
    return function(**{argument: known[argument] for argument in arguments(function)})


def arguments(function):
    return list(inspect.signature(function).parameters)


def listed(result):
    """The residuals of an equation, or of a system."""
    return list(result.values()) if isinstance(result, dict) else [result]


layer = (sympy.exp(a * x / k) - 1) / (sympy.exp(a / k) - 1)
front = (1 + sympy.tanh((x + 3 * t * sympy.sqrt(D * r / 2)) * sympy.sqrt(r / (8 * D)))) / 2
potential = 1 + sympy.exp(-k * t) * sympy.cos(x) / 2  # of the heat equation
soliton = 3 * c / sympy.cosh(sympy.sqrt(c / D) / 2 * (x - c * t)) ** 2
f, g = sympy.Function("f"), sympy.Function("g")

# Kuramoto's and Tsuzuki's front, moving with the speed c (with b in the place of hyperviscosity)
b, wide = sympy.symbols("b wide", positive=True)
rise = sympy.tanh((x - c * t) / (2 * sympy.sqrt(sympy.Rational(19, 11) * b / a)))
flame = c + sympy.Rational(15, 19) * a * sympy.sqrt(sympy.Rational(11, 19) * a / b) * (
    11 * rise**3 - 9 * rise
)

EXACT = {
    "advection_diffusion: boundary layer": (
        "advection_diffusion",
        layer,
        {"velocity": a, "diffusivity": k, "source": 0},
    ),
    "advection_diffusion: manufactured": (
        "advection_diffusion",
        sympy.sin(3 * x),
        {
            "velocity": a,
            "diffusivity": k,
            "source": 3 * a * sympy.cos(3 * x) + 9 * k * sympy.sin(3 * x),
        },
    ),
    "poisson: manufactured": (
        "poisson",
        sympy.sin(sympy.pi * x) * sympy.sin(sympy.pi * y),
        {"source": 2 * sympy.pi**2 * sympy.sin(sympy.pi * x) * sympy.sin(sympy.pi * y)},
    ),
    "poisson: harmonic": ("poisson", sympy.exp(x) * sympy.cos(y), {"source": 0}),
    "helmholtz: sum of plane waves": (
        "helmholtz",
        sympy.cos(k * (3 * x + 4 * y) / 5) + 2 * sympy.sin(k * (x - y) / sympy.sqrt(2)),
        {"wavenumber": k, "source": 0},
    ),
    "helmholtz: manufactured": (
        "helmholtz",
        sympy.sin(sympy.pi * x) * sympy.sin(4 * sympy.pi * y),
        {
            "wavenumber": 1,
            "source": (1 - 17 * sympy.pi**2)
            * sympy.sin(sympy.pi * x)
            * sympy.sin(4 * sympy.pi * y),
        },
    ),
    "heat: mode": (
        "heat",
        sympy.exp(-k * (a**2 + c**2) * t) * sympy.sin(a * x) * sympy.cos(c * y),
        {"diffusivity": k},
    ),
    "heat: kernel": (
        "heat",
        sympy.exp(-(x**2 + y**2) / (4 * k * (t + 1))) / (t + 1),
        {"diffusivity": k},
    ),
    "wave: d'Alembert": ("wave", f(x - c * t) + g(x + c * t), {"speed": c}),
    "wave: membrane": (
        "wave",
        sympy.sin(3 * x) * sympy.sin(4 * y) * sympy.cos(5 * c * t),
        {"speed": c},
    ),
    "burgers: travelling front": (
        "burgers",
        c - a * sympy.tanh(a * (x - c * t) / (2 * k)),
        {"viscosity": k},
    ),
    "burgers: Cole-Hopf": (
        "burgers",
        -2 * k * potential.diff(x) / potential,
        {"viscosity": k},
    ),
    "allen_cahn: interface at rest": (
        "allen_cahn",
        sympy.tanh(x * sympy.sqrt(r / (2 * D))),
        {"diffusivity": D, "reaction": r},
    ),
    "allen_cahn: travelling front": ("allen_cahn", front, {"diffusivity": D, "reaction": r}),
    "kuramoto_sivashinsky: travelling front": (
        "kuramoto_sivashinsky",
        flame,
        {"antidiffusion": a, "hyperviscosity": b},
    ),
    "kuramoto_sivashinsky: rarefaction": (
        "kuramoto_sivashinsky",
        x / (1 + t),
        {"antidiffusion": a, "hyperviscosity": b},
    ),
    "euler_bernoulli_beam: clamped, at rest": (
        "euler_bernoulli_beam",
        s * x**2 * (wide - x) ** 2 / (24 * D),
        {"mass_per_length": r, "flexural_rigidity": D, "load": s},
    ),
    "euler_bernoulli_beam: free vibration": (
        "euler_bernoulli_beam",
        (sympy.sin(k * x) + sympy.sinh(k * x)) * sympy.cos(k**2 * sympy.sqrt(D / r) * t),
        {"mass_per_length": r, "flexural_rigidity": D, "load": 0},
    ),
    "euler_bernoulli_beam: manufactured": (
        "euler_bernoulli_beam",
        sympy.exp(-t) * sympy.sin(2 * x),
        {
            "mass_per_length": r,
            "flexural_rigidity": D,
            "load": (r + 16 * D) * sympy.exp(-t) * sympy.sin(2 * x),
        },
    ),
    "kdv: soliton": ("kdv", soliton, {"dispersion": D}),
    "kdv: rarefaction": ("kdv", x / (1 + t), {"dispersion": D}),
}


def is_zero(expression):
    expression = sympy.simplify(expression.rewrite(sympy.exp).doit())
    return expression == 0


@pytest.mark.parametrize("case", EXACT)
def test_exact_solutions(case):
    name, u, given = EXACT[case]
    assert is_zero(sympy.sympify(residual(name, u, **given)))


@pytest.mark.parametrize("name", sorted(set(LIBRARY) - set(SYSTEMS)))
def test_a_wrong_solution_is_noticed(name):
    given = {argument: s for argument in arguments(LIBRARY[name]) if not argument.startswith("u")}
    given.pop("laplacian_u", None)
    assert not is_zero(residual(name, sympy.sin(x) * sympy.exp(t) * (1 + y**3), **given))


def test_every_equation_has_an_exact_solution():
    assert {case[0] for case in EXACT.values()} == set(LIBRARY) - set(SYSTEMS)


def test_signs_and_factors_by_hand():
    assert equations.advection_diffusion(2.0, 3.0, 5.0, 7.0, 11.0) == 5 * 2 - 7 * 3 - 11
    assert equations.poisson(2.0, 3.0) == -2 - 3
    assert equations.helmholtz(2.0, 3.0, 5.0, 7.0) == 3 + 25 * 2 - 7
    assert equations.heat(2.0, 3.0, 5.0) == 2 - 5 * 3
    assert equations.wave(2.0, 3.0, 5.0) == 2 - 25 * 3
    assert equations.burgers(2.0, 3.0, 5.0, 7.0, 11.0) == 3 + 2 * 5 - 11 * 7
    assert equations.allen_cahn(2.0, 3.0, 5.0, 7.0, 11.0) == 3 - 7 * 5 + 11 * (8 - 2)
    assert equations.kdv(2.0, 3.0, 5.0, 7.0, 11.0) == 3 + 2 * 5 + 11 * 7
    assert equations.kuramoto_sivashinsky(2, 3, 5, 7, 11, 13, 17) == 3 + 2 * 5 + 13 * 7 + 17 * 11
    assert equations.euler_bernoulli_beam(2.0, 3.0, 5.0, 7.0, 11.0) == 5 * 2 + 7 * 3 - 11


@pytest.mark.parametrize("name", LIBRARY)
def test_numpy_and_tensorflow_give_the_same_numbers(name, rng):
    values = {argument: rng.standard_normal(6) for argument in arguments(LIBRARY[name])}
    expected = listed(LIBRARY[name](**values))
    tensors = {argument: tf.constant(value) for argument, value in values.items()}
    for function in (LIBRARY[name], tf.function(LIBRARY[name])):
        found = listed(function(**tensors))
        assert {residual.dtype for residual in found} == {tf.float64}
        np.testing.assert_allclose(found, expected, rtol=1e-15, atol=1e-15)
    symbols = {argument: sympy.Symbol(argument) for argument in values}
    symbolic = sympy.lambdify(list(symbols.values()), listed(LIBRARY[name](**symbols)))
    np.testing.assert_allclose(symbolic(**values), expected, rtol=1e-14, atol=1e-14)
    assert {residual.shape for residual in expected} == {(6,)}


@pytest.mark.parametrize("name", LIBRARY)
def test_arguments_have_no_defaults(name):
    parameters = inspect.signature(LIBRARY[name]).parameters.values()
    assert all(p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)


@pytest.mark.parametrize("name", LIBRARY)
def test_arithmetic_only(name):
    tree = ast.parse(inspect.getsource(LIBRARY[name]))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("name", LIBRARY)
def test_registered_under_its_name(name):
    assert keras.saving.get_registered_name(LIBRARY[name]) == f"kerasphys>{name}"
    assert keras.saving.get_registered_object(f"kerasphys>{name}") is LIBRARY[name]
