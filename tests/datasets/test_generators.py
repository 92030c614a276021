"""The generators: what they solve, what is conserved, and that a seed says everything."""

import inspect

import numpy as np
import pytest

from kerasphys import datasets, solvers

QUICK = {
    "poisson_2d": dict(samples=12, resolution=17),
    "darcy_2d": dict(samples=12, resolution=17, verbose=False),
    "burgers_1d": dict(samples=12, resolution=32, steps=2, verbose=False),
    "shapes": dict(samples=12, resolution=16),
    "two_moons": dict(samples=12),
    "digits": {},
    "antiderivative": dict(samples=12, sensors=20, points=11),
    "pendulum": dict(samples=12, sensors=20, points=11, verbose=False),
    "heat_1d": dict(samples=12, resolution=32),
    "transport_1d": dict(samples=12, sensors=20, resolution=(9, 6)),
    "advection_1d": dict(samples=12, resolution=16, steps=8),
    "diffusion_reaction_1d": dict(samples=12, sensors=20, resolution=11, degree=32, verbose=False),
    "elliptic_2d": dict(samples=12, resolution=9, verbose=False),
    "navier_stokes_2d": dict(samples=12, resolution=16, steps=2, modes=6, verbose=False),
    "reaction_diffusion_2d": dict(samples=12, resolution=17, steps=2, modes=6, verbose=False),
    "advection_diffusion_2d": dict(samples=12, resolution=16),
}
SOLVED = [name for name in QUICK if name != "digits"]


def make(generator, **changes):
    return getattr(datasets, generator)(**{**QUICK[generator], **changes})


def arrays(samples):
    """All arrays of samples with the samples along their first axis."""
    inputs = samples.inputs
    return [*(inputs.values() if isinstance(inputs, dict) else [inputs]), samples.outputs]


@pytest.mark.parametrize("generator", QUICK)
def test_the_same_seed_gives_the_same_bits_and_another_does_not(generator):
    one, same, other = make(generator, seed=3), make(generator, seed=3), make(generator, seed=4)
    for name, part in one.splits.items():
        for found, expected in zip(arrays(same.splits[name]), arrays(part), strict=True):
            np.testing.assert_array_equal(found, expected)
    assert not np.array_equal(arrays(one.train)[0], arrays(other.train)[0])
    assert one.seed == 3
    assert one.name
    assert one.description


