"""What the fuzzer damages: for each kind of file how it is made, signed and read."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Values = list[np.ndarray]


@dataclass(frozen=True)
class Target:
    """A kind of file or directory.

    Args:
        name: The name of the file or directory.
        make: Writes it.
        read: Reads it as users do, and returns all numbers that came out.
        sign: Makes its manifest agree with what is there.
        checked: Whether the format has checksums, so that damage to a number is found.
    """

    name: str
    make: Callable[[Path], Any]
    read: Callable[[Path], Values]
    sign: Callable[[Path], Any] = lambda path: None
    checked: bool = True


def _problem() -> Any:
    import kerasphys as kp

    domain = kp.geometry.Interval(-1, 1, "x") * kp.geometry.Interval(0, 1, "t")
    conditions = {
        "equation": kp.Residual(kp.equations.heat),
        "initial": kp.Dirichlet(u=1.0, on=domain.start("t")),
    }
    return kp.Problem(domain, "u", conditions, parameters={"diffusivity": 0.1})


def _pinn() -> Any:
    import kerasphys as kp

    return kp.models.PINNModel(kp.networks.MLP([4], seed=0), _problem())


def _surrogate() -> Any:
    import kerasphys as kp

    model = kp.models.SurrogateModel(kp.networks.UNet(1, 2, seed=0))
    model.adapt(_samples())
    return model


def _samples() -> Any:
    import kerasphys as kp

    x = np.random.default_rng(0).normal(size=(4, 6, 6, 1))
    return kp.datasets.Samples(x, 2 * x)


def _read_points(path: Path) -> Values:
    import kerasphys as kp

    model = kp.load_surrogate(path)
    points = np.linspace([-1, 0], [1, 1], 5)
    return [*model.predict(points).values(), *model.derivatives(points).values()]


def _read_samples(path: Path) -> Values:
    import kerasphys as kp

    return list(kp.load_surrogate(path).predict(_samples().inputs).values())


def _read_model(inputs: Any) -> Callable[[Path], Values]:
    def read(path: Path) -> Values:
        import kerasphys as kp

        model = kp.load_model(path)
        return [np.asarray(model(inputs(), training=False)), *map(np.asarray, model.weights)]

    return read


def _run(path: Path) -> Values:
    """A run of two epochs, which goes on from what is kept."""
    import keras

    import kerasphys as kp

    keras.utils.set_random_seed(0)
    model = _pinn()
    model.compile(keras.optimizers.Adam(1e-2))
    inside = [kp.callbacks.Resample(), keras.callbacks.EarlyStopping("loss", patience=5)]
    resume = kp.callbacks.Resume(path, inside)
    points = model.problem.points(equation=4, initial=2, seed=0)
    history = model.fit(points, epochs=2, callbacks=[resume], verbose=0).history
    kept = [model.variables, model.optimizer.variables, history["loss"]]
    return [np.asarray(value) for values in kept for value in values]


def _cache(path: Path) -> Values:
    from kerasphys.datasets._cache import cached

    with warnings.catch_warnings():  # damaged samples are made again, and that is told
        warnings.simplefilter("ignore", UserWarning)
        return [np.asarray(array) for array in cached(path, "samples", {"seed": 0}, _samples)]


def _sign_artefact(path: Path) -> None:
    from kerasphys.artifacts.layout import MANIFEST_FILE, write_manifest

    (path / MANIFEST_FILE).unlink(missing_ok=True)
    write_manifest(path)


def _sign_run(path: Path) -> None:
    from kerasphys._files import manifest, write_json
    from kerasphys.callbacks._checkpoints import MANIFEST

    for state in path.glob("epoch-*"):
        (state / MANIFEST).unlink(missing_ok=True)
        write_json(state / MANIFEST, manifest(state))


def _sign_cache(path: Path) -> None:
    for folder in path.iterdir():
        _sign_artefact(folder)


def _make_npz(path: Path) -> None:
    np.savez(path, inputs=_samples().inputs, outputs=_samples().outputs)


def _make_hdf5(path: Path) -> None:
    import kerasphys as kp

    kp.datasets.save_hdf5(path, _samples())


def _make_mat(path: Path) -> None:
    import scipy.io

    scipy.io.savemat(path, {"inputs": _samples().inputs, "outputs": _samples().outputs})


def _read_data(loader: str) -> Callable[[Path], Values]:
    def read(path: Path) -> Values:
        import kerasphys as kp

        samples = getattr(kp.datasets, loader)(path, "inputs", "outputs")
        return [samples.inputs, samples.outputs]

    return read


TARGETS = (
    Target(
        "pinn",
        lambda path: _pinn().export(path, derivatives=["u_x"]),
        _read_points,
        _sign_artefact,
    ),
    Target("unet", lambda path: _surrogate().export(path), _read_samples, _sign_artefact),
    Target(
        "pinn.keras",
        lambda path: _pinn().save(path),
        _read_model(lambda: np.linspace([-1.0, 0.0], [1.0, 1.0], 5)),
    ),
    Target(
        "unet.keras",
        lambda path: _surrogate().save(path),
        _read_model(lambda: _samples().inputs.astype("float32")),
    ),
    Target("run", _run, _run, _sign_run),
    Target("cache", _cache, _cache, _sign_cache),
    Target("data.npz", _make_npz, _read_data("load_npz")),
    Target("data.h5", _make_hdf5, _read_data("load_hdf5")),
    Target("data.mat", _make_mat, _read_data("load_mat"), checked=False),
)
