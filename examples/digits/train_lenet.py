"""Trains a small LeNet on the handwritten digits: biases, max pooling, dense layers.

The network is what people write, an own module with functional calls; it is read into a
target by `slth_verify.TargetCNN.from_torch`, box [0, 1], and saved beside the plain
one. The loss is cross-entropy, plus ``PENALTY`` times the product of the layers' gains
relative to the margin, so that errors of a pruned network grow little on their way.

Run ``python examples/digits/train_lenet.py``; see the README beside this file.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from train import OUTPUT, load

from slth_verify import TargetCNN

SEED = 0
STEPS = 6_000
BATCH = 128
LEARNING_RATE = 0.01
PENALTY = 0.1
DISTORTION = 0.5


class LeNet(nn.Module):
    """Two convolutions with max pooling, two dense layers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3, padding=1)
        self.conv2 = nn.Conv2d(6, 12, 3)
        self.dense1 = nn.Linear(12, 24)
        self.dense2 = nn.Linear(24, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Scores ``(N, 10)`` of images ``(N, 1, 8, 8)``."""
        x = functional.max_pool2d(functional.relu(self.conv1(images)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        x = functional.relu(self.dense1(torch.flatten(x, 1)))
        return self.dense2(x)


def gain(network: nn.Module) -> Tensor:
    """Largest change of a score that a change of 1 of every pixel can make.

    Layers are those of the network in order, each followed by the next, and a dense
    layer reads whole channels one after the other.
    """
    errors = torch.ones(1)
    for layer in network.children():
        weight = layer.weight.abs()
        sums = weight.sum((2, 3)) if weight.dim() == 4 else weight
        errors = sums @ errors.repeat_interleave(sums.shape[1] // len(errors))
    return errors.max()


def distorted(images: Tensor, generator: torch.Generator) -> Tensor:
    """Shears, zooms and shifts of some three per cent, one of each for every image."""
    noise = torch.randn(len(images), 2, 3, generator=generator)
    scale = torch.tensor([[0.07, 0.07, 0.09]]) * DISTORTION
    matrices = torch.eye(2, 3) + noise * scale
    grid = functional.affine_grid(matrices, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def train(
    make: Callable[[], nn.Module],
    images: Tensor,
    labels: Tensor,
    steps: int,
    rate: float = LEARNING_RATE,
) -> nn.Module:
    """Adam with one cycle of the learning rate."""
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    network = make()
    optimiser = torch.optim.Adam(network.parameters(), rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    for _ in range(steps):
        rows = torch.randint(len(images), (BATCH,), generator=generator)
        scores = network(distorted(images[rows], generator))
        loss = functional.cross_entropy(scores, labels[rows])
        spread = scores.std(dim=0).mean()
        loss = loss + PENALTY * torch.log(gain(network) / spread)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network.eval()


def accuracy(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Fraction of images whose greatest score is that of their class."""
    with torch.no_grad():
        return float((network(images).argmax(1) == labels).double().mean())


def main() -> None:
    """Train on three quarters, write, and only then look at the held-out quarter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=OUTPUT, metavar="DIR")
    parser.add_argument("--validate", action="store_true", help="for choosing settings")
    parser.add_argument("--steps", type=int, default=STEPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    training, heldout = load().split(0.25, seed=0)
    if arguments.validate:
        training, heldout = training.split(0.2, seed=1)
    start = time.perf_counter()
    network = train(LeNet, *training.tensors(), arguments.steps)
    print(f"training time {time.perf_counter() - start:.0f} s")
    if not arguments.validate:
        target = TargetCNN.from_torch(
            network, input_shape=(1, 8, 8), box=(0, 1), name="digits LeNet"
        )
        target.save(arguments.output / "lenet.safetensors")
    name = "validation" if arguments.validate else "held out"
    print(f"accuracy      {accuracy(network, *heldout.tensors()):.4f} ({name})")
    print(f"gain          {gain(network).item():.4f}")


if __name__ == "__main__":
    main()
