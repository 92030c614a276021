"""Certificates: constants by closed forms, bounds that hold, and reasons where there are none."""

import numpy as np
import pytest
import scipy
import tensorflow as tf

import kerasphys as kp
from kerasphys.analysis.certificates.decay import Decay, logarithmic_norm
from kerasphys.analysis.certificates.nested_quadrature import NestedQuadrature
from kerasphys.analysis.certificates.stability import barrier, first_eigenvalue
from tests.analysis.conftest import LINE, sum_model

PI = np.pi
SQUARE = kp.geometry.Box((0, 0), (1, 1))
SECONDS = kp.geometry.Interval(0, 2, "t")
FEW = dict(points=256)
MORE = dict(points=1024)


def box_model(functions, weights, equation=kp.equations.poisson, domain=SQUARE, u=0.0, **kwargs):
    """The sum of functions as a model of an equation with values on the whole boundary."""
    hard = kwargs.pop("hard", False)
    givens = kwargs or ({"source": 0.0} if equation is kp.equations.poisson else {})
    conditions = {
        "equation": kp.Residual(equation, **givens),
        "walls": kp.Dirichlet(u=u, on=domain.boundary()),
    }
    return sum_model(domain, conditions, functions, weights, hard=hard)


def bump(x, y):
    return tf.sin(PI * x) * tf.sin(PI * y)


class TestConstants:
    def test_of_the_notes(self):
        """`l² / (π² κ)`, 0.1013 for κ = 1 and 5.07 for κ = 0.02."""
        for diffusivity, known in ((1.0, 0.1013), (0.02, 5.07)):
            constant = 1 / first_eigenvalue([LINE], np.array([diffusivity]))
            assert constant == pytest.approx(known, rel=1e-3)

    def test_eigenvalues_from_below(self):
        box = [kp.geometry.Interval(0, 2, "x"), kp.geometry.Interval(0, 1, "y")]
        assert first_eigenvalue(box, np.array([1.0, 3.0])) == pytest.approx(PI**2 * (0.25 + 3))
        disk = kp.geometry.Disk((1, 1), 2.0)
        j0 = scipy.special.jn_zeros(0, 1)[0]
        assert first_eigenvalue([disk], np.ones(2)) == pytest.approx((j0 / 2) ** 2)
        pipe = first_eigenvalue([disk, LINE], np.array([1.0, 2.0, 3.0]))
        assert pipe == pytest.approx(max((j0 / 2) ** 2, PI**2 * 3 / 16) + 3 * PI**2)

    @pytest.mark.parametrize("peclet", [0.0, 0.01, 1.0, 10.0, 50.0])
    def test_the_barrier_is_the_largest_value(self, peclet):
        n = 4001
        h, ones = 1 / n, np.ones(n - 2)
        lower, upper = -1 / h**2 - peclet / (2 * h), -1 / h**2 + peclet / (2 * h)
        w = kp.solvers.thomas(lower * ones, np.full(n - 1, 2 / h**2), upper * ones, np.ones(n - 1))
        assert barrier(1.0, -peclet, 1.0) == pytest.approx(w.max(), rel=1e-4)

    def test_the_barrier_stays_finite(self):
        constants = [barrier(kappa, 2.0, 3.0) for kappa in (1.0, 1e-2, 1e-4, 1e-8)]
        assert np.all(np.diff(constants) > 0)
        assert constants[-1] < 1.5
        assert barrier(2.0, 0.0, 3.0) == 9 / 16

    def test_decay(self):
        for rate in (-3.0, 0.0, 0.5):
            decay = Decay(rate, 2.0)
            t, weights = kp.geometry.quadrature(SECONDS, 32)
            for power in (1, 2):
                known = weights @ np.exp(power * rate * t[:, 0])
                assert decay.integral(power) == pytest.approx(known)
            np.testing.assert_allclose(decay(t[:, 0]), np.exp(rate * t[:, 0]))
            assert decay.end == pytest.approx(np.exp(2 * rate))

    def test_decay_of_a_matrix(self, rng):
        matrix = np.array([[0.0, 1.0], [-9.0, -0.5]])
        assert logarithmic_norm(matrix) == pytest.approx(
            np.linalg.eigvalsh(matrix + matrix.T)[1] / 2
        )
        decay = Decay.of_matrix(matrix, 2.0)
        for t in rng.uniform(0, 2, 20):
            norm = np.linalg.norm(scipy.linalg.expm(matrix * t), 2)
            assert norm * (1 - 1e-9) <= decay(np.array(t)) <= norm * 1.02
        assert decay.end >= np.linalg.norm(scipy.linalg.expm(2 * matrix), 2) * (1 - 1e-9)


