"""Systems of equations: exact solutions by SymPy, checked at random points to thirty digits."""

import numpy as np
import pytest
import sympy

from kerasphys import solvers
from tests.equations.test_equations import LIBRARY, SYSTEMS, arguments

x, y, z, t = sympy.symbols("x y z t", real=True)
exp, sin, cos, cosh, sqrt = sympy.exp, sympy.sin, sympy.cos, sympy.cosh, sympy.sqrt
half, third = sympy.Rational(1, 2), sympy.Rational(1, 3)
nu = sympy.Rational(3, 7)
AT = {x: sympy.Rational(3, 11), y: sympy.Rational(-5, 13), z: sympy.Rational(7, 17), t: third}


def derivatives(fields):
    """What a problem would supply by name for these fields of x, y, z and t."""
    known = {}
    for name, u in fields.items():
        u = sympy.sympify(u)
        known[name] = u
        known[f"laplacian_{name}"] = sum(u.diff(along, 2) for along in (x, y, z))
        for first in (x, y, z, t):
            known[f"{name}_{first}"] = u.diff(first)
            for second in (x, y, z):
                known[f"{name}_{first}{second}"] = u.diff(first, second)
    return known


def residuals(name, fields, **given):
    known = {**derivatives(fields), **given}
    return LIBRARY[name](**{argument: known[argument] for argument in arguments(LIBRARY[name])})


def is_zero(expression):
    return abs(sympy.sympify(expression).subs(AT).evalf(30)) < 1e-25


# Flows
decay = exp(-2 * nu * t)
TAYLOR_GREEN = {
    "u": cos(x) * sin(y) * decay,
    "v": -sin(x) * cos(y) * decay,
    "p": -(cos(2 * x) + cos(2 * y)) / 4 * decay**2,
}

a, d = half, third
BELTRAMI = {
    "u": -a * (exp(a * x) * sin(a * y + d * z) + exp(a * z) * cos(a * x + d * y)),
    "v": -a * (exp(a * y) * sin(a * z + d * x) + exp(a * x) * cos(a * y + d * z)),
    "w": -a * (exp(a * z) * sin(a * x + d * y) + exp(a * y) * cos(a * z + d * x)),
}
BELTRAMI = {name: u * exp(-nu * d**2 * t) for name, u in BELTRAMI.items()}
# the pressure as Ethier and Steinman print it, whereas the solver has -|q|²/2
BELTRAMI["p"] = (
    -(a**2)
    / 2
    * (
        exp(2 * a * x)
        + exp(2 * a * y)
        + exp(2 * a * z)
        + 2 * sin(a * x + d * y) * cos(a * z + d * x) * exp(a * (y + z))
        + 2 * sin(a * y + d * z) * cos(a * x + d * y) * exp(a * (z + x))
        + 2 * sin(a * z + d * x) * cos(a * y + d * z) * exp(a * (x + y))
    )
    * exp(-2 * nu * d**2 * t)
)

growth = 1 / (2 * nu) - sqrt(1 / (4 * nu**2) + 4 * sympy.pi**2)
KOVASZNAY = {
    "u": 1 - exp(growth * x) * cos(2 * sympy.pi * y),
    "v": growth / (2 * sympy.pi) * exp(growth * x) * sin(2 * sympy.pi * y),
    "p": (1 - exp(2 * growth * x)) / 2,
}

ABC = {
    "u": 2 * sin(z) + 5 * cos(y),
    "v": 3 * sin(x) + 2 * cos(z),
    "w": 5 * sin(y) + 3 * cos(x),
}
ABC["p"] = -(ABC["u"] ** 2 + ABC["v"] ** 2 + ABC["w"] ** 2) / 2

PLANE = {"force_x": 0, "force_y": 0}
SPACE = {**PLANE, "force_z": 0}

