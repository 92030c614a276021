"""Convolution through Fourier coefficients: against sums over exponentials, and as operators."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from kerasphys.layers import SpectralConv
from kerasphys.layers._fourier import choose

GRIDS = {  # odd and even lengths, modes below and at the Nyquist wavenumber
    "8, to Nyquist": ((8,), 4),
    "9": ((9,), 4),
    "7 x 8, to Nyquist": ((7, 8), (2, 4)),
    "8 x 9, to Nyquist": ((8, 9), (4, 3)),
    "6 x 5 x 8": ((6, 5, 8), (3, 2, 4)),
}


def spectral(filters, modes, shape, dtype="float64", **kwargs):
    layer = SpectralConv(filters, modes, dtype=dtype, seed=0, **kwargs)
    layer.build(shape)
    return layer


def by_definition(u, layer):
    """The sum over wavenumbers, one by one; wavenumbers of the half that is not stored as well."""
    grid, axes = u.shape[1:-1], tuple(range(1, u.ndim - 1))
    means = np.fft.fftn(u, axes=axes) / np.prod(grid)
    matrices = layer.kernel.numpy()
    matrices = matrices[..., 0, :] + 1j * matrices[..., 1, :]
    x = np.meshgrid(*[np.arange(n) / n for n in grid], indexing="ij")
    total = np.zeros((len(u), *grid, layer.filters))
    for index in itertools.product(*[range(len(k)) for k in layer.wavenumbers()]):
        k = [along[i] for along, i in zip(layer.wavenumbers(), index, strict=True)]
        share = np.prod([0.5 if 2 * abs(j) == n else 1.0 for j, n in zip(k, grid, strict=True)])
        hat = share * means[(slice(None), *[j % n for j, n in zip(k, grid, strict=True)])]
        wave = np.exp(2j * np.pi * sum(j * along for j, along in zip(k, x, strict=True)))
        both = 2.0 if k[0] else 1.0  # -k adds the conjugate
        total += both * np.einsum("...,nc->n...c", wave, hat @ matrices[index]).real
    return total


@pytest.mark.parametrize("name", GRIDS)
def test_both_methods_are_the_definition(name, rng):
    grid, modes = GRIDS[name]
    u = rng.standard_normal((2, *grid, 3))
    free = tf.TensorSpec((None,) * (len(grid) + 1) + (3,), tf.float64)
    for method in ("matmul", "fft"):
        layer = spectral(2, modes, u.shape, method=method)
        expected = by_definition(u, layer)
        np.testing.assert_allclose(layer(u), expected, rtol=0, atol=1e-12)
        of_any_size = tf.function(layer, input_signature=[free])
        np.testing.assert_allclose(of_any_size(u), expected, rtol=0, atol=1e-12)


def test_both_methods_have_one_gradient_also_compiled(rng):
    u, v = rng.standard_normal((2, 2, 6, 5, 2))

    def gradients(layer):
        with tf.GradientTape() as tape:
            x = tf.constant(u)
            tape.watch(x)
            loss = tf.reduce_sum(layer(x) * v)
        return tape.gradient(loss, [x, layer.kernel.value])

    found = [
        tf.function(gradients, jit_compile=compiled)(spectral(2, 2, u.shape, method=method))
        for method, compiled in (("matmul", False), ("matmul", True), ("fft", False))
    ]
    for others in found[1:]:
        for one, other in zip(found[0], others, strict=True):
            np.testing.assert_allclose(other, one, rtol=0, atol=1e-13)


def test_it_differentiates_what_the_modes_resolve():
    n = 32
    x = 3.0 * np.arange(n) / n
    u = np.stack([np.sin(2 * np.pi * 5 * x / 3), np.exp(np.cos(2 * np.pi * x / 3))], axis=-1)[None]
    layer = spectral(2, n // 2, u.shape)
    layer.set_symbol(lambda k: 1j * k, lengths=3.0)
    k = 2 * np.pi * np.fft.fftfreq(n, 3.0 / n)
    k[n // 2] = 0.0  # the derivative of the Nyquist cosine vanishes on the grid
    expected = np.fft.ifft(1j * k[:, None] * np.fft.fft(u, axis=1), axis=1).real
    np.testing.assert_allclose(layer(u), expected, rtol=0, atol=1e-12)
    exact = 2 * np.pi * 5 / 3 * np.cos(2 * np.pi * 5 * x / 3)
    np.testing.assert_allclose(layer(u)[0, :, 0], exact, rtol=0, atol=1e-12)


def test_it_solves_the_heat_equation_exactly():
    diffusivity, time = 0.01, 2.0
    x, y = np.meshgrid(np.arange(16) / 16, 2 * np.arange(12) / 12, indexing="ij")
    phase = 2 * np.pi * (3 * x) - np.pi * (2 * y) + 0.4
    rate = diffusivity * ((6 * np.pi) ** 2 + (2 * np.pi) ** 2)
    u = (1.5 + np.cos(phase))[None, ..., None]
    layer = spectral(1, 4, u.shape)
    layer.set_symbol(
        lambda kx, ky: np.exp(-diffusivity * (kx**2 + ky**2) * time), lengths=(1.0, 2.0)
    )
    expected = 1.5 + np.exp(-rate * time) * np.cos(phase)
    np.testing.assert_allclose(layer(u)[0, ..., 0], expected, rtol=0, atol=1e-13)


def test_a_symbol_may_mix_channels(rng):
    u = rng.standard_normal((1, 9, 2))
    layer = spectral(3, 2, u.shape)
    matrix = rng.standard_normal((2, 3))
    layer.set_symbol(lambda k: np.ones_like(k)[:, None, None] * matrix)
    low = spectral(2, 2, u.shape)
    low.set_symbol(lambda k: 1.0)
    np.testing.assert_allclose(layer(u), low(u) @ matrix, rtol=0, atol=1e-14)


def test_values_at_shared_points_do_not_depend_on_the_grid(rng):
    layer = spectral(2, 12, (None, None, 1))
    waves, phases = np.arange(20), rng.uniform(0, 2 * np.pi, 20)
    amplitudes = rng.standard_normal(20)

    def field(n):
        x = np.arange(n)[:, None] / n
        return (np.cos(2 * np.pi * waves * x + phases) @ amplitudes)[None, :, None]

    coarse = layer(field(64)).numpy()
    assert coarse.std() > 0.1
    for factor in (2, 4):
        fine = layer(field(64 * factor)).numpy()
        np.testing.assert_allclose(fine[:, ::factor], coarse, rtol=0, atol=1e-13)


def test_it_commutes_with_shifts(rng):
    u = rng.standard_normal((1, 10, 7, 2))
    layer = spectral(2, (5, 3), u.shape)
    shifted = layer(np.roll(u, (3, -2), (1, 2)))
    np.testing.assert_allclose(shifted, np.roll(layer(u), (3, -2), (1, 2)), rtol=0, atol=1e-13)


def test_weights_are_counted_and_keep_energy(rng):
    layer = spectral(24, (3, 4), (None, 16, 16, 40), dtype="float32")
    assert layer.count_params() == 2 * 4 * 9 * 40 * 24
    assert np.mean(layer.kernel.numpy() ** 2) == pytest.approx(1 / 64, rel=0.02)
    same = SpectralConv(24, (3, 4), seed=0)
    same.build((None, 16, 16, 40))
    np.testing.assert_array_equal(same.kernel, layer.kernel)


def test_float32_is_as_good_as_its_precision(rng):
    u = rng.standard_normal((1, 1000, 1)).astype("float32")
    low = spectral(1, 40, u.shape, dtype="float32")
    high = spectral(1, 40, u.shape)
    high.kernel.assign(low.kernel)
    np.testing.assert_allclose(low(u), high(u.astype("float64")), rtol=0, atol=2e-6)


def test_half_precision_needs_no_fast_transform(rng):
    u = rng.standard_normal((1, 12, 1)).astype("float32")
    half = SpectralConv(1, 3, method="fft", seed=0, dtype="mixed_bfloat16")
    expected = SpectralConv(1, 3, seed=0, dtype="float32")(u)
    found = half(u)
    assert found.dtype == "bfloat16"
    np.testing.assert_allclose(tf.cast(found, tf.float32), expected, rtol=0, atol=0.05)


def test_the_cheaper_method_is_chosen():
    assert not choose(64, 12, "auto").fast
    assert choose(65536, 20000, "auto").fast
    assert not choose(tf.constant(65536), 20000, "auto").fast
    assert choose(8, 1, "fft").fast
    assert not choose(65536, 20000, "matmul").fast


def test_more_modes_than_the_grid_carries():
    with pytest.raises(ValueError, match=r"wavenumbers up to 5, which needs 10 points"):
        spectral(1, 5, (None, 9, 1))
    layer = spectral(1, 5, (None, None, 1))
    with pytest.raises(ValueError, match="Take fewer modes or a finer grid"):
        layer(np.ones((1, 9, 1)))
    spec = tf.TensorSpec((1, None, 1), tf.float64)
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least 10 points along axis 0"):
        tf.function(layer, input_signature=[spec])(np.ones((1, 9, 1)))


def test_what_is_refused():
    with pytest.raises(ValueError, match="`modes`"):
        SpectralConv(1, [1, 2, 3, 4])
    with pytest.raises(ValueError, match="`modes`"):
        spectral(1, [1, 2], (None, 8, 1))
    with pytest.raises(ValueError, match="known number of channels"):
        spectral(1, 2, (None, 8, None))
    with pytest.raises(ValueError, match="`kernel_regularizer`"):
        SpectralConv(1, 2, kernel_regularizer="none such")
    with pytest.raises(ValueError, match="call `build`"):
        SpectralConv(1, 2).set_symbol(lambda k: k)
    layer = spectral(2, 2, (None, 8, 2))
    with pytest.raises(TypeError, match="`symbol`"):
        layer.set_symbol(1.0)
    with pytest.raises(ValueError, match="`lengths`"):
        layer.set_symbol(lambda k: k, lengths=(1.0, 2.0))
    with pytest.raises(ValueError, match=r"shape \(3,\) or \(3, 2, 2\)"):
        layer.set_symbol(lambda k: np.ones((3, 2)))
    with np.errstate(divide="ignore"), pytest.raises(ValueError, match="finite"):
        layer.set_symbol(lambda k: 1 / k**2)
    with pytest.raises(ValueError, match="as many filters as channels"):
        spectral(1, 2, (None, 8, 2)).set_symbol(lambda k: k)
