"""Loading of saved models."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from kerasphys._limits import check_archive
from kerasphys._validation import message
from kerasphys.models.loading import loading_with, read_model
from kerasphys.models.problem_model import ProblemModel
from kerasphys.problem import Problem


def load_model(path: str | os.PathLike, problem: Problem | None = None) -> Any:
    """Loads a model from the `.keras` file that `model.save` wrote.

    Args:
        path: The file.
        problem: The problem, with the functions that the file only names. It is needed to go on
            training where residuals or boundary values are functions that are not registered with
            Keras.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or holds something else, if it would run code of its own
            (a `Lambda` layer, say), or if `problem` is not the problem of the model.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(message("path", "a path", path))
    if not Path(path).is_file():
        raise FileNotFoundError(f"There is no file {Path(path)}.")
    if problem is not None and not isinstance(problem, Problem):
        raise TypeError(message("problem", "a kp.Problem or None", problem))
    check_archive(Path(path))
    try:
        with loading_with(problem):
            model = read_model(Path(path))
    except Exception as error:
        raise ValueError(f"Cannot load {Path(path)}: {error}") from error
    if problem is not None and not isinstance(model, ProblemModel):
        raise ValueError(
            f"Cannot load {Path(path)} with a problem: it holds a {type(model).__name__}, not a "
            "kp.models.PINNModel."
        )
    return model
