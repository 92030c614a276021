"""The relative error after one step of a trajectory."""

from __future__ import annotations

from typing import Any

from keras import ops

from kerasphys._registry import serializable
from kerasphys._validation import check_equal_shapes, check_int
from kerasphys.metrics._relative_norm import RelativeNorm


@serializable
class StepRelativeL2(RelativeNorm):
    """The relative L2 error after one step, over everything seen since the last reset.

    For models that return trajectories, such as a `kp.networks.Rollout`: how far errors have added
    up after a step, where `kp.metrics.RelativeL2` sees all steps together.

    Args:
        step: Integer, the index along the second axis: `0` after the first step, `-1` after the
            last.
        name: The name in the logs; by default `step_0_relative_l2`, or `last_step_relative_l2`.
        dtype: `"float32"`, `"float64"`, or `None` for `keras.config.floatx()`. The precision of
            the sums and of the result.

    Input shape: `y_true` and `y_pred` of one shape `(n, steps, ...)`.

    Raises:
        ValueError: If `y_true` and `y_pred` differ in shape, or have fewer steps.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        growing = np.array([1.0, 1.1, 1.3])[None, :, None, None]
        u = np.ones((2, 3, 16, 1))
        error = kp.metrics.StepRelativeL2(step=-1, dtype="float64")
        error.update_state(u, growing * u)
        print(float(error.result()))  # 0.3
        ```
    """

    def __init__(self, step: int = -1, name: str | None = None, dtype: Any = None):
        step = check_int("step", step)
        title = "last_step" if step == -1 else f"step_{step}".replace("-", "minus_")
        super().__init__(f"{title}_relative_l2" if name is None else name, dtype)
        self.step = step

    def squares(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        check_equal_shapes("y_pred", y_pred.shape, "y_true", y_true.shape)
        steps = y_true.shape[1] if len(y_true.shape) > 1 else 0
        if steps is not None and not -steps <= self.step < steps:
            raise ValueError(
                f"The metric {self.name} needs trajectories (n, steps, ...) that have the step "
                f"{self.step}. Received: {tuple(y_true.shape)}."
            )
        axes = tuple(range(1, len(y_true.shape) - 1))
        wanted, found = y_true[:, self.step], y_pred[:, self.step]
        return ops.sum(ops.square(found - wanted), axis=axes), ops.sum(
            ops.square(wanted), axis=axes
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "step": self.step}