class TestQuadrature:
    def test_slopes(self):
        """Trapezoid 2, Monte Carlo 1/2, Gauss exponential, on a smooth function."""

        def f(x):
            return np.exp(x) * np.cos(3 * x)

        known = ((np.exp([1, 0]) * (np.cos([3, 0]) + 3 * np.sin([3, 0]))) @ [1, -1]) / 10
        sizes = np.array([17, 33, 65, 129])
        trapezoid = [
            abs(np.trapezoid(f(x), x) - known) for x in (np.linspace(0, 1, n) for n in sizes)
        ]
        assert np.polyfit(np.log(sizes - 1), np.log(trapezoid), 1)[0] == pytest.approx(-2, abs=0.02)
        counts = np.array([64, 256, 1024, 4096])
        random = [
            np.sqrt(
                np.mean(
                    [
                        (f(LINE.sample(n, "uniform", seed)).mean() - known) ** 2
                        for seed in range(200)
                    ]
                )
            )
            for n in counts
        ]
        assert np.polyfit(np.log(counts), np.log(random), 1)[0] == pytest.approx(-0.5, abs=0.1)
        gauss = []
        for n in (2, 3, 4, 5, 6):
            x, weights = kp.geometry.quadrature(LINE, n)
            gauss.append(abs(weights @ f(x[:, 0]) - known))
        assert np.all(np.diff(np.log(gauss)) < -3)  # twenty times less with each point

    @pytest.mark.parametrize(
        "region", [LINE, SQUARE, kp.geometry.Disk((0, 0), 1), SQUARE.boundary()]
    )
    @pytest.mark.parametrize("frequency", [1.0, 20.0, 90.0])
    def test_the_error_is_seen(self, region, frequency):
        """The estimate covers the error, also where the rule is too coarse."""
        rule, fine = (NestedQuadrature(region, n) for n in (256, 262144))
        found, known = (r.norm(np.sin(frequency * r.points[:, 0] + 0.3)) for r in (rule, fine))
        assert abs(found.size - known.size) <= found.uncertainty + 1e-12
        if frequency == 1.0:
            assert found.uncertainty < 1e-3

    def test_the_maximum_on_the_boundary(self):
        model = box_model([lambda x, y: tf.sin(7 * x + 1) * tf.cos(11 * y)], [1.0])
        found = kp.certify(model, **FEW).boundary
        known = np.abs(np.sin(7 * np.linspace(0, 1, 10**5) + 1)).max()
        assert found.size <= known <= found.size + found.uncertainty
        assert found.uncertainty < 0.05


