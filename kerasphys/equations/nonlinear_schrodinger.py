"""The cubic Schrödinger equation as two real fields."""

from kerasphys._registry import serializable


@serializable
def nonlinear_schrodinger(u, v, u_t, v_t, laplacian_u, laplacian_v, potential, interaction):
    """The residuals of the cubic Schrödinger equation, in any number of dimensions.

    `i ψ_t = -Δψ / 2 + V ψ + g |ψ|² ψ` for `ψ = u + i v`: light in a fibre, waves on deep water, or,
    with a potential, a condensate of atoms (Gross and Pitaevskii). With `g < 0` waves attract
    themselves, and there are bright solitons; with `g > 0` they spread.

    Args:
        u: The real part of `ψ`.
        v: The imaginary part of `ψ`.
        u_t: Derivative of `u` with respect to time.
        v_t: Derivative of `v` with respect to time.
        laplacian_u: The Laplacian `Δu` in space.
        laplacian_v: The Laplacian `Δv` in space.
        potential: `V`; 0.0 where there is none.
        interaction: `g`, of either sign.

    Returns:
        A dict of the residuals `real` and `imaginary`, one value of each for each point.

    Example:
        ```python
        import kerasphys as kp

        # a uniform condensate: ψ = exp(-i g t) at t = 0
        residuals = kp.equations.nonlinear_schrodinger(
            u=1.0, v=0.0, u_t=0.0, v_t=-2.0, laplacian_u=0.0, laplacian_v=0.0,
            potential=0.0, interaction=2.0,
        )
        assert residuals == {"real": 0.0, "imaginary": 0.0}
        ```

    Reference:
        Sulem and Sulem, The Nonlinear Schrödinger Equation, 1999, section 1.1.
    """
    density = u**2 + v**2
    return {
        "real": u_t + laplacian_v / 2 - (potential + interaction * density) * v,
        "imaginary": v_t - laplacian_u / 2 + (potential + interaction * density) * u,
    }
