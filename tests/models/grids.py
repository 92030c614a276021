"""Networks on grids with a known answer, so that every loss can be computed by hand."""

from __future__ import annotations

import numpy as np

import kerasphys as kp


class Passing(kp.networks.GridNetwork):
    """Returns its first channels: what comes in as a function goes out as a field."""

    def build_layers(self, rank, channels, condition):
        pass

    def call_layers(self, values, condition, training):
        return values[..., : self.outputs]


def nodes(model, *sizes):
    """The coordinates of the nodes of a grid, one array `(*grid)` for each."""
    axes = [model.stencils.positions(axis, size) for axis, size in enumerate(sizes)]
    return np.meshgrid(*axes, indexing="ij")


def losses(model, inputs):
    """The loss of each condition for inputs `(n, *grid, c)`."""
    (element,) = model._batches(model._inputs("x", inputs), len(inputs))
    terms = model.loss_terms(element, training=False)
    return {name: float(term) for name, term in terms.items()}
