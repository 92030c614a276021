"""The Allen–Cahn equation."""

from kerasphys._registry import serializable


@serializable
def allen_cahn(u, u_t, u_xx, diffusivity, reaction):
    """The residual `u_t - D u_xx + r (u³ - u)` of the Allen–Cahn equation on a line.

    The order parameter `u` of a mixture that separates into the phases `u = -1` and `u = 1`, with
    interfaces of width `√(2 D / r)` between them.

    Args:
        u: The order parameter.
        u_t: Its derivative with respect to time.
        u_xx: Its second derivative along the line.
        diffusivity: `D`, positive, length squared per time.
        reaction: `r`, positive, per time.

    Returns:
        The residual, one value for each point.

    Example:
        ```python
        import kerasphys as kp

        # a pure phase is at rest
        assert kp.equations.allen_cahn(1.0, 0.0, 0.0, diffusivity=1e-4, reaction=5.0) == 0.0
        ```

    Reference:
        Allen and Cahn, Acta Metallurgica 27, 1979, https://doi.org/10.1016/0001-6160(79)90196-2
    """
    return u_t - diffusivity * u_xx + reaction * (u**3 - u)