class TestElliptic:
    def test_sharp_for_the_first_eigenfunction(self):
        model = box_model([bump], [0.1], hard=True)
        found = kp.certify(model, exact=0.0, **FEW)
        # the form of the solution multiplies by 16 x (1 - x) y (1 - y)
        assert found.boundary.size == 0
        soft = kp.certify(box_model([bump], [0.1]), exact=0.0, **FEW)
        assert soft.effectivity == pytest.approx(1, abs=1e-9)
        assert soft.residual.constant == pytest.approx(1 / (2 * PI**2))
        assert 1 - 1e-9 < soft.bounds["energy"].effectivity < 1.001
        assert soft.bounds["energy"].error == pytest.approx(0.1 * PI / np.sqrt(2))
        assert 1 <= found.bounds["energy"].effectivity < 1.1

    def test_energy_with_errors_on_the_boundary(self):
        """For a harmonic error the lifting is all, and sharp."""
        model = box_model([lambda x, y: tf.exp(PI * x) * tf.sin(PI * y)], [0.01])
        found = kp.certify(model, exact=0.0, **FEW)
        energy = found.bounds["energy"]
        assert energy.effectivity == pytest.approx(1, abs=1e-6)
        assert energy.terms["flux"].size < 1e-10
        assert found.effectivity > 1

    @pytest.mark.parametrize("dim", [1, 3])
    def test_energy_in_other_dimensions(self, dim):
        domain = kp.geometry.Box((0,) * dim, (1, 2, 0.5)[:dim])
        model = box_model(
            [lambda *x: sum(c**2 for c in x), lambda *x: tf.sin(2 * x[0])],
            [0.3, 0.2],
            domain=domain,
        )
        found = kp.certify(model, exact=0.0, points=1000)
        assert found.effectivity >= 1
        assert 1 - 1e-9 <= found.bounds["energy"].effectivity < 1.5

    def test_anisotropic_diffusion(self):
        def equation(u_xx, u_xy, u_yy):
            return -(2 * u_xx + 2 * u_xy + 3 * u_yy)

        found = kp.certify(box_model([bump], [0.1], equation, hard=True), exact=0.0, **MORE)
        least = np.linalg.eigvalsh([[2, 1], [1, 3]])[0]
        assert found.residual.constant == pytest.approx(1 / (2 * PI**2 * least))
        assert found.effectivity >= 1
        assert 1 - 1e-9 < found.bounds["energy"].effectivity < 1.01
        shifted = box_model([bump, lambda x, y: x * y], [0.1, 0.1], equation)
        assert "couples the coordinates" in kp.certify(shifted, **FEW).reason

    @pytest.mark.parametrize("sign", [1, -1])
    def test_varying_coefficients(self, sign):
        """`-((1+x) u_x)_x + (2+x) u`: coercive with π² min κ + min c, as the drift cancels."""

        def equation(x, u, u_x, u_xx, k):
            return sign * (-k * u_xx - u_x + (2 + x) * u)

        model = box_model(
            [lambda x: tf.sin(PI * x), lambda x: x], [0.1, 0.02], equation, LINE, k=lambda x: 1 + x
        )
        found = kp.certify(model, exact=0.0, **FEW)
        assert "varying" in found.kind
        assert found.residual.constant == pytest.approx(1 / (PI**2 + 2), rel=0.02)
        assert found.residual.constant >= 1 / (PI**2 + 2)
        assert found.effectivity >= 1

    def test_the_divergence_of_the_drift(self):
        """`b = (x + y, 3 y)` takes half its divergence, 2, away; with `a_xy = x y`, more."""

        def equation(x, y, u, grad_u, u_xx, u_xy, u_yy):
            drift = (x + y) * grad_u[:, 0] + 3 * y * grad_u[:, 1]
            return -u_xx - 2 * u_yy - x * y * u_xy + drift + u

        found = kp.certify(box_model([bump], [0.1], equation), exact=0.0, **FEW)
        least = (3 - np.sqrt(2)) / 2  # of [[1, 1/2], [1/2, 2]]
        known = 1 / (2 * PI**2 * least + 1 - (4 + 1) / 2)
        assert found.residual.constant == pytest.approx(known, rel=0.02)
        assert found.effectivity >= 1

    def test_reaction(self):
        def equation(u, laplacian_u, rate):
            return rate * u - laplacian_u

        plus = kp.certify(box_model([bump], [0.1], equation, rate=5.0), exact=0.0, **FEW)
        assert plus.residual.constant == pytest.approx(1 / (2 * PI**2 + 5))
        assert plus.effectivity == pytest.approx(1)
        assert "energy" not in plus.bounds
        low = kp.certify(box_model([bump], [0.1], equation, rate=-10.0, hard=True), **FEW)
        assert low.residual.constant == pytest.approx(1 / (2 * PI**2 - 10))
        soft = kp.certify(box_model([bump], [0.1], equation, rate=-10.0), **FEW)
        assert "hard=True" in soft.reason
        high = kp.certify(box_model([bump], [0.1], equation, rate=-20.0, hard=True), **FEW)
        assert "not known to be coercive" in high.reason

    @pytest.mark.parametrize(
        "domain",
        [
            kp.geometry.Disk((0.2, 0.0), 0.8),
            SQUARE - kp.geometry.Box((0.5, 0.5), (1.5, 1.5)),
            kp.geometry.Polygon([(0, 0), (1, 0), (0.3, 0.9)]),
        ],
        ids=["disk", "L", "triangle"],
    )
    def test_other_domains(self, domain):
        model = box_model(
            [lambda x, y: x**2 - y, lambda x, y: tf.cos(2 * x) * y], [0.5, 0.1], domain=domain
        )
        found = kp.certify(model, exact=0.0, points=1000)
        assert found.effectivity >= 1
        assert "no energy bound: on this domain" in found.reason

    def test_a_disk_whose_error_vanishes_on_the_circle(self):
        disk = kp.geometry.Disk((0, 0), 1)
        model = box_model([lambda x, y: (1 - x**2 - y**2) ** 2], [0.1], domain=disk)
        found = kp.certify(model, exact=0.0, points=1000)
        assert 1 <= found.effectivity < 2

    def test_an_integral_is_no_equation(self):
        conditions = {
            "equation": kp.Residual(kp.equations.poisson, source=0.0),
            "walls": kp.Dirichlet(u=0.0, on=SQUARE.boundary()),
            "mean": kp.Integral(lambda u: u, nodes=16),
        }
        model = sum_model(SQUARE, conditions, [bump], [0.1])
        alone = box_model([bump], [0.1])
        assert kp.certify(model, **FEW).bound == kp.certify(alone, **FEW).bound

    def test_parts_of_the_boundary(self):
        lower = SQUARE.boundary().where(lambda x, y: x + y < 1)
        upper = SQUARE.boundary().where(lambda x, y: x + y >= 1)
        conditions = {
            "equation": kp.Residual(kp.equations.poisson, source=0.0),
            "lower": kp.Dirichlet(u=lambda x: 0.3 * x, on=lower),
        }
        functions = [lambda x, y: x, bump]
        half = sum_model(SQUARE, conditions, functions, [0.3, 0.1])
        assert "no kp.Dirichlet gives u on all of" in kp.certify(half, **FEW).reason
        conditions["upper"] = kp.Dirichlet(u=lambda x: 0.3 * x, on=upper)
        whole = kp.certify(sum_model(SQUARE, conditions, functions, [0.3, 0.1]), **FEW)
        assert whole.boundary.size < 1e-15
        conditions["upper"] = kp.Dirichlet(u=np.zeros(7), on=upper)
        given = sum_model(SQUARE, conditions, functions, [0.3, 0.1])
        assert "as an array" in kp.certify(given, **FEW).reason


