"""Coefficients to identify."""

import keras
import numpy as np
import pytest

import kerasphys as kp

KINDS = [
    kp.Unknown(1.5),
    kp.Unknown(-2.0),
    kp.Unknown(0.0),
    kp.Unknown(0.3, lower=0.0),
    kp.Unknown(-5.0, upper=-1.0),
    kp.Unknown(1e-3, lower=0.0, upper=1.0),
    kp.Unknown(40.0, lower=-10.0, upper=50.0),
    kp.Unknown(1e-4, log=True),
    kp.Unknown(2.0, lower=1e-3, log=True),
    kp.Unknown(2.0, upper=1e3, log=True),
    kp.Unknown(0.5, lower=0.1, upper=20.0, log=True),
]
every_kind = pytest.mark.parametrize("unknown", KINDS, ids=repr)


@every_kind
def test_training_starts_at_the_initial_value(unknown):
    np.testing.assert_allclose(unknown.value(np.float64(0)), unknown.initial, rtol=1e-14)


@every_kind
def test_the_value_stays_within_the_bounds(unknown):
    values = np.array([unknown.value(raw) for raw in np.linspace(-50.0, 50.0, 201)])
    assert np.isfinite(values).all()
    assert unknown.lower is None or (values >= unknown.lower).all()
    assert unknown.upper is None or (values <= unknown.upper).all()


def test_a_logarithm_reaches_over_decades():
    unknown = kp.Unknown(3.0, log=True)
    np.testing.assert_allclose(unknown.value(np.float64(-20.0)), 3.0 * np.exp(-20.0), rtol=1e-14)
    bounded = kp.Unknown(1.0, lower=1e-4, upper=1e4, log=True)  # symmetric in the logarithm
    up, down = (float(bounded.value(np.float64(raw))) for raw in (0.7, -0.7))
    np.testing.assert_allclose(up * down, 1.0, rtol=1e-12)


@every_kind
def test_the_value_increases(unknown):
    values = np.array([unknown.value(raw) for raw in np.linspace(-6.0, 6.0, 121)])
    assert (np.diff(values) > 0).all()


@every_kind
def test_a_unit_step_changes_it_by_the_order_of_its_first_value(unknown):
    change = float(unknown.value(np.float64(0.1)) - unknown.value(np.float64(0.0)))
    room = [abs(unknown.initial - bound) for bound in (unknown.lower, unknown.upper) if bound]
    scale = min([abs(unknown.initial) or 1.0, *room])
    assert 0.02 < change / scale < 1.0


@every_kind
def test_round_trip(unknown):
    config = keras.saving.serialize_keras_object(unknown)
    assert keras.saving.deserialize_keras_object(config).get_config() == unknown.get_config()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(initial="one"), "`initial`"),
        (dict(initial=np.inf), "`initial`"),
        (dict(initial=1.0, lower=1.0), "`lower`.*below the initial value"),
        (dict(initial=1.0, upper=0.5), "`upper`.*above the initial value"),
        (dict(initial=1.0, lower=np.nan), "`lower`"),
        (dict(initial=1.0, log=1), "`log`"),
        (dict(initial=0.0, log=True), "`initial`.*positive where log=True"),
        (dict(initial=1.0, lower=0.0, log=True), "`lower`.*positive.*Leave it out"),
        (dict(initial=1.0, upper=-2.0, log=True), "`upper`.*positive"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.Unknown(**arguments)


def test_a_rate_of_decay_is_identified_from_data(tmp_path):
    time = kp.geometry.Interval(0.0, 2.0, "t")
    at = np.linspace(0.0, 2.0, 9)[:, None]
    problem = kp.Problem(
        time,
        "u",
        {
            "decay": kp.Residual(lambda u, u_t, k: u_t + k * u),
            "readings": kp.Data(at=at, u=np.exp(-0.7 * at[:, 0]), weight=10.0),
        },
        parameters={"k": kp.Unknown(2.0, lower=0.0)},
    )
    model = kp.models.PINNModel(kp.networks.MLP([8], seed=0), problem)
    assert model.parameters == {"k": 2.0}
    model.compile(keras.optimizers.Adam(1e-2), steps_per_execution=100)
    model.fit(problem.points(decay=16), epochs=10, steps_per_epoch=100, verbose=0)
    found = model.parameters["k"]
    assert abs(found - 0.7) < 1e-2
    assert any(variable is model.unknowns["k"] for variable in model.trainable_variables)
    model.save(tmp_path / "decay.keras")
    assert kp.load_model(tmp_path / "decay.keras").parameters == {"k": found}
    model.export(tmp_path / "decay")
    assert kp.load_surrogate(tmp_path / "decay").card.parameters == {"k": found}
