"""Functions that a network receives as input."""

from __future__ import annotations

from typing import Any

from kerasphys._registry import serializable


@serializable
class InputFunction:
    """A function of the coordinates that differs from sample to sample, an input of the network.

    It stands among the `parameters` of a problem: a source, a conductivity, an initial state. One
    network is trained for all functions of a kind, and answers a new one in a single call.
    Residuals name it, and its derivatives, as they name fields: `k`, `k_x`, `grad_k`.

    Example:
        ```python
        import kerasphys as kp

        def darcy(k, k_x, k_y, u_x, u_y, laplacian_u):  # ∇·(k ∇u) + 1
            return k * laplacian_u + k_x * u_x + k_y * u_y + 1.0

        square = kp.geometry.Box((0, 0), (1, 1))
        problem = kp.Problem(
            square,
            fields="u",
            parameters={"k": kp.InputFunction()},
            conditions={
                "equation": kp.Residual(darcy),
                "boundary": kp.Dirichlet(u=0.0, on=square.boundary()),
            },
        )
        assert problem.inputs == ("k",)
        ```
    """

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputFunction:
        return cls(**config)

    def __repr__(self) -> str:
        return "InputFunction()"
