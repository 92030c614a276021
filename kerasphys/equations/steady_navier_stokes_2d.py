"""The steady flow of an incompressible fluid in the plane."""

from kerasphys._registry import serializable


@serializable
def steady_navier_stokes_2d(
    u,
    v,
    u_x,
    u_y,
    v_x,
    v_y,
    p_x,
    p_y,
    laplacian_u,
    laplacian_v,
    viscosity,
    force_x,
    force_y,
):
    """The residuals of the steady incompressible Navier–Stokes equations in the plane.

    With the velocity `w = (u, v)`, momentum `(w·∇) w + ∇p - ν Δw - f` and continuity `∇·w`. The
    density is one, as in `navier_stokes_2d`, and the level of the pressure must be fixed elsewhere.

    Args:
        u: The velocity along `x`.
        v: The velocity along `y`.
        u_x: First derivatives of the velocities, `u_x`, `u_y`, `v_x`, `v_y`.
        u_y: See `u_x`.
        v_x: See `u_x`.
        v_y: See `u_x`.
        p_x: Derivative of the pressure along `x`.
        p_y: Derivative of the pressure along `y`.
        laplacian_u: The Laplacian `Δu`.
        laplacian_v: The Laplacian `Δv`.
        viscosity: The kinematic viscosity `ν`, positive, length squared per time.
        force_x: `f` along `x`, force per mass; 0.0 where there is none.
        force_y: `f` along `y`; 0.0 where there is none.

    Returns:
        A dict of the residuals `momentum_x`, `momentum_y` and `continuity`, one value of each for
        each point.

    Example:
        ```python
        import kerasphys as kp

        # a channel flow u = y (1 - y), driven by the pressure p = -2 ν x, at y = 1/4
        residuals = kp.equations.steady_navier_stokes_2d(
            u=0.1875, v=0.0, u_x=0.0, u_y=0.5, v_x=0.0, v_y=0.0, p_x=-1.0, p_y=0.0,
            laplacian_u=-2.0, laplacian_v=0.0, viscosity=0.5, force_x=0.0, force_y=0.0,
        )
        assert residuals == {"momentum_x": 0.0, "momentum_y": 0.0, "continuity": 0.0}
        ```

    Reference:
        Batchelor, An Introduction to Fluid Dynamics, 1967, section 3.3.
    """
    return {
        "momentum_x": u * u_x + v * u_y + p_x - viscosity * laplacian_u - force_x,
        "momentum_y": u * v_x + v * v_y + p_y - viscosity * laplacian_v - force_y,
        "continuity": u_x + v_y,
    }
