"""How to make one of every public class: the contract and the bad-input tests start from here.

Whoever adds a public class adds a line; `test_contract.py` fails until it is there.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

import kerasphys as kp

# Bases to derive from, and containers that are filled by the package itself.
NOT_BUILT_BY_USERS = {
    kp.analysis.Backpropagation,
    kp.analysis.Certificate,
    kp.analysis.Diagnosis,
    kp.analysis.ErrorBudget,
    kp.analysis.Estimates,
    kp.analysis.Selection,
    kp.conditions.Condition,
    kp.conditions.Located,
    kp.derivatives.Engine,
    kp.geometry.Face,
    kp.geometry.Geometry,
    kp.geometry.Region,
    kp.models.PhysicsModel,
    kp.networks.GridNetwork,
    kp.networks.Network,
    kp.networks.OperatorNetwork,
    kp.optimizers.Evaluation,
    kp.optimizers.Group,
    kp.optimizers.LeastSquares,
    kp.optimizers.Objective,
    kp.optimizers.SecondOrder,
}

# The shapes that layers and networks are called with in the contract, where it is not (7, 2).
INPUT_SHAPES: dict[type, Any] = {
    kp.layers.ConvBlock: (2, 6, 4, 2),
    kp.layers.Downsample: (2, 6, 4, 2),
    kp.layers.FiLM: [(2, 5, 4, 2), (2, 3)],
    kp.layers.GridPadding: (2, 5, 4, 2),
    kp.layers.SpectralConv: (2, 5, 4, 2),
    kp.layers.StencilConv: (2, 5, 4, 2),
    kp.layers.Upsample: (2, 3, 4, 2),
    kp.metrics.BandRelativeL2: (2, 6, 4, 2),
    kp.metrics.BoundaryRelativeL2: (2, 6, 4, 2),
    kp.metrics.RelativeH1: (2, 6, 4, 2),
    kp.metrics.StepRelativeL2: (2, 3, 6, 2),
    kp.networks.CNN: (2, 6, 4, 2),
    kp.networks.DeepONet: {"u": (2, 4), "points": (2, 2)},
    kp.networks.FNO: {"inputs": (2, 5, 6, 2), "condition": (2, 3)},
    kp.networks.MIONet: {"f": (2, 4), "g": (2, 3), "points": (2, 2)},
    kp.networks.PODDeepONet: {"u": (2, 4), "points": (2, 2)},
    kp.networks.Rollout: (2, 5, 1),
    kp.networks.UNet: {"inputs": (2, 5, 6, 2), "condition": (2, 3)},
}


def interval() -> kp.geometry.Interval:
    return kp.geometry.Interval(0.0, 1.0, "x")


def overlapping() -> dict[str, kp.geometry.Geometry]:
    return dict(
        left=kp.geometry.Box((0.0, 0.0), (2.0, 1.0)), right=kp.geometry.Disk((0.0, 0.5), 0.25)
    )


def space_time() -> kp.geometry.Product:
    return kp.geometry.Interval(-1.0, 1.0, "x") * kp.geometry.Interval(0.0, 1.0, "t")


def problem() -> kp.Problem:
    """A heat equation with a coefficient to identify, made of registered functions only."""
    domain = space_time()
    return kp.Problem(
        domain,
        fields="u",
        parameters={"diffusivity": kp.Unknown(0.5, lower=0.0)},
        conditions={
            "equation": kp.Residual(kp.equations.heat),
            "initial": kp.Dirichlet(u=1.0, on=domain.start("t")),
            "walls": kp.Neumann(u=0.0, on=domain.boundary("x")),
        },
    )


def points(seed: int = 0) -> kp.PointSets:
    return problem().points(equation=16, initial=4, walls=4, seed=seed)


def grid_problem() -> kp.Problem:
    """A heat equation for any coefficient function, made of registered functions only."""
    domain = space_time()
    return kp.Problem(
        domain,
        fields="u",
        parameters={"diffusivity": kp.InputFunction()},
        conditions={
            "equation": kp.Residual(kp.equations.heat),
            "initial": kp.Dirichlet(u=1.0, on=domain.start("t")),
        },
    )


def operator_problem() -> kp.Problem:
    """A Poisson equation for any source at five sensors, made of registered functions only."""
    domain = space_time()
    return kp.Problem(
        domain,
        fields="u",
        parameters={"source": kp.InputFunction({"x": [-1.0, -0.5, 0.0, 0.5, 1.0]})},
        conditions={
            "equation": kp.Residual(kp.equations.poisson),
            "initial": kp.Dirichlet(u=1.0, on=domain.start("t")),
        },
    )


def network() -> kp.networks.MLP:
    return kp.networks.MLP([4], seed=0)


def recipes() -> dict[type, dict[str, Any]]:
    """Valid arguments for the constructor of every public class."""
    domain = interval()
    namespace = kp.derivatives.Namespace(("x", "t"), "u")
    own = {kp.PointSets: dict(domain=space_time(), conditions=problem().conditions)}
    own[kp.PointSets] |= dict(namespace=problem().namespace, points={"equation": 4})
    return own | {
        kp.Data: dict(at=np.array([[0.5]]), u=np.array([1.0])),
        kp.Dirichlet: dict(on=domain.boundary(), u=0.0),
        kp.InputFunction: {},
        kp.Neumann: dict(on=domain.boundary(), u=0.0),
        kp.Periodic: dict(across="x", fields="u"),
        kp.Problem: dict(
            domain=domain, fields="u", conditions={"ends": kp.Dirichlet(u=0.0, on=domain.end("x"))}
        ),
        kp.Integral: dict(function=kp.equations.poisson, source=1.0),
        kp.Range: dict(lower=0.1, upper=2.0),
        kp.Residual: dict(function=kp.equations.poisson, source=1.0),
        kp.Robin: dict(alpha=1.0, beta=1.0, on=domain.boundary(), u=0.0),
        kp.Table: dict(axes={"x": [0.0, 1.0]}, values=[0.0, 2.0]),
        kp.Unknown: dict(initial=1.0, lower=0.0),
        kp.UnknownField: dict(of="x", network=kp.networks.MLP([4], outputs=1, seed=0), lower=0.0),
        kp.artifacts.Card: dict(
            kind="pinn",
            name="A field",
            coordinates=[{"name": "x", "lower": 0.0, "upper": 1.0}],
            fields=["u"],
        ),
        kp.callbacks.CausalWeights: {},
        kp.callbacks.CompareWithReference: dict(
            points=np.zeros((3, 2)), values=np.ones(3), fields="u", name="error"
        ),
        kp.callbacks.FieldImages: dict(log_dir="outputs/test_images", resolution=4),
        kp.callbacks.GradientNormBalance: {},
        kp.callbacks.ProgressBar: {},
        kp.callbacks.Resample: {},
        kp.callbacks.ResidualAttention: {},
        kp.callbacks.ResidualResample: {},
        kp.callbacks.Resume: dict(directory="outputs/run", callbacks=[kp.callbacks.Resample()]),
        kp.datasets.Dataset: dict(train=kp.datasets.Samples(np.ones((3, 2)), np.ones((3, 1)))),
        kp.datasets.KernelField: dict(length_scale=0.5),
        kp.datasets.RandomField: dict(boundary="periodic", dims=1, modes=4),
        kp.datasets.Samples: dict(inputs=np.ones((3, 2)), outputs=np.ones((3, 1))),
        kp.derivatives.Biharmonic: dict(field=0, along=(0, 1)),
        kp.derivatives.Coordinate: dict(index=0),
        kp.derivatives.Divergence: dict(fields=(0,), along=(0,)),
        kp.derivatives.Field: dict(index=0),
        kp.derivatives.Gradient: dict(field=0, along=(0,)),
        kp.derivatives.JetEngine: {},
        kp.derivatives.Laplacian: dict(field=0, along=(0,)),
        kp.derivatives.Namespace: dict(coordinates=("x", "t"), fields="u"),
        kp.derivatives.Parameter: dict(name="k"),
        kp.derivatives.Partial: dict(field=0, along=(0,)),
        kp.derivatives.Plan: dict(names=("u",), terms=(namespace.require("u"),)),
        kp.derivatives.Requested: dict(function="f", names=("u",)),
        kp.derivatives.StencilEngine: dict(lower=[0.0], upper=[1.0]),
        kp.derivatives.TapeEngine: {},
        kp.derivatives.TrunkEngine: {},
        kp.distribution.Cluster: dict(workers=["node1:12345", "node2:12345"], index=0),
        kp.geometry.Ball: dict(center=(0.0, 0.0, 0.0), radius=1.0),
        kp.geometry.Boundary: dict(geometry=domain, names=("x",)),
        kp.geometry.Box: dict(lower=(0.0, 0.0), upper=(1.0, 2.0)),
        kp.geometry.Difference: overlapping(),
        kp.geometry.Disk: dict(center=(0.0, 0.0), radius=1.0),
        kp.geometry.Intersection: overlapping(),
        kp.geometry.Interval: dict(lower=0.0, upper=1.0),
        kp.geometry.Mesh: dict(points=np.eye(3)[:, :2], cells=[[0, 1, 2]]),
        kp.geometry.PointCloud: dict(points=np.eye(2), coordinates=("x", "y")),
        kp.geometry.Polygon: dict(vertices=[(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]),
        kp.geometry.Product: dict(left=domain, right=kp.geometry.Interval(0.0, 1.0, "t")),
        kp.geometry.Union: overlapping(),
        kp.layers.BoxScaling: dict(lower=[0.0, 0.0], upper=[1.0, 2.0]),
        kp.layers.ConvBlock: dict(
            filters=3,
            strides=2,
            norm="group",
            residual=True,
            padding="periodic",
            kernel_regularizer="l2",
            seed=0,
        ),
        kp.layers.Downsample: dict(
            kind="strided", filters=3, kernel_size=3, padding=["periodic", "zero"], seed=0
        ),
        kp.layers.FiLM: dict(units=[4], kernel_regularizer="l2", seed=0),
        kp.layers.FourierFeatures: dict(features=3, seed=0),
        kp.layers.GridPadding: dict(width=[(1, 2), (0, 1)], mode=["periodic", "reflect"]),
        kp.kernels.DifferentialOperator: dict(coefficients={(2,): 1.0}, remainder={(4,): 0.1}),
        kp.layers.PeriodicEmbedding: dict(periods=[2.0, None]),
        kp.losses.RelativeH1: dict(periodic=[True, False], lengths=[1.0, 2.0]),
        kp.losses.RelativeL2: {},
        kp.layers.ResidualBlock: dict(layers=2, scale=0.5, seed=0),
        kp.layers.SpectralConv: dict(filters=3, modes=[2, 1], kernel_regularizer="l2", seed=0),
        kp.layers.StencilConv: dict(
            order={(1, 0): -1.0, (0, 2): 0.5}, boundary=["periodic", "one_sided"]
        ),
        kp.layers.Upsample: dict(
            kind="transpose", filters=3, kernel_size=3, padding=["periodic", "zero"], seed=0
        ),
        kp.metrics.BandRelativeL2: dict(band=(1.0, None), periodic=[True, False]),
        kp.metrics.BoundaryRelativeL2: dict(periodic=[True, False]),
        kp.metrics.RelativeH1: dict(periodic=[True, False], lengths=[1.0, 2.0]),
        kp.metrics.RelativeL2: {},
        kp.metrics.StepRelativeL2: {},
        kp.models.ClassifierModel: dict(
            network=kp.networks.MLP([4], seed=0),
            classes=["a", "b"],
            augmentation=keras.layers.GaussianNoise(0.1, seed=0),
        ),
        kp.models.EnsembleModel: dict(network=network(), problem=problem(), members=2),
        kp.models.GridPINNModel: dict(
            network=kp.networks.UNet(1, 2, seed=0), problem=grid_problem()
        ),
        kp.models.OperatorPINNModel: dict(
            network=kp.networks.DeepONet(
                kp.networks.MLP([4], seed=0), kp.networks.MLP([4], seed=1), basis=3
            ),
            problem=operator_problem(),
        ),
        kp.models.PINNModel: dict(network=network(), problem=problem()),
        kp.models.SurrogateModel: dict(network=kp.networks.MLP([4], outputs=1, seed=0)),
        kp.networks.CNN: dict(
            filters=[2], outputs=1, dense_units=[3], dropout=0.1, norm="batch", seed=0
        ),
        kp.networks.DeepONet: dict(
            branch=kp.networks.MLP([4], seed=0),
            trunk=kp.networks.MLP([4], seed=1),
            basis=3,
            outputs=2,
        ),
        kp.networks.MIONet: dict(
            branches={"f": kp.networks.MLP([4], seed=0), "g": kp.networks.MLP([4], seed=1)},
            trunk=kp.networks.MLP([4], seed=2),
            basis=3,
            outputs=2,
        ),
        kp.networks.PODDeepONet: dict(branch=kp.networks.MLP([4], seed=0), modes=2, outputs=2),
        kp.networks.FNO: dict(
            modes=[2, 1],
            width=3,
            depth=1,
            outputs=1,
            lifting=4,
            projection=4,
            channel_mlp=0.5,
            norm="batch",
            padding=["periodic", "reflect"],
            domain_padding=0.5,
            coordinates=True,
            condition_units=[3],
            kernel_regularizer="l2",
            seed=0,
        ),
        kp.networks.MLP: dict(units=[4], outputs=1, seed=0),
        kp.networks.ModifiedMLP: dict(
            units=[4, 4], outputs=1, embedding=kp.layers.PeriodicEmbedding([2.0, None]), seed=0
        ),
        kp.networks.NeuralODE: dict(
            field=[4],
            outputs=1,
            augment=1,
            head=True,
            times=[0.5, 1.0],
            time_input=True,
            steps=2,
            seed=0,
        ),
        kp.networks.PirateNet: dict(
            blocks=1, width=4, outputs=1, embedding=kp.layers.FourierFeatures(2, seed=0), seed=0
        ),
        kp.networks.ResNet: dict(width=4, depth=2, scale=0.5, block_layers=2, outputs=1, seed=0),
        kp.networks.Rollout: dict(network=kp.networks.UNet(1, 2, seed=0), steps=2),
        kp.networks.TimeWindows: dict(
            network=kp.networks.MLP([4], seed=0), windows=[-1.0, 0.5, 1.0], outputs=1
        ),
        kp.networks.UNet: dict(
            depth=1,
            base_channels=2,
            outputs=1,
            norm="batch",
            padding=["periodic", "reflect"],
            coordinates=True,
            condition_units=[3],
            kernel_regularizer="l2",
            seed=0,
        ),
        kp.ode.ButcherTableau: dict(
            name="heun",
            a=((0,), (1, 0)),
            b=(0.5, 0.5),
            c=(0, 1),
            order=2,
            embedded=(1, 0),
            embedded_order=1,
            dense=((1, -0.5), (0, 0.5)),
            dense_order=2,
        ),
        kp.ode.ODEBlock: dict(field=kp.networks.MLP([4], seed=0), time_input=True, steps=2),
        kp.optimizers.LevenbergMarquardt: {},
        kp.optimizers.BFGS: dict(name="bfgs"),
        kp.optimizers.LBFGS: dict(history=3, name="lbfgs"),
        kp.optimizers.SSBFGS: dict(name="ssbfgs"),
        kp.optimizers.SSBroyden: dict(name="ssbroyden"),
        kp.optimizers.Stages: dict(
            stages=[(keras.optimizers.Adam(0.01), 3), (kp.optimizers.SSBroyden(), None)]
        ),
        kp.solvers.AdvectionDiffusion1D: dict(velocity=1.0, diffusivity=0.1),
    }


def rooms() -> dict[str, types.ModuleType]:
    """The public rooms of the package, and the package itself."""
    found = {"kerasphys": kp}
    for name in kp.__all__:
        if isinstance(getattr(kp, name), types.ModuleType):
            found[name] = getattr(kp, name)
    return found


def public_classes() -> Iterator[type]:
    """Every public class once."""
    seen = set()
    for room in rooms().values():
        for name in room.__all__:
            value = getattr(room, name)
            if inspect.isclass(value) and value not in seen:
                seen.add(value)
                yield value


def built(cls: type, **changes: Any) -> Any:
    """One object of a public class."""
    made = cls(**{**recipes()[cls], **changes})
    if cls is kp.networks.PODDeepONet:  # its basis comes from data
        nodes = np.stack(np.meshgrid([0.0, 1.0], [0.0, 0.5, 1.0], indexing="ij"), axis=-1)
        made.adapt(nodes.reshape(-1, 2), np.random.default_rng(0).normal(size=(5, 6, 2)))
    return made


def of_kind(base: type) -> list[type]:
    """The public classes below `base` that users build."""
    return [
        cls for cls in public_classes() if issubclass(cls, base) and cls not in NOT_BUILT_BY_USERS
    ]


def parameters(cls: Callable) -> list[str]:
    """The named arguments of a constructor."""
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [p.name for p in inspect.signature(cls).parameters.values() if p.kind in kinds]


KERAS_PARTS = (
    keras.layers.Layer,
    keras.metrics.Metric,
    keras.losses.Loss,
    keras.callbacks.Callback,
)
