"""The flow of an incompressible fluid in space and time."""

from kerasphys._registry import serializable


@serializable
def navier_stokes_3d(
    u,
    v,
    w,
    u_t,
    v_t,
    w_t,
    u_x,
    u_y,
    u_z,
    v_x,
    v_y,
    v_z,
    w_x,
    w_y,
    w_z,
    p_x,
    p_y,
    p_z,
    laplacian_u,
    laplacian_v,
    laplacian_w,
    viscosity,
    force_x,
    force_y,
    force_z,
):
    """The residuals of the incompressible Navier–Stokes equations in space.

    With the velocity `q = (u, v, w)`, momentum `q_t + (q·∇) q + ∇p - ν Δq - f` and continuity
    `∇·q`. The density is one: `p` is the pressure divided by it, and only its gradient enters, so
    that a condition elsewhere must fix its level, such as `kp.Integral(lambda p: p)`.

    Args:
        u: The velocity along `x`.
        v: The velocity along `y`.
        w: The velocity along `z`.
        u_t: Derivative of `u` with respect to time.
        v_t: Derivative of `v` with respect to time.
        w_t: Derivative of `w` with respect to time.
        u_x: First derivatives of the velocities, from `u_x` to `w_z`.
        u_y: See `u_x`.
        u_z: See `u_x`.
        v_x: See `u_x`.
        v_y: See `u_x`.
        v_z: See `u_x`.
        w_x: See `u_x`.
        w_y: See `u_x`.
        w_z: See `u_x`.
        p_x: Derivative of the pressure along `x`.
        p_y: Derivative of the pressure along `y`.
        p_z: Derivative of the pressure along `z`.
        laplacian_u: The Laplacian `Δu` in space.
        laplacian_v: The Laplacian `Δv` in space.
        laplacian_w: The Laplacian `Δw` in space.
        viscosity: The kinematic viscosity `ν`, positive, length squared per time.
        force_x: `f` along `x`, force per mass; 0.0 where there is none.
        force_y: `f` along `y`; 0.0 where there is none.
        force_z: `f` along `z`; 0.0 where there is none.

    Returns:
        A dict of the residuals `momentum_x`, `momentum_y`, `momentum_z` and `continuity`, one value
        of each for each point.

    Example:
        ```python
        import kerasphys as kp

        domain = kp.geometry.Box((0, 0, 0), (1, 1, 1)) * kp.geometry.Interval(0, 1, "t")
        problem = kp.Problem(
            domain,
            fields=["u", "v", "w", "p"],
            parameters={"viscosity": 0.01},
            conditions={
                "flow": kp.Residual(
                    kp.equations.navier_stokes_3d, force_x=0.0, force_y=0.0, force_z=-9.81
                ),
                "floor": kp.Dirichlet(u=0.0, v=0.0, w=0.0, on=domain.start("z")),
            },
        )
        ```

    Reference:
        Batchelor, An Introduction to Fluid Dynamics, 1967, section 3.3.
    """
    return {
        "momentum_x": u_t + u * u_x + v * u_y + w * u_z + p_x - viscosity * laplacian_u - force_x,
        "momentum_y": v_t + u * v_x + v * v_y + w * v_z + p_y - viscosity * laplacian_v - force_y,
        "momentum_z": w_t + u * w_x + v * w_y + w * w_z + p_z - viscosity * laplacian_w - force_z,
        "continuity": u_x + v_y + w_z,
    }
