"""What a name means: the terms that names resolve to.

A *partial* is the pair `(field, along)`: the index of a field and the sorted indices of the
coordinates that it is differentiated along, `(0, (0, 0, 1))` for `u_xxt` and `(0, ())` for `u`.
Every term says which partials its value is made of.
"""

from __future__ import annotations

from dataclasses import dataclass

from kerasphys._validation import check_int, check_name
from kerasphys.derivatives._checks import check_indices

PartialKey = tuple[int, tuple[int, ...]]


@dataclass(frozen=True)
class Coordinate:
    """A coordinate: one column of the points.

    Args:
        index: Integer, the column.
    """

    index: int

    def __post_init__(self) -> None:
        check_int("index", self.index, minimum=0)

    @property
    def partials(self) -> tuple[PartialKey, ...]:
        """None: a coordinate does not need the network."""
        return ()


@dataclass(frozen=True)
class Parameter:
    """A parameter of the problem; its value is known to the problem, not to an engine.

    Args:
        name: String, the name of the parameter.
    """

    name: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", check_name("name", self.name))

    @property
    def partials(self) -> tuple[PartialKey, ...]:
        """None: a parameter does not need the network."""
        return ()


@dataclass(frozen=True)
class Field:
    """A field: one column of the network's output.

    Args:
        index: Integer, the column.
    """

    index: int

    def __post_init__(self) -> None:
        check_int("index", self.index, minimum=0)

    @property
    def partials(self) -> tuple[PartialKey, ...]:
        """The field itself, a derivative of order zero."""
        return ((self.index, ()),)


@dataclass(frozen=True)
class Partial:
    """A partial derivative of a field, of any order.

    Args:
        field: Integer, the index of the field.
        along: Sequence of integers, the coordinates to differentiate along, with repetition;
            it is stored sorted, since the order does not matter: `u_xt` is `u_tx`.
    """

    field: int
    along: tuple[int, ...]

    def __post_init__(self) -> None:
        check_int("field", self.field, minimum=0)
        object.__setattr__(self, "along", tuple(sorted(check_indices("along", self.along))))

    @property
    def partials(self) -> tuple[PartialKey, ...]:
        """The derivative itself."""
        return ((self.field, self.along),)


@dataclass(frozen=True)
class _Spatial:
    """What an operator acts on: a field, and the spatial coordinates."""

    field: int
    along: tuple[int, ...]

    def __post_init__(self) -> None:
        check_int("field", self.field, minimum=0)
        object.__setattr__(self, "along", check_indices("along", self.along))


@dataclass(frozen=True)
class Laplacian(_Spatial):
    """The sum of the second derivatives of a field along the spatial coordinates.

    Args:
        field: Integer, the index of the field.
        along: Sequence of integers, the spatial coordinates.
    """

    @property
    def partials(self) -> tuple[PartialKey, ...]:
        """The pure second derivatives."""
        return tuple((self.field, (index, index)) for index in self.along)


@dataclass(frozen=True)
class Biharmonic(_Spatial):
    """The Laplacian of the Laplacian of a field along the spatial coordinates.

    Args:
        field: Integer, the index of the field.
        along: Sequence of integers, the spatial coordinates.
    """

    @property
    def partials(self) -> tuple[PartialKey, ...]:
        """The fourth derivatives; a mixed one counts twice."""
        return tuple(
            (self.field, tuple(sorted((a, a, b, b)))) for a in self.along for b in self.along
        )


@dataclass(frozen=True)
class Gradient(_Spatial):
    """The first derivatives of a field along the spatial coordinates, side by side.

    Args:
        field: Integer, the index of the field.
        along: Sequence of integers, the spatial coordinates.
    """

    @property
    def partials(self) -> tuple[PartialKey, ...]:
        """The first derivatives."""
        return tuple((self.field, (index,)) for index in self.along)


@dataclass(frozen=True)
class Divergence:
    """The sum of the derivatives of each component of a vector along its own coordinate.

    Args:
        fields: Sequence of integers, the components of the vector.
        along: Sequence of integers, the spatial coordinates, one for each component.

    Raises:
        ValueError: If there are not as many components as coordinates.
    """

    fields: tuple[int, ...]
    along: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", check_indices("fields", self.fields))
        object.__setattr__(self, "along", check_indices("along", self.along))
        if len(self.fields) != len(self.along):
            raise ValueError(
                "Arguments `fields` and `along` must have the same length. Received: "
                f"fields={self.fields}, along={self.along}."
            )

    @property
    def partials(self) -> tuple[PartialKey, ...]:
        """The derivative of each component along its coordinate."""
        return tuple(
            (field, (index,)) for field, index in zip(self.fields, self.along, strict=True)
        )


Term = Coordinate | Parameter | Field | Partial | Laplacian | Biharmonic | Gradient | Divergence
