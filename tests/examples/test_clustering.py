"""The example on clustering: both ways find every label."""

import pytest

from examples import clustering


def test_both_ways_find_every_label(tmp_path, capsys):
    numbers = clustering.main(["--output", str(tmp_path)])
    assert numbers["k_means"] == numbers["classifier"] == numbers["unseen"] == 1.0
    assert numbers["distance"] == pytest.approx(2 * 0.4**2, rel=0.1)
    assert f"{numbers['distance']:.3f}, expected about 0.320" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["clustering.png"]


@pytest.mark.parametrize("seed", range(1, 5))
def test_k_means_does_for_other_seeds(seed):
    points, labels = clustering.draw(seed)
    assert (clustering.named(*clustering.k_means(points, seed)) == labels).all()
