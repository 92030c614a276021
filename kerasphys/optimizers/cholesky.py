"""Symmetric positive definite systems, by an elimination that suits XLA."""

from __future__ import annotations

import tensorflow as tf

BLOCK = 64


def solve(matrix: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """The solution of `matrix x = right`; NaN where the matrix is not positive definite.

    `tf.linalg.cholesky` becomes a loop over single columns under XLA on CPU. Here the columns are
    taken in blocks, so that nearly all of the work is in matrix products.

    Args:
        matrix: Tensor of shape `(n, n)`, symmetric, `n` static.
        right: Tensor of shape `(n,)`.
    """
    n = matrix.shape[0]
    starts = range(0, n, BLOCK)
    columns: list[tf.Tensor] = []  # of the factor, each from its diagonal block down
    inverses: list[tf.Tensor] = []  # of the diagonal blocks
    for start in starts:
        width = min(BLOCK, n - start)
        panel = matrix[start:, start : start + width]
        if columns:
            left = tf.concat(
                [c[start - j :] for j, c in zip(starts, columns, strict=False)], axis=1
            )
            panel -= tf.matmul(left, left[:width], transpose_b=True)
        factor, inverse = _small(panel[:width])
        below = tf.matmul(panel[width:], inverse, transpose_b=True)
        columns.append(tf.concat([factor, below], axis=0))
        inverses.append(inverse)
    forward: list[tf.Tensor] = []
    rest = right
    for column, inverse in zip(columns, inverses, strict=True):
        width = inverse.shape[0]
        forward.append(tf.linalg.matvec(inverse, rest[:width]))
        rest = rest[width:] - tf.linalg.matvec(column[width:], forward[-1])
    solution = right[:0]
    for column, inverse, part in zip(columns[::-1], inverses[::-1], forward[::-1], strict=True):
        width = inverse.shape[0]
        part -= tf.linalg.matvec(column[width:], solution, transpose_a=True)
        solution = tf.concat([tf.linalg.matvec(inverse, part, transpose_a=True), solution], axis=0)
    return solution


def _small(matrix: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The Cholesky factor of a small matrix and its inverse, by elimination of `[A I]`."""
    n = matrix.shape[0]
    rows = tf.range(n)

    def eliminate(j: tf.Tensor, both: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        row, column = tf.gather(both, j), tf.gather(both, j, axis=1)
        pivot = tf.gather(row, j)
        below = tf.where(rows > j, column / pivot, 0)
        scale = tf.where(rows == j, tf.math.rsqrt(pivot), 1)
        return j + 1, (both - below[:, tf.newaxis] * row) * scale[:, tf.newaxis]

    _, both = tf.while_loop(
        lambda j, _: j < n,
        eliminate,
        (tf.constant(0), tf.concat([matrix, tf.eye(n, dtype=matrix.dtype)], axis=1)),
        maximum_iterations=n,
    )
    factor = tf.linalg.band_part(tf.transpose(both[:, :n]), -1, 0)
    return factor, tf.linalg.band_part(both[:, n:], -1, 0)
