"""The Runge-Kutta methods that `odeint` knows by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasphys.ode.tableau import ButcherTableau


def _hermite(b: Sequence[float]) -> tuple[tuple[float, ...], ...]:
    """The cubic through both ends of a step whose first and last stages are its slopes there."""
    weights = np.outer(b, [0.0, 3.0, -2.0])
    weights[0] += [1.0, -2.0, 1.0]
    weights[-1] += [0.0, -1.0, 1.0]
    return tuple(map(tuple, weights.tolist()))


EULER = ButcherTableau(
    name="euler", a=((0,),), b=(1,), c=(0,), order=1, dense=((1,),), dense_order=1
)

MIDPOINT = ButcherTableau(
    name="midpoint",
    a=((0,), (1 / 2, 0)),
    b=(0, 1),
    c=(0, 1 / 2),
    order=2,
    embedded=(1, 0),
    embedded_order=1,
    dense=((1, -1), (0, 1)),
    dense_order=2,
)

HEUN = ButcherTableau(
    name="heun",
    a=((0,), (1, 0)),
    b=(1 / 2, 1 / 2),
    c=(0, 1),
    order=2,
    embedded=(1, 0),
    embedded_order=1,
    dense=((1, -1 / 2), (0, 1 / 2)),
    dense_order=2,
)

RK4 = ButcherTableau(
    name="rk4",
    a=((0,), (1 / 2, 0), (0, 1 / 2, 0), (0, 0, 1, 0)),
    b=(1 / 6, 1 / 3, 1 / 3, 1 / 6),
    c=(0, 1 / 2, 1 / 2, 1),
    order=4,
    dense=((1, -3 / 2, 2 / 3), (0, 1, -2 / 3), (0, 1, -2 / 3), (0, -1 / 2, 2 / 3)),
    dense_order=3,
)

# Bogacki and Shampine, 1989
_BOSH3 = (2 / 9, 1 / 3, 4 / 9, 0)
BOSH3 = ButcherTableau(
    name="bosh3",
    a=((0,), (1 / 2, 0), (0, 3 / 4, 0), _BOSH3),
    b=_BOSH3,
    c=(0, 1 / 2, 3 / 4, 1),
    order=3,
    embedded=(7 / 24, 1 / 4, 1 / 3, 1 / 8),
    embedded_order=2,
    dense=_hermite(_BOSH3),
    dense_order=3,
)

# Dormand and Prince, 1980; the dense output is that of Shampine, 1986
_DOPRI5 = (35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0)
DOPRI5 = ButcherTableau(
    name="dopri5",
    a=(
        (0,),
        (1 / 5, 0),
        (3 / 40, 9 / 40, 0),
        (44 / 45, -56 / 15, 32 / 9, 0),
        (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0),
        (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0),
        _DOPRI5,
    ),
    b=_DOPRI5,
    c=(0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1),
    order=5,
    embedded=(5179 / 57600, 0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40),
    embedded_order=4,
    dense=(
        (1, -8048581381 / 2820520608, 8663915743 / 2820520608, -12715105075 / 11282082432),
        (0, 0, 0, 0),
        (0, 131558114200 / 32700410799, -68118460800 / 10900136933, 87487479700 / 32700410799),
        (0, -1754552775 / 470086768, 14199869525 / 1410260304, -10690763975 / 1880347072),
        (0, 127303824393 / 49829197408, -318862633887 / 49829197408, 701980252875 / 199316789632),
        (0, -282668133 / 205662961, 2019193451 / 616988883, -1453857185 / 822651844),
        (0, 40617522 / 29380423, -110615467 / 29380423, 69997945 / 29380423),
    ),
    dense_order=4,
)

# Tsitouras, 2011, https://doi.org/10.1016/j.camwa.2011.06.002
_TSIT5 = (
    0.09646076681806523,
    0.01,
    0.4798896504144996,
    1.379008574103742,
    -3.2900695154360807,
    2.324710524099774,
    0,
)
TSIT5 = ButcherTableau(
    name="tsit5",
    a=(
        (0,),
        (0.161, 0),
        (-0.008480655492356989, 0.335480655492357, 0),
        (2.8971530571054935, -6.359448489975075, 4.3622954328695815, 0),
        (5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525, 0),
        (
            5.86145544294642,
            -12.92096931784711,
            8.159367898576159,
            -0.071584973281401,
            -0.028269050394068383,
            0,
        ),
        _TSIT5,
    ),
    b=_TSIT5,
    c=(0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1),
    order=5,
    embedded=(
        0.09646076681806523 - 0.001780011052225777,
        0.01 - 0.0008164344596567469,
        0.4798896504144996 + 0.007880878010261995,
        1.379008574103742 - 0.1447110071732629,
        -3.2900695154360807 + 0.5823571654525552,
        2.324710524099774 - 0.45808210592918697,
        1 / 66,
    ),
    embedded_order=4,
    dense=(
        (1, -2.763706197274826, 2.9132554618219126, -1.0530884977290216),
        (0, 0.13169999999999998, -0.2234, 0.1017),
        (0, 3.9302962368947516, -5.941033872131505, 2.490627285651253),
        (0, -12.411077166933676, 30.33818863028232, -16.548102889244902),
        (0, 37.50931341651104, -88.1789048947664, 47.37952196281928),
        (0, -27.896526289197286, 65.09189467479366, -34.87065786149661),
        (0, 1.5, -4, 2.5),
    ),
    dense_order=4,
)

TRAPEZOIDAL = ButcherTableau(
    name="trapezoidal",
    a=((0,), (1 / 2, 1 / 2)),
    b=(1 / 2, 1 / 2),
    c=(0, 1),
    order=2,
    embedded=(1, 0),
    embedded_order=1,
    dense=((1, -1 / 2), (0, 1 / 2)),
    dense_order=2,
)

# Kværnø, 2004, https://doi.org/10.1023/B:BITN.0000046811.70614.38: stiffly accurate, L-stable;
# γ is the root of 6γ³ - 18γ² + 9γ - 1 that makes it so
_GAMMA = 0.4358665215084590
_THIRD = ((-4 * _GAMMA**2 + 6 * _GAMMA - 1) / (4 * _GAMMA), (1 - 2 * _GAMMA) / (4 * _GAMMA))
_KVAERNO3 = (
    (6 * _GAMMA - 1) / (12 * _GAMMA),
    -1 / ((24 * _GAMMA - 12) * _GAMMA),
    (-6 * _GAMMA**2 + 6 * _GAMMA - 1) / (6 * _GAMMA - 3),
    _GAMMA,
)
KVAERNO3 = ButcherTableau(
    name="kvaerno3",
    a=((0,), (_GAMMA, _GAMMA), (*_THIRD, _GAMMA), _KVAERNO3),
    b=_KVAERNO3,
    c=(0, 2 * _GAMMA, 1, 1),
    order=3,
    embedded=(*_THIRD, _GAMMA, 0),
    embedded_order=2,
    dense=_hermite(_KVAERNO3),
    dense_order=3,
)

METHODS: dict[str, ButcherTableau] = {
    method.name: method
    for method in (
        EULER,
        MIDPOINT,
        HEUN,
        RK4,
        BOSH3,
        DOPRI5,
        TSIT5,
        TRAPEZOIDAL,
        KVAERNO3,
    )
}
