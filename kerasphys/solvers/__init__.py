"""Classical solvers and exact solutions: what the networks are judged against.

NumPy and SciPy only: a reference shares no code with what it judges.
"""

from kerasphys.solvers.advection_diffusion_1d import AdvectionDiffusion1D
from kerasphys.solvers.assimilate import assimilate
from kerasphys.solvers.beltrami import beltrami
from kerasphys.solvers.burgers_cole_hopf import burgers_cole_hopf
from kerasphys.solvers.cavity import solve_cavity
from kerasphys.solvers.chebyshev import chebyshev_matrix, chebyshev_points
from kerasphys.solvers.collocation import collocate, least_squares
from kerasphys.solvers.darcy import solve_darcy
from kerasphys.solvers.errors import (
    max_error,
    mean_relative_l2,
    observed_order,
    psnr,
    relative_l2,
)
from kerasphys.solvers.finite_differences import finite_differences
from kerasphys.solvers.heat_disk import heat_disk
from kerasphys.solvers.kovasznay import kovasznay
from kerasphys.solvers.nonlinear import solve_nonlinear
from kerasphys.solvers.periodic import solve_periodic
from kerasphys.solvers.poisson import solve_poisson
from kerasphys.solvers.reaction_diffusion import solve_reaction_diffusion
from kerasphys.solvers.reactions import solve_reactions
from kerasphys.solvers.taylor_green import taylor_green
from kerasphys.solvers.thomas import thomas
from kerasphys.solvers.vorticity import solve_vorticity

__all__ = [
    "AdvectionDiffusion1D",
    "assimilate",
    "beltrami",
    "burgers_cole_hopf",
    "chebyshev_matrix",
    "chebyshev_points",
    "collocate",
    "finite_differences",
    "heat_disk",
    "kovasznay",
    "least_squares",
    "max_error",
    "mean_relative_l2",
    "observed_order",
    "psnr",
    "relative_l2",
    "solve_cavity",
    "solve_darcy",
    "solve_nonlinear",
    "solve_periodic",
    "solve_poisson",
    "solve_reaction_diffusion",
    "solve_reactions",
    "solve_vorticity",
    "taylor_green",
    "thomas",
]
