"""How the peers are timed: what their programs share. They run by path, where kerasphys is not."""

import statistics
import time

import torch


def milliseconds(function, repeats: int = 10, least: float = 3.0) -> float:
    """The median of at least so many calls, which take at least so many seconds."""
    for _ in range(3):
        function()
    times: list[float] = []
    while len(times) < repeats or sum(times) < least:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def step_times(net: torch.nn.Module, loss, x: torch.Tensor, y: torch.Tensor) -> dict[str, float]:
    """Those of training by Adam on one batch, and of inference."""
    adam = torch.optim.Adam(net.parameters())

    def train() -> None:
        net.train()
        adam.zero_grad()
        loss(net(x), y).backward()
        adam.step()

    def infer() -> None:
        net.eval()
        with torch.no_grad():
            net(x)

    return {"train_ms": milliseconds(train), "infer_ms": milliseconds(infer)}
