"""Poisson's equation."""

from kerasphys._registry import serializable


@serializable
def poisson(laplacian_u, source):
    """The residual `-Δu - f` of Poisson's equation, in any number of dimensions.

    The potential `u` of the source density `f`. The sign makes the operator positive: a positive
    source raises `u`. With `source=0.0` it is Laplace's equation.

    Args:
        laplacian_u: The Laplacian `Δu`.
        source: `f`; 0.0 where there is none.

    Returns:
        The residual, one value for each point.

    Example:
        ```python
        import kerasphys as kp

        # u = (1 - x² - y²) / 4
        assert kp.equations.poisson(laplacian_u=-1.0, source=1.0) == 0.0
        ```

    Reference:
        Evans, Partial Differential Equations, 2nd edition, section 2.2.
    """
    return -laplacian_u - source
