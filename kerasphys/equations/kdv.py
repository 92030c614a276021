"""The Korteweg–de Vries equation."""

from kerasphys._registry import serializable


@serializable
def kdv(u, u_t, u_x, u_xxx, dispersion):
    """The residual `u_t + u u_x + δ u_xxx` of the Korteweg–de Vries equation on a line.

    Long waves `u` of small height on shallow water: steepening is balanced by the dispersion `δ`,
    and solitons pass through each other unchanged. Mind the scaling of `u`: with a factor 6 before
    `u u_x`, another common form, solutions are smaller by that factor.

    Args:
        u: The height of the wave.
        u_t: Its derivative with respect to time.
        u_x: Its first derivative along the line.
        u_xxx: Its third derivative along the line.
        dispersion: `δ`, length cubed per time.

    Returns:
        The residual, one value for each point.

    Example:
        ```python
        import kerasphys as kp

        # u = x / (1 + t) at x = 1, t = 1
        assert kp.equations.kdv(0.5, u_t=-0.25, u_x=0.5, u_xxx=0.0, dispersion=0.0025) == 0.0
        ```

    Reference:
        Zabusky and Kruskal, Physical Review Letters 15, 1965,
        https://doi.org/10.1103/PhysRevLett.15.240
    """
    return u_t + u * u_x + dispersion * u_xxx
