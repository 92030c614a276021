"""What all our networks share: the owner says how many outputs and which precision."""

from __future__ import annotations

from typing import Any

import keras

from kerasphys._validation import check_positive_int


class Network(keras.Model):
    """A Keras model that creates its layers in `build`.

    Until then the number of outputs and the dtype may be left open: the model that owns the
    network fills them in.

    Args:
        outputs: Positive integer, or `None` if the owner is to say it.
        dtype: A Keras dtype or policy, or `None` if the owner is to say it.
        **kwargs: `name` and `trainable`, as of any Keras model.
    """

    def __init__(self, outputs: int | None = None, dtype: Any = None, **kwargs: Any):
        super().__init__(dtype=dtype, **kwargs)
        self.outputs = None if outputs is None else check_positive_int("outputs", outputs)
        self._dtype_is_open = dtype is None

    def prepare(self, outputs: int, dtype: Any) -> None:
        """Fills in what was left open. The owner calls it before `build`."""
        if self.built:
            return
        if self.outputs is None:
            self.outputs = outputs
        if self._dtype_is_open:
            self.dtype_policy = keras.dtype_policies.get(dtype)
            self._dtype_is_open = False

    def serving_spec(self) -> Any:
        """The inputs of an export with all axes that may be free, or `None`: the batch only."""
        return None

    def export(self, filepath: Any, *args: Any, **kwargs: Any) -> Any:
        """As of any Keras model; what may be free is, unless `input_signature` is given."""
        spec = self.serving_spec() if self.built else None
        if spec is not None and len(args) < 3:
            kwargs.setdefault("input_signature", [spec])
        return super().export(filepath, *args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        dtype = None if self._dtype_is_open else keras.dtype_policies.serialize(self.dtype_policy)
        return {"name": self.name, "outputs": self.outputs, "dtype": dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Network:
        return cls(**config)

    def _known_outputs(self) -> int:
        """The number of outputs; an error while it is open."""
        if self.outputs is None:
            name = type(self).__name__
            raise ValueError(f"{name} needs the number of its outputs: {name}(..., outputs=1).")
        return self.outputs
