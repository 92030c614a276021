"""Files are whole or absent."""

import os

import pytest

from kerasphys import _files


def fill(path, text):
    with _files.replace_directory(path) as staged:
        (staged / "text").write_text(text)


def test_a_directory_replaces_another(tmp_path):
    target = tmp_path / "deep" / "target"
    for text in ("old", "new"):
        fill(target, text)
        assert (target / "text").read_text() == text
    assert [path.name for path in target.parent.iterdir()] == ["target"]


def test_an_error_leaves_the_old_directory(tmp_path):
    fill(tmp_path / "target", "old")
    with pytest.raises(TypeError):
        fill(tmp_path / "target", 0)  # no text: writing it fails
    assert (tmp_path / "target" / "text").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_failed_replacement_brings_the_old_directory_back(tmp_path, monkeypatch):
    fill(tmp_path / "target", "old")
    replace, calls = os.replace, []

    def second_call_fails(source, destination):
        calls.append(destination)
        if len(calls) == 2:
            raise OSError("disk full")
        replace(source, destination)

    monkeypatch.setattr(os, "replace", second_call_fails)
    with pytest.raises(OSError, match="disk full"):
        fill(tmp_path / "target", "new")
    assert (tmp_path / "target" / "text").read_text() == "old"


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "target").write_text("a file")
    with pytest.raises(FileExistsError, match="target"):
        fill(tmp_path / "target", "new")


def test_a_removed_directory_is_gone_at_once(tmp_path, monkeypatch):
    fill(tmp_path / "target", "old")
    unlink = os.unlink

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "unlink", killed)
    with pytest.raises(KeyboardInterrupt):
        _files.remove_directory(tmp_path / "target")
    monkeypatch.setattr(os, "unlink", unlink)
    assert not (tmp_path / "target").exists()
    fill(tmp_path / "another", "new")
    _files.remove_leftovers(tmp_path, "target*")
    assert [path.name for path in tmp_path.iterdir()] == ["another"]


def test_json_is_replaced_whole(tmp_path):
    path = tmp_path / "facts.json"
    _files.write_json(path, {"θ": 1})
    with pytest.raises(ValueError, match="JSON"):
        _files.write_json(path, {"bad": float("nan")})
    assert "θ" in path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["facts.json"]
