"""Solving ordinary differential equations inside TensorFlow graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.saved_model import save_context

from kerasphys._validation import (
    check_bool,
    check_choice,
    check_positive,
    check_positive_int,
    message,
)
from kerasphys.ode._clock import Clock
from kerasphys.ode._control import Control
from kerasphys.ode._inputs import (
    check_method,
    check_state,
    check_steps,
    check_times,
    checked_field,
)
from kerasphys.ode._outcome import require_solved
from kerasphys.ode._parameters import captured
from kerasphys.ode._problem import Problem
from kerasphys.ode._solution import Solution, spoil
from kerasphys.ode._stepper import Stepper
from kerasphys.ode.tableau import ButcherTableau

GRADIENTS = ("backprop", "checkpoint", "adjoint")


@tf.autograph.experimental.do_not_convert
def odeint(
    field: Callable[[Any, Any], Any],
    y0: Any,
    times: Any,
    method: str | ButcherTableau = "dopri5",
    *,
    rtol: float = 1e-6,
    atol: float = 1e-6,
    steps: int | None = None,
    control: str = "batch",
    first_step: float | None = None,
    max_steps: int = 1000,
    gradient: str = "backprop",
    checkpoints: int = 10,
    check: bool = True,
    info: bool = False,
) -> Any:
    """Solves `dy/dt = field(t, y)` from `y0` at `times[0]`.

    Works eagerly, in `tf.function`, under XLA, and in a layer of a model that `fit` trains, with
    the same numbers. Computes in the precision of `y0`.

    | `method` | order | |
    |---|---|---|
    | `"euler"` | 1 | with `steps` |
    | `"midpoint"`, `"heun"` | 2 | |
    | `"bosh3"` | 3 | for low accuracy |
    | `"rk4"` | 4 | with `steps` |
    | `"dopri5"`, `"tsit5"` | 5 | the first choice |
    | `"trapezoidal"` | 2 | implicit |
    | `"kvaerno3"` | 3 | implicit, L-stable: for stiff systems |

    Without `steps` the step size is controlled, and outputs between steps are interpolated, to an
    order of at least the estimate of the error. Implicit methods solve by Newton's method with a
    Jacobian of the last axis of one array; samples along other axes must not depend on one another.

    Gradients exist with respect to `y0`, to all variables and tensors that `field` uses, and to
    `times` (as of the exact solution). Step sizes count as constants.

    | `gradient` | memory | work | |
    |---|---|---|---|
    | `"backprop"` | a state for each step | 4 solves | exact for the discrete solution |
    | `"checkpoint"` | `checkpoints` states | 5 to 8 solves | the same numbers |
    | `"adjoint"` | no state but the outputs | 4 solves | exact up to the tolerance |

    Args:
        field: A Keras layer or function of the time, `()` or, if times differ by sample, `(n,)`,
            and of the state. Returns what looks like the state.
        y0: The state at the start: an array, or a structure of arrays (tuple, list, dict).
        times: Output times `(k,)`, increasing or decreasing, the first being that of `y0`; or
            `(n, k)`, for each sample along the first axis of the state its own.
        method: A name, or a `ButcherTableau`.
        rtol: Positive number, the tolerated error of a step relative to the state.
        atol: Positive number, what is added to that.
        steps: Positive integer, the number of equal steps between two output times; or `None` for
            a step size by the error.
        control: `"batch"` for one step size, by the root mean square error of the whole state;
            `"sample"` for one in each sample along the first axis.
        first_step: Positive number, the length of the first step, or `None` to guess it. With
            times for each sample, or `control="sample"`, in distances of output times.
        max_steps: Positive integer, how many steps may be tried. Under XLA it also is the number of
            states that `gradient="backprop"` has memory for.
        gradient: `"backprop"`, `"checkpoint"` or `"adjoint"`.
        checkpoints: Integer of at least 2, the number of states that `"checkpoint"` keeps.
        check: Whether a solve that fails is an error. Else, and always under XLA, where nothing
            can be raised, the outputs are NaN.
        info: Whether to return a dict of integers as well: `status` (0 solved, 1 the state is not
            finite, 2 the step size underflows, 3 more than `max_steps`), `steps` accepted,
            `attempts`, and `evaluations` of the field.

    Returns:
        The states `(k, ...)`, in the structure of `y0`, the first of them `y0`; with `info` a pair.

    Raises:
        ValueError: If an argument is out of range: unsorted or repeated times, a tolerance that is
            not positive, an unknown method, a field of another shape than the state.
        FloatingPointError: If the solve fails; the message has the time and the step size. In a
            graph it is a `tf.errors.InvalidArgumentError`.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        times = np.linspace(0.0, 2.0, 5)
        states = kp.ode.odeint(lambda t, y: -y, np.ones((3, 2)), times, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(states[:, 0, 0], np.exp(-times), rtol=1e-7)
        ```

    Reference:
        Hairer, Nørsett and Wanner, Solving Ordinary Differential Equations I and II.
    """
    tableau = check_method(method)
    check_choice("gradient", gradient, GRADIENTS)
    check_choice("control", control, ("batch", "sample"))
    check_positive("rtol", rtol)
    check_positive("atol", atol)
    check_positive_int("max_steps", max_steps)
    if check_positive_int("checkpoints", checkpoints) < 2:
        raise ValueError(message("checkpoints", "an integer of at least 2", checkpoints))
    if first_step is not None:
        check_positive("first_step", first_step)
    check_bool("check", check)
    check_bool("info", info)
    check_steps(steps, tableau)
    if gradient == "adjoint" and tableau.diagonal:
        cure = "A stiff system is unstable backwards in time. Use 'checkpoint' to save memory."
        raise ValueError(
            message("gradient", "'backprop' or 'checkpoint' for implicit methods", gradient, cure)
        )
    if not callable(field):
        raise TypeError(message("field", "a function or layer of time and state", field))
    leaves, structure = check_state(y0)
    if tableau.diagonal and (len(leaves) > 1 or not leaves[0].shape.rank):
        raise ValueError(f"Argument `y0` must be one array (..., d) for method {tableau.name!r}.")
    times = check_times(times, leaves)
    if control == "sample" and times.shape.rank == 1:
        if any(not leaf.shape.rank for leaf in leaves):
            raise ValueError("Argument `y0` must have samples for control='sample'.")
        times = tf.repeat(times[None], tf.shape(leaves[0])[0], axis=0)

    local = checked_field(field, structure, leaves)
    start = times[..., 0]
    local(start, leaves)  # creates the variables of layers, and checks shapes
    tensors = captured(local, start, leaves)
    problem = Problem(
        local,
        Stepper(tableau, float(np.sqrt(np.finfo(times.dtype.as_numpy_dtype).eps))),
        Control(rtol, atol, tableau.embedded_order + 1, control == "sample"),
        steps,
        max_steps,
        first_step,
        gradient,
        checkpoints,
    )
    found: list[Solution] = []

    @tf.custom_gradient
    def solve(times: Any, *inputs: Any) -> Any:
        clock, state = Clock(times), list(inputs[: len(leaves)])
        solution = problem.forward(clock, state)
        found.append(solution)

        def gradients(*upstream: Any, variables: Any = ()) -> Any:
            parameters, ends = [*variables, *tensors], list(upstream)
            # a SavedModel keeps this function, but cannot keep the records of a loop
            known = problem.forward(clock, state) if save_context.in_save_context() else solution
            back, sums = problem.backward(known, clock, state, ends, parameters)
            to_times = problem.to_times(clock, known.outputs, ends, back)
            # the first output is the state at the start itself
            back = [a + g[0] for a, g in zip(back, ends, strict=True)]
            to_variables, to_tensors = sums[: len(variables)], sums[len(variables) :]
            to_inputs = [to_times, *back, *to_tensors]
            return (to_inputs, to_variables) if variables else to_inputs

        return spoil(solution.status, solution.outputs), gradients

    outputs = solve(times, *leaves, *tensors)
    [solution] = found
    if check:
        outputs = require_solved(solution, Clock(times), outputs)
    states = keras.tree.pack_sequence_as(structure, outputs)
    if not info:
        return states
    return states, {
        "status": solution.status,
        "steps": solution.steps.count,
        "attempts": solution.attempts,
        "evaluations": solution.evaluations,
    }
