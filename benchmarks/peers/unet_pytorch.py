"""Step times of a U-Net in plain PyTorch: the network and the data of `images.py --case unet2d`.

It runs in an environment of its own, with torch and numpy alone: see `unet_against_pytorch.py`.
"""

import argparse
import itertools
import json

import torch
from torch import nn
from torch_timing import step_times


def double(inputs: int, outputs: int) -> nn.Module:
    """Two convolutions, each with batch normalisation."""
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers.append(nn.Conv2d(channels, outputs, 3, padding=1, bias=False))
        layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    """Four levels with skip connections."""

    def __init__(self, levels: int = 4, width: int = 32):
        super().__init__()
        widths = [width * 2**level for level in range(levels)]
        pairs = list(itertools.pairwise(widths))
        self.down = nn.ModuleList(map(double, [1, *widths[:-1]], widths))
        self.lift = nn.ModuleList(nn.ConvTranspose2d(low, high, 2, 2) for high, low in pairs)
        self.up = nn.ModuleList(double(2 * high, high) for high in widths[:-1])
        self.head = nn.Conv2d(width, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for level, block in enumerate(self.down):
            x = block(nn.functional.max_pool2d(x, 2) if level else x)
            kept.append(x)
        for level in reversed(range(len(self.up))):
            x = self.up[level](torch.cat([kept[level], self.lift[level](x)], dim=1))
        return self.head(x)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--threads", type=int, default=2)
    torch.set_num_threads(parser.parse_args().threads)
    torch.manual_seed(0)
    net = UNet()
    x, y = torch.randn(2, 16, 1, 64, 64)
    line = {
        "case": "unet2d",
        **step_times(net, nn.functional.mse_loss, x, y),
        "parameters": sum(p.numel() for p in net.parameters()),
        "versions": {"torch": torch.__version__},
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
