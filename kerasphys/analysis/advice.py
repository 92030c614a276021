"""One line of advice: what stalls a training."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kerasphys.analysis.condition_state import ConditionState, quotient
from kerasphys.analysis.layers import Layer
from kerasphys.conditions import Dirichlet, Periodic
from kerasphys.models import PINNModel
from kerasphys.models.adaptive_points import equations
from kerasphys.models.exact_form import exact_values, periodic_embedding
from kerasphys.optimizers import SecondOrder
from kerasphys.optimizers.second_order import DENSE_LIMIT

DOMINATION = 100.0  # of one gradient over another
SATISFIED = 1e-4  # relative change of the weights after which a condition would hold
OVERFITTING = 10.0  # mean square at fresh points by that at the points of the training
THIN, ACROSS = 0.1, 3.0  # relative thickness of a layer; points in each direction of it
EARLY = 100.0  # mean square at early times by that at late ones
CONCENTRATION = 0.5  # share of the squares at one hundredth of the points
CONFLICT = -0.5  # cosine
FLAT = 10.0  # relative change of the weights after which the loss would vanish
PLATEAU, LONG = 1.1, 20  # what half of so many epochs gain at least

NOTHING = "Nothing stands out: train longer."


@dataclass(frozen=True)
class Evidence:
    """What the advice is based on.

    Attributes:
        model: The model.
        states: The conditions that are trained.
        layers: The steepest places of the solution.
        gradient: The norm of the gradient of the loss.
    """

    model: PINNModel
    states: dict[str, ConditionState]
    layers: list[Layer]
    gradient: float

    @property
    def loss(self) -> float:
        """The loss, without regularisers."""
        return sum(state.loss for state in self.states.values())

    @property
    def size(self) -> float:
        """The norm of the weights of the model, or one if it is less."""
        squares = [np.sum(np.square(w)) for w in self._weights]
        return max(math.sqrt(float(np.sum(squares))), 1.0)

    @property
    def finite(self) -> bool:
        """Whether the weights of the model are."""
        return all(np.isfinite(weight).all() for weight in self._weights)

    @property
    def flatness(self) -> float:
        """By how much of their size the weights must change, along the gradient, for no loss."""
        return quotient(self.loss, self.gradient * self.size)

    @property
    def gain(self) -> float:
        """By what factor the second half of the last training lowered the loss; NaN if unknown."""
        history = getattr(self.model, "history", None)
        losses = np.asarray(history.history.get("loss", ()) if history else (), np.float64)
        half = len(losses) // 2
        if len(losses) < LONG or not np.isfinite(losses).all():
            return math.nan
        return quotient(float(losses[:half].min()), float(losses[half:].min()))

    @property
    def domination(self) -> tuple[float, str, str]:
        """The largest quotient of two gradients, of the strong and of the weak condition.

        Weak is who is not satisfied all the same: its residual would not vanish with a small
        change of the weights.
        """
        pulls = {name: state.pull for name, state in self.states.items() if state.pull > 0}
        weak = {
            name: pull
            for name, pull in pulls.items()
            if quotient(self.states[name].mean_square, self.states[name].gradient * self.size)
            > SATISFIED
        }
        if len(pulls) < 2 or not weak:
            return math.nan, "", ""
        strongest, weakest = max(pulls, key=pulls.__getitem__), min(weak, key=weak.__getitem__)
        return pulls[strongest] / pulls[weakest], strongest, weakest

    @property
    def overfitting(self) -> tuple[float, str]:
        """The largest quotient of the mean squares at fresh points and at those of the training."""
        return _largest({name: state.overfitting for name, state in self.states.items()})

    @property
    def concentration(self) -> tuple[float, str]:
        """The largest share of the squares at one hundredth of the points."""
        return _largest({name: state.concentration for name, state in self.states.items()})

    @property
    def early_to_late(self) -> tuple[float, str]:
        """The largest quotient of the mean squares at early and at late times."""
        return _largest({name: state.early_to_late for name, state in self.states.items()})

    @property
    def cosine(self) -> tuple[float, str, str]:
        """The least cosine of two gradients, and whose."""
        known = [
            (cosine, first, second)
            for first, state in self.states.items()
            for second, cosine in state.cosines.items()
            if not math.isnan(cosine) and min(state.weight, self.states[second].weight) > 0
        ]
        return min(known, key=lambda entry: entry[0], default=(math.nan, "", ""))

    @property
    def poorest_layer(self) -> Layer | None:
        """The thin layer with the fewest points."""
        thin = [layer for layer in self.layers if layer.relative < THIN]
        return min(thin, key=lambda layer: layer.points, default=None)

    def place(self, where: np.ndarray) -> str:
        """A point for people: `x = 0.5, t = 0.1`."""
        return place(self.model.problem.coordinates, where)

    @property
    def _weights(self) -> list[np.ndarray]:
        return [np.asarray(v, np.float64) for v in self.model.trainable_variables]


def findings(evidence: Evidence) -> dict[str, float]:
    """The numbers that the advice is based on; NaN where there is none."""
    layer = evidence.poorest_layer
    return {
        "loss": evidence.loss,
        "gradient": evidence.gradient,
        "faults": float(sum(state.faults for state in evidence.states.values())),
        "domination": evidence.domination[0],
        "overfitting": evidence.overfitting[0],
        "layer_thickness": min((layer.relative for layer in evidence.layers), default=math.nan),
        "layer_points_across": layer.points_across if layer else math.nan,
        "early_to_late": evidence.early_to_late[0],
        "concentration": evidence.concentration[0],
        "cosine": evidence.cosine[0],
        "flatness": evidence.flatness,
        "gain": evidence.gain,
    }


def advise(evidence: Evidence) -> str:
    """What stalls the training, in one line: of the rules that apply the most severe."""
    for rule in RULES:
        line = rule(evidence)
        if line is not None:
            return line
    return NOTHING


def _not_finite(evidence: Evidence) -> str | None:
    if not evidence.finite:
        return (
            "The weights of the model are not finite: load those of a good epoch "
            "(kp.callbacks.Resume keeps them), and lower the learning rate."
        )
    for name, state in evidence.states.items():
        if state.faults:
            return (
                f"The residual of {name!r} is not finite at {state.faults} of {state.checked} "
                f"points, the first is {evidence.place(state.where)}: look where it divides by "
                "zero or takes a root or logarithm."
            )
        if not math.isfinite(state.gradient):
            return (
                f"The residual of {name!r} is finite, its gradient by the weights is not: look for "
                "a root, a norm or a quotient at zero."
            )
    return None


def _domination(evidence: Evidence) -> str | None:
    ratio, strong, weak = evidence.domination
    if not ratio > DOMINATION:
        return None
    cures = ["kp.callbacks.GradientNormBalance()", *_hard(evidence, weak)]
    return (
        f"The gradient of {strong!r} is {ratio:.2g} times that of {weak!r}, which hardly trains: "
        f"{' or '.join(cures)}."
    )


def _overfitting(evidence: Evidence) -> str | None:
    ratio, name = evidence.overfitting
    state = evidence.states.get(name)
    if state is None or not ratio > OVERFITTING:
        return None
    return (
        f"Between the {state.points} training points the mean square of {name!r} is "
        f"{state.fresh_mean_square:.2g}, on them {state.mean_square:.2g}: more points"
        f"{_or_resample(evidence, name)}."
    )


def _thin_layer(evidence: Evidence) -> str | None:
    layer = evidence.poorest_layer
    if layer is None or layer.points_across >= ACROSS:
        return None
    return (
        f"{layer.field} has a layer of thickness {layer.thickness:.2g} along {layer.coordinate} "
        f"at {evidence.place(layer.where)}, where {layer.points} of {layer.total} training points "
        f"lie: kp.callbacks.ResidualResample(), or more points."
    )


def _early_times(evidence: Evidence) -> str | None:
    ratio, name = evidence.early_to_late
    if not ratio > EARLY:
        return None
    return (
        f"The mean square of {name!r} in the first quarter of "
        f"{evidence.model.problem.namespace.time} is {ratio:.2g} times that in the last, which is "
        "fitted to what is wrong before: kp.callbacks.CausalWeights()."
    )


def _concentration(evidence: Evidence) -> str | None:
    share, name = evidence.concentration
    state = evidence.states.get(name)
    if state is None or not share > CONCENTRATION:
        return None
    cures = ["kp.callbacks.ResidualAttention()"]
    if state.drawn:
        cures.insert(0, _resample(evidence, name))
    return (
        f"One hundredth of the points holds {share:.0%} of the squared residual of {name!r}, whose "
        f"peak is at {evidence.place(state.where)}: {' or '.join(cures)}."
    )


def _conflict(evidence: Evidence) -> str | None:
    cosine, first, second = evidence.cosine
    if not cosine < CONFLICT:
        return None
    cures = _hard(evidence, first, second)
    if not _sees_curvature(evidence):
        cures.append(_second_order(evidence))
    return (
        f"The gradients of {first!r} and {second!r} oppose each other (cosine {cosine:.2f}): "
        f"{' or '.join(cures or ['kp.callbacks.GradientNormBalance()'])}."
    )


def _flat(evidence: Evidence) -> str | None:
    if not evidence.flatness > FLAT:
        return None
    return (
        f"The gradient {evidence.gradient:.2g} is tiny beside the loss {evidence.loss:.2g}, a flat "
        f"region or all that this network can do: {_way_on(evidence)}."
    )


def _plateau(evidence: Evidence) -> str | None:
    gain = evidence.gain
    if not gain < PLATEAU:
        return None
    return (
        f"The second half of the last training lowered the loss {gain:.3g}-fold only: "
        f"{_way_on(evidence)}."
    )


RULES: Sequence[Callable[[Evidence], str | None]] = (
    _not_finite,
    _domination,
    _overfitting,
    _thin_layer,
    _early_times,
    _concentration,
    _conflict,
    _flat,
    _plateau,
)


def place(coordinates: Sequence[str], where: np.ndarray) -> str:
    """A point for people: `x = 0.5, t = 0.1`."""
    pairs = zip(coordinates, where, strict=True)
    return ", ".join(f"{name} = {value:.3g}" for name, value in pairs)


def _largest(values: dict[str, float]) -> tuple[float, str]:
    known = {name: value for name, value in values.items() if not math.isnan(value)}
    name = max(known, key=known.__getitem__, default="")
    return known.get(name, math.nan), name


def _hard(evidence: Evidence, *names: str) -> list[str]:
    """How to make the first of some conditions exact that can be; nothing where none can."""
    model = evidence.model
    problem, trained = model.problem, model.soft_conditions
    for name in names:
        wanted = [other for other in problem.conditions if other not in trained or other == name]
        exact = {other: problem.conditions[other] for other in wanted}
        if len(trained) == 1 or not isinstance(trained[name], Dirichlet | Periodic):
            continue
        with contextlib.suppress(TypeError, ValueError):  # of a form that cannot be built
            exact_values(problem, exact)
            periodic_embedding(problem, exact, model.dtype_policy)
            return [f"hard={wanted}"]
    return []


def _resample(evidence: Evidence, name: str) -> str:
    """The callback that moves the points of a condition."""
    named = "" if name in equations(evidence.model) else f"conditions={name!r}"
    return f"kp.callbacks.ResidualResample({named})"


def _or_resample(evidence: Evidence, name: str) -> str:
    return f", or {_resample(evidence, name)}" if evidence.states[name].drawn else ""


def _sees_curvature(evidence: Evidence) -> bool:
    return isinstance(getattr(evidence.model, "optimizer", None), SecondOrder)


def _second_order(evidence: Evidence) -> str:
    count = sum(math.prod(v.shape) for v in evidence.model.trainable_variables)
    if count > DENSE_LIMIT:
        return "kp.optimizers.LBFGS()"
    return "kp.optimizers.SSBroyden() or kp.optimizers.LevenbergMarquardt()"


def _way_on(evidence: Evidence) -> str:
    if _sees_curvature(evidence):
        return "more units in the network, or other points (kp.callbacks.Resample())"
    return _second_order(evidence)
