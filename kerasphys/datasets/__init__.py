"""Data sets made with the solvers of this package, and what they come in.

Every generator takes a seed and gives the same samples for it.
"""

from kerasphys.datasets.burgers_1d import burgers_1d
from kerasphys.datasets.darcy_2d import darcy_2d
from kerasphys.datasets.dataset import Dataset
from kerasphys.datasets.digits import digits
from kerasphys.datasets.poisson_2d import poisson_2d
from kerasphys.datasets.random_field import RandomField
from kerasphys.datasets.samples import Samples
from kerasphys.datasets.shapes import shapes
from kerasphys.datasets.splits import split
from kerasphys.datasets.transforms import coarse, noisy, one_step
from kerasphys.datasets.two_moons import two_moons

__all__ = [
    "Dataset",
    "RandomField",
    "Samples",
    "burgers_1d",
    "coarse",
    "darcy_2d",
    "digits",
    "noisy",
    "one_step",
    "poisson_2d",
    "shapes",
    "split",
    "two_moons",
]
