"""The benchmark of networks on pictures runs and reports what it should."""

import json

import numpy as np
import pytest

from benchmarks import image_accuracy, images
from benchmarks.examples import NAMES


@pytest.mark.parametrize("through", images.THROUGH)
def test_a_small_unet(through, monkeypatch):
    monkeypatch.setattr(images, "STEPS", 1)
    row = images.measure_unet2d(through, depth=1, width=2, batch=2, size=8, repeats=1, least=0.0)
    assert row["case"] == "unet2d"
    assert row["train_ms"]["median"] > 0
    assert row["infer_ms"]["repeats"] >= 1
    assert row["first_train_s"] > 0
    json.dumps(row, allow_nan=False)


def test_the_network_is_that_of_the_peers():
    import kerasphys as kp

    network = kp.networks.UNet(3, 32, outputs=1, norm="batch")
    network.build((None, 64, 64, 1))
    trained = sum(v.shape.num_elements() for v in (w.value for w in network.trainable_variables))
    assert trained == 1_926_433


@pytest.mark.parametrize("case", ["unet2d", "darcy"])
def test_one_line_is_printed_and_kept(case, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(images, "set_threads", lambda threads: None)
    monkeypatch.setattr(images, "measure_unet2d", lambda through, jit: {"case": "unet2d"})
    monkeypatch.setattr(image_accuracy, "measure", lambda case, seed: {"case": case})
    images.main(["--case", case, "--out", str(tmp_path / "lines" / "images.jsonl")])
    assert json.loads(capsys.readouterr().out) == {"case": case}
    assert json.loads((tmp_path / "lines" / "images.jsonl").read_text()) == {"case": case}


def test_an_accuracy_case(monkeypatch):
    case = image_accuracy.FieldCase(
        image_accuracy.super_resolution, epochs=1, without=image_accuracy.interpolate
    )
    monkeypatch.setattr(image_accuracy, "HELD_OUT", 4)
    monkeypatch.setitem(image_accuracy.FIELDS, "super_resolution", case)
    line = image_accuracy.measure("super_resolution", samples=18)
    assert line["case"] == "super_resolution"
    assert 0 < line["without_a_network"] < line["relative_l2"] < 2
    assert line["parameters"] > 1000
    json.dumps(line, allow_nan=False)


def test_splines_hit_what_is_smooth():
    x = (np.arange(64) + 0.5) / 64
    field = np.sin(np.pi * x)[:, None] * np.sin(2 * np.pi * x)
    blocks = field.reshape(16, 4, 16, 4).mean(axis=(1, 3)).repeat(4, axis=0).repeat(4, axis=1)
    found = image_accuracy.interpolate(blocks[None, ..., None])[0, ..., 0]
    off = np.abs(found - field)[12:-12, 12:-12].max()
    assert off < 0.01 < np.abs(blocks - field).max()


def test_accuracy_cases_are_examples_or_data(monkeypatch):
    assert {name for name, *_ in image_accuracy.EXAMPLES.values()} <= set(NAMES)
    assert "unet2d" not in image_accuracy.CASES
    numbers = {"augmented_accuracy": 0.99, "seconds": 9.0, "parameters": 7}
    monkeypatch.setattr(image_accuracy, "run", lambda name, seed: numbers | {"name": name})
    line = image_accuracy.measure("digits", seed=3)
    assert (line["case"], line["name"], line["seed"], line["accuracy"]) == (
        "digits",
        "digits",
        3,
        0.99,
    )
