"""The examples with second-order optimizers: that they run, and what they claim."""

import importlib

import numpy as np
import pytest

import kerasphys as kp

# For each example the error that it reaches in full, and its exact values at some points.
EXAMPLES = {
    "allen_cahn": (2e-3, None),
    "burgers": (1e-3, {(-1.0, 0.5): 0.0, (1.0, 0.5): 0.0, (0.5, 0.0): -1.0}),
    "helmholtz": (1e-4, {(-1.0, 0.3): 0.0, (0.2, 1.0): 0.0}),
    "kdv": (1e-3, {(0.0, 0.0): 1.0, (-1.0, 0.0): -1.0, (0.5, 0.0): 0.0}),
    "wave": (1e-3, {(0.0, 0.4): 0.0, (0.5, 0.0): 1.0, (1.0, 0.7): 0.0}),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_runs(name, tmp_path, capsys):
    example = importlib.import_module(f"examples.{name}")
    numbers = example.main(["--quick", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    assert np.all(np.isfinite(list(numbers.values())))
    assert f"{numbers['relative_l2']:.2e}" in printed
    assert all(who in printed for who in example.OTHERS)
    assert {file.name for file in tmp_path.iterdir()} == {
        f"{name}.png",
        "history.png",
        "surrogate",
    }
    served = kp.load_surrogate(tmp_path / "surrogate")
    assert served.card.errors == {"relative_l2": numbers["relative_l2"]}
    exact = EXAMPLES[name][1]
    if exact:
        values = served.predict(np.array(list(exact)))["u"]
        np.testing.assert_allclose(values, list(exact.values()), rtol=0, atol=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_it_reaches_what_it_claims(name, tmp_path):
    numbers = importlib.import_module(f"examples.{name}").main(["--output", str(tmp_path)])
    assert numbers["relative_l2"] < EXAMPLES[name][0]
    assert numbers["training_seconds"] < 180
