"""Burgers' equation."""

from kerasphys._registry import serializable


@serializable
def burgers(u, u_t, u_x, u_xx, viscosity):
    """The residual `u_t + u u_x - ν u_xx` of Burgers' equation on a line.

    A velocity `u` that carries itself along and is smoothed by the viscosity `ν`: fronts steepen
    until both effects balance, over a distance of order `ν / |u|`.

    Args:
        u: The velocity.
        u_t: Its derivative with respect to time.
        u_x: Its first derivative along the line.
        u_xx: Its second derivative along the line.
        viscosity: `ν`, positive, length squared per time.

    Returns:
        The residual, one value for each point.

    Example:
        ```python
        import kerasphys as kp

        # u = x / (1 + t) at x = 1, t = 1
        assert kp.equations.burgers(0.5, u_t=-0.25, u_x=0.5, u_xx=0.0, viscosity=0.1) == 0.0
        ```

    Reference:
        Burgers, Advances in Applied Mechanics 1, 1948,
        https://doi.org/10.1016/S0065-2156(08)70100-5
    """
    return u_t + u * u_x - viscosity * u_xx
