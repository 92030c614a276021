"""Data sets made with the solvers of this package, and what they come in.

Every generator takes a seed and gives the same samples for it.
"""

from kerasphys.datasets.advection_1d import advection_1d
from kerasphys.datasets.advection_diffusion_2d import advection_diffusion_2d
from kerasphys.datasets.antiderivative import antiderivative
from kerasphys.datasets.at_points import at_points
from kerasphys.datasets.burgers_1d import burgers_1d
from kerasphys.datasets.darcy_2d import darcy_2d
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.diffusion_reaction_1d import diffusion_reaction_1d
from kerasphys.datasets.digits import digits
from kerasphys.datasets.elliptic_2d import elliptic_2d
from kerasphys.datasets.heat_1d import heat_1d
from kerasphys.datasets.kernel_field import KernelField
from kerasphys.datasets.load_hdf5 import load_hdf5
from kerasphys.datasets.load_mat import load_mat
from kerasphys.datasets.load_npz import load_npz
from kerasphys.datasets.load_pdebench import load_pdebench
from kerasphys.datasets.navier_stokes_2d import navier_stokes_2d
from kerasphys.datasets.pendulum import pendulum
from kerasphys.datasets.poisson_2d import poisson_2d
from kerasphys.datasets.random_field import RandomField
from kerasphys.datasets.reaction_diffusion_2d import reaction_diffusion_2d
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.save_hdf5 import save_hdf5
from kerasphys.datasets.shapes import shapes
from kerasphys.datasets.splits import split
from kerasphys.datasets.stream_hdf5 import stream_hdf5
from kerasphys.datasets.transforms import coarse, noisy, one_step
from kerasphys.datasets.transport_1d import transport_1d
from kerasphys.datasets.two_moons import two_moons

__all__ = [
    "Dataset",
    "KernelField",
    "RandomField",
    "Samples",
    "advection_1d",
    "advection_diffusion_2d",
    "antiderivative",
    "at_points",
    "burgers_1d",
    "coarse",
    "darcy_2d",
    "diffusion_reaction_1d",
    "digits",
    "elliptic_2d",
    "heat_1d",
    "load_hdf5",
    "load_mat",
    "load_npz",
    "load_pdebench",
    "navier_stokes_2d",
    "noisy",
    "one_step",
    "pendulum",
    "poisson_2d",
    "reaction_diffusion_2d",
    "save_hdf5",
    "shapes",
    "split",
    "stream_hdf5",
    "transport_1d",
    "two_moons",
]