def heat_model(functions, weights, equation=kp.equations.heat, domain=None, initial=0.0, **kwargs):
    domain = domain or LINE * SECONDS
    space = domain.factors[0].parts[:1]
    conditions = {
        "equation": kp.Residual(equation, **kwargs),
        "initial": kp.Dirichlet(u=initial, on=domain.start("t")),
        "walls": kp.Dirichlet(u=0.0, on=domain.boundary(*space)),
    }
    parameters = {"diffusivity": 0.1} if equation is kp.equations.heat else None
    return sum_model(domain, conditions, functions, weights, parameters=parameters)


class TestEvolution:
    def test_sharp_for_what_decays(self):
        rate = 0.1 * PI**2
        model = heat_model([lambda x, t: tf.exp(-rate * t) * tf.sin(PI * x)], [0.1])
        found = kp.certify(model, exact=0.0, **FEW)
        assert found.residual.size < 1e-12
        assert found.effectivity == pytest.approx(1, abs=1e-9)
        assert found.bounds["end"].effectivity == pytest.approx(1, abs=1e-9)

    def test_sharp_for_a_steady_source(self):
        """Of a source `sin(πx)` from the start on, Cauchy and Schwarz lose nothing."""
        rate = 0.1 * PI**2
        model = heat_model([lambda x, t: (1 - tf.exp(-rate * t)) * tf.sin(PI * x)], [0.1])
        found = kp.certify(model, exact=0.0, **FEW)
        assert found.initial.size < 1e-15
        assert found.bounds["end"].effectivity == pytest.approx(1, abs=1e-9)
        assert 1 <= found.effectivity < 2

    def test_the_factor_of_the_rate(self):
        def scaled(u_t, u_xx, u_x, u):
            return 5 * (u_xx - 30 * u_x + 2 * u - u_t)

        functions = [lambda x, t: tf.sin(PI * x) * (1 + t), lambda x, t: x * t]
        found = kp.certify(heat_model(functions, [0.1, 0.02], scaled), exact=0.0, **FEW)
        assert found.effectivity >= 1
        assert found.bounds["end"].effectivity >= 1
        growth = np.exp(2 * 2.0)  # the reaction is -2, for two seconds
        assert found.boundary.constant == pytest.approx(growth * np.sqrt(2))

        def fast(u_t, u_xx, u_x):
            return u_t - 0.01 * u_xx + 10 * u_x

        quick = kp.certify(heat_model(functions, [0.1, 0.02], fast), exact=0.0, **FEW)
        assert quick.residual.constant == pytest.approx(barrier(0.01, 10.0, 1.0))
        assert quick.effectivity >= 1

    def test_in_a_disk(self):
        domain = kp.geometry.Disk((0, 0), 1) * kp.geometry.Interval(0, 1, "t")
        model = heat_model(
            [lambda x, y, t: (1 - x**2 - y**2) * (1 - t), lambda x, y, t: x * t],
            [0.1, 0.01],
            domain=domain,
        )
        found = kp.certify(model, exact=0.0, points=2000)
        assert found.effectivity >= 1
        assert found.bounds["end"].effectivity >= 1

    def test_systems(self):
        def system(y, v, y_t, v_t):
            return y_t - v, 2 * (v_t + 9 * y)

        exact = {"y": lambda t: np.cos(3 * t), "v": lambda t: -3 * np.sin(3 * t)}
        problem = kp.Problem(
            SECONDS,
            ("y", "v"),
            {
                "equation": kp.Residual(system),
                "start": kp.Dirichlet(y=1.0, v=0.0, on=SECONDS.start("t")),
            },
        )
        for seed in range(3):
            model = kp.models.PINNModel(kp.networks.MLP([8], seed=seed), problem)
            found = kp.certify(model, exact=exact, **FEW)
            assert found.effectivity >= 1
            assert found.bounds["end"].effectivity >= 1
        assert found.initial.constant < np.exp(4 * 2.0)  # what the logarithmic norm alone gives

    def test_a_system_with_varying_coefficients(self):
        """`y' = -(1 + t) y`: the error of a wrong start dies out."""
        model = sum_model(
            SECONDS,
            {
                "equation": kp.Residual(lambda t, u, u_t: u_t + (1 + t) * u),
                "start": kp.Dirichlet(u=0.0, on=SECONDS.start("t")),
            },
            [lambda t: tf.exp(-t - t**2 / 2)],
            [0.1],
        )
        found = kp.certify(model, exact=0.0, **FEW)
        assert found.initial.constant == pytest.approx(np.sqrt((1 - np.exp(-4)) / 2), rel=1e-2)
        assert 1 <= found.effectivity < 1.5


