"""What files may claim, and where they may lead."""

import os
import zipfile

import pytest

from kerasphys._limits import JSON_BYTES, check_archive, check_plain_files, parse_json


@pytest.fixture
def folder(tmp_path):
    """A directory with a file, beside another file."""
    (tmp_path / "inside" / "deep").mkdir(parents=True)
    (tmp_path / "inside" / "deep" / "file").write_text("1")
    (tmp_path / "secret").write_text("2")
    return tmp_path / "inside"


def test_plain_files_and_links_that_stay_inside_are_welcome(folder, tmp_path):
    check_plain_files(folder)
    (folder / "again").symlink_to("deep/file")
    (folder / "deeper").symlink_to("deep")
    check_plain_files(folder)
    (tmp_path / "current").symlink_to(folder)  # the directory itself may be a link
    check_plain_files(tmp_path / "current")


@pytest.mark.parametrize("target", ["../secret", "../../secret", "../..", "/etc/passwd"])
def test_links_that_lead_out_are_refused(folder, target):
    link = folder / "deep" / "link"
    link.symlink_to(target)
    with pytest.raises(ValueError, match=f"Cannot load {link}: it is a link"):
        check_plain_files(folder)


def test_what_can_hang_is_refused(folder):
    os.mkfifo(folder / "pipe")
    with pytest.raises(ValueError, match="pipe: it is neither a file nor a directory"):
        check_plain_files(folder)


def test_an_archive_may_not_become_much_larger(tmp_path):
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(2**20))
    check_archive(path)  # a thousandfold, but little
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "abcde":
            archive.writestr(name, bytes(2**24))
    with pytest.raises(ValueError, match=rf"Cannot load {path}: its \d+ bytes .* 83886080"):
        check_archive(path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=f"Cannot load {path}: it is no whole archive"):
        check_archive(path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[NaN]", "NaN is not a number"),
        ("[1" + "0" * 10_000 + "]", "digits"),
        ("{", "Expecting"),
    ],
    ids=["deep", "twice", "nan", "long", "cut"],
)
def test_what_is_no_strict_json(tmp_path, text, reason):
    file = tmp_path / "file.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=reason):
        parse_json(file)


def test_json_that_is_too_large_is_not_read(tmp_path):
    file = tmp_path / "file.json"
    with file.open("wb") as stream:
        stream.truncate(JSON_BYTES + 1)  # takes no room on the disk
    with pytest.raises(ValueError, match="larger than"):
        parse_json(file)