# Elasticity: λ = 5 and μ = 3; the stress of a manufactured displacement gives its force
BENT = {"u": sin(2 * x) * exp(y), "v": x**2 * y**3 + cos(x + 2 * y)}
ux, uy, vx, vy = (BENT[name].diff(along) for name in "uv" for along in (x, y))
xx, xy, yy = 5 * (ux + vy) + 6 * ux, 3 * (uy + vx), 5 * (ux + vy) + 6 * vy
BODY = {"force_x": -xx.diff(x) - xy.diff(y), "force_y": -xy.diff(x) - yy.diff(y)}
radial = 2 + 7 / (x**2 + y**2)  # Lamé's thick cylinder under pressure

# Reactions
D, m, F = sympy.Rational(1, 5), half, sympy.Rational(2, 9)  # D_v = m D_u, m = (F + k) / F
pulse = 3 * F * m / (1 + sqrt(1 - 9 * F * m**2 / 2) * cosh(sqrt(F / D) * x))
slope = sympy.Rational(4, 7)  # 1 - 1 / damping
kink = sqrt(3 * slope) * sympy.tanh(x * sqrt(slope / (2 * D)))

# Waves: a soliton of height 2 and speed 3, and the same with a potential that turns its phase
phase = 3 * x + (4 - 9) * t / 2
envelope = 2 / cosh(2 * (x - 3 * t))

EXACT = {
    "navier_stokes_2d: Taylor-Green": (
        "navier_stokes_2d",
        TAYLOR_GREEN,
        {"viscosity": nu, **PLANE},
    ),
    "navier_stokes_2d: forced": (
        "navier_stokes_2d",
        {"u": x * t, "v": -y * t, "p": 0},
        {"viscosity": nu, "force_x": x + x * t**2, "force_y": -y + y * t**2},
    ),
    "steady_navier_stokes_2d: Kovasznay": (
        "steady_navier_stokes_2d",
        KOVASZNAY,
        {"viscosity": nu, **PLANE},
    ),
    "steady_navier_stokes_2d: weight": (
        "steady_navier_stokes_2d",
        {"u": y * (1 - y), "v": 0, "p": 4 * y},
        {"viscosity": nu, "force_x": 2 * nu, "force_y": 4},
    ),
    "navier_stokes_3d: Beltrami": ("navier_stokes_3d", BELTRAMI, {"viscosity": nu, **SPACE}),
    "navier_stokes_3d: falling": (
        "navier_stokes_3d",
        {"u": t, "v": 2 * t, "w": -3 * t, "p": 5 * x},
        {"viscosity": nu, "force_x": 6, "force_y": 2, "force_z": -3},
    ),
    "steady_navier_stokes_3d: forced ABC flow": (
        "steady_navier_stokes_3d",
        ABC,
        {"viscosity": nu, **{f"force_{i}": nu * ABC[q] for i, q in zip("xyz", "uvw", strict=True)}},
    ),
    "linear_elasticity_2d: manufactured": (
        "linear_elasticity_2d",
        BENT,
        {"lame_lambda": 5, "lame_mu": 3, **BODY},
    ),
    "linear_elasticity_2d: thick cylinder": (
        "linear_elasticity_2d",
        {"u": radial * x, "v": radial * y},
        {"lame_lambda": 5, "lame_mu": 3, **PLANE},
    ),
    "gray_scott: pulse at rest": (
        "gray_scott",
        {"u": 1 - m * pulse, "v": pulse},
        {"diffusivity_u": D, "diffusivity_v": m * D, "feed": F, "kill": (m - 1) * F},
    ),
    "gray_scott: washed out": (
        "gray_scott",
        {"u": 1 + exp(-(F + 13 * D) * t) * sin(2 * x) * cos(3 * y), "v": 0},
        {"diffusivity_u": D, "diffusivity_v": 1, "feed": F, "kill": 1},
    ),
    "fitzhugh_nagumo: kink at rest": (
        "fitzhugh_nagumo",
        {"u": kink, "v": (1 - slope) * kink + 3},
        {
            "diffusivity": D,
            "rate": 2,
            "offset": 3 / (1 - slope),
            "damping": 1 / (1 - slope),
            "current": 3,
        },
    ),
    "fitzhugh_nagumo: recovery": (
        "fitzhugh_nagumo",
        {"u": 0, "v": 5 + exp(-6 * t)},
        {"diffusivity": D, "rate": 2, "offset": 15, "damping": 3, "current": 5 + exp(-6 * t)},
    ),
    "brusselator: growth and decay": (
        "brusselator",
        {"u": exp(-x - y - t / 2), "v": exp(x + y + t / 2)},
        {"diffusivity_u": half / 2, "diffusivity_v": half / 2, "a": 0, "b": 1},
    ),
    "brusselator: at rest": (
        "brusselator",
        {"u": 2, "v": 7 * half},
        {"diffusivity_u": 1, "diffusivity_v": 2, "a": 2, "b": 7},
    ),
    "schrodinger: plane wave": (
        "schrodinger",
        {
            "u": cos(2 * x - 3 * y - (13 * half + nu) * t),
            "v": sin(2 * x - 3 * y - (13 * half + nu) * t),
        },
        {"potential": nu},
    ),
    "schrodinger: oscillator": (
        "schrodinger",
        {"u": x * exp(-(x**2) / 2) * cos(3 * t / 2), "v": -x * exp(-(x**2) / 2) * sin(3 * t / 2)},
        {"potential": x**2 / 2},
    ),
    "nonlinear_schrodinger: soliton": (
        "nonlinear_schrodinger",
        {"u": envelope * cos(phase - nu * t), "v": envelope * sin(phase - nu * t)},
        {"potential": nu, "interaction": -1},
    ),
}


