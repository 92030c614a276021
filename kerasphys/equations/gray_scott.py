"""Gray and Scott's autocatalytic reaction, with diffusion."""

from kerasphys._registry import serializable


@serializable
def gray_scott(u, v, u_t, v_t, laplacian_u, laplacian_v, diffusivity_u, diffusivity_v, feed, kill):
    """The residuals of the Gray–Scott system, in any number of dimensions.

    `u_t - D_u Δu + u v² - F (1 - u)` and `v_t - D_v Δv - u v² + (F + k) v`: the reaction
    `U + 2 V → 3 V` in a well-fed gel, `U` fed in and both washed out at the rate `F`, `V` decaying
    at the rate `k`. Spots, stripes and waves, from small changes of `F` and `k`.

    Args:
        u: The concentration of the substrate, 1 in the feed.
        v: The concentration of the catalyst.
        u_t: Derivative of `u` with respect to time.
        v_t: Derivative of `v` with respect to time.
        laplacian_u: The Laplacian `Δu` in space.
        laplacian_v: The Laplacian `Δv` in space.
        diffusivity_u: `D_u`, positive, length squared per time.
        diffusivity_v: `D_v`, positive.
        feed: `F`, positive, per time.
        kill: `k`, positive, per time.

    Returns:
        A dict of the residuals `substrate` and `catalyst`, one value of each for each point.

    Example:
        ```python
        import kerasphys as kp

        # without catalyst the feed is at rest
        residuals = kp.equations.gray_scott(
            u=1.0, v=0.0, u_t=0.0, v_t=0.0, laplacian_u=0.0, laplacian_v=0.0,
            diffusivity_u=2e-5, diffusivity_v=1e-5, feed=0.04, kill=0.06,
        )
        assert residuals == {"substrate": 0.0, "catalyst": 0.0}
        ```

    Reference:
        Pearson, Science 261, 1993, https://doi.org/10.1126/science.261.5118.189
    """
    return {
        "substrate": u_t - diffusivity_u * laplacian_u + u * v**2 - feed * (1 - u),
        "catalyst": v_t - diffusivity_v * laplacian_v - u * v**2 + (feed + kill) * v,
    }
