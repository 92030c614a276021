"""A problem in one window of time after the other."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kerasphys.conditions import Condition, Data, Dirichlet, Integral, Located, Periodic
from kerasphys.derivatives import Namespace
from kerasphys.geometry import Boundary, Geometry, PointCloud
from kerasphys.geometry.slab import extent, slab
from kerasphys.parameters import Unknown, UnknownField
from kerasphys.problem import Problem

Before = Callable[[str, np.ndarray], np.ndarray]  # a name, and points at an edge, to its values


class TimeSlabs:
    """What must hold in each window of time, where windows are solved one after the other.

    A condition at the start of time stands in the first window; in each later one the fields that
    it names, or their derivatives by time, must continue what the window before ended with. Other
    conditions hold on what of their region lies in the window.

    Args:
        problem: The problem.
        edges: Increasing times, from the start to the end of the domain.

    Raises:
        ValueError: If the problem cannot be cut in time.
    """

    def __init__(self, problem: Problem, edges: Sequence[float]):
        time = problem.namespace.time
        if time is None:
            names = ", ".join(problem.coordinates)
            raise ValueError(
                f"kp.march needs a problem with time. Its coordinates are {names}: call one of "
                'them "t", or say which it is: kp.Problem(..., time="...").'
            )
        self.problem = problem
        self.time = time
        self.axis = problem.coordinates.index(time)
        self.edges = edges
        slab(problem.physical_domain, time, edges[0], edges[-1])
        _refuse_unknowns(problem)
        self.states = {n: s for n, c in problem.conditions.items() if (s := self._states(n, c))}
        for name, condition in problem.conditions.items():
            self._check_condition(name, condition)

    def window(self, index: int, before: Before | None, left_out: Sequence[str]) -> Problem:
        """The problem of a window.

        Args:
            index: Its number.
            before: The end of the window before; `None` in the first.
            left_out: The conditions that hold by construction. Those at the start of time do so in
                the first window only.
        """
        problem = self.problem
        conditions = {}
        for name, condition in problem.conditions.items():
            if before is not None and name in self.states:
                conditions[name] = self._continued(name, index, before)
            elif name not in left_out:
                inside = self._inside(condition, index)
                if inside is not None and name in self.states:
                    inside.givens = {n: _as_function(v) for n, v in inside.givens.items()}
                if inside is not None:
                    conditions[name] = inside
        domain = slab(problem.physical_domain, self.time, *self.edges[index : index + 2])
        assert isinstance(domain, Geometry)
        return Problem(
            domain,
            problem.solution_fields,
            conditions,
            problem.parameters,
            problem.namespace.vectors,
            self.time,
        )

    def _states(self, name: str, condition: Condition) -> tuple[str, ...]:
        """What a condition at the start of time determines: fields, or derivatives by time."""
        region = condition.on
        if isinstance(condition, Integral) or not isinstance(region, Boundary):
            return ()
        start = f"start({self.time})"
        at_start = [start in face.parts for face in region.faces]
        if not any(at_start) or extent(region.geometry, self.time)[0] > self.edges[0]:
            return ()
        if not all(at_start):
            raise ValueError(
                f"kp.march replaces what holds at the start of {self.time} in every window, and "
                f"the condition {name!r} holds elsewhere too. Make two of it: one on "
                f'domain.start("{self.time}"), one on the rest.'
            )
        return tuple(_state(field, count, self.time) for field, count in self._orders(condition))

    def _orders(self, condition: Condition) -> dict[tuple[str, int], None]:
        """The fields that a condition names, each with a number of derivatives by time."""
        namespace = self.problem.namespace
        return dict.fromkeys(
            (self.problem.fields[field], along.count(self.axis))
            for name in condition.names(namespace)
            for field, along in namespace.require(name).partials
        )

    def _check_condition(self, name: str, condition: Condition) -> None:
        """Refuses what no window can hold, and what makes a state that is not handed on."""
        if isinstance(condition, Periodic) and condition.across == self.time:
            raise ValueError(
                f"kp.march goes forward in {self.time}, and the condition {name!r} is periodic in "
                "it. Train all of it at once, with fit."
            )
        if isinstance(condition, Integral) and self.time not in (condition.each or ()):
            ends = {f"start({self.time})", f"end({self.time})"}
            region = condition.on
            at_end = isinstance(region, Boundary) and all(ends & {*f.parts} for f in region.faces)
            if not at_end:
                raise ValueError(
                    f"The condition {name!r} integrates over all of {self.time}, and a window sees "
                    f'a part of it. Give each="{self.time}", or train all of it at once, with fit.'
                )
        known = {state for states in self.states.values() for state in states}
        for field, count in self._orders(condition):
            for state in (_state(field, lower, self.time) for lower in range(count)):
                if state not in known:
                    raise ValueError(
                        f"The condition {name!r} makes {state!r} evolve in {self.time}, and no "
                        f'condition on domain.start("{self.time}") names it, so kp.march does not '
                        "know what to hand from window to window. Give its value there."
                    )

    def _continued(self, name: str, index: int, before: Before) -> Condition:
        """What takes the place of a condition at the start of time in a later window."""
        condition = self.problem.conditions[name]
        assert isinstance(condition.on, Boundary)
        geometry = slab(condition.on.geometry, self.time, *self.edges[index : index + 2])
        if geometry is None:
            raise ValueError(
                f"The region of the condition {name!r} ends before the time {self.edges[index]:g}, "
                f"so kp.march cannot hand on what it determines."
            )
        assert isinstance(geometry, Geometry)
        start = Boundary(geometry, f"start({self.time})", condition.on.predicates)
        values = {
            state: _EndValue(state, self.problem.coordinates, self.axis, self.edges[index], before)
            for state in self.states[name]
        }
        if all(state in self.problem.fields for state in values):
            return Dirichlet(on=start, weight=condition.weight, **values)
        return _Continuation(start, condition.weight, values)

    def _inside(self, condition: Condition, index: int) -> Condition | None:
        """A condition in a window; `None` where nothing of its region lies in it."""
        lower, upper = self.edges[index : index + 2]
        if isinstance(condition, Data):
            return _some(condition, self._rows(condition.at, lower, upper))
        if isinstance(condition.on, PointCloud):
            return _some(condition, self._rows(condition.on.points, lower, upper))
        if condition.on is None:
            return condition
        region = slab(condition.on, self.time, lower, upper)
        if region is None:
            return None
        other = copy.copy(condition)
        other.on = region
        return other

    def _rows(self, points: np.ndarray, lower: float, upper: float) -> np.ndarray:
        """Which points belong to a window; those at its end to the next one, if there is one."""
        column = points[:, self.axis]
        after = column >= lower if lower > self.edges[0] else np.full(len(points), True)
        return after & (column < upper) if upper < self.edges[-1] else after


def _as_function(value: Any) -> Any:
    """A number as a function, so that arrays have the shapes of later windows: one step for all."""

    def constant() -> float:
        return value

    return constant if isinstance(value, float) else value


class _EndValue:
    """What the window before ended with, as a function of the other coordinates."""

    def __init__(
        self, state: str, coordinates: Sequence[str], axis: int, edge: float, before: Before
    ):
        self._state = state
        self._coordinates = tuple(coordinates)
        self._axis = axis
        self._edge = edge
        self._before = before
        others = [name for index, name in enumerate(coordinates) if index != axis]
        kind = inspect.Parameter.KEYWORD_ONLY
        self.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in others])

    def __call__(self, **columns: np.ndarray) -> np.ndarray:
        if not columns:  # an ordinary differential equation
            return self._before(self._state, np.array([[self._edge]]))[0]
        n = len(next(iter(columns.values())))
        points = [columns.get(name, np.full(n, self._edge)) for name in self._coordinates]
        return self._before(self._state, np.stack(points, axis=1))


class _Continuation(Condition):
    """Fields and their derivatives by time take given values."""

    def names(self, namespace: Namespace) -> tuple[str, ...]:
        return tuple(self.givens)

    def residuals(self, at: Located) -> tuple[tf.Tensor, ...]:
        return tuple(at.values[name] - at.givens[name] for name in self.givens)


def _state(field: str, count: int, time: str) -> str:
    """The name of a derivative by time."""
    return field + f"_{time}" * count


def _some(condition: Condition, rows: np.ndarray) -> Condition | None:
    """A condition at some of its own points."""
    if not rows.any():
        return None

    def of(values: Any) -> Any:
        return values[rows] if isinstance(values, np.ndarray) else values

    if isinstance(condition, Data):
        fields = {name: of(condition.givens[name]) for name in condition.fields}
        std = condition.std and {name: of(value) for name, value in condition.std.items()}
        return Data(condition.at[rows], std, condition.weight, **fields)
    cloud = condition.on
    assert isinstance(cloud, PointCloud)
    normals = None if cloud._normals is None else cloud._normals[rows]
    other = copy.copy(condition)
    other.on = PointCloud(cloud.points[rows], cloud.coordinates, normals)
    other.givens = {name: of(value) for name, value in condition.givens.items()}
    return other


def _refuse_unknowns(problem: Problem) -> None:
    for name, value in problem.parameters.items():
        if isinstance(value, Unknown | UnknownField):
            raise ValueError(
                f"kp.march trains one window after the other, and {name!r}, a "
                f"kp.{type(value).__name__}, depends on all of them. Train them at once, with fit; "
                "kp.callbacks.CausalWeights lets the solution grow from its start."
            )
