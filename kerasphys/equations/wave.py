"""The wave equation."""

from kerasphys._registry import serializable


@serializable
def wave(u_tt, laplacian_u, speed):
    """The residual `u_tt - c² Δu` of the wave equation, in any number of dimensions.

    Small displacements `u` of a string or membrane, or sound, without damping. A positive
    residual means an acceleration beyond that of the restoring force.

    Args:
        u_tt: Second derivative of `u` with respect to time.
        laplacian_u: The Laplacian `Δu` in space.
        speed: `c`, length per time.

    Returns:
        The residual, one value for each point.

    Example:
        ```python
        import kerasphys as kp

        # u = (x - c t)²
        assert kp.equations.wave(u_tt=8.0, laplacian_u=2.0, speed=2.0) == 0.0
        ```

    Reference:
        Evans, Partial Differential Equations, 2nd edition, section 2.4.
    """
    return u_tt - speed**2 * laplacian_u
