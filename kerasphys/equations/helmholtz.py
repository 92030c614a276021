"""The Helmholtz equation."""

from kerasphys._registry import serializable


@serializable
def helmholtz(u, laplacian_u, wavenumber, source):
    """The residual `Δu + k² u - f` of the Helmholtz equation, in any number of dimensions.

    The amplitude `u` of waves of one frequency, with the wavenumber `k = ω / c`, forced by `f`.
    Note that the Laplacian has a positive sign here, and a negative one in `poisson`.

    Args:
        u: The field.
        laplacian_u: The Laplacian `Δu`.
        wavenumber: `k`, radians per length.
        source: `f`; 0.0 where there is none.

    Returns:
        The residual, one value for each point.

    Example:
        ```python
        import kerasphys as kp

        # a plane wave, Δu = -k² u
        assert kp.equations.helmholtz(0.5, laplacian_u=-2.0, wavenumber=2.0, source=0.0) == 0.0
        ```

    Reference:
        Colton and Kress, Inverse Acoustic and Electromagnetic Scattering Theory, section 2.1.
    """
    return laplacian_u + wavenumber**2 * u - source
