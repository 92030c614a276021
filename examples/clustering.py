"""Three clouds of points: found without labels by k-means, and with labels by a Keras classifier.

    python -m examples.clustering             a few seconds
    python -m examples.clustering --quick     the same

Unsupervised learning has points only and looks for groups; supervised learning has a label for
each and learns to predict it. The clouds are Gaussians with a standard deviation of 0.4 around
three centres that are at least 4 apart. A border half way between two centres is 5 standard
deviations away from both, so a point lies on the wrong side with a probability of about 3e-7:
both must find every label, k-means up to the names of the groups, which nobody told it. Its mean
square distance to the centres must be 2σ² (two coordinates).
"""

import argparse
from pathlib import Path

import keras
import numpy as np
from matplotlib.figure import Figure

import kerasphys as kp

CENTRES = np.array([[0.0, 0.0], [4.0, 0.0], [2.0, 3.5]])
SPREAD, POINTS = 0.4, 100  # points of each cloud


def draw(seed: int) -> kp.datasets.Samples:
    """The points `(n, 2)` and which cloud each was drawn from."""
    labels = np.repeat(np.arange(len(CENTRES)), POINTS)
    noise = np.random.default_rng(seed).standard_normal((len(labels), 2))
    return kp.datasets.Samples(CENTRES[labels] + SPREAD * noise, labels)


def k_means(points: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The group of each point and the centres of the groups, without any label."""
    try:
        from sklearn.cluster import KMeans
    except ImportError as error:
        raise ImportError(
            "This example takes k-means from scikit-learn, which is not installed: "
            "pip install scikit-learn"
        ) from error
    model = KMeans(len(CENTRES), n_init=10, random_state=seed).fit(points)
    return model.labels_, model.cluster_centers_


def named(groups: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The groups under the number of the nearest true centre."""
    distances = np.linalg.norm(centres[:, None] - CENTRES, axis=2)
    return distances.argmin(axis=1)[groups]


def classify(samples: kp.datasets.Samples, seed: int) -> kp.models.ClassifierModel:
    """A classifier trained on the labels: one affine map and softmax."""
    network = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(3, kernel_initializer=keras.initializers.GlorotNormal(seed)),
        ]
    )
    model = kp.models.ClassifierModel(network, ["left", "right", "top"])
    model.adapt(samples)
    model.compile(keras.optimizers.Adam(0.1))
    model.fit(samples, epochs=10, seed=seed, verbose=0)
    return model


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Finds the clouds in both ways and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")
    parser.add_argument("--output", type=Path, default=Path("outputs/clustering"))
    parser.add_argument("--seed", type=int, default=0, help="of the points and the weights")
    options = parser.parse_args(argv)

    points, labels = samples = draw(options.seed)
    groups, centres = k_means(points, options.seed)
    unseen = draw(options.seed + 1)
    classifier = classify(samples, options.seed)
    numbers = {
        "k_means": float(np.mean(named(groups, centres) == labels)),
        "distance": float(np.mean(np.sum((points - centres[groups]) ** 2, axis=1))),
        "classifier": float(np.mean(classifier.predict_labels(points) == labels)),
        "unseen": float(np.mean(classifier.predict_labels(unseen.inputs) == unseen.outputs)),
    }
    print("labels found, known: all of them")
    print(f"    without labels: k-means      {numbers['k_means']:.1%}")
    print(f"    with labels: softmax         {numbers['classifier']:.1%}")
    print(f"    the same on unseen points    {numbers['unseen']:.1%}")
    print(
        f"mean square distance to the centres {numbers['distance']:.3f}, "
        f"expected about {2 * SPREAD**2:.3f}"
    )

    figure = Figure(figsize=(9.0, 4.0), layout="constrained")
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    panels[0].scatter(*points.T, s=10, c="#555555", label="points without labels")
    panels[0].scatter(*centres.T, s=160, c="#D55E00", marker="x", label="centres by k-means")
    panels[0].set_title("Unsupervised: groups without names")
    colours = ("#0072B2", "#009E73", "#CC79A7")
    side = [np.linspace(*bounds, 200) for bounds in ((-2, 6), (-2, 5.5))]
    x, y = np.meshgrid(*side, indexing="ij")
    regions = classifier.predict_labels(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(x.shape)
    panels[1].contourf(x, y, regions, [-0.5, 0.5, 1.5, 2.5], colors=colours, alpha=0.2)
    for label, name in enumerate(classifier.classes):
        panels[1].scatter(*points[labels == label].T, s=10, c=colours[label], label=name)
    panels[1].set_title("Supervised: regions learnt from labels")
    for panel in panels:
        panel.set(xlabel="x", ylabel="y", aspect="equal")
        panel.legend(fontsize="small", loc="upper left")
    kp.plotting.save(figure, options.output / "clustering.png")
    print(f"a picture is in {options.output}")
    return numbers


if __name__ == "__main__":
    main()
