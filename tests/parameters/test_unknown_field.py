"""Coefficients that vary, to identify."""

import keras
import numpy as np
import pytest

import kerasphys as kp

KINDS = [
    kp.UnknownField(),
    kp.UnknownField(of="x", initial=-2.0),
    kp.UnknownField(of=("t", "x"), initial=0.3, lower=0.0, upper=1.0),
    kp.UnknownField(network=kp.networks.MLP([3], seed=1), initial=1e-3, log=True),
]


@pytest.mark.parametrize("field", KINDS, ids=repr)
def test_its_values_are_those_of_an_unknown(field):
    raw = np.linspace(-3.0, 3.0, 7)[:, None]
    unknown = kp.Unknown(field.initial, field.lower, field.upper, field.log)
    np.testing.assert_array_equal(field.value(raw), unknown.value(raw))
    assert field.is_bounded == (field.log or field.lower is not None)


@pytest.mark.parametrize("field", KINDS, ids=repr)
def test_round_trip(field):
    config = keras.saving.serialize_keras_object(field)
    again = keras.saving.deserialize_keras_object(config)
    assert keras.saving.serialize_keras_object(again) == config
    assert repr(again) == repr(field)


def test_how_it_is_shown():
    assert repr(KINDS[2]) == "UnknownField(of=t, x, 0.3, lower=0.0, upper=1.0)"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(of=3), "`of`"),
        (dict(of=("x", "x")), "`of`.*different names"),
        (dict(network="MLP"), "`network` must be a Keras model"),
        (dict(initial=np.nan), "`initial`"),
        (dict(lower=1.0), "`lower`.*below the initial value"),
        (dict(upper=0.5), "`upper`.*above the initial value"),
        (dict(initial=-1.0, log=True), "`initial`.*positive"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises((TypeError, ValueError), match=text):
        kp.UnknownField(**arguments)
