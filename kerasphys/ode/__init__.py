"""Ordinary differential equations inside TensorFlow graphs, with gradients."""

from kerasphys.ode.events import odeint_event
from kerasphys.ode.methods import METHODS
from kerasphys.ode.ode_block import ODEBlock
from kerasphys.ode.odeint import odeint
from kerasphys.ode.tableau import ButcherTableau

__all__ = [  # noqa: RUF022 - in the order of the letters' codes, as everywhere
    "ButcherTableau",
    "METHODS",
    "ODEBlock",
    "odeint",
    "odeint_event",
]
