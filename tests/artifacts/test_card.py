import dataclasses
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from kerasphys.artifacts import Card, read_card

MINIMAL = {
    "kind": "pinn",
    "name": "Burgers",
    "coordinates": [{"name": "x", "lower": -1, "upper": 1}],
    "fields": "u",
}


@pytest.mark.parametrize("argument", [field.name for field in dataclasses.fields(Card)])
def test_every_argument_is_checked(argument):
    with pytest.raises((TypeError, ValueError), match=argument):
        Card(**{**MINIMAL, argument: object()})


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("errors", {"relative_l2": float("nan")}),
        ("errors", {"relative_l2": float("inf")}),
        ("errors", {1: 0.1}),
        ("parameters", {"viscosity": float("nan")}),
        ("data", {"sizes": [1, [float("inf")]]}),
        ("fields", ["u", "u"]),
        ("fields", []),
        ("coordinates", [{"name": "x", "lower": 1.0, "upper": 1.0}]),
        ("coordinates", [{"name": "x", "lower": 0.0}]),
        ("coordinates", [{"name": "x", "lower": 0.0, "upper": 1.0}] * 2),
        ("coordinates", "x"),
        ("created", "yesterday"),
        ("created", "2026-01-31T12:00:00"),
        ("signatures", {"serve": {"inputs": {}}}),
        ("seed", 1.5),
        ("format_version", 0),
    ],
)
def test_bad_values_are_refused_by_name(argument, value):
    with pytest.raises((TypeError, ValueError), match=argument):
        Card(**{**MINIMAL, argument: value})


def test_numpy_scalars_and_tuples_become_plain():
    card = Card(
        **{
            **MINIMAL,
            "errors": {"relative_l2": np.float32(0.5)},
            "data": {"shape": (np.int64(3), 4), "noise": np.float64(0.1), "public": np.True_},
            "parameters": {"viscosity": np.float64(0.25)},
        }
    )
    assert card.data == {"shape": [3, 4], "noise": 0.1, "public": True}
    assert card.fields == ("u",)
    assert json.loads(json.dumps(card.to_dict(), allow_nan=False))["errors"] == {"relative_l2": 0.5}


def test_a_card_cannot_be_altered():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Card(**MINIMAL).name = "other"


def test_what_is_written_is_read(written, card):
    read = read_card(written)
    filled = {"created", "versions", "signatures"}
    for field in dataclasses.fields(Card):
        if field.name not in filled:
            assert getattr(read, field.name) == getattr(card, field.name), field.name
    assert read.coordinate_names == ("x", "t")
    assert next(iter(json.loads((written / "card.json").read_text()))) == "format_version"


def write(directory, **changes):
    entries = {**Card(**MINIMAL).to_dict(), **changes}
    entries = {key: value for key, value in entries.items() if value is not ...}
    (directory / "card.json").write_text(json.dumps(entries))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format_version": 2, "versions": {"kerasphys": "9.9"}}, "format_version is 2.*9.9"),
        ({"format_version": True}, "format_version is True"),
        ({"format_version": ...}, "format_version is None"),
        ({"fields": ...}, "'fields' is missing"),
        ({"colour": "red"}, "'colour' is unknown"),
        ({"errors": {"relative_l2": "small"}}, "errors"),
        ({"errors": {"relative_l2": float("nan")}}, "NaN is not a number of JSON"),
        ({"coordinates": 3}, "coordinates"),
    ],
)
def test_a_bad_card_is_refused_with_path_and_reason(tmp_path, changes, reason):
    write(tmp_path, **changes)
    with pytest.raises(ValueError, match=reason) as caught:
        read_card(tmp_path)
    assert str(tmp_path / "card.json") in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": 1, "a": 2}', "\xff", '{"seed": Infinity}'])
def test_a_file_that_is_no_card_is_refused(tmp_path, text):
    (tmp_path / "card.json").write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match=r"Cannot load .*card\.json"):
        read_card(tmp_path)


def test_missing_directory_missing_card_and_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_card(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"no card\.json"):
        read_card(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="is a file"):
        read_card(tmp_path / "file")
    with pytest.raises(TypeError, match="path"):
        read_card(3)


def test_the_page_lists_the_keys(card):
    page = Path(__file__).resolve().parents[2] / "docs" / "artefacts.md"
    section = page.read_text(encoding="utf-8").split("## The card")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(card.to_dict())


@pytest.mark.parametrize("entry", ["precision", "certificate"])
def test_older_cards_lack_entries(written, tmp_path, entry):
    path = shutil.copytree(written, tmp_path / "a")
    entries = json.loads((path / "card.json").read_text(encoding="utf-8"))
    del entries[entry]
    (path / "card.json").write_text(json.dumps(entries), encoding="utf-8")
    assert getattr(read_card(path), entry) is None


CERTIFICATE = {
    "kind": "a linear elliptic equation",
    "reason": "stability constant 0.1",
    "bounds": {
        "l2": {
            "norm": "L2 over x",
            "value": 0.35,
            "error": None,
            "terms": {
                "residual": {"size": 2.0, "uncertainty": 0.5, "constant": 0.1},
                "boundary": {"size": 0.1, "uncertainty": 0.0, "constant": 1.0},
            },
        }
    },
    "weights": "0f",
}


def test_a_certificate_is_the_sum_of_its_terms():
    assert Card(**MINIMAL, certificate=CERTIFICATE).certificate == CERTIFICATE
    none = {"kind": None, "reason": "not linear", "bounds": {}, "weights": "0f"}
    assert Card(**MINIMAL, certificate=none).certificate == none
    for keys, value in (
        (("bounds", "l2", "value"), 0.3),
        (("bounds", "l2", "terms", "residual", "size"), -2.0),
        (("bounds", "l2", "terms", "residual", "size"), float("nan")),
        (("bounds", "l2", "terms", "residual"), {"size": 2.0}),
        (("bounds", "l2", "error"), -1.0),
        (("bounds", "l2", "norm"), None),
        (("bounds", "l2"), 0.35),
        (("bounds",), [0.35]),
        (("reason",), None),
        (("kind",), 3),
    ):
        bad = entry = json.loads(json.dumps(CERTIFICATE))
        for key in keys[:-1]:
            entry = entry[key]
        entry[keys[-1]] = value
        with pytest.raises((TypeError, ValueError), match="certificate"):
            Card(**MINIMAL, certificate=bad)
