"""The equation library: residuals as pure functions of named derivatives.

Each function does arithmetic only, so that it runs on NumPy arrays, SymPy expressions and
TensorFlow tensors alike. Its arguments are fields and derivatives, which a problem computes, and
parameters or givens, which the user supplies by the same names; none has a default value. A
residual is zero where the equation holds; a system returns a dict of them. Any consistent system of
units will do.
"""

from kerasphys.equations.advection_diffusion import advection_diffusion
from kerasphys.equations.allen_cahn import allen_cahn
from kerasphys.equations.brusselator import brusselator
from kerasphys.equations.burgers import burgers
from kerasphys.equations.euler_bernoulli_beam import euler_bernoulli_beam
from kerasphys.equations.fitzhugh_nagumo import fitzhugh_nagumo
from kerasphys.equations.gray_scott import gray_scott
from kerasphys.equations.heat import heat
from kerasphys.equations.helmholtz import helmholtz
from kerasphys.equations.kdv import kdv
from kerasphys.equations.kuramoto_sivashinsky import kuramoto_sivashinsky
from kerasphys.equations.linear_elasticity_2d import linear_elasticity_2d
from kerasphys.equations.navier_stokes_2d import navier_stokes_2d
from kerasphys.equations.navier_stokes_3d import navier_stokes_3d
from kerasphys.equations.nonlinear_schrodinger import nonlinear_schrodinger
from kerasphys.equations.poisson import poisson
from kerasphys.equations.schrodinger import schrodinger
from kerasphys.equations.steady_navier_stokes_2d import steady_navier_stokes_2d
from kerasphys.equations.steady_navier_stokes_3d import steady_navier_stokes_3d
from kerasphys.equations.wave import wave

__all__ = [
    "advection_diffusion",
    "allen_cahn",
    "brusselator",
    "burgers",
    "euler_bernoulli_beam",
    "fitzhugh_nagumo",
    "gray_scott",
    "heat",
    "helmholtz",
    "kdv",
    "kuramoto_sivashinsky",
    "linear_elasticity_2d",
    "navier_stokes_2d",
    "navier_stokes_3d",
    "nonlinear_schrodinger",
    "poisson",
    "schrodinger",
    "steady_navier_stokes_2d",
    "steady_navier_stokes_3d",
    "wave",
]