def no_bound_cases():
    wave = lambda u_tt, u_xx: u_tt - u_xx  # noqa: E731
    line, rod = LINE.boundary(), LINE * SECONDS
    walls = kp.Dirichlet(u=0.0, on=line)
    in_time = {
        "initial": kp.Dirichlet(u=0.0, on=rod.start("t")),
        "walls": kp.Dirichlet(u=0.0, on=rod.boundary("x")),
    }
    poisson = kp.Residual(kp.equations.poisson, source=0.0)

    def on_line(residual, **kwargs):
        return dict(
            domain=LINE, conditions={"equation": kp.Residual(residual), "walls": walls}, **kwargs
        )

    def on_rod(residual):
        return dict(domain=rod, conditions={"equation": kp.Residual(residual), **in_time})

    return {
        "not linear": on_line(lambda u, u_xx: u_xx + u**2),
        "of order 4": on_line(lambda u_xxxx: u_xxxx),
        "is unknown": on_line(lambda u_xx, k: k * u_xx + 1, parameters={"k": kp.Unknown(1.0)}),
        "is a range": on_line(lambda u_xx, k: k * u_xx + 1, parameters={"k": kp.Range(1.0, 2.0)}),
        "changes its sign": on_line(lambda x, u_xx: (x - 0.5) * u_xx),
        "not form an elliptic": dict(
            domain=SQUARE,
            conditions={
                "equation": kp.Residual(lambda u_xx, u_yy: 2 * u_xx - u_yy),
                "walls": kp.Dirichlet(u=0.0, on=SQUARE.boundary()),
            },
        ),
        "too close to zero": on_line(lambda x, u_xx: -(1e-9 + (x - 0.5) ** 2) * u_xx),
        "given as an array": dict(
            domain=LINE,
            conditions={
                "equation": kp.Residual(kp.equations.poisson, source=np.ones(5)),
                "walls": walls,
            },
        ),
        "no second derivatives in space": on_rod(lambda u_t, u_x: u_t + u_x),
        "not of first order in time": on_rod(wave),
        "no derivative in time": on_rod(lambda u_xx: u_xx),
        "elliptic": on_rod(lambda u_t, u_xx: u_t + u_xx),
        "no kp.Dirichlet gives u on all of 'end(x)'": dict(
            domain=LINE,
            conditions={
                "equation": poisson,
                "left": kp.Dirichlet(u=0.0, on=LINE.start("x")),
                "right": kp.Neumann(u=0.0, on=LINE.end("x")),
            },
        ),
        "no kp.Residual": dict(domain=LINE, conditions={"walls": walls}),
        "several fields": dict(
            domain=LINE,
            fields=("u", "v"),
            conditions={"equation": kp.Residual(lambda u_xx, v_xx: (u_xx, v_xx))},
        ),
        "one equation for each field": dict(
            domain=LINE,
            fields=("u", "v"),
            conditions={"equation": kp.Residual(lambda u_x, v: u_x - v), "walls": walls},
        ),
        "solved for the derivatives": dict(
            domain=SECONDS,
            fields=("u", "v"),
            conditions={"equation": kp.Residual(lambda u_t, v: (u_t - v, 2 * u_t + v))},
        ),
        "beyond all numbers": dict(
            domain=SECONDS,
            conditions={
                "equation": kp.Residual(lambda t, u, u_t: u_t - 1000 * (1 + t) * u),
                "start": kp.Dirichlet(u=0.0, on=SECONDS.start("t")),
            },
        ),
        "not a product": dict(
            domain=kp.geometry.Disk((0, 0), 1, ("x", "t")),
            conditions={"equation": kp.Residual(lambda u_t, u_xx: u_t - u_xx)},
        ),
    }


