"""Kernels: arrays that blur, smooth or differentiate the values on a grid.

A kernel `g` has an odd length along each axis of the grid and the offset zero in its middle. It is
applied as a correlation, `sum g[m] u[i + m]`, as convolution layers do: a derivative is negative on
the left and positive on the right. NumPy and SciPy only.
"""

from kerasphys.kernels.convolve import convolve
from kerasphys.kernels.differential_operator import DifferentialOperator, operator_of
from kerasphys.kernels.differentiation_matrix import differentiation_matrix
from kerasphys.kernels.finite_difference_weights import finite_difference_weights
from kerasphys.kernels.gaussian import gaussian, gaussian_derivative
from kerasphys.kernels.stencil import laplacian, stencil

__all__ = [
    "DifferentialOperator",
    "convolve",
    "differentiation_matrix",
    "finite_difference_weights",
    "gaussian",
    "gaussian_derivative",
    "laplacian",
    "operator_of",
    "stencil",
]
