"""The example on five operators: two are linear to rounding, three are not."""

from examples import operators


def test_it_runs(tmp_path, capsys):
    numbers = operators.main(["--quick", "--output", str(tmp_path)])
    for linear in ("defect_1", "defect_4", "linear_in_g"):
        assert numbers[linear] < 1e-10
    for nonlinear in ("defect_2", "defect_3", "defect_5", "doubled"):
        assert numbers[nonlinear] > 1e-2
    assert numbers["defect_2"] > 0.3
    assert numbers["halved"] < 1e-12
    assert numbers["scaled"] < 1e-12
    assert f"{numbers['defect_2']:.1e}" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["operators.png"]