NO_BOUND = no_bound_cases()


class TestNoBound:
    @pytest.mark.parametrize("reason", NO_BOUND)
    def test_says_why(self, reason):
        case = {"fields": "u", **NO_BOUND[reason]}
        model = kp.models.PINNModel(kp.networks.MLP([3], seed=0), kp.Problem(**case))
        found = kp.certify(model, **FEW)
        assert reason in found.reason
        assert found.bound is found.error is found.effectivity is found.residual is None
        assert found.kind is None
        assert str(found) == f"no bound: {found.reason}"
        assert not len(found.table)

    def test_windows_of_time(self):
        model = heat_model([lambda x, t: x], [1.0])
        windows = kp.networks.TimeWindows(kp.networks.MLP([3]), 2)
        model = kp.models.PINNModel(windows, model.problem)
        assert "where windows meet" in kp.certify(model).reason

    def test_models_of_functions(self):
        problem = kp.Problem(
            SQUARE,
            "u",
            {"equation": kp.Residual(lambda laplacian_u, f: laplacian_u + f)},
            parameters={"f": kp.InputFunction()},
        )
        model = kp.models.GridPINNModel(kp.networks.UNet(1, 2), problem)
        assert "not points alone" in kp.certify(model).reason


@pytest.fixture(scope="module")
def model():
    problem = kp.Problem(
        LINE,
        "u",
        {
            "equation": kp.Residual(kp.equations.poisson, source=1.0),
            "walls": kp.Dirichlet(u=0.0, on=LINE.boundary()),
        },
    )
    return kp.models.PINNModel(kp.networks.MLP([4], seed=0), problem)


