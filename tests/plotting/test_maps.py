import numpy as np
import pytest

from kerasphys.plotting import maps

X = np.linspace(0.0, 1.0, 5)
Y = np.linspace(0.0, 2.0, 4)
U = 1 + X[:, None] * Y


def test_each_field_has_its_own_colours():
    figure = maps({"x": X, "y": Y}, {"u": U, "slope": U - 2}, title="a title")
    left, right = figure.axes[:2]
    assert [left.get_title(), right.get_title()] == ["u", "slope"]
    assert (left.get_xlabel(), left.get_ylabel(), left.get_aspect()) == ("x", "y", 1.0)
    plain, diverging = left.collections[0], right.collections[0]
    np.testing.assert_array_equal(plain.get_array(), U.T)
    assert plain.get_clim() == (1.0, 3.0)
    assert diverging.get_clim() == (-1.0, 1.0)
    assert plain.get_cmap() != diverging.get_cmap()
    assert len(figure.axes) == 4  # each with a colour bar
    assert figure.get_suptitle() == "a title"


def test_what_is_not_finite_stays_blank():
    values = U - 2
    values[0, 0] = np.nan
    mesh = maps({"x": X, "t": Y}, {"u": values}).axes[0].collections[0]
    assert np.ma.getmaskarray(mesh.get_array())[0, 0]
    assert mesh.get_clim() == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"axes": object()}, TypeError, "`axes`"),
        ({"axes": {"x": X}}, ValueError, "`axes`.*two coordinates"),
        ({"fields": U}, TypeError, "`fields`"),
        ({"fields": {}}, ValueError, "`fields`"),
        ({"fields": {0: U}}, TypeError, "`fields`"),
        ({"fields": {"u": U.T}}, ValueError, r"fields\['u'\].*\(5, 4\).*\(4, 5\)"),
        ({"title": 3}, TypeError, "`title`"),
    ],
)
def test_what_is_refused(changes, error, match):
    with pytest.raises(error, match=match):
        maps(**{"axes": {"x": X, "y": Y}, "fields": {"u": U}, **changes})
