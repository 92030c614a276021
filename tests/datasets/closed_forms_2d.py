"""Outputs of the generators in two dimensions, beside those of a closed form or another method."""

import numpy as np
import scipy

from tests.datasets.test_generators import make


def advection_and_diffusion():
    """In Fourier space, with shifts that do not fit the grid."""
    data = make("advection_diffusion_2d", resolution=32, velocity=(0.3, -0.7), diffusivity=0.01)
    k = 2j * np.pi * np.fft.fftfreq(32, 1 / 32)
    kx, ky = k[:, None], k
    symbol = np.exp(0.5 * (0.01 * (kx**2 + ky**2) - 0.3 * kx + 0.7 * ky))
    start, later = (field[..., 0] for field in data.train)
    return later, np.fft.ifft2(symbol * np.fft.fft2(start)).real


def stirred_flow():
    """With the advective form of the equation, and a Runge-Kutta method with error control."""
    options = dict(resolution=32, viscosity=5e-3, modes=5, sigma=150.0, interval=0.5)
    data = make("navier_stokes_2d", **options, samples=3, validation=1, test=1)
    start, states = data.train
    k = 2 * np.pi * np.fft.fftfreq(32, 1 / 32)
    kx, ky = k[:, None], k
    square = kx**2 + ky**2
    inverse = 1 / np.where(square == 0, np.inf, square)
    x = np.arange(32) / 32
    phase = 2 * np.pi * (x[:, None] + x)

    def rate(_, flat):
        w = np.fft.fft2(flat.reshape(32, 32))
        fields = (1j * ky * inverse * w, -1j * kx * inverse * w, 1j * kx * w, 1j * ky * w)
        u, v, w_x, w_y = (np.fft.ifft2(field).real for field in fields)
        diffusion = np.fft.ifft2(-5e-3 * square * w).real
        return (diffusion - u * w_x - v * w_y + 0.1 * (np.sin(phase) + np.cos(phase))).ravel()

    end = scipy.integrate.solve_ivp(
        rate, (0, 1), start[0, ..., 0].ravel(), "DOP853", rtol=1e-8, atol=1e-10
    )
    return states[0, 1, ..., 0].ravel(), end.y[:, -1]


def reaction_at_a_point():
    """Without diffusion each point has an ordinary differential equation of its own."""
    data = make("reaction_diffusion_2d", diffusivity=0.0, inhibitor_diffusivity=0.0)
    start, states = data.train

    def rate(_, flat):
        u, v = flat.reshape(2, -1)
        return np.concatenate([u - u**3 - 5e-3 - v, u - v])

    at = np.moveaxis(start, -1, 0).ravel()
    end = scipy.integrate.solve_ivp(rate, (0, 1), at, "DOP853", rtol=1e-10, atol=1e-12)
    return np.moveaxis(states[:, 1], -1, 0).ravel(), end.y[:, -1]


def flux_around_the_square():
    """Without a source, with `κ = 3` everywhere: harmonic, so it is the sum over four sides."""
    data = make("elliptic_2d", resolution=17, refine=4, kind="piecewise", conductivities=(3.0, 3.0))
    g, x = data.train.inputs["g"], np.linspace(0, 1, 17)
    corners = g[:, [0, 16, 32, 48]]
    a, b = x[:, None], x
    shapes = np.stack([(1 - a) * (1 - b), a * (1 - b), a * b, (1 - a) * b])
    exact = np.einsum("nc,cxy->nxy", corners, shapes)
    k = np.pi * np.arange(1, 17)
    sines = np.sin(np.outer(x, k))
    away = np.sinh(np.outer(1 - x, k)) / np.sinh(k)
    for side in range(4):
        along = np.concatenate([g, g[:, :1]], axis=1)[:, 16 * side : 16 * side + 17]
        ends = along[:, :1] * (1 - x) + along[:, -1:] * x
        waves = scipy.fft.dst((along - ends)[:, 1:-1], 1, axis=1) / 16
        part = np.einsum("nk,xk,yk->nxy", waves, sines[:, :15], away[:, :15])
        exact += np.rot90(part, side, axes=(1, 2))
    return data.train.outputs.reshape(-1, 17, 17), exact


CLOSED_2D = {
    "advection-diffusion": (advection_and_diffusion, 1e-12),
    "navier-stokes": (stirred_flow, 1e-5),
    "fitzhugh-nagumo": (reaction_at_a_point, 1e-5),
    "elliptic": (flux_around_the_square, 1e-2),
}