@pytest.mark.parametrize("case", EXACT)
def test_exact_solutions(case):
    name, fields, given = EXACT[case]
    for residual in residuals(name, fields, **given).values():
        assert is_zero(residual)


def test_every_system_has_an_exact_solution():
    assert {case[0] for case in EXACT.values()} == set(SYSTEMS)


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_argument_matters(name):
    """Another value of any one argument changes a residual, at values without coincidences."""
    values = {
        q: sqrt(k) for k, q in zip(sympy.primerange(200), arguments(LIBRARY[name]), strict=False)
    }
    before = LIBRARY[name](**values)
    assert all(residual != 0 for residual in before.values())
    for argument in values:
        after = LIBRARY[name](**{**values, argument: values[argument] + 1})
        assert any(after[key] - before[key] != 0 for key in before), argument


@pytest.mark.parametrize(
    ("solver", "fields", "at", "given"),
    [
        (solvers.taylor_green, TAYLOR_GREEN, (x, y, t), {"viscosity": nu}),
        (solvers.beltrami, BELTRAMI, (x, y, z, t), {"viscosity": nu, "a": a, "d": d}),
        (solvers.kovasznay, KOVASZNAY, (x, y), {"reynolds": 1 / nu}),
    ],
)
def test_the_closed_forms_are_these_flows(solver, fields, at, given, rng):
    points = rng.uniform(-1, 1, (len(at), 5))
    found = solver(*points, **{name: float(value) for name, value in given.items()})
    expected = sympy.lambdify(at, list(fields.values()))(*points)
    np.testing.assert_allclose(found, np.stack(expected, axis=1), rtol=1e-12, atol=1e-13)
    assert found.dtype == np.float64


def test_names_of_the_residuals():
    flow = LIBRARY["navier_stokes_3d"](**dict.fromkeys(arguments(LIBRARY["navier_stokes_3d"]), 0.0))
    assert list(flow) == ["momentum_x", "momentum_y", "momentum_z", "continuity"]
    for name in ("navier_stokes_2d", "steady_navier_stokes_2d"):
        flow = LIBRARY[name](**dict.fromkeys(arguments(LIBRARY[name]), 0.0))
        assert list(flow) == ["momentum_x", "momentum_y", "continuity"]
