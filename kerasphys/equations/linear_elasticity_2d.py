"""The equilibrium of an elastic body under plane strain."""

from kerasphys._registry import serializable


@serializable
def linear_elasticity_2d(
    u_xx, u_xy, u_yy, v_xx, v_xy, v_yy, lame_lambda, lame_mu, force_x, force_y
):
    """The residuals `-∇·σ - f` of linear elasticity in the plane, isotropic and uniform.

    Small displacements `(u, v)` under plane strain, with the stress
    `σ = λ (u_x + v_y) I + μ (∇w + ∇wᵀ)`, `w = (u, v)`. From Young's modulus `E` and Poisson's ratio
    `ν`, `λ = E ν / ((1 + ν) (1 - 2ν))` and `μ = E / (2 (1 + ν))`; for plane stress take
    `λ = E ν / (1 - ν²)` instead. A traction on a boundary is a `kp.Residual` there.

    Args:
        u_xx: Second derivatives of the displacement `u` along `x`, from `u_xx` to `u_yy`.
        u_xy: See `u_xx`.
        u_yy: See `u_xx`.
        v_xx: Second derivatives of the displacement `v` along `y`, from `v_xx` to `v_yy`.
        v_xy: See `v_xx`.
        v_yy: See `v_xx`.
        lame_lambda: Lamé's first parameter `λ`, force per area.
        lame_mu: Lamé's second parameter `μ`, the shear modulus, positive, force per area.
        force_x: `f` along `x`, force per volume; 0.0 where there is none.
        force_y: `f` along `y`; 0.0 where there is none.

    Returns:
        A dict of the residuals `equilibrium_x` and `equilibrium_y`, one value of each for each
        point, force per volume.

    Example:
        ```python
        import kerasphys as kp

        # u = x² stretches the body: it takes the force -2 (λ + 2μ)
        residuals = kp.equations.linear_elasticity_2d(
            u_xx=2.0, u_xy=0.0, u_yy=0.0, v_xx=0.0, v_xy=0.0, v_yy=0.0,
            lame_lambda=1.0, lame_mu=0.5, force_x=-4.0, force_y=0.0,
        )
        assert residuals == {"equilibrium_x": 0.0, "equilibrium_y": 0.0}
        ```

    Reference:
        Landau and Lifshitz, Theory of Elasticity, 3rd edition, 1986, section 7.
    """
    return {
        "equilibrium_x": -(lame_lambda + lame_mu) * (u_xx + v_xy)
        - lame_mu * (u_xx + u_yy)
        - force_x,
        "equilibrium_y": -(lame_lambda + lame_mu) * (u_xy + v_yy)
        - lame_mu * (v_xx + v_yy)
        - force_y,
    }
