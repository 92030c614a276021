"""The steady flow of an incompressible fluid in space."""

from kerasphys._registry import serializable


@serializable
def steady_navier_stokes_3d(
    u,
    v,
    w,
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
    """The residuals of the steady incompressible Navier–Stokes equations in space.

    With the velocity `q = (u, v, w)`, momentum `(q·∇) q + ∇p - ν Δq - f` and continuity `∇·q`. The
    density is one, as in `navier_stokes_3d`, and the level of the pressure must be fixed elsewhere.

    Args:
        u: The velocity along `x`.
        v: The velocity along `y`.
        w: The velocity along `z`.
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
        laplacian_u: The Laplacian `Δu`.
        laplacian_v: The Laplacian `Δv`.
        laplacian_w: The Laplacian `Δw`.
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

        box = kp.geometry.Box((0, 0, 0), (1, 1, 1))
        problem = kp.Problem(
            box,
            fields=["u", "v", "w", "p"],
            parameters={"viscosity": kp.Unknown(0.1, lower=0.0)},
            conditions={
                "flow": kp.Residual(
                    kp.equations.steady_navier_stokes_3d, force_x=0.0, force_y=0.0, force_z=0.0
                ),
                "walls": kp.Dirichlet(u=0.0, v=0.0, w=0.0, on=box.boundary("x", "y")),
            },
        )
        ```

    Reference:
        Batchelor, An Introduction to Fluid Dynamics, 1967, section 3.3.
    """
    return {
        "momentum_x": u * u_x + v * u_y + w * u_z + p_x - viscosity * laplacian_u - force_x,
        "momentum_y": u * v_x + v * v_y + w * v_z + p_y - viscosity * laplacian_v - force_y,
        "momentum_z": u * w_x + v * w_y + w * w_z + p_z - viscosity * laplacian_w - force_z,
        "continuity": u_x + v_y + w_z,
    }
