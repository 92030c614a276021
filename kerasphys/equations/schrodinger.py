"""Schrödinger's equation as two real fields."""

from kerasphys._registry import serializable


@serializable
def schrodinger(u, v, u_t, v_t, laplacian_u, laplacian_v, potential):
    """The residuals of Schrödinger's equation, in any number of dimensions.

    `i ψ_t = -Δψ / 2 + V ψ` for the wave function `ψ = u + i v`, in units in which the mass and
    Planck's constant `ħ` are one: `u_t + Δv / 2 - V v` and `v_t - Δu / 2 + V u`.

    Args:
        u: The real part of `ψ`.
        v: The imaginary part of `ψ`.
        u_t: Derivative of `u` with respect to time.
        v_t: Derivative of `v` with respect to time.
        laplacian_u: The Laplacian `Δu` in space.
        laplacian_v: The Laplacian `Δv` in space.
        potential: `V`; 0.0 for a free particle.

    Returns:
        A dict of the residuals `real` and `imaginary`, one value of each for each point.

    Example:
        ```python
        import kerasphys as kp

        # a state of the energy V: ψ = exp(-i V t) at t = 0
        residuals = kp.equations.schrodinger(
            u=1.0, v=0.0, u_t=0.0, v_t=-3.0, laplacian_u=0.0, laplacian_v=0.0, potential=3.0
        )
        assert residuals == {"real": 0.0, "imaginary": 0.0}
        ```

    Reference:
        Griffiths, Introduction to Quantum Mechanics, 2nd edition, 2005, section 1.1.
    """
    return {
        "real": u_t + laplacian_v / 2 - potential * v,
        "imaginary": v_t - laplacian_u / 2 + potential * u,
    }
