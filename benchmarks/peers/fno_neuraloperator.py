"""Step times of a Fourier neural operator of neuraloperator: the FNO cases of `operator_steps.py`.

It runs in an environment of its own: see `fno_against_neuraloperator.py`.
"""

import argparse
import importlib.metadata
import json

import torch
from neuralop.losses import LpLoss
from neuralop.models import FNO
from torch_timing import step_times

PACKAGES = ("neuraloperator", "torch")
CASES = {  # modes, counted on both sides of zero, width, grid
    "fno2d_64_modes24_width32": ((24, 24), 32, (64, 64)),
    "fno1d_1024_modes32_width64": ((32,), 64, (1024,)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", choices=tuple(CASES), required=True)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    modes, width, grid = CASES[options.case]
    net = FNO(n_modes=modes, in_channels=1, out_channels=1, hidden_channels=width, n_layers=4)
    loss = LpLoss(d=len(grid), p=2).rel
    x, y = torch.randn(2, 20, 1, *grid)
    line = {
        "case": options.case,
        **step_times(net, loss, x, y),
        "parameters": sum(p.numel() * (1 + p.is_complex()) for p in net.parameters()),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
