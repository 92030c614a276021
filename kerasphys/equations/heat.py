"""The heat equation."""

from kerasphys._registry import serializable


@serializable
def heat(u_t, laplacian_u, diffusivity):
    """The residual `u_t - κ Δu` of the heat equation, in any number of dimensions.

    The temperature or concentration `u` rises where it is below its mean over the neighbourhood. A
    positive residual means that it rises faster than diffusion alone would make it.

    Args:
        u_t: Derivative of `u` with respect to time.
        laplacian_u: The Laplacian `Δu` in space.
        diffusivity: `κ`, positive, length squared per time.

    Returns:
        The residual, one value for each point.

    Example:
        ```python
        import kerasphys as kp

        # u = x² + 2 κ t
        assert kp.equations.heat(u_t=0.5, laplacian_u=2.0, diffusivity=0.25) == 0.0
        ```

    Reference:
        Evans, Partial Differential Equations, 2nd edition, section 2.3.
    """
    return u_t - diffusivity * laplacian_u
