"""The Brusselator: a chemical clock, with diffusion."""

from kerasphys._registry import serializable


@serializable
def brusselator(u, v, u_t, v_t, laplacian_u, laplacian_v, diffusivity_u, diffusivity_v, a, b):
    """The residuals of the Brusselator with diffusion, in any number of dimensions.

    `u_t - D_u Δu - A + (B + 1) u - u² v` and `v_t - D_v Δv - B u + u² v`. The state of rest
    `u = A`, `v = B / A` gives way to oscillations where `B > 1 + A²`, and to a pattern in space
    where `B > (1 + A √(D_u / D_v))²`.

    Args:
        u: The concentration of the activator.
        v: The concentration of the inhibitor.
        u_t: Derivative of `u` with respect to time.
        v_t: Derivative of `v` with respect to time.
        laplacian_u: The Laplacian `Δu` in space.
        laplacian_v: The Laplacian `Δv` in space.
        diffusivity_u: `D_u`, positive, length squared per time.
        diffusivity_v: `D_v`, positive.
        a: The concentration `A` of the first reactant, positive.
        b: The concentration `B` of the second, positive.

    Returns:
        A dict of the residuals `activator` and `inhibitor`, one value of each for each point.

    Example:
        ```python
        import kerasphys as kp

        # at rest: u = A, v = B / A
        residuals = kp.equations.brusselator(
            u=1.0, v=3.0, u_t=0.0, v_t=0.0, laplacian_u=0.0, laplacian_v=0.0,
            diffusivity_u=1.0, diffusivity_v=8.0, a=1.0, b=3.0,
        )
        assert residuals == {"activator": 0.0, "inhibitor": 0.0}
        ```

    Reference:
        Prigogine and Lefever, Journal of Chemical Physics 48, 1968,
        https://doi.org/10.1063/1.1668896
    """
    return {
        "activator": u_t - diffusivity_u * laplacian_u - a + (b + 1) * u - u**2 * v,
        "inhibitor": v_t - diffusivity_v * laplacian_v - b * u + u**2 * v,
    }
