"""The order in which callbacks adapt a model."""

from __future__ import annotations

from collections.abc import Sequence

import keras

# What `adaptation_stage` of a callback may be; callbacks without it come first.
POINTS, POINT_WEIGHTS, LOSS_WEIGHTS = 0, 1, 2


def in_order(callbacks: Sequence[keras.callbacks.Callback]) -> list[keras.callbacks.Callback]:
    """The callbacks, such that each sees what it depends on, however the user lists them.

    First come those that move points, then those that weigh points where they are now, then those
    that weigh the conditions with these weights. Else the order stays.
    """
    return sorted(callbacks, key=lambda callback: getattr(callback, "adaptation_stage", POINTS))
