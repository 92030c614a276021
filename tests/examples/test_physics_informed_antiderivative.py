"""The example of integration learnt from the equation: that it runs, and what it claims."""

import pytest

from examples import physics_informed_antiderivative as example


def test_it_runs(tmp_path, capsys):
    numbers = example.main(["--quick", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    assert len(numbers) == 6
    for error in numbers.values():
        assert f"{error:.2e}" in printed
    assert "published s 2.49e-03   s' 6.3e-03" in printed
    assert [file.name for file in tmp_path.iterdir()] == ["derivatives.png"]


@pytest.mark.slow
def test_it_reaches_what_it_claims(tmp_path):
    numbers = example.main(["--output", str(tmp_path)])
    assert numbers["equation: s"] < 2.5e-2
    assert numbers["equation: s'"] < 5e-2
    assert numbers["data, ReLU: s'"] > numbers["equation: s'"]
