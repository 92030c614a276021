"""Steady advection and diffusion on a line."""

from kerasphys._registry import serializable


@serializable
def advection_diffusion(u_x, u_xx, velocity, diffusivity, source):
    """The residual `a u_x - κ u_xx - f` of steady advection and diffusion on a line.

    What flows out of a point less what is produced there: `u` is carried along with the velocity
    `a`, spreads with the diffusivity `κ`, and is produced at the rate `f`.

    Args:
        u_x: First derivative of `u` along the line.
        u_xx: Second derivative.
        velocity: `a`, of either sign.
        diffusivity: `κ`, positive.
        source: `f`; 0.0 where there is none.

    Returns:
        The residual, one value for each point.

    Example:
        ```python
        import kerasphys as kp

        # u = x² at x = 3
        r = kp.equations.advection_diffusion(6.0, 2.0, velocity=1.0, diffusivity=0.5, source=5.0)
        assert r == 0.0
        ```

    Reference:
        Ray, Pinti and Oberai, https://arxiv.org/abs/2301.00942, equation (4.1).
    """
    return velocity * u_x - diffusivity * u_xx - source
