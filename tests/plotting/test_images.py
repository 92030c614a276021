import numpy as np
import pytest

from kerasphys.plotting import images

PICTURES = np.arange(5 * 4 * 3).reshape(5, 4, 3) / 60


def test_a_gallery_shares_one_scale():
    figure = images(PICTURES, list("abcde"), columns=3, title="five")
    shown = [axes for axes in figure.axes if axes.images]
    assert len(figure.axes) == 6  # two rows of three, the last place is empty
    assert [axes.get_title() for axes in shown] == list("abcde")
    for axes, picture in zip(shown, PICTURES, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), picture)
        assert axes.images[0].get_clim() == (0.0, PICTURES.max())
    assert not any(axes.axison for axes in figure.axes)
    assert figure.get_suptitle() == "five"
    figure.canvas.draw()


def test_channels():
    grey = images(PICTURES[..., None]).axes[0].images[0]
    np.testing.assert_array_equal(grey.get_array(), PICTURES[0])
    colour = images(np.stack([PICTURES] * 3, axis=-1) * 2).axes[4].images[0]
    assert colour.get_array().shape == (4, 3, 3)
    assert colour.get_array().max() == 1.0


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"pictures": object()}, TypeError, "pictures"),
        ({"pictures": PICTURES[0]}, ValueError, "pictures"),
        ({"pictures": PICTURES[:0]}, ValueError, "at least one picture"),
        ({"pictures": PICTURES.reshape(5, 2, 3, 2)}, ValueError, "one channel or three"),
        ({"captions": object()}, TypeError, "captions"),
        ({"captions": "abcde"}, TypeError, "captions"),
        ({"captions": [1] * 5}, TypeError, "captions"),
        ({"captions": ["a"]}, ValueError, "5 texts"),
        ({"columns": 0}, ValueError, "columns"),
        ({"title": object()}, TypeError, "title"),
    ],
)
def test_bad_arguments(changes, error, match):
    with pytest.raises(error, match=match):
        images(**{"pictures": PICTURES, **changes})
