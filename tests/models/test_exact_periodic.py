"""Periodic conditions that hold exactly."""

import numpy as np
import pytest

import kerasphys as kp
from tests import components


def problem(fields=("u",), periodic="u") -> kp.Problem:
    domain = components.space_time()
    return kp.Problem(
        domain,
        fields=fields,
        conditions={
            "equation": kp.Residual(lambda u_t, u_x: u_t + u_x),
            "initial": kp.Dirichlet(u=lambda x: np.sin(np.pi * x), on=domain.start("t")),
            "around": kp.Periodic(across="x", fields=periodic, order=2),
        },
    )


def test_values_and_derivatives_agree_at_both_ends():
    model = kp.models.PINNModel(components.network(), problem(), hard=True)
    assert list(model.soft_conditions) == ["equation"]
    t = np.linspace(0, 1, 5)
    ends = [np.stack([np.full(5, x), t], axis=1) for x in (-1.0, 1.0)]
    left, right = (model.derivatives(p, ["u", "u_x", "u_xx", "u_t", "u_xxx"]) for p in ends)
    for name in left:
        np.testing.assert_allclose(left[name], right[name], rtol=0, atol=1e-11)


def test_it_is_chosen_by_name_and_saved(tmp_path):
    model = kp.models.PINNModel(components.network(), problem(), hard=["around"])
    assert list(model.soft_conditions) == ["equation", "initial"]
    x = np.random.default_rng(0).uniform(size=(6, 2))
    model.compile("adam")
    model.fit(problem().points(equation=4, initial=4), verbose=0)
    surrogate = kp.load_surrogate(model.export(tmp_path / "saved"))
    np.testing.assert_allclose(surrogate.predict(x)["u"], model.predict(x)[:, 0], atol=1e-14)
    model.save(tmp_path / "model.keras")
    loaded = kp.load_model(tmp_path / "model.keras", problem=problem())
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))


def test_all_fields_must_be_periodic():
    with pytest.raises(ValueError, match=r"'around' cannot be built into the network.* v"):
        kp.models.PINNModel(components.network(), problem(("u", "v")), hard=True)
