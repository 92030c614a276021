"""The advection–diffusion problem from readings: exact where they are, least squares where not."""

import numpy as np
import pytest

from kerasphys.solvers import AdvectionDiffusion1D, assimilate, max_error

X = np.linspace(0, 1, 1001)
SENSORS = np.array([0.25, 0.75, 0.95])
FLOW = AdvectionDiffusion1D(velocity=1.0, diffusivity=0.1)


@pytest.mark.parametrize("sensors", [[0.25, 0.95], [0.0, 1.0], SENSORS])
@pytest.mark.parametrize("weight", [1e-6, 1.0, 1e3])
def test_two_exact_readings_determine_the_solution(sensors, weight):
    found = assimilate(FLOW, 24, 48, sensors, FLOW.exact(sensors), weight)
    assert max_error(found(X), FLOW.exact(X)) < 1e-9


def test_with_a_source():
    flow = AdvectionDiffusion1D(
        2.0, 0.5, length=2.0, source=lambda x: 2 * np.cos(x) + 0.5 * np.sin(x)
    )
    x = np.linspace(0, 2, 101)  # u = sin x
    found = assimilate(flow, 20, 40, [0.3, 1.1], np.sin([0.3, 1.1]))
    assert max_error(found(x), np.sin(x)) < 1e-12


def test_a_small_weight_leaves_the_equation_and_fits_its_two_constants():
    readings = np.array([0.1, -0.2, 0.5])
    modes = np.stack([np.ones(3), np.exp(10 * (SENSORS - 1))], axis=1)
    constants = np.linalg.lstsq(modes, readings, rcond=None)[0]
    expected = constants[0] + constants[1] * np.exp(10 * (X - 1))
    gaps = [
        max_error(assimilate(FLOW, 24, 48, SENSORS, readings, weight)(X), expected)
        for weight in (1e-2, 1e-4, 1e-6)
    ]
    assert gaps[-1] < 1e-5
    np.testing.assert_allclose(np.diff(np.log10(gaps)), -2.0, atol=0.1)  # first order in it


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(problem="flow"), "`problem`"),
        (dict(degree=1), "`degree`"),
        (dict(points=20), r"`points` must be at least degree \+ 1 = 21"),
        (dict(at=[0.5, 0.5, 0.5]), "`at` must be at least two different positions"),
        (dict(at=[0.1, 0.5, 1.5]), r"`at` must be positions in \[0, 1\.0\]"),
        (dict(at=0.5), "`at` must be an array"),
        (dict(readings=[0.1]), "`readings` must be an array"),
        (dict(readings=[0.1, 0.2, np.nan]), "`readings` must be finite"),
        (dict(data_weight=0.0), "`data_weight` must be a positive number"),
    ],
)
def test_what_is_refused(arguments, text):
    given = dict(problem=FLOW, degree=20, points=40, at=SENSORS, readings=[0.1, 0.2, 0.3])
    with pytest.raises((TypeError, ValueError), match=text):
        assimilate(**given | arguments)
