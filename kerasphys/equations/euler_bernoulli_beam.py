"""The bending of a slender beam."""

from kerasphys._registry import serializable


@serializable
def euler_bernoulli_beam(u_tt, u_xxxx, mass_per_length, flexural_rigidity, load):
    """The residual `ρA u_tt + EI u_xxxx - q` of a uniform Euler–Bernoulli beam.

    Small deflections `u` of a slender beam, whose cross-sections stay plane and normal to its
    axis; shear and rotary inertia are neglected. The bending moment is `EI u_xx`, the shear force
    `EI u_xxx`, up to the sign convention. For a static beam set `mass_per_length` to 0.0.

    Args:
        u_tt: Second derivative of the deflection with respect to time.
        u_xxxx: Its fourth derivative along the beam.
        mass_per_length: `ρA`, density times area of the cross-section.
        flexural_rigidity: `EI`, Young's modulus times second moment of area, positive, the same
            all along the beam.
        load: `q`, force per length in the direction of `u`; 0.0 where there is none.

    Returns:
        The residual, one value for each point, force per length.

    Example:
        ```python
        import kerasphys as kp

        # at rest under its uniform load: u = q x² (l - x)² / (24 EI), clamped at both ends
        r = kp.equations.euler_bernoulli_beam(
            u_tt=0.0, u_xxxx=0.5, mass_per_length=3.0, flexural_rigidity=4.0, load=2.0
        )
        assert r == 0.0
        ```

    Reference:
        Timoshenko, Young and Weaver, Vibration Problems in Engineering, 4th edition, 1974,
        chapter 5.
    """
    return mass_per_length * u_tt + flexural_rigidity * u_xxxx - load
