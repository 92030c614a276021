"""Networks of the unknown fields of a problem."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from kerasphys.layers import PeriodicEmbedding
from kerasphys.layers.activations import check_smooth
from kerasphys.models.exact_form import columns_of, field_embedding
from kerasphys.models.pinn_checks import check_precision, order_of
from kerasphys.networks import MLP, Network
from kerasphys.parameters import UnknownField

if TYPE_CHECKING:
    from kerasphys.models.pinn_model import PINNModel

UNITS = [32, 32]  # of the network of an unknown field that is given none


class FieldNetwork(keras.layers.Layer):
    """An unknown field as a function of scaled coordinates, made by a network of its own.

    Args:
        field: What is known of it.
        columns: The columns of the points that it depends on.
        network: The network, from the columns that the field depends on to one value.
        embedding: What is applied to these columns first, or `None`.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input shape: `(n, d)`.
    Output shape: `(n, 1)`.
    """

    def __init__(
        self,
        field: UnknownField,
        columns: list[int],
        network: keras.layers.Layer,
        embedding: PeriodicEmbedding | None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.field = field
        self.columns = columns
        self.network = network
        self.embedding = embedding
        self.built = True

    def call(self, scaled: Any) -> tf.Tensor:
        columns = tf.gather(scaled, self.columns, axis=1)
        seen = columns if self.embedding is None else self.embedding(columns)
        return self.field.value(self.network(seen))


def field_networks(model: PINNModel) -> dict[str, FieldNetwork]:
    """The built networks of all unknown fields of a model's problem, by name.

    Raises:
        ValueError: If a network has another precision or number of outputs, or a piecewise linear
            activation under a condition of second order.
    """
    return {name: _made(model, name, field) for name, field in model.problem.unknown_fields.items()}


def _made(model: PINNModel, name: str, field: UnknownField) -> FieldNetwork:
    problem, policy = model.problem, model.dtype_policy
    given = field.network
    network = MLP(UNITS, seed=_seed(model, name)) if given is None else _copy(name, given)
    if isinstance(network, Network):
        network.prepare(1, policy)
    embedding = field_embedding(name, problem, model.exact_conditions, policy)
    columns = columns_of(problem, name)
    seen = keras.KerasTensor((None, len(columns)), model.compute_dtype)
    outputs = network(seen if embedding is None else embedding(seen))
    check_precision(model, network, outputs)
    if tuple(outputs.shape) != (None, 1):
        raise ValueError(
            f"The network of the unknown field {name!r} must return one column. Received: shape "
            f"{tuple(outputs.shape)}."
        )
    check_smooth(network, order_of(model, (name,)))
    if given is not None and given.built:
        network.set_weights(given.get_weights())
    return FieldNetwork(field, columns, network, embedding, name=f"{name}_network", dtype=policy)


def _copy(name: str, network: keras.layers.Layer) -> keras.layers.Layer:
    """Another network with the same settings: two models of a problem share no weights."""
    try:
        return type(network).from_config(network.get_config())
    except (NotImplementedError, TypeError) as error:
        raise TypeError(
            f"The network of the unknown field {name!r} must have a config that makes another one "
            f"like it: give {type(network).__name__} a get_config, as of any Keras layer that can "
            "be saved."
        ) from error


def _seed(model: PINNModel, name: str) -> int | None:
    """One that depends on that of the model's network, and is another."""
    seed = getattr(model.network, "seed", None)
    return None if seed is None else (seed + zlib.crc32(name.encode())) % 2**31
