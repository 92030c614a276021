"""The equation library: residuals as pure functions of named derivatives.

Each function does arithmetic only, so that it runs on NumPy arrays, SymPy expressions and
TensorFlow tensors alike. Its arguments are fields and derivatives, which a problem computes, and
parameters or givens, which the user supplies by the same names; none has a default value. A
residual is zero where the equation holds. Any consistent system of units will do.
"""

from kerasphys.equations.advection_diffusion import advection_diffusion
from kerasphys.equations.allen_cahn import allen_cahn
from kerasphys.equations.burgers import burgers
from kerasphys.equations.euler_bernoulli_beam import euler_bernoulli_beam
from kerasphys.equations.heat import heat
from kerasphys.equations.helmholtz import helmholtz
from kerasphys.equations.kdv import kdv
from kerasphys.equations.kuramoto_sivashinsky import kuramoto_sivashinsky
from kerasphys.equations.poisson import poisson
from kerasphys.equations.wave import wave

__all__ = [
    "advection_diffusion",
    "allen_cahn",
    "burgers",
    "euler_bernoulli_beam",
    "heat",
    "helmholtz",
    "kdv",
    "kuramoto_sivashinsky",
    "poisson",
    "wave",
]
