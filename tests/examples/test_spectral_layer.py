"""The example on the layer of a Fourier neural operator: all that it says is exact."""

import pytest

from examples import spectral_layer


def test_it_runs(tmp_path, capsys):
    numbers = spectral_layer.main(["--quick", "--output", str(tmp_path)])
    assert {file.name for file in tmp_path.iterdir()} == {"spectral_layer.png"}
    printed = capsys.readouterr().out
    for name in ("heat", "shared_points", "fft", "learned", "derivative_32"):
        assert numbers[name] < 1e-12
        assert f"{numbers[name]:.1e}" in printed
    # central differences err by h² / 6 times the third derivative, which is at most 4.1 here
    assert numbers["central_32"] == pytest.approx((2 * 3.1416 / 32) ** 2 / 6 * 4.1, rel=0.1)
