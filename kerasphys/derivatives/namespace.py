"""The names that a problem knows, and what each of them means."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kerasphys._validation import check_name, check_names, check_names_or_none, message
from kerasphys.derivatives.terms import (
    Biharmonic,
    Coordinate,
    Divergence,
    Field,
    Gradient,
    Laplacian,
    Parameter,
    Partial,
    Term,
)

OPERATORS = ("laplacian", "biharmonic", "grad", "div")


class Namespace:
    """The names of a problem, each with exactly one meaning.

    Beside the declared names it knows the derivatives of every field, to any order: `u_x`,
    `u_xt` (the same as `u_tx`), and for coordinates of several letters `u_r_theta`; and the
    spatial operators `laplacian_u`, `biharmonic_u`, `grad_u` and, for a declared vector,
    `div_velocity`. A declaration in which some name could be read in two ways is refused.

    All names are Python identifiers in the NFKC form in which Python itself reads argument names.

    Args:
        coordinates: Sequence of names without underscore, the columns of the points.
        fields: Sequence of names, the columns of the network's output.
        parameters: Sequence of names.
        vectors: Dict from the name of a vector to the names of its components, which are fields,
            one for each spatial coordinate in their order.
        time: The name of the coordinate that is time, which `laplacian_`, `grad_` and `div_`
            leave out. By default `"t"` if there is such a coordinate, else none.
        inputs: Sequence of names of functions that the network receives. They have derivatives as
            fields have, and their terms count on from the fields.
        ranges: Sequence of names of coordinates that are parameters of the problem, which
            `laplacian_`, `grad_` and `div_` leave out as well.

    Raises:
        TypeError: If a name is not a string.
        ValueError: If a name is no identifier, is reserved, or could be read in two ways.

    Example:
        ```python
        from kerasphys.derivatives import Namespace, Partial

        names = Namespace(coordinates=("x", "y", "t"), fields="u", parameters="viscosity")
        assert names.resolve("u_tx") == names.resolve("u_xt") == Partial(field=0, along=(0, 2))
        assert "laplacian_u" in names
        assert "u_z" not in names
        ```
    """

    def __init__(
        self,
        coordinates: str | Sequence[str],
        fields: str | Sequence[str],
        parameters: str | Sequence[str] = (),
        vectors: Mapping[str, str | Sequence[str]] | None = None,
        time: str | None = None,
        inputs: str | Sequence[str] = (),
        ranges: str | Sequence[str] = (),
    ) -> None:
        self.coordinates = check_names("coordinates", coordinates)
        self.fields = check_names("fields", fields)
        self.parameters = check_names_or_none("parameters", parameters)
        self.inputs = check_names_or_none("inputs", inputs)
        self.ranges = check_names_or_none("ranges", ranges)
        if not set(self.ranges) <= set(self.coordinates):
            raise ValueError(message("ranges", f"among the coordinates {self.coordinates}", ranges))
        self.vectors = _check_vectors(vectors)
        self.time = self._check_time(time)
        self.spatial = tuple(
            index
            for index, name in enumerate(self.coordinates)
            if name != self.time and name not in self.ranges
        )
        self._refuse_two_readings()
        self._check_components()

    @property
    def functions(self) -> tuple[str, ...]:
        """What can be differentiated: the fields, then the inputs."""
        return self.fields + self.inputs

    def resolve(self, name: str) -> Term | None:
        """What `name` means, or `None` if it means nothing here."""
        name = check_name("name", name)
        if name in self.coordinates:
            return Coordinate(self.coordinates.index(name))
        if name in self.parameters:
            return Parameter(name)
        if name in self.functions:
            return Field(self.functions.index(name))
        return self._operator(name) or self._partial(name)

    def require(self, name: str, extra: Iterable[str] = ()) -> Term:
        """What `name` means; an unknown name is an error that lists the known ones.

        Args:
            name: String.
            extra: Names that are known beside those of this namespace, for the message.

        Raises:
            ValueError: If the name is unknown.
        """
        name = check_name("name", name)
        term = self.resolve(name)
        if term is None:
            raise ValueError(self._unknown(name, tuple(extra)))
        return term

    def __contains__(self, name: Any) -> bool:
        return isinstance(name, str) and name.isidentifier() and self.resolve(name) is not None

    def _operator(self, name: str) -> Term | None:
        operator, _, operand = name.partition("_")
        if not self.spatial:
            return None
        if operator == "div" and operand in self.vectors:
            components = tuple(self.fields.index(field) for field in self.vectors[operand])
            return Divergence(components, self.spatial)
        if operator == "laplacian" and operand in self.functions:
            return Laplacian(self.functions.index(operand), self.spatial)
        if operator == "biharmonic" and operand in self.functions:
            return Biharmonic(self.functions.index(operand), self.spatial)
        if operator == "grad" and operand in self.functions:
            return Gradient(self.functions.index(operand), self.spatial)
        return None

    def _partial(self, name: str) -> Partial | None:
        for index, field in enumerate(self.functions):
            if name.startswith(f"{field}_"):
                along = self._along(name[len(field) + 1 :])
                if along is not None:
                    return Partial(index, along)
        return None

    def _along(self, suffix: str) -> tuple[int, ...] | None:
        """The coordinates that a suffix like `xxt` or `r_theta` or `xt_theta` names."""
        along: list[int] = []
        for piece in suffix.split("_"):
            if piece in self.coordinates:
                along.append(self.coordinates.index(piece))
            elif piece and all(letter in self.coordinates for letter in piece):
                along.extend(self.coordinates.index(letter) for letter in piece)
            else:
                return None
        return tuple(along)

    def _declared(self) -> Iterator[tuple[str, str, str]]:
        for argument in ("coordinates", "parameters", "inputs", "fields", "vectors"):
            for name in getattr(self, argument):
                yield argument, argument.removesuffix("s"), name

    def _check_time(self, time: Any) -> str | None:
        known = tuple(name for name in self.coordinates if name not in self.ranges)
        if time is None:
            return "t" if "t" in known else None
        name = check_name("time", time)
        if name not in known:
            raise ValueError(message("time", f"one of the coordinates {known}", time))
        return name

    def _refuse_two_readings(self) -> None:
        kinds: dict[str, str] = {}
        for argument, kind, name in self._declared():
            if name in kinds:
                raise ValueError(
                    _two_readings(argument, name, f"the {kinds[name]} and the {kind} {name!r}")
                )
            kinds[name] = kind
            operator = name.partition("_")[0]
            if operator in OPERATORS:
                raise ValueError(
                    _two_readings(
                        argument, name, f"the {kind} {name!r} and the operator `{operator}_`"
                    )
                )
            derivative = self._partial(name)
            if derivative is not None:
                of = self.functions[derivative.field]
                what = "field" if of in self.fields else "input"
                raise ValueError(
                    _two_readings(
                        argument,
                        name,
                        f"the {kind} {name!r} and the derivative of the {what} {of!r} by "
                        f"{name.removeprefix(of + '_')!r}",
                    )
                )
        for name in self.coordinates:
            if "_" in name:
                raise ValueError(
                    message("coordinates", "names without underscore", self.coordinates)
                    + f" In a derivative the underscore separates coordinates: rename {name!r}."
                )
            if len(name) > 1 and all(letter in self.coordinates for letter in name):
                raise ValueError(
                    _two_readings(
                        "coordinates",
                        name,
                        f"the coordinate {name!r} and the coordinates "
                        + ", ".join(repr(letter) for letter in name),
                    )
                )

    def _check_components(self) -> None:
        for vector, components in self.vectors.items():
            for component in components:
                if component not in self.fields:
                    raise ValueError(
                        f"Argument `vectors`: the component {component!r} of {vector!r} must be "
                        f"one of the fields {self.fields}. Declare it in `fields`."
                    )
            if len(components) != len(self.spatial):
                spatial = tuple(self.coordinates[index] for index in self.spatial)
                raise ValueError(
                    f"Argument `vectors`: {vector!r} must have one component for each spatial "
                    f"coordinate {spatial}. Received: {components}. If one of the coordinates is "
                    "time, name it in `time`."
                )

    def _unknown(self, name: str, extra: tuple[str, ...]) -> str:
        derivatives = [f"{field}_{x}" for field in self.fields for x in self.coordinates]
        second = [f"{first}_{first.split('_')[-1]}" for first in derivatives]
        if all(len(x) == 1 for x in self.coordinates):
            second = [f"{first}{first[-1]}" for first in derivatives]
        operators = [f"div_{vector}" for vector in self.vectors]
        if self.spatial:
            operators = [f"{op}_{u}" for u in self.fields for op in OPERATORS[:3]] + operators
        groups = {
            "given": extra,
            "coordinates": self.coordinates,
            "parameters": self.parameters,
            "inputs": self.inputs,
            "fields": self.fields,
            "derivatives, to any order, such as": (*derivatives[:3], *second[:2]),
            "operators": operators,
        }
        listed = "; ".join(f"{kind} {', '.join(known)}" for kind, known in groups.items() if known)
        text = f"The name {name!r} is unknown. Known names: {listed}."
        if name in self.vectors:
            parts = ", ".join(self.vectors[name])
            return f"{text} {name!r} is a vector: ask for its components {parts} or `div_{name}`."
        candidates = [*extra, *(known for _, _, known in self._declared() if known != name)]
        candidates += [*derivatives, *second, *operators]
        nearest = difflib.get_close_matches(name, candidates, n=1)
        return f"{text} Did you mean {nearest[0]!r}?" if nearest else text


def _check_vectors(vectors: Any) -> dict[str, tuple[str, ...]]:
    if vectors is None:
        return {}
    if not isinstance(vectors, Mapping):
        expected = "a dict from the name of a vector to the names of its components"
        raise TypeError(message("vectors", expected, vectors))
    return {
        check_name("vectors", name): check_names("vectors", components)
        for name, components in vectors.items()
    }


def _two_readings(argument: str, name: str, readings: str) -> str:
    return (
        f"Argument `{argument}`: the name {name!r} could be read in two ways, as {readings}. "
        "Rename one of them."
    )
