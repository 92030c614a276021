"""The demo: its short form in full, and the claims on its long one."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import image

from examples import advection_diffusion
from kerasphys.artifacts import load_surrogate, read_card
from kerasphys.solvers import max_error, relative_l2

PECLETS = (1, 10, 50)
KINDS = ("soft", "hard")
THIN = advection_diffusion.Flow(velocity=1.0, diffusivity=0.02)

# the largest errors for a l / κ = 50, and the digits to which they are known
LAYER = {
    "max_error_central_20": (0.1932, 1e-4),
    "max_error_central_40": (0.0557, 1e-4),
    "max_error_central_200": (1.929e-3, 1e-6),
    "max_error_upwind_20": (0.2036, 1e-4),
    "max_error_upwind_40": (0.158, 1e-3),
    "max_error_upwind_200": (0.0417, 1e-4),
    "max_error_exponential_20": (0.0, 1e-14),
    "max_error_chebyshev_40": (0.0, 1e-12),
}


def test_the_short_form(tmp_path):
    output, exported = tmp_path / "output", tmp_path / "exported"
    arguments = ["--quick", "--output", str(output), "--export", str(exported)]
    numbers = advection_diffusion.main(arguments)

    for key, (known, digits) in LAYER.items():
        assert abs(numbers[key] - known) < digits, key
    for kind in KINDS:  # a thin layer takes a longer training
        assert numbers[f"relative_l2_{kind}_1"] < 5e-3
        assert numbers[f"relative_l2_{kind}_10"] < 5e-2
    assert numbers["served_difference"] <= 1e-12

    table = pd.read_csv(output / "results.csv")
    check_table(table, numbers)
    check_pictures_and_logs(output)
    for surrogate in (output / "surrogate", exported):
        check_surrogate(surrogate, table.iloc[-1])


def check_table(table, numbers):
    columns = ["peclet", "method", "unknowns", "seconds", "relative_l2", "max_error"]
    assert list(table.columns) == columns
    methods = ["closed form"]
    methods += [f"{scheme} N={n}" for scheme in ("central", "upwind") for n in (20, 40, 200)]
    methods += ["exponential N=20", "Chebyshev N=20", "Chebyshev N=40", "soft PINN", "hard PINN"]
    assert list(table.method) == 3 * methods
    assert list(table.peclet) == [peclet for peclet in PECLETS for _ in methods]
    assert np.isfinite(table.drop(columns="method")).all(axis=None)
    assert (table.seconds > 0).all()

    unknowns = table[table.peclet == 50].set_index("method").unknowns
    assert unknowns["closed form"] == 0
    assert unknowns["central N=20"] == 19
    assert unknowns["Chebyshev N=40"] == 41
    assert unknowns["soft PINN"] == unknowns["hard PINN"] == 901

    error = table.set_index(["peclet", "method"]).relative_l2
    for peclet in PECLETS:
        for kind in KINDS:
            expected = pytest.approx(numbers[f"relative_l2_{kind}_{peclet}"], rel=1e-12)
            assert error[peclet, f"{kind} PINN"] == expected
    better = min(numbers[f"relative_l2_{kind}_50"] for kind in KINDS)
    assert numbers["relative_l2_better_50"] == better


def check_pictures_and_logs(output):
    for name in ("comparison.png", "history.png"):
        pixels = image.imread(output / name)
        assert min(pixels.shape[:2]) > 400
        assert pixels[..., :3].std() > 0.05, f"{name} is blank"
    for peclet in PECLETS:
        for kind in KINDS:
            logs = output / "logs" / f"peclet_{peclet}_{kind}"
            assert list(logs.rglob("events.out.tfevents.*"))


def check_surrogate(path, row):
    x = np.linspace(0.0, 1.0, 1001)
    u = load_surrogate(path).predict(x[:, None])["u"]
    card = read_card(path)
    for name, measure in (("relative_l2", relative_l2), ("max_error", max_error)):
        assert card.errors[name] == pytest.approx(measure(u, THIN.exact(x)), rel=1e-9)
        assert card.errors[name] == pytest.approx(row[name], rel=1e-9)
    assert card.command == "python -m examples.advection_diffusion --quick"
    assert card.parameters == {"velocity": THIN.velocity, "diffusivity": THIN.diffusivity}


def test_a_surrogate_with_other_numbers_is_an_error(tmp_path):
    served, other = (advection_diffusion.physics_informed(THIN, True, seed) for seed in (0, 1))
    served.export(tmp_path / "surrogate", derivatives=["u_x"])
    assert advection_diffusion.compare_in_a_new_process(served, tmp_path) <= 1e-12
    with pytest.raises(SystemExit, match="differ"):
        advection_diffusion.compare_in_a_new_process(other, tmp_path)


def test_a_surrogate_that_is_missing_is_an_error(tmp_path):
    model = advection_diffusion.physics_informed(THIN, True, 0)
    with pytest.raises(SystemExit, match="could not serve"):
        advection_diffusion.compare_in_a_new_process(model, tmp_path)


@pytest.mark.slow
def test_the_claims(tmp_path):
    numbers = advection_diffusion.main(["--output", str(tmp_path)])
    for kind in KINDS:
        assert numbers[f"relative_l2_{kind}_1"] < 1e-3
        assert numbers[f"relative_l2_{kind}_10"] < 1e-3
        assert numbers[f"relative_l2_{kind}_50"] < 5e-2
    assert numbers["relative_l2_better_50"] < 1e-3
    assert numbers["max_error_chebyshev_40"] < 1e-12
