"""Networks on grids that are trained by equations, without labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasphys._registry import pack, serializable
from kerasphys._validation import check_names, check_nonnegative, check_positive_int
from kerasphys.derivatives import Plan, StencilEngine
from kerasphys.models.array_data import steady_batches, training_batches
from kerasphys.models.callback_order import in_order
from kerasphys.models.channel_scaling import ChannelScaling
from kerasphys.models.dual_norm import DualNorm
from kerasphys.models.grid_checks import check_on_grids, input_values
from kerasphys.models.grid_regions import blocks_of, held_planes, periodic_conditions
from kerasphys.models.grid_values import GridValues, residuals_at
from kerasphys.models.pinn_checks import check_hard, check_precision, check_scale
from kerasphys.models.problem_model import ProblemModel, check_parts
from kerasphys.models.sample_layout import samples_at_once
from kerasphys.problem import Problem


@serializable
class GridPINNModel(ProblemModel):
    """A network from input functions to fields, trained to satisfy the conditions of a problem.

    One network for all input functions of a kind, and no labels: the loss is the mean square
    residual of the conditions, over samples and nodes, with derivatives by finite differences on
    the grid. Its answers can be as good as that scheme, and no better. An equation on the whole
    domain holds at all nodes but those of faces that have a condition of their own.

    A grid has nodes at both ends of each axis; of an axis with a `Periodic` condition it leaves
    out the last. Periodic conditions hold by construction. A model that was trained at one
    resolution may be used at another.

    `kp.models.PINNModel(network, problem)` makes this model where the network is one on grids.

    Args:
        network: A `kp.networks.GridNetwork`, such as `kp.networks.UNet()`.
        problem: The problem, with a `kp.InputFunction` among its parameters for each channel of
            the inputs, on intervals, boxes, or their products.
        hard: `True` to make all `Dirichlet` conditions hold exactly, through the form of the
            solution; or the names of those that should. They leave the loss.
        accuracy: Positive even integer, the order of accuracy of the finite differences.
        dual_order: Non-negative number `s`: equations on the whole domain are measured in the norm
            of `H^-s`, which weighs rough residuals less. With 0 it is the mean square. Of an
            elliptic equation of second order, 1 measures the energy of the error of the solution,
            2 its mean square: such an equation trains far better so.
        scale: Positive number, or one for each field: their size, roughly. The outputs of the
            network are multiplied by it.
        dtype: `"float32"` or `"float64"`.
        **kwargs: `name` and `trainable`, as of any Keras model.

    Input shape: `(n, *grid, c)`, one channel for each input function in the problem's order.
    Output shape: `(n, *grid, m)`, one channel for each field in the problem's order.

    Raises:
        ValueError: If the problem has no input function, or a condition that holds neither on the
            domain nor on faces of it; if the network is not periodic where the problem is.

    Example:
        ```python
        import numpy as np
        import kerasphys as kp

        square = kp.geometry.Box((0, 0), (1, 1))
        problem = kp.Problem(
            square,
            fields="u",
            parameters={"f": kp.InputFunction()},
            conditions={
                "equation": kp.Residual(lambda laplacian_u, f: laplacian_u + f),
                "boundary": kp.Dirichlet(u=0.0, on=square.boundary()),
            },
        )
        f = np.random.default_rng(0).normal(size=(4, 9, 9))
        network = kp.networks.UNet(depth=1, base_channels=2, seed=0)
        model = kp.models.PINNModel(network, problem, hard=True)
        model.adapt({"f": f})
        model.compile("adam")
        model.fit({"f": f}, epochs=1, verbose=0)
        assert model.derivatives({"f": f}, ["laplacian_u"])["laplacian_u"].shape == (4, 9, 9)
        ```

    Reference:
        Zhu, Zabaras, Koutsourelakis, Perdikaris, 2019, https://doi.org/10.1016/j.jcp.2019.05.024;
        dual norms: Taylor, Pardo, Muga, 2023, https://doi.org/10.1016/j.cma.2022.115850
    """

    def __init__(
        self,
        network: keras.layers.Layer,
        problem: Problem,
        hard: bool | Sequence[str] = False,
        accuracy: int = 2,
        dual_order: float = 0.0,
        scale: float | Sequence[float] = 1.0,
        dtype: Any = "float32",
        **kwargs: Any,
    ):
        check_parts(network, problem)
        check_on_grids(network, problem)
        hard_names = check_hard(hard, problem)
        across = periodic_conditions(problem)
        exact = tuple(dict.fromkeys([*across, *hard_names]))
        super().__init__(network, problem, exact, dtype, **kwargs)
        self.hard = hard if isinstance(hard, bool) else list(hard_names)
        self.accuracy = accuracy
        self.dual_order = check_nonnegative("dual_order", dual_order)
        self.scale = check_scale(scale, len(problem.fields))
        axes = {condition.across for condition in across.values()}
        words = ["periodic" if x in axes else "one_sided" for x in problem.coordinates]
        lower, upper = (bound.tolist() for bound in problem.domain.bounds)
        self.stencils = StencilEngine(lower, upper, words, accuracy)
        self.blocks = blocks_of(problem, list(self.soft_conditions))
        self._norm = DualNorm(
            self.dual_order, self.stencils, problem.namespace.spatial, held_planes(problem)
        )
        self.scaling = ChannelScaling(dtype=self.dtype_policy, name="scaling")
        self.scaling.build(self._shape)
        network.prepare(len(problem.fields), self.dtype_policy)
        outputs = network(keras.KerasTensor(self._shape, self.compute_dtype))
        check_precision(self, network, outputs)
        self._plan = problem.plan(conditions=self.soft_conditions.values())
        self._on_grid = GridValues(self)
        self.built = True

    # The network as a map from functions to functions

    def call(self, inputs: Any, training: bool | None = None) -> tf.Tensor:
        scaled = self.network(self.scaling(inputs), training=training)
        outputs = scaled * tf.constant(self.scale, scaled.dtype)
        if self.transform is None:
            return outputs
        nodes = self.stencils.coordinates(outputs)
        parts = self.transform.parts(tf.reshape(nodes, (-1, nodes.shape[-1])))
        shape = tf.concat([tf.shape(nodes)[:-1], [len(self.problem.fields)]], axis=0)
        values, factors = (tf.cast(tf.reshape(p, shape), outputs.dtype) for p in parts)
        return values + factors * outputs

    def adapt(self, x: Any) -> None:
        """Measures mean and standard deviation of each input, on the training data only.

        Training goes better so. The values are weights of the model: files and artefacts hold them.

        Args:
            x: As of `fit`.
        """
        self.scaling.adapt([self._inputs("x", x)])

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: Any = 0, **kwargs: Any
    ) -> np.ndarray:
        """The fields `(n, *grid, m)` for input functions, in the model's own precision.

        Args:
            x: As of `fit`.
            batch_size: Positive integer; by default fewer samples at once, the larger they are.
            verbose: As of `keras.Model.predict`.
            **kwargs: `callbacks`, as of `keras.Model.predict`.
        """
        batches = self._batches(self._inputs("x", x), batch_size)
        return super().predict(batches, verbose=verbose, **kwargs)

    def derivatives(
        self, x: Any, names: str | Sequence[str], batch_size: int | None = None
    ) -> dict[str, np.ndarray]:
        """Fields, inputs, their derivatives, and residuals at all nodes.

        Args:
            x: As of `fit`.
            names: What to compute: `"u"`, `"u_x"`, `"laplacian_u"`, `"grad_u"`, or the name of a
                condition on the whole domain for its residual.
            batch_size: Positive integer; by default fewer samples at once, the larger they are.

        Returns:
            For each name an array of shape `(n, *grid)`; of shape `(n, *grid, d)` for a gradient,
            and of shape `(n, *grid, k)` for a condition of `k` residuals.

        Raises:
            ValueError: If a name is unknown, or a condition holds on faces.
        """
        batches = self._batches(self._inputs("x", x), batch_size)
        return self._on_grid(check_names("names", names), batches)

    # Training

    def loss_terms(self, data: Any, training: bool) -> dict[str, tf.Tensor]:
        (inputs,) = data
        values = self.values(self._plan, inputs, training)
        terms = {}
        for name, condition in self.soft_conditions.items():
            squares, count = [], 0
            for block in self.blocks[name]:
                residuals = residuals_at(self, condition, block, values, inputs)
                if block.normal is None:
                    grid = inputs.shape[1:-1]
                    residuals = tuple(self._norm(part, block, grid) for part in residuals)
                squares += [tf.reduce_sum(tf.square(residual)) for residual in residuals]
                count += tf.size(residuals[0])
            terms[name] = tf.add_n(squares) / tf.cast(count, self.compute_dtype)
        return terms

    def fit(
        self,
        x: Any = None,
        *,
        epochs: int = 1,
        steps_per_epoch: int | None = None,
        batch_size: int | None = None,
        validation_data: Any = None,
        callbacks: Sequence[keras.callbacks.Callback] | None = None,
        seed: int = 0,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Trains on input functions.

        Args:
            x: The values of the input functions at the nodes: an array `(n, *grid, c)`, or a dict
                of arrays `(n, *grid)` by name.
            epochs: Positive integer.
            steps_per_epoch: Positive integer: how many steps an epoch has. By default one with
                all samples in every step, and with batches as many as hold all samples.
            batch_size: Positive integer, 32 by default. A second-order optimizer takes all samples
                in every step, unless it is told otherwise here.
            validation_data: Other input functions, as `x`.
            callbacks: Any Keras callbacks.
            seed: Integer, for the order of the samples.
            **kwargs: `verbose`, `initial_epoch`, `validation_freq`, as of `keras.Model.fit`.

        Returns:
            The history, with a `..._loss` for each condition.

        Raises:
            FloatingPointError: If the loss or its gradient stops being finite.
            ValueError: If an array does not suit the problem, or the grid is too small for the
                network or the stencils.
        """
        self._check_trainable()
        inputs = self._inputs("x", x)
        samples = len(inputs)
        size = self._samples_per_step(batch_size, samples)
        if steps_per_epoch is not None:
            check_positive_int("steps_per_epoch", steps_per_epoch)
        if validation_data is not None:
            validation_data = self._batches(self._inputs("validation_data", validation_data), size)
        super().fit(
            training_batches((inputs,), size, seed, steps_per_epoch),
            epochs=epochs,
            shuffle=False,
            validation_data=validation_data,
            callbacks=[*self._begin_training(size < samples), *in_order(callbacks or ())],
            **kwargs,
        )
        self._end_training()
        return self.history

    def evaluate(self, x: Any = None, batch_size: int = 32, **kwargs: Any) -> Any:
        """The loss and its terms for input functions.

        Args:
            x: As of `fit`.
            batch_size: Positive integer.
            **kwargs: `verbose`, `callbacks`, `return_dict`, as of `keras.Model.evaluate`.
        """
        if not isinstance(x, tf.data.Dataset):
            self._begin_evaluation()
            x = self._batches(self._inputs("x", x), batch_size)
        return super().evaluate(x, **kwargs)

    # What leaves

    @property
    def served_input(self) -> tf.TensorSpec:
        return tf.TensorSpec(self._shape, self.compute_dtype, "inputs")

    def served_outputs(self, outputs: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"outputs": outputs}

    def get_config(self) -> dict[str, Any]:
        return {
            "network": pack(self.network),
            "problem": pack(self.problem),
            "hard": self.hard,
            "accuracy": self.accuracy,
            "dual_order": self.dual_order,
            "scale": self.scale,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            "name": self.name,
            "trainable": self.trainable,
        }

    # Details

    def values(self, plan: Plan, inputs: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """What a plan asks for, on the grid of inputs `(n, *grid, c)`, by finite differences."""

        def network(values: tf.Tensor) -> tf.Tensor:
            return self(values, training=training)

        return self.stencils(plan, network, inputs)

    @property
    def _shape(self) -> tuple[int | None, ...]:
        return (None, *(None for _ in self.problem.coordinates), len(self.problem.inputs))

    @property
    def _moving_variables(self) -> list[keras.Variable]:
        return [v for v in self.network.non_trainable_variables if "float" in v.dtype]

    def _size(self, data: Any) -> tf.Tensor:
        return tf.cast(tf.shape(data[0])[0], self.variable_dtype)

    def _inputs(self, argument: str, x: Any) -> tf.Tensor:
        return tf.constant(input_values(argument, x, self.problem), self.compute_dtype)

    def _batches(self, inputs: tf.Tensor, size: int | None) -> tf.data.Dataset:
        size = samples_at_once(inputs) if size is None else check_positive_int("batch_size", size)
        return steady_batches((inputs,), size)
