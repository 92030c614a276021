"""The flow of an incompressible fluid in the plane, in time."""

from kerasphys._registry import serializable


@serializable
def navier_stokes_2d(
    u,
    v,
    u_t,
    v_t,
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
    """The residuals of the incompressible Navier–Stokes equations in the plane.

    With the velocity `w = (u, v)`, momentum `w_t + (w·∇) w + ∇p - ν Δw - f` and continuity
    `∇·w`. The density is one: `p` is the pressure divided by it, and only its gradient enters, so
    that a condition elsewhere must fix its level, such as `kp.Integral(lambda p: p)`. In units of a
    reference length and speed the viscosity is the inverse of the Reynolds number.

    Args:
        u: The velocity along `x`.
        v: The velocity along `y`.
        u_t: Derivative of `u` with respect to time.
        v_t: Derivative of `v` with respect to time.
        u_x: First derivatives of the velocities, `u_x`, `u_y`, `v_x`, `v_y`.
        u_y: See `u_x`.
        v_x: See `u_x`.
        v_y: See `u_x`.
        p_x: Derivative of the pressure along `x`.
        p_y: Derivative of the pressure along `y`.
        laplacian_u: The Laplacian `Δu` in space.
        laplacian_v: The Laplacian `Δv` in space.
        viscosity: The kinematic viscosity `ν`, positive, length squared per time.
        force_x: `f` along `x`, force per mass; 0.0 where there is none.
        force_y: `f` along `y`; 0.0 where there is none.

    Returns:
        A dict of the residuals `momentum_x`, `momentum_y` and `continuity`, one value of each for
        each point.

    Example:
        ```python
        import kerasphys as kp

        domain = kp.geometry.Box((0, 0), (1, 1)) * kp.geometry.Interval(0, 1, "t")
        problem = kp.Problem(
            domain,
            fields=["u", "v", "p"],
            parameters={"viscosity": 0.01},
            conditions={
                "flow": kp.Residual(kp.equations.navier_stokes_2d, force_x=0.0, force_y=0.0),
                "walls": kp.Dirichlet(u=0.0, v=0.0, on=domain.boundary("x", "y")),
            },
        )
        ```

    Reference:
        Batchelor, An Introduction to Fluid Dynamics, 1967, section 3.3.
    """
    return {
        "momentum_x": u_t + u * u_x + v * u_y + p_x - viscosity * laplacian_u - force_x,
        "momentum_y": v_t + u * v_x + v * v_y + p_y - viscosity * laplacian_v - force_y,
        "continuity": u_x + v_y,
    }