class TestCertificate:
    def test_what_it_shows(self, model):
        found = kp.certify(model, exact=lambda x: x * (1 - x) / 2, **FEW)
        energy = found.bounds["energy"]
        assert list(found.bounds) == ["l2", "energy"]
        assert found.bound == sum(term.value for term in found.bounds["l2"].terms.values())
        assert found.table["value"].sum() == pytest.approx(found.bound + energy.value)
        assert f"effectivity {found.effectivity:.3g}" in str(found)
        assert found.initial is None
        untold = kp.certify(model, "equation", **FEW)
        assert untold.bound == found.bound
        assert untold.effectivity is None
        assert "true error" not in str(untold)
        # a truth that cannot be traced has no gradient
        odd = kp.certify(model, exact=lambda x: np.interp(x, [0, 1], [0, 0]), **FEW)
        assert odd.error is not None
        assert odd.bounds["energy"].error is None

    def test_in_the_card(self, model, tmp_path):
        found = kp.certify(model, **FEW)
        path = model.export(tmp_path / "a", certificate=found)
        card = kp.artifacts.read_card(path)
        assert card.certificate == found.to_dict()
        first = model.network.variables[0]
        kept = first.numpy()
        first.assign(kept + 1e-12)
        with pytest.raises(ValueError, match=r"call kp\.certify again"):
            model.export(tmp_path / "b", certificate=found)
        first.assign(kept)
        with pytest.raises(ValueError, match="dtype"):
            model.export(tmp_path / "b", certificate=found, dtype="float32")
        with pytest.raises(TypeError, match="certificate"):
            model.export(tmp_path / "b", certificate={"bound": 1.0})

    def test_bad_arguments(self, model):
        for arguments, error, match in (
            (dict(model=3), TypeError, "PINNModel"),
            (dict(condition="walls"), ValueError, "among equation"),
            (dict(condition=3), TypeError, "condition"),
            (dict(points=8), ValueError, "points"),
            (dict(points=2.5), TypeError, "points"),
            (dict(exact={"v": 0.0}), ValueError, "exact"),
            (dict(exact=np.zeros(5)), TypeError, "a function of the coordinates"),
            (dict(exact=lambda y: y), ValueError, "exact"),
            (dict(exact="u"), TypeError, "exact"),
        ):
            with pytest.raises(error, match=match):
                kp.certify(**{"model": model, **arguments})

    def test_several_fields_need_names(self):
        case = NO_BOUND["several fields"]
        model = kp.models.PINNModel(kp.networks.MLP([3]), kp.Problem(**case))
        with pytest.raises(TypeError, match="a dict with u, v"):
            kp.certify(model, exact=0.0)
