"""A saved model as the start of another one."""

import numpy as np
import pytest

import kerasphys as kp

X = np.linspace(-1, 1, 20)[:, None]


def model(units=4, scale=1.0):
    found = kp.models.SurrogateModel(kp.networks.MLP([units], seed=0), dtype="float64")
    found.adapt(X, scale * np.sin(X))
    return found


@pytest.fixture
def saved(tmp_path):
    found = model()
    found.network.dense[0].kernel.assign_add([[1.0] * 4])
    found.save(tmp_path / "first.keras")
    return found, tmp_path / "first.keras"


def test_the_function_or_only_the_network(saved):
    first, path = saved
    unbuilt = kp.models.SurrogateModel(kp.networks.MLP([4]), dtype="float64")
    for found in (unbuilt, model(scale=10.0)):
        found.warm_start(path)
        np.testing.assert_array_equal(found.predict(X), first.predict(X))
    found = model(scale=10.0)
    found.warm_start(path, scaling=False)
    np.testing.assert_allclose(found.predict(X), 10 * first.predict(X), rtol=1e-12)
    found.compile("adam", loss="mse")
    found.fit(X, X, verbose=0)  # and trains on


def test_the_modes_come_along(tmp_path):
    data = kp.datasets.antiderivative(12, sensors=4, validation=2, test=2, points=5)
    first, second = (
        kp.models.SurrogateModel(kp.networks.PODDeepONet(kp.networks.MLP([4], seed=0), modes=2))
        for _ in range(2)
    )
    first.adapt(data.train)
    first.save(tmp_path / "pod.keras")
    second.adapt(data.train[:4])
    second.warm_start(tmp_path / "pod.keras")
    np.testing.assert_array_equal(second.predict(data.test), first.predict(data.test))


def test_files_that_do_not_fit(saved, tmp_path):
    _, path = saved
    with pytest.raises(ValueError, match=r"another network.*needs the same network"):
        model(units=5).warm_start(path)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        model().warm_start(tmp_path / "nowhere.keras")
    with pytest.raises(TypeError, match=r"the path of a \.keras file"):
        model().warm_start(3)
    with pytest.raises(TypeError, match="`scaling` must be True or False"):
        model().warm_start(path, scaling="yes")
    damaged = tmp_path / "damaged.keras"
    damaged.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"damaged\.keras cannot be loaded"):
        model().warm_start(damaged)
    network = kp.networks.MLP([4], outputs=1)
    network.build((None, 1))
    network.save(tmp_path / "network.keras")
    with pytest.raises(ValueError, match="holds a MLP, no SurrogateModel"):
        model().warm_start(tmp_path / "network.keras")
