"""FitzHugh's and Nagumo's excitable medium."""

from kerasphys._registry import serializable


@serializable
def fitzhugh_nagumo(u, v, u_t, v_t, laplacian_u, diffusivity, rate, offset, damping, current):
    """The residuals of the FitzHugh–Nagumo equations, in any number of dimensions.

    `u_t - D Δu - u + u³/3 + v - I` and `v_t - ε (u + a - b v)`: the voltage `u` of a nerve is
    quick, and spreads; the recovery `v` follows slowly and switches it off again.

    Args:
        u: The voltage.
        v: The recovery variable.
        u_t: Derivative of `u` with respect to time.
        v_t: Derivative of `v` with respect to time.
        laplacian_u: The Laplacian `Δu` in space.
        diffusivity: `D`, length squared per time; 0.0 for a single cell.
        rate: `ε`, positive, small against one.
        offset: `a`, 0.7 in FitzHugh's paper.
        damping: `b`, 0.8 in FitzHugh's paper.
        current: `I`, what excites; 0.0 where there is none.

    Returns:
        A dict of the residuals `voltage` and `recovery`, one value of each for each point.

    Example:
        ```python
        import kerasphys as kp

        # at rest: v = u - u³/3 and u + a = b v
        residuals = kp.equations.fitzhugh_nagumo(
            u=-3.0, v=6.0, u_t=0.0, v_t=0.0, laplacian_u=0.0,
            diffusivity=1.0, rate=0.08, offset=6.0, damping=0.5, current=0.0,
        )
        assert residuals == {"voltage": 0.0, "recovery": 0.0}
        ```

    Reference:
        FitzHugh, Biophysical Journal 1, 1961, https://doi.org/10.1016/S0006-3495(61)86902-6
    """
    return {
        "voltage": u_t - diffusivity * laplacian_u - u + u**3 / 3 + v - current,
        "recovery": v_t - rate * (u + offset - damping * v),
    }
