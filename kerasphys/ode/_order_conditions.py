"""Rooted trees: what a Runge-Kutta method must satisfy to have an order."""

from __future__ import annotations

import functools
import itertools

import numpy as np

Tree = tuple  # of the subtrees at the root, sorted; the single vertex is ()


@functools.cache
def trees(order: int) -> tuple[Tree, ...]:
    """All rooted trees with at most `order` vertices: 1, 2, 4, 8, 17 for the orders 1 to 5."""
    found: list[Tree] = []
    for size in range(1, order + 1):
        found += sorted(set(_with_vertices(size)))
    return tuple(found)


@functools.cache
def _with_vertices(size: int) -> tuple[Tree, ...]:
    if size == 1:
        return ((),)
    return tuple(
        tuple(sorted(subtrees))
        for sizes in _partitions(size - 1)
        for subtrees in itertools.product(*map(_with_vertices, sizes))
    )


def _partitions(total: int, most: int | None = None) -> list[tuple[int, ...]]:
    if total == 0:
        return [()]
    largest = min(total, most or total)
    return [
        (first, *rest)
        for first in range(largest, 0, -1)
        for rest in _partitions(total - first, first)
    ]


def elementary_weights(tree: Tree, matrix: np.ndarray) -> tuple[np.ndarray, int, int]:
    """What a tree makes of a method.

    Args:
        tree: A rooted tree.
        matrix: That of the tableau, `(stages, stages)`.

    Returns:
        The vector `Φ_i` `(stages,)`, the vertices of the tree, and its density `γ`. The condition
        of the tree is `Σ b_i Φ_i = 1 / γ`.
    """
    phi, size, gamma = np.ones(len(matrix)), 1, 1
    for subtree in tree:
        below, vertices, density = elementary_weights(subtree, matrix)
        phi = phi * (matrix @ below)
        size += vertices
        gamma *= density
    return phi, size, size * gamma
