"""What a TPU asks for, checked before anything is compiled for it."""

from __future__ import annotations

from typing import Any

from kerasphys._validation import message


def check_precision(policy: Any) -> None:
    """Refuses what the units of a TPU do not compute in: float64 and float16."""
    if policy.name == "mixed_float16":
        cure = "The 16 bits of a TPU are bfloat16: dtype='mixed_bfloat16'."
        raise ValueError(message("dtype", "a precision of the TPU", policy.name, cure))
    if policy.variable_dtype == "float64":
        cure = "It has no float64: make the model with dtype='float32'."
        raise ValueError(message("dtype", "a precision of the TPU", policy.name, cure))


def check_compiled(model: Any) -> None:
    """Refuses a compiled model whose step a TPU cannot run."""
    if model.run_eagerly:
        cure = "A TPU runs compiled steps only."
        raise ValueError(message("run_eagerly", "False", True, cure))
    outside = [layer.name for layer in model._flatten_layers() if not layer.supports_jit]
    if outside:
        raise ValueError(
            f"XLA, and so a TPU, cannot run the layers {', '.join(outside)}. Augment the samples "
            "in a tf.data.Dataset instead."
        )
