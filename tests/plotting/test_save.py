import matplotlib
import matplotlib.image
import matplotlib.pyplot as plt
import pytest

from kerasphys.plotting import history, save


@pytest.fixture
def figure():
    return history({"loss": [1.0, 0.5]})


def test_writes_a_picture_in_new_directories(figure, tmp_path):
    path = save(figure, tmp_path / "a" / "b" / "loss.png")
    assert path == tmp_path / "a" / "b" / "loss.png"
    height, width, _ = matplotlib.image.imread(path).shape
    assert (width, height) == tuple(150 * figure.get_size_inches())
    assert [file.name for file in path.parent.iterdir()] == ["loss.png"]


@pytest.mark.parametrize(
    ("ending", "start"), [("pdf", b"%PDF"), ("svg", b"<?xml"), ("PNG", b"\x89PNG")]
)
def test_the_ending_says_the_format(figure, tmp_path, ending, start):
    assert save(figure, str(tmp_path / f"loss.{ending}")).read_bytes().startswith(start)


def test_a_picture_that_fails_leaves_the_old_one(figure, tmp_path, monkeypatch):
    path = tmp_path / "loss.png"
    path.write_bytes(b"old")

    def fail(handle, **kwargs):
        handle.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(figure, "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        save(figure, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_pyplot_and_the_backend_are_left_alone(tmp_path):
    backend = matplotlib.get_backend()
    save(history({"loss": [1.0]}), tmp_path / "loss.png")
    assert plt.get_fignums() == []
    assert matplotlib.get_backend() == backend


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"figure": object()}, TypeError, "figure"),
        ({"path": object()}, TypeError, "path"),
        ({"path": "loss.xyz"}, ValueError, r"path.*\.png.*loss\.xyz"),
        ({"path": "loss"}, ValueError, "path"),
    ],
)
def test_bad_arguments(figure, changes, error, match):
    with pytest.raises(error, match=match):
        save(**{"figure": figure, "path": "loss.png", **changes})
