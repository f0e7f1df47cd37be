"""Trains LeNet-5 at its full size on the handwritten digits, enlarged to 32x32.

Convolutions 1 - 6 - 16 of 5x5, average pooling, dense layers 400 - 120 - 84 - 10,
biases throughout and ReLU; loss, split and penalty are those of ``train_lenet.py``. The
benchmark ``benchmarks/lenet.py`` prunes it; see the README beside this file.

Run ``python examples/digits/train_lenet5.py``.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from train import Digits, load
from train_lenet import accuracy, gain, train

from slth_verify import TargetCNN

STEPS = 1_500
LEARNING_RATE = 0.003
SIDE = 32


class LeNet5(nn.Module):
    """Two convolutions with average pooling, three dense layers; 61,706 weights."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.dense1 = nn.Linear(400, 120)
        self.dense2 = nn.Linear(120, 84)
        self.dense3 = nn.Linear(84, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Scores ``(N, 10)`` of images ``(N, 1, 32, 32)``."""
        x = functional.avg_pool2d(functional.relu(self.conv1(images)), 2)
        x = functional.avg_pool2d(functional.relu(self.conv2(x)), 2)
        x = functional.relu(self.dense1(x.view(x.size(0), -1)))
        return self.dense3(functional.relu(self.dense2(x)))


def enlarged(digits: Digits) -> tuple[Tensor, Tensor]:
    """Images ``(N, 1, 32, 32)`` in [0, 1], every pixel four times four, and labels."""
    images, labels = digits.tensors()
    factor = SIDE // images.shape[-1]
    return images.repeat_interleave(factor, 2).repeat_interleave(factor, 3), labels


def main() -> None:
    """Train on three quarters, write, and only then look at the held-out quarter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parent, metavar="DIR"
    )
    parser.add_argument("--validate", action="store_true", help="for choosing settings")
    parser.add_argument("--steps", type=int, default=STEPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    training, heldout = load().split(0.25, seed=0)
    if arguments.validate:
        training, heldout = training.split(0.2, seed=1)
    start = time.perf_counter()
    network = train(LeNet5, *enlarged(training), arguments.steps, LEARNING_RATE)
    print(f"training time {time.perf_counter() - start:.0f} s")
    if not arguments.validate:
        target = TargetCNN.from_torch(
            network, input_shape=(1, SIDE, SIDE), box=(0, 1), name="digits LeNet-5"
        )
        target.save(arguments.output / "lenet5.safetensors")
    name = "validation" if arguments.validate else "held out"
    print(f"accuracy      {accuracy(network, *enlarged(heldout)):.4f} ({name})")
    print(f"gain          {gain(network).item():.4f}")


if __name__ == "__main__":
    main()
