"""Files are whole or absent."""

import os
import signal
import subprocess
import sys

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


@pytest.fixture(params=[True, False], ids=["one step", "two steps"])
def exchange(request, monkeypatch):
    """Whether the system lets directories change places in one step."""
    if not request.param:
        monkeypatch.setattr(_files, "_exchange", lambda one, other: False)
    return request.param


def test_a_failed_replacement_leaves_the_old_directory(tmp_path, monkeypatch, exchange):
    fill(tmp_path / "target", "old")
    replace = os.replace

    def fails(source, destination):
        if destination == tmp_path / "target" and "retired" not in source.name:
            raise OSError("disk full")
        replace(source, destination)

    def cannot(one, other):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fails)
    if exchange:
        monkeypatch.setattr(_files, "_exchange", cannot)
    with pytest.raises(OSError, match="disk full"):
        fill(tmp_path / "target", "new")
    assert (tmp_path / "target" / "text").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_two_steps_replace_too(tmp_path, monkeypatch):
    monkeypatch.setattr(_files, "_exchange", lambda one, other: False)
    for text in ("old", "new"):
        fill(tmp_path / "target", text)
        assert (tmp_path / "target" / "text").read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path, exchange):
    fill(tmp_path / "other", "old")
    (tmp_path / "target").symlink_to(tmp_path / "other")
    fill(tmp_path / "target", "new")
    assert (tmp_path / "target" / "text").read_text() == "new"
    assert (tmp_path / "other" / "text").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "target"]


KILLED = """
import importlib.util, os, signal, sys
spec = importlib.util.spec_from_file_location("files", sys.argv[1])
files = importlib.util.module_from_spec(spec)
spec.loader.exec_module(files)
path, left = sys.argv[2], int(sys.argv[3])
exchange, fsync, watched = files._exchange, os.fsync, False
def operation(event="", _=None):
    global left
    if watched and event in ("open", "os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir"):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
def counted(function, result=None):
    def call(*arguments):
        operation("open")
        return function(*arguments) if result is None else result
    return call
sys.addaudithook(operation)
os.fsync = counted(fsync)
files._exchange = counted(exchange, None if sys.argv[4] == "True" else False)
for text in ("old", "new"):
    watched = text == "new"
    with files.replace_directory(path) as staged:
        (staged / "text").write_text(text)
        (staged / "more").mkdir()
        (staged / "more" / "text").write_text(text)
"""


@pytest.mark.parametrize("in_one_step", [True, False], ids=["one step", "two steps"])
def test_a_killed_process_leaves_one_of_them_whole(tmp_path, in_one_step):
    """Before each operation on the disk: SIGKILL."""
    found = []
    for boundary in range(100):
        path = tmp_path / str(boundary) / "target"
        arguments = [_files.__file__, str(path), str(boundary), str(in_one_step)]
        code = subprocess.run([sys.executable, "-c", KILLED, *arguments]).returncode
        standing = _files.standing_directory(path)
        assert standing == path or not in_one_step
        texts = {(standing / name).read_text() for name in ("text", "more/text")}
        assert len(texts) == 1
        found += texts
        if code == 0:
            break
        assert code == -signal.SIGKILL
        fill(path, "again")
        assert (path / "text").read_text() == "again"
    assert found == sorted(found, reverse=True)
    assert set(found) == {"old", "new"}
    assert len(found) > 12


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
