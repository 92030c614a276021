"""What the user says about a model, for its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def card_facts(
    name: str,
    description: str,
    errors: Mapping[str, float | None] | None,
    seed: int | None,
    command: str | None,
) -> dict[str, Any]:
    """The entries of a card that all kinds of models share; arguments as of `Card`."""
    return {
        "name": name,
        "description": description,
        "errors": dict(errors or {}),
        "seed": seed,
        "command": command,
    }
