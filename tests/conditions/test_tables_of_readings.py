"""Measurements in pandas tables."""

import numpy as np
import pandas as pd
import pytest

import kerasphys as kp

FRAME = pd.DataFrame(
    {
        "Position": [0.2, 0.8, 0.5],
        "t": [0.0, 1, 2],
        "T": [31.0, np.nan, 27.0],
        "error": [0.1, 0.2, 0.3],
        "who": ["a", "b", "c"],
    },
    index=[10, 11, 12],
)
WHOLE = FRAME.assign(T=[31.0, 30.0, 27.0])
SERIES = pd.DataFrame({"T1": [20.0, 21.5], "T2": [20.0, np.nan]}, index=pd.Index([0, 60], name="s"))
PLACES = {"T1": (0.2,), "T2": 0.8}


def test_columns_of_a_frame():
    made = kp.Data.from_frame(
        WHOLE, ("Position", "t"), u="T", v="error", std={"u": "error", "v": 0.1}, weight=2.0
    )
    assert made.at.tolist() == [[0.2, 0.0], [0.8, 1.0], [0.5, 2.0]]
    assert made.givens["u"].tolist() == [31.0, 30.0, 27.0]
    assert made.givens["v"].tolist() == made.std["u"].tolist() == [0.1, 0.2, 0.3]
    assert made.std["v"] == 0.1
    assert made.weight == 2.0
    assert kp.Data.from_frame(WHOLE, ["t"], u="T").std is None
    assert kp.Data.from_frame(WHOLE, ["t"], u="T", std="error").std["u"].tolist() == [0.1, 0.2, 0.3]


def test_rows_without_a_reading_may_be_left_out():
    made = kp.Data.from_frame(FRAME, ("Position", "t"), u="T", std="error", dropna=True)
    assert made.at.tolist() == [[0.2, 0.0], [0.5, 2.0]]
    assert made.std["u"].tolist() == [0.1, 0.3]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(frame=FRAME), r"1 of 3 readings are missing \(NaN\), in row 1; .* index 11.*dropna"),
        (dict(frame={"T": [1.0]}), "`frame`.*DataFrame"),
        (dict(frame=FRAME[:0]), "`frame`.*at least one row"),
        (dict(frame=FRAME[1:2], dropna=True), "all are missing"),
        (dict(coordinates="t"), "`coordinates`"),
        (dict(coordinates=("x", "t")), "no column 'x'.*'Position', 't', 'T'"),
        (dict(coordinates=("who", "t")), "'who' must hold numbers"),
        (dict(std="sigma"), "no column 'sigma'"),
        (dict(std=0.0), "`std`"),
        (dict(dropna="yes"), "`dropna`"),
        (dict(u="temperature"), "no column 'temperature'"),
        (dict(u=None), "no column None"),
    ],
)
def test_bad_frames_are_refused(arguments, text):
    valid = dict(frame=WHOLE, coordinates=("Position", "t"), u="T")
    with pytest.raises((TypeError, ValueError), match=text):
        kp.Data.from_frame(**{**valid, **arguments})


def test_a_frame_without_fields_is_refused():
    with pytest.raises(ValueError, match="No field"):
        kp.Data.from_frame(WHOLE, ("t",))


def test_columns_of_sensors_over_time():
    made = kp.Data.from_time_series(
        SERIES, PLACES, "u", std={"T1": 0.1, "T2": 0.5}, dropna=True, weight=3.0
    )
    assert made.at.tolist() == [[0.2, 0.0], [0.2, 60.0], [0.8, 0.0]]
    assert made.givens["u"].tolist() == [20.0, 21.5, 20.0]
    assert made.std["u"].tolist() == [0.1, 0.1, 0.5]
    assert made.weight == 3.0
    assert kp.Data.from_time_series(SERIES[["T1"]], {"T1": 0.2}, "u", std=0.1).std == {"u": 0.1}


def test_time_stands_where_the_problem_has_it():
    made = kp.Data.from_time_series(
        SERIES[:1], {"T1": (0.2, 0.3)}, "u", time="s", coordinates=("x", "s", "y")
    )
    assert made.at.tolist() == [[0.2, 0.0, 0.3]]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (dict(), r"1 of 4 readings are missing \(NaN\), in row 3; the first at the index 60"),
        (dict(frame=[[1.0]]), "`frame`.*DataFrame"),
        (dict(frame=SERIES.set_index(pd.to_datetime(["2026", "2027"]))), "total_seconds"),
        (dict(positions=[0.2]), "`positions`"),
        (dict(positions={"T1": "left"}), r"`positions\['T1'\]`"),
        (dict(positions={"T1": 0.1, "T2": (0.2, 0.3)}), "equally many coordinates"),
        (dict(positions={"T3": 0.1}), "no column 'T3'"),
        (dict(field=3), "`field`"),
        (dict(time=3), "`time`"),
        (dict(coordinates=("x", "y")), "`coordinates`.*2 names, 't' among them"),
        (dict(coordinates=("x", "y", "t")), "`coordinates`.*2 names"),
        (dict(std={"T1": 0.1}, dropna=True), "`std` must be given for each sensor, 'T2' too"),
    ],
)
def test_bad_series_are_refused(arguments, text):
    valid = dict(frame=SERIES, positions=PLACES, field="u")
    with pytest.raises((TypeError, ValueError), match=text):
        kp.Data.from_time_series(**{**valid, **arguments})
