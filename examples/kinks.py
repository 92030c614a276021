"""Kinks of ReLU networks: what depth can do, and what random weights do with it.

    g(x) = 2 relu(x) - 4 relu(x - 1/2),    a tent;    g(g(g(g(g(x))))) has 31 kinks

    python -m examples.kinks             about ten seconds
    python -m examples.kinks --quick     fewer random networks

A network of ReLUs with one input is piecewise linear. One hidden layer of H neurons gives H kinks.
The L-fold tent map gives 2^L - 1 kinks in (0, 1) with 2 L neurons; L layers of width H allow up to
(H + 1)^L - 1. With random weights a network is far from that: about as many kinks as neurons, so
that depth adds as many as width does. Kinks are counted exactly, by propagating the ends of the
linear pieces through the layers (`kp.analysis.kinks`), not on a grid.
"""

import argparse
from pathlib import Path

import numpy as np

import kerasphys as kp

WIDTH, DEPTHS, TENTS = 50, (1, 2, 3, 4), 5


def random_network(depth: int, seed: int) -> kp.networks.MLP:
    """He weights and standard normal biases."""
    network = kp.networks.MLP(
        [WIDTH] * depth,
        "relu",
        outputs=1,
        kernel_initializer="he_normal",
        dtype="float64",
        seed=seed,
    )
    network.build((None, 1))
    rng = np.random.default_rng(seed)
    for layer in network.dense:
        layer.bias.assign(rng.normal(size=layer.bias.shape))
    return network


def draw(counts: dict[int, list[int]], tents: dict[int, int]):
    """The tent map with its kinks, and kinks against neurons."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.8), dpi=150, layout="constrained")
    left, right = figure.subplots(1, 2)
    x = np.linspace(0, 1, 1025)
    network = kp.networks.tent_map(TENTS)
    places = kp.analysis.kinks(network, 0.0, 1.0)
    left.plot(x, network(x[:, None]).numpy()[:, 0], linewidth=1.3)
    left.plot(places, network(places[:, None]).numpy()[:, 0], "o", markersize=4, label="kinks")
    left.set(title=f"{2 * TENTS} neurons in {TENTS} layers: {len(places)} kinks", xlabel="x")
    left.set_ylim(-0.08, 1.25)
    left.legend(frameon=False, loc="upper right")

    neurons = np.array([WIDTH * depth for depth in counts])
    spread = [np.percentile(counts[depth], [0, 50, 100]) for depth in counts]
    low, middle, high = np.transpose(spread)
    right.plot([1, 400], [1, 400], "k:", label="one kink a neuron (one layer)")
    right.plot([2 * depth for depth in tents], list(tents.values()), "s-", label="tent maps")
    bars = [middle - low, high - middle]
    label = f"random, {WIDTH} wide, {DEPTHS[0]} to {DEPTHS[-1]} deep "
    right.errorbar(neurons, middle, bars, fmt="o", capsize=3, label=label)
    right.set(xscale="log", yscale="log", xlabel="neurons", ylabel="kinks")
    right.set_title("Depth can fold; random weights do not")
    right.legend(frameon=False, fontsize="small")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    return figure


def main(argv: list[str] | None = None) -> dict[str, float]:
    """Counts kinks and returns the numbers that it prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer random networks")
    parser.add_argument("--output", type=Path, default=Path("outputs/kinks"))
    parser.add_argument("--seed", type=int, default=0, help="of the first random network")
    options = parser.parse_args(argv)
    numbers = {}

    print("tent maps in (0, 1)")
    tents = {}
    for depth in range(1, 11):
        network = kp.networks.tent_map(depth)
        tents[depth] = len(kp.analysis.kinks(network, 0.0, 1.0))
        numbers[f"tent_{depth}"] = tents[depth]
        if depth in (1, 2, TENTS, 10):
            known = 2**depth - 1
            print(f"    {2 * depth:2} neurons   {tents[depth]:4} kinks, known: {known}")

    many = 10 if options.quick else 50
    print(f"{many} random networks, {WIDTH} wide, on the whole line")
    seeds = range(options.seed, options.seed + many)
    counts = {}
    for depth in DEPTHS:
        counts[depth] = [len(kp.analysis.kinks(random_network(depth, seed))) for seed in seeds]
        mean = numbers[f"mean_{depth}"] = np.mean(counts[depth])
        most = numbers[f"most_{depth}"] = max(counts[depth])
        known = "known" if depth == 1 else "expected: about"
        print(
            f"    {depth} layers   mean {mean:5.1f} kinks, {known} {WIDTH * depth}; "
            f"most {most}, bound {(WIDTH + 1) ** depth - 1}"
        )
    kp.plotting.save(draw(counts, tents), options.output / "kinks.png")
    print(f"the picture is in {options.output}")
    return {name: float(value) for name, value in numbers.items()}


if __name__ == "__main__":
    main()