@pytest.mark.parametrize("generator", SOLVED)
def test_sets_are_disjoint_and_the_test_set_does_not_depend_on_their_sizes(generator):
    data = make(generator, validation=2, test=3)
    assert [len(part) for part in data.splits.values()] == [7, 2, 3]
    everything = np.concatenate([arrays(part)[0] for part in data.splits.values()])
    assert len(np.unique(everything.reshape(12, -1), axis=0)) == 12
    fewer = make(generator, samples=8, validation=2, test=3)
    for found, expected in zip(arrays(fewer.test), arrays(data.test), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("generator", QUICK)
def test_every_argument_is_checked(generator):
    for argument in inspect.signature(getattr(datasets, generator)).parameters:
        with pytest.raises((TypeError, ValueError), match=f"`{argument}`"):
            make(generator, **{argument: object()})


def test_poisson_satisfies_its_equation_and_agrees_with_the_solver():
    errors = []
    for cells in (16, 32, 64):
        f, u = make("poisson_2d", resolution=cells + 1, modes=6).train
        assert not u[:, [0, -1]].any()
        assert not u[:, :, [0, -1]].any()
        spectral = solvers.solve_poisson(f[..., 0], (1.0, 1.0), method="spectral")
        assert solvers.relative_l2(spectral, u[..., 0]) < 1e-13
        differences = solvers.solve_poisson(f[..., 0], (1.0, 1.0))
        errors.append(solvers.relative_l2(differences, u[..., 0]))
    np.testing.assert_allclose(solvers.observed_order([16, 32, 64], errors), 2, atol=0.1)


def test_poisson_sources_have_the_amplitude_and_the_decay_that_were_asked_for():
    data = make("poisson_2d", samples=2000, resolution=33, decay=1.0, modes=4, amplitude=5.0)
    f = np.concatenate([part.inputs for part in data.splits.values()])[:, :-1, :-1, 0]
    assert np.sqrt(np.mean(f**2)) == pytest.approx(5.0, rel=0.03)
    sine = np.sin(np.pi * np.outer(np.arange(1, 5), np.arange(32) / 32))
    series = np.einsum("nxy,kx,ly->nkl", f, sine, sine) / 256
    k = np.arange(1, 5)
    ratio = series.std(axis=0) * np.hypot(k, k[:, None])
    np.testing.assert_allclose(ratio, ratio.mean(), rtol=0.06)


@pytest.mark.parametrize("kind", ["piecewise", "lognormal"])
def test_darcy_satisfies_its_equation(kind):
    data = make("darcy_2d", kind=kind, source=2.0)
    kappa, u = (field[..., 0] for field in data.train)
    np.testing.assert_array_equal(u[0], solvers.solve_darcy(kappa[0], 2.0))
    assert u[:, 1:-1, 1:-1].min() > 0
    assert data.parameters["kind"] == kind


def test_darcy_conductivities():
    many = make("darcy_2d", samples=300, resolution=9, kind="lognormal", deviation=0.5)
    logs = np.log(np.concatenate([part.inputs for part in many.splits.values()]))
    assert np.sqrt(np.mean(logs[:, :-1, :-1] ** 2)) == pytest.approx(0.5, rel=0.1)
    assert abs(logs.mean()) < 0.05
    two = make("darcy_2d", samples=100, resolution=9, conductivities=(1.0, 5.0)).train.inputs
    assert set(two.ravel()) == {1.0, 5.0}
    assert np.mean(two == 5.0) == pytest.approx(0.5, abs=0.05)  # by symmetry


def test_darcy_on_a_finer_grid_is_the_same_problem():
    coarse, fine, finest = (
        make("darcy_2d", kind="lognormal", refine=refine).train for refine in (1, 2, 4)
    )
    np.testing.assert_allclose(fine.inputs, coarse.inputs, rtol=1e-12)
    halving = [solvers.relative_l2(part.outputs, finest.outputs) for part in (coarse, fine)]
    assert halving[0] < 0.02
    assert halving[1] < halving[0] / 3


def test_burgers_conserves_the_mean_and_loses_energy():
    start, states = make("burgers_1d", resolution=80, steps=5).train
    means = states.mean(axis=2)
    np.testing.assert_allclose(means, start.mean(axis=1)[:, None] * np.ones((1, 5, 1)), atol=1e-14)
    energy = (states**2).mean(axis=(2, 3))
    assert np.all(np.diff(energy, axis=1) < 0)
    assert np.all(energy[:, 0] < (start**2).mean(axis=(1, 2)))


def test_burgers_against_cole_and_hopf():
    """`u = -2ν φ_x / φ`, where `φ` solves the heat equation, from a periodic start of mean zero."""
    viscosity, points = 0.02, 256
    data = make(
        "burgers_1d", samples=3, resolution=points, viscosity=viscosity, refine=1, interval=0.2
    )
    start, states = (
        np.concatenate([p[i] for p in map(tuple, data.splits.values())]) for i in (0, 1)
    )
    k = 2 * np.pi * np.fft.rfftfreq(points, 1 / points)
    modes = np.fft.rfft(start[..., 0])
    integral = np.fft.irfft(np.concatenate([0 * modes[:, :1], modes[:, 1:] / (1j * k[1:])], 1))
    phi = np.fft.rfft(np.exp(-integral / (2 * viscosity))) * np.exp(-viscosity * k**2 * 0.4)
    exact = -2 * viscosity * np.fft.irfft(1j * k * phi) / np.fft.irfft(phi)
    assert solvers.relative_l2(states[:, 1, :, 0], exact) < 1e-5


def test_burgers_does_not_change_with_a_finer_solver():
    coarse, fine = (
        make("burgers_1d", resolution=64, **finer).train.outputs
        for finer in ({}, dict(refine=4, time_step=0.0025))
    )
    assert solvers.relative_l2(coarse, fine) < 1e-4


def test_stirring_leaves_the_mean_vorticity_at_zero():
    start, states = make("navier_stokes_2d", forcing=1.0).train
    assert abs(states.mean(axis=(2, 3))).max() < 1e-15
    assert abs(start.mean(axis=(1, 2))).max() < 1e-15


def test_boundary_values_surround_the_solutions_and_bound_them():
    data = make("elliptic_2d", resolution=9)
    (g, u), at = (data.train.inputs["g"], data.train.outputs), data.sensors["g"]
    nodes = data.train.points
    around = [int(np.flatnonzero((nodes == position).all(axis=1))[0]) for position in at]
    np.testing.assert_array_equal(u[:, around, 0], g)
    assert len(set(around)) == 32
    assert np.all(np.abs(np.diff(at, axis=0)).sum(axis=1) == 0.125)
    assert np.all(u.max(axis=(1, 2)) <= g.max(axis=1) + 1e-12)
    assert np.all(u.min(axis=(1, 2)) >= g.min(axis=1) - 1e-12)
    twice = make("elliptic_2d", resolution=9, amplitude=2.0)
    np.testing.assert_allclose(twice.train.outputs, 2 * u, rtol=1e-9, atol=1e-12)


def test_shapes_have_the_area_of_ellipses_and_rectangles():
    data = datasets.shapes(samples=400, resolution=32, seed=1)
    pictures, labels = data.train
    assert 0 <= pictures.min() < pictures.max() <= 1
    edge = np.concatenate([pictures[:, [0, -1]].ravel(), pictures[:, :, [0, -1]].ravel()])
    assert np.mean(edge > 0) < 0.02  # whole shapes, which touch the edge at most
    grey = pictures.max(axis=(1, 2, 3))
    assert grey.min() >= 0.4
    # half axes of means 0.22 and 0.17, independent but for b <= a
    a, r = np.random.default_rng(0).random((2, 100_000))
    product = np.mean((0.12 + 0.2 * a) * (0.12 + 0.2 * a * r))
    area = pictures.mean(axis=(1, 2, 3)) / grey
    for label, factor in ((0, np.pi), (1, 4.0)):
        assert area[labels == label].mean() == pytest.approx(factor * product, rel=0.08)
    assert np.mean(labels) == pytest.approx(0.5, abs=0.08)
    assert data.classes == ("ellipse", "rectangle")


def test_shapes_are_smooth_at_their_edges_and_may_be_several():
    one, three = (datasets.shapes(samples=60, objects=count).train.inputs for count in (1, 3))
    values = one[0] / one[0].max()
    assert np.any((values > 0.05) & (values < 0.95))
    assert three.mean() > 1.5 * one.mean()


def test_digits_are_stratified_and_complete():
    data = datasets.digits()
    assert [len(part) for part in data.splits.values()] == [1257, 180, 360]
    assert data.train.inputs.shape[1:] == (8, 8, 1)
    assert data.train.inputs.max() == 1.0
    whole = np.bincount(np.concatenate([part.outputs for part in data.splits.values()]))
    assert whole.sum() == 1797
    for part in data.splits.values():
        share = whole * len(part) / 1797
        assert np.abs(np.bincount(part.outputs) - share).max() <= 1
    assert data.classes[7] == "7"


def test_without_scikit_learn_digits_say_the_cure(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match="pip install scikit-learn"):
        datasets.digits()


@pytest.mark.parametrize(
    ("generator", "changes", "reason"),
    [
        ("poisson_2d", dict(validation=6, test=6), "`samples`"),
        ("darcy_2d", dict(kind="smooth"), "`kind`"),
        ("darcy_2d", dict(conductivities=(1.0,)), "`conductivities`"),
        ("darcy_2d", dict(conductivities=(0.0, 1.0)), "`conductivities`"),
        ("darcy_2d", dict(source=0.0), "`source`"),
        ("darcy_2d", dict(mean="geometric"), "`mean`"),
        ("shapes", dict(resolution=4), "`resolution`"),
        ("heat_1d", dict(boundary="zero"), "`boundary`"),
        ("advection_1d", dict(initial="II"), "`initial`"),
        ("burgers_1d", dict(layout="points"), "`layout`"),
        ("diffusion_reaction_1d", dict(resolution=(3, 3, 3)), "`resolution`"),
        ("transport_1d", dict(length_scale=0.01), "`length_scale`"),
        ("elliptic_2d", dict(kind="smooth"), "`kind`"),
        ("elliptic_2d", dict(source=np.inf), "`source`"),
        ("navier_stokes_2d", dict(viscosity=0.0), "`viscosity`"),
        ("navier_stokes_2d", dict(modes=8), "`modes` must be less than half of the 16 points"),
        ("reaction_diffusion_2d", dict(modes=17), "`modes` must be less than the 17 points"),
        ("reaction_diffusion_2d", dict(diffusivity=-1.0), "`diffusivity`"),
        ("advection_diffusion_2d", dict(velocity=(1.0,)), "`velocity`"),
    ],
)
def test_generators_refuse(generator, changes, reason):
    with pytest.raises(ValueError, match=reason):
        make(generator, **changes)


def test_a_progress_bar_on_request(capsys):
    make("darcy_2d", verbose=True)
    assert "12/12" in capsys.readouterr().out


def test_two_moons_are_those_of_scikit_learn():
    from sklearn.datasets import make_moons

    data = make("two_moons", samples=2000, noise=0.0, seed=1)
    points, labels = (np.concatenate(arrays) for arrays in zip(*data.splits.values(), strict=True))
    assert labels.mean() == 0.5
    curve, of = make_moons(20001, shuffle=False)
    for label in (0, 1):
        away = np.linalg.norm(points[labels == label][:, None] - curve[of == label][::10], axis=2)
        assert away.min(axis=1).max() < 2e-3


def test_two_moons_have_the_noise_that_was_asked_for():
    clean, noisy = (make("two_moons", samples=4000, noise=noise).train for noise in (0.0, 0.2))
    np.testing.assert_array_equal(noisy.outputs, clean.outputs)
    spread = np.std(noisy.inputs - clean.inputs, axis=0)
    np.testing.assert_allclose(spread, 0.2, rtol=0.04)
