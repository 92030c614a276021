"""Residuals measured in a dual norm, in which smooth ones count more than rough ones."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence

import numpy as np
import tensorflow as tf

from kerasphys.conditions.planes import Plane
from kerasphys.derivatives import StencilEngine
from kerasphys.models.grid_regions import Block


class DualNorm:
    """Gives each eigenvector of the Laplacian on a block of nodes the weight `(λ₁ / λ)^(s / 2)`.

    The mean square of the result is then the square of the norm of `H^-s`, up to a factor. The
    eigenvalues `λ` are those of second differences, for values that vanish on some faces and have
    no normal derivative on the others; `λ₁` is the lowest that is not zero.

    Args:
        order: Non-negative number, `s`.
        stencils: The engine, which knows the grid.
        axes: The axes along which residuals are weighed: those of space.
        held: The faces on which values vanish.

    Reference:
        Taylor, Pardo, Muga, 2023, https://doi.org/10.1016/j.cma.2022.115850
    """

    def __init__(
        self, order: float, stencils: StencilEngine, axes: Sequence[int], held: Collection[Plane]
    ):
        self.order = order
        self._stencils = stencils
        self._axes = tuple(axes)
        self._held = frozenset(held)

    def __call__(self, residual: tf.Tensor, block: Block, grid: Sequence[int]) -> tf.Tensor:
        """The weighed parts of a residual `(rows,)` on a block of a grid of some size."""
        if not self.order or not self._axes:
            return residual
        sizes = tuple(len(range(n)[part]) for n, part in zip(grid, block.slices, strict=True))
        values = tf.reshape(residual, (-1, *sizes))
        eigenvalues = np.zeros(sizes)
        letters = "nabc"[: len(sizes) + 1]
        for axis in self._axes:
            found, vectors = self._spectrum(axis, grid[axis], sizes[axis])
            eigenvalues += found.reshape([-1 if i == axis else 1 for i in range(len(sizes))])
            old = letters[axis + 1]
            transform = f"{letters},{old}z->{letters.replace(old, 'z')}"
            values = tf.einsum(transform, values, tf.constant(vectors, values.dtype))
        lowest = eigenvalues[eigenvalues > 1e-9 * eigenvalues.max()].min()
        weights = (lowest / np.maximum(eigenvalues, lowest)) ** (self.order / 2)
        return tf.reshape(values * tf.constant(weights, values.dtype), (-1,))

    def _spectrum(self, axis: int, count: int, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Eigenvalues, and eigenvectors as columns, along an axis."""
        nodes = self._stencils.positions(axis, count)
        free = ((axis, -1) not in self._held, (axis, 1) not in self._held)
        found, vectors = _spectrum(size, free, self._stencils.periodic[axis])
        return found / (nodes[1] - nodes[0]) ** 2, vectors


@functools.lru_cache(maxsize=64)
def _spectrum(count: int, free: tuple[bool, bool], periodic: bool) -> tuple[np.ndarray, np.ndarray]:
    """Those of minus the second differences for unit spacing."""
    matrix = 2 * np.eye(count) - np.eye(count, k=1) - np.eye(count, k=-1)
    if periodic:
        matrix[0, -1] -= 1
        matrix[-1, 0] -= 1
    else:
        matrix[0, 0] -= free[0]
        matrix[-1, -1] -= free[1]
    return np.linalg.eigh(matrix)
