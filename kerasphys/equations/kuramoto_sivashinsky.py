"""The Kuramoto–Sivashinsky equation."""

from kerasphys._registry import serializable


@serializable
def kuramoto_sivashinsky(u, u_t, u_x, u_xx, u_xxxx, antidiffusion, hyperviscosity):
    """The residual `u_t + u u_x + α u_xx + β u_xxxx` of the Kuramoto–Sivashinsky equation.

    The slope `u` of a flame front, or of a film that flows down a wall. Waves longer than
    `2π √(β / α)` grow by the negative diffusion, shorter ones decay by the fourth derivative, and
    the nonlinear term carries energy from the first to the second: on a long line the result is
    chaotic. The scaled form of the literature has `α = β = 1`.

    Args:
        u: The slope.
        u_t: Its derivative with respect to time.
        u_x: Its first derivative along the line.
        u_xx: Its second derivative along the line.
        u_xxxx: Its fourth derivative along the line.
        antidiffusion: `α`, positive, length squared per time.
        hyperviscosity: `β`, positive, length to the fourth per time.

    Returns:
        The residual, one value for each point.

    Example:
        ```python
        import kerasphys as kp

        # u = x / (1 + t) at x = 1, t = 1
        r = kp.equations.kuramoto_sivashinsky(
            0.5, u_t=-0.25, u_x=0.5, u_xx=0.0, u_xxxx=0.0, antidiffusion=1.0, hyperviscosity=1.0
        )
        assert r == 0.0
        ```

    Reference:
        Sivashinsky, Acta Astronautica 4, 1977, https://doi.org/10.1016/0094-5765(77)90096-0;
        Kassam and Trefethen, 2005, https://doi.org/10.1137/S1064827502410633, section 4.
    """
    return u_t + u * u_x + antidiffusion * u_xx + hyperviscosity * u_xxxx
