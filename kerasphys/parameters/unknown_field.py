"""Coefficients of an equation that vary in space or time, and that training identifies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kerasphys._registry import pack, serializable, unpack
from kerasphys._validation import check_names, message
from kerasphys.parameters.unknown import Unknown


@serializable
class UnknownField:
    """A function of the coordinates to be identified, such as a conductivity, within bounds.

    It stands among the `parameters` of a problem, and becomes a further field of it, after those
    that are sought: conditions name it and its derivatives (`k`, `k_x`, `grad_k`), `predict` and
    an exported model return it too. A network of its own, which the `PINNModel` makes, gives its
    value, through the same function as that of an `Unknown`: it starts near `initial` and keeps
    the bounds.

    Readings determine it only where the solution depends on it. In `(k u')' = f` it is not
    determined where `u'` vanishes.

    Args:
        of: The names of the coordinates that it depends on; `None` for all of the problem's.
        network: A `kp.networks` network, or a Keras model or layer from as many columns as `of`
            names to one; by default `MLP([32, 32])`. The model makes a copy of it.
        initial: Number, near which training starts.
        lower: Number below `initial`, or `None`.
        upper: Number above `initial`, or `None`.
        log: Whether the network gives the logarithm, as of `Unknown`.

    Raises:
        ValueError: If `initial` is not strictly between the bounds; when the problem is made, if
            `of` names what is no coordinate.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        line = kp.geometry.Interval(0, 1, "x")
        at = np.linspace(0, 1, 9)[:, None]
        problem = kp.Problem(
            line,
            fields="u",
            parameters={"k": kp.UnknownField(lower=0.0)},
            conditions={
                "equation": kp.Residual(lambda k, k_x, u_x, u_xx: k * u_xx + k_x * u_x),
                "flux": kp.Residual(lambda k, u_x: k * u_x - 1.0, on=line.start("x")),
                "sensors": kp.Data(at=at, u=np.log(1 + at[:, 0])),
            },
        )
        assert problem.fields == ("u", "k")
        model = kp.models.PINNModel(kp.networks.MLP([8], seed=0), problem)
        k = model.derivatives(at, ["k", "k_x"])["k"]
        assert (k > 0).all()
        ```
    """

    def __init__(
        self,
        of: str | Sequence[str] | None = None,
        network: keras.layers.Layer | None = None,
        initial: float = 1.0,
        lower: float | None = None,
        upper: float | None = None,
        log: bool = False,
    ):
        self._bounded = Unknown(initial, lower, upper, log)
        self.of = None if of is None else check_names("of", of)
        if network is not None and not isinstance(network, keras.layers.Layer):
            raise TypeError(message("network", "a Keras model or layer, or None", network))
        self.network = network
        self.initial = self._bounded.initial
        self.lower = self._bounded.lower
        self.upper = self._bounded.upper
        self.log = self._bounded.log

    @property
    def is_bounded(self) -> bool:
        """Whether some values are excluded."""
        return self.log or self.lower is not None or self.upper is not None

    def value(self, raw: Any) -> tf.Tensor:
        """The field where its network answers `raw`, a tensor of the same shape."""
        return self._bounded.value(raw)

    def get_config(self) -> dict[str, Any]:
        return {
            "of": None if self.of is None else list(self.of),
            "network": pack(self.network),
            **self._bounded.get_config(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> UnknownField:
        return cls(**unpack(config, "network"))

    def __repr__(self) -> str:
        of = "" if self.of is None else f"of={', '.join(self.of)}, "
        return f"UnknownField({of}{repr(self._bounded).removeprefix('Unknown(')}"
