"""What an engine has to compute."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from kerasphys._validation import check_int, check_name, check_names_or_none, message
from kerasphys.derivatives.namespace import Namespace
from kerasphys.derivatives.terms import Coordinate, Parameter, PartialKey, Term


@dataclass(frozen=True)
class Plan:
    """Names and their terms, for an engine to compute together.

    It is made by `Plan.of`. Two plans with the same names and terms are equal and have the same
    hash.

    Args:
        names: Sequence of different names.
        terms: Sequence of terms, one for each name, without parameters.
        coordinates: Positive integer, the number of coordinates; by default as many as are named.

    Raises:
        ValueError: If there are not as many terms as names, or if one is a parameter.

    Example:
        ```python
        from kerasphys.derivatives import Namespace, Plan

        plan = Plan.of(Namespace(("x", "t"), "u"), ["u", "u_t", "u_xx"])
        assert plan.order == 2
        assert plan.partials == ((0, ()), (0, (1,)), (0, (0, 0)))
        ```
    """

    names: tuple[str, ...]
    terms: tuple[Term, ...]
    coordinates: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", check_names_or_none("names", self.names))
        if not isinstance(self.terms, tuple | list) or not all(
            isinstance(term, Term) for term in self.terms
        ):
            raise TypeError(message("terms", "a sequence of terms", self.terms))
        object.__setattr__(self, "terms", tuple(self.terms))
        if len(self.terms) != len(self.names):
            raise ValueError(message("terms", f"one term for each name {self.names}", self.terms))
        used = [index for _, along in self.partials for index in along]
        used += [term.index for term in self.terms if isinstance(term, Coordinate)]
        least = 1 + max(used, default=0)
        count = least if self.coordinates is None else self.coordinates
        object.__setattr__(self, "coordinates", check_int("coordinates", count, minimum=least))
        for name, term in zip(self.names, self.terms, strict=True):
            if isinstance(term, Parameter):
                raise ValueError(
                    f"Argument `names`: {name!r} is a parameter, whose value the problem knows; an "
                    "engine computes coordinates, fields and derivatives. Leave it out."
                )

    @classmethod
    def of(cls, namespace: Namespace, names: str | Iterable[str]) -> Plan:
        """The plan for `names`, each kept once, in their order.

        Args:
            namespace: What the names mean.
            names: Names of coordinates, fields and derivatives; one string counts as one name.

        Raises:
            ValueError: If a name is unknown or a parameter.
        """
        if not isinstance(namespace, Namespace):
            raise TypeError(message("namespace", "a Namespace", namespace))
        if not isinstance(names, Iterable):
            raise TypeError(message("names", "a name or names", names))
        listed = (names,) if isinstance(names, str) else names
        different = tuple(dict.fromkeys(check_name("names", name) for name in listed))
        terms = tuple(namespace.require(name) for name in different)
        return cls(different, terms, len(namespace.coordinates))

    @functools.cached_property
    def partials(self) -> tuple[PartialKey, ...]:
        """The partial derivatives that all terms together need, by order; order 0 is a field."""
        needed = {partial for term in self.terms for partial in term.partials}
        return tuple(sorted(needed, key=lambda partial: (len(partial[1]), partial)))

    @functools.cached_property
    def order(self) -> int:
        """The highest order of derivative needed; 0 if none is."""
        return max((len(along) for _, along in self.partials), default=0)
