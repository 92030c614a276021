"""The example on denoising: that it runs, and what it claims."""

import pytest

import kerasphys as kp
from examples import denoising


def test_it_runs(tmp_path, capsys):
    numbers = denoising.main(["--quick", "--output", str(tmp_path)])
    assert numbers["psnr noisy"] == pytest.approx(13.98, abs=0.05)
    assert numbers["psnr blurred"] > 20
    assert numbers["gain"] > 0
    assert f"gain {numbers['gain']:.2f} dB" in capsys.readouterr().out
    assert {file.name for file in tmp_path.iterdir()} == {
        "denoising.png",
        "history.png",
        "surrogate",
    }
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.data["parameters"]["noise"] == denoising.NOISE


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_it_reaches_what_it_claims(tmp_path, seed):
    numbers = denoising.main(["--output", str(tmp_path), "--seed", seed])
    assert numbers["gain"] > 5
    assert numbers["ratio"] > 1.5
    assert numbers["psnr U-Net"] > numbers["psnr blurred"] + 3
