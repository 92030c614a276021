"""Terms: which partial derivatives they are made of."""

import pytest

from kerasphys import derivatives
from kerasphys.derivatives import (
    Coordinate,
    Divergence,
    Field,
    Gradient,
    Laplacian,
    Parameter,
    Partial,
)


@pytest.mark.parametrize(
    ("term", "partials"),
    [
        (Coordinate(1), ()),
        (Parameter("k"), ()),
        (Field(1), ((1, ()),)),
        (Partial(0, (2, 0)), ((0, (0, 2)),)),
        (Laplacian(1, (0, 2)), ((1, (0, 0)), (1, (2, 2)))),
        (Gradient(1, (0, 2)), ((1, (0,)), (1, (2,)))),
        (Divergence((3, 1), (0, 2)), ((3, (0,)), (1, (2,)))),
    ],
)
def test_partials(term, partials):
    assert term.partials == partials
    assert hash(term) == hash(type(term)(**vars(term)))


@pytest.mark.parametrize("bad", [object(), "x", 1.5, True])
def test_arguments_are_checked(bad):
    for kind, good in (
        (Coordinate, {"index": 0}),
        (Field, {"index": 0}),
        (Partial, {"field": 0, "along": (0,)}),
        (Laplacian, {"field": 0, "along": (0,)}),
        (Gradient, {"field": 0, "along": (0,)}),
        (Divergence, {"fields": (0,), "along": (0,)}),
    ):
        for argument in good:
            with pytest.raises(TypeError, match=argument):
                kind(**{**good, argument: bad})
    with pytest.raises(TypeError, match="name"):
        Parameter(object())


def test_values_are_checked():
    with pytest.raises(ValueError, match="index"):
        Field(-1)
    with pytest.raises(ValueError, match="along"):
        Partial(0, ())
    with pytest.raises(ValueError, match="same length"):
        Divergence((0, 1), (0,))


def test_public_names():
    assert derivatives.__all__ == sorted(derivatives.__all__)
    assert all(hasattr(derivatives, name) for name in derivatives.__all__)
