"""Trains the handwritten-digits CNN that ships with the package.

A plain CNN without bias on 8x8 images: 3x3 convolutions of stride 1 with zero padding,
ReLU after every one, ten output channels; the class is the channel whose 8x8 output map
has the greatest mean. The loss is cross-entropy plus ``PENALTY`` times the logarithm of
`width_cost`, so training looks for a network that a random one can approximate cheaply.

Run ``python examples/digits/train.py``; see the README beside this file.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "slth_verify" / "data" / "digits"
SOURCE = (
    'UCI "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak, 1998), '
    "CC BY 4.0, https://archive.ics.uci.edu/dataset/80, test part as shipped in "
    "scikit-learn (load_digits); held-out quarter of a stratified split; pixels 0..16"
)

SEED = 0
CHANNELS = (1, 8, 8, 10)  # before dead channels are removed
STEPS = 10_000
BATCH = 128
LEARNING_RATE = 0.03
PENALTY = 0.2
DISTORTION = 0.5  # 1 means shears, zooms and shifts of some 7 per cent
PRUNE_BELOW = 0.02  # relative to a layer's greatest entry
PRUNE_FROM = 0.7  # of the steps
RELATIVE_ERROR = 0.1  # allowed error, relative to the greatest output entry


@dataclass(frozen=True)
class Digits:
    """Raw images ``(N, 8, 8)`` with values 0..16, and labels ``(N,)``."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def tensors(self) -> tuple[Tensor, Tensor]:
        """Images scaled to [0, 1], shape ``(N, 1, 8, 8)``, and labels as int64."""
        images = torch.from_numpy(self.images.astype(np.float32) / 16)[:, None]
        return images, torch.from_numpy(self.labels.astype(np.int64))

    def _chosen(self, rows: NDArray[np.int64]) -> Digits:
        return Digits(self.images[rows], self.labels[rows])

    def split(self, fraction: float, seed: int) -> tuple[Digits, Digits]:
        """Split off a stratified ``fraction``; the rest comes first."""
        parts = train_test_split(
            np.arange(len(self.labels)),
            test_size=fraction,
            stratify=self.labels,
            random_state=seed,
        )
        first, second = (np.sort(part) for part in parts)
        return self._chosen(first), self._chosen(second)


def load() -> Digits:
    """The 1,797 digits of scikit-learn."""
    found = load_digits()
    return Digits(found.images.astype(np.uint8), found.target.astype(np.uint8))


def output_map(kernels: list[Tensor], images: Tensor) -> Tensor:
    """The network: shape ``(N, 10, 8, 8)``."""
    for kernel in kernels:
        images = functional.relu(functional.conv2d(images, kernel, padding=1))
    return images


def accuracy(kernels: list[Tensor], digits: Digits) -> float:
    """Fraction of images that the global-average readout classifies rightly."""
    images, labels = digits.tensors()
    scores = output_map(kernels, images).mean((2, 3))
    return float((scores.argmax(1) == labels).double().mean())


def channel_bounds(kernels: list[Tensor]) -> list[Tensor]:
    """Bounds M_0, ..., M_l on every channel, for inputs in [-1, 1].

    The first layer sees both signs, the later ones only values >= 0.
    """
    bounds = [torch.ones_like(kernels[0][0, :, 0, 0])]
    for layer, kernel in enumerate(kernels):
        weights = kernel.abs() if layer == 0 else kernel.clamp(min=0)
        bounds.append(weights.sum((2, 3)) @ bounds[-1])
    return bounds


def cost_coefficients(kernels: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Coefficients of width cost and of worst-case output error.

    Approximating layer i entrywise within ``delta_i`` takes some ``a_i / delta_i``
    random filters and moves output channel o by at most ``sum_i b[i, o] * delta_i / 2``
    to first order.

    Returns:
        ``a`` of shape ``(l,)`` and ``b`` of shape ``(l, 10)``, with the half inside b.
    """
    bounds = channel_bounds(kernels)
    cost, error = [], []
    carried = torch.eye(kernels[-1].shape[0], dtype=kernels[-1].dtype)
    for layer in reversed(range(len(kernels))):
        kernel = kernels[layer]
        c_out, c_in = kernel.shape[:2]
        per_filter = (2 if layer == 0 else 1) * c_in * 0.5 * (9 * c_out) ** 1.5
        cost.append(per_filter * kernel.abs().sum())
        error.append(9 * 0.5 * bounds[layer].sum() * carried.sum(1))
        carried = carried @ kernel.abs().sum((2, 3))
    return torch.stack(cost[::-1]), torch.stack(error[::-1])


def width_cost(kernels: list[Tensor], greatest_output: Tensor | float) -> Tensor:
    """Estimate of the random filters needed for a 10 per cent output error.

    Least ``sum_i a_i / delta_i`` subject to ``sum_i max_o b[i, o] * delta_i <= 0.1 Y``,
    which is ``(sum_i sqrt(a_i * max_o b[i, o]))^2 / (0.1 Y)``. Taking the maximum layer
    by layer is on the safe side. Heuristic: a figure to train and compare with, not a
    certified width.
    """
    cost, error = cost_coefficients(kernels)
    root = (cost * error.amax(1)).sqrt().sum()
    return root**2 / (RELATIVE_ERROR * greatest_output)


def smooth_log_cost(kernels: list[Tensor], typical_output: Tensor) -> Tensor:
    """Logarithm of the cost with a soft maximum over channels, for gradients."""
    cost, error = cost_coefficients(kernels)
    roots = (cost[:, None] * error + 1e-12).sqrt().sum(0)
    soft = torch.logsumexp(16 * roots.log(), 0) / 8
    return soft - torch.log(RELATIVE_ERROR * typical_output)


def distorted(images: Tensor, generator: torch.Generator) -> Tensor:
    """Random small affine distortions, one per image."""
    draws = DISTORTION * torch.randn(len(images), 6, generator=generator)
    rotation, shear = 0.08 * draws[:, 0], 0.08 * draws[:, 1]
    affine = torch.zeros(len(images), 2, 3)
    affine[:, 0, 0], affine[:, 1, 1] = 1 + 0.07 * draws[:, 2], 1 + 0.07 * draws[:, 3]
    affine[:, 0, 1], affine[:, 1, 0] = rotation + shear, -rotation
    affine[:, :, 2] = 0.07 * draws[:, 4:]
    grid = functional.affine_grid(affine, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def initial_kernels(generator: torch.Generator) -> list[Tensor]:
    """He initialisation with a slightly positive mean."""
    kernels = []
    for c_in, c_out in pairwise(CHANNELS):
        draw = torch.randn(c_out, c_in, 3, 3, generator=generator)
        kernel = draw * math.sqrt(2 / (9 * c_in)) + 0.05
        kernels.append(kernel.requires_grad_())
    return kernels


def prune_(kernels: list[Tensor], masks: list[Tensor], threshold: float) -> None:
    """Drop entries below ``threshold`` times their layer's greatest, for good."""
    with torch.no_grad():
        for kernel, mask in zip(kernels, masks, strict=True):
            mask *= kernel.abs() > threshold * kernel.abs().max()
            kernel *= mask


def train(digits: Digits, steps: int) -> list[Tensor]:
    """Train with Adam, a cosine rate, and pruning in the last part."""
    generator = torch.Generator().manual_seed(SEED)
    images, labels = digits.tensors()
    kernels = initial_kernels(generator)
    masks = [torch.ones_like(kernel) for kernel in kernels]
    log_scale = torch.tensor(3.0, requires_grad=True)
    optimiser = torch.optim.Adam([*kernels, log_scale])
    for step in range(steps):
        done = step / steps
        rate = LEARNING_RATE * min(1, step / 100) * (1 + math.cos(math.pi * done)) / 2
        optimiser.param_groups[0]["lr"] = rate + 1e-5
        chosen = torch.randint(len(images), (BATCH,), generator=generator)
        output = output_map(kernels, distorted(images[chosen], generator))
        scores = output.mean((2, 3)) * log_scale.exp()
        typical = output.amax((1, 2, 3)).mean()
        penalty = PENALTY * min(1.0, max(0.0, done - 0.05) / 0.3)
        loss = functional.cross_entropy(scores, labels[chosen])
        loss = loss + penalty * smooth_log_cost(kernels, typical)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if done > PRUNE_FROM:
            due = step % 100 == 0
            ramp = min(1.0, (done - PRUNE_FROM) / 0.15)
            prune_(kernels, masks, PRUNE_BELOW * ramp if due else 0.0)
    return [kernel.detach() for kernel in kernels]


def without_dead_channels(kernels: list[Tensor]) -> list[Tensor]:
    """Remove hidden channels that nothing enters or nothing leaves; same function."""
    kernels = list(kernels)
    changed = True
    while changed:
        changed = False
        for layer in range(len(kernels) - 1):
            into, out = kernels[layer], kernels[layer + 1]
            positive = into.abs() if layer == 0 else into.clamp(min=0)
            alive = (positive.sum((1, 2, 3)) > 0) & (out.abs().sum((0, 2, 3)) > 0)
            changed |= not bool(alive.all())
            kernels[layer], kernels[layer + 1] = into[alive], out[:, alive]
    return kernels


def rescaled(kernels: list[Tensor]) -> list[Tensor]:
    """Give every layer an L1 norm just below a power of two.

    The powers are those that bring the greatest bound ``max_o M_{i,o}`` closest to 1.
    ReLU is positively homogeneous, so no classification changes; and a layer that is
    divided by a power of two to reach norm 1 loses nothing.
    """
    result: list[Tensor] = []
    for kernel in kernels:
        kernel = kernel.double()
        kernel = kernel / channel_bounds([*result, kernel])[-1].max()
        norm = kernel.abs().sum()
        result.append(kernel * (2 ** norm.log2().round() * (1 - 2**-20) / norm))
    return [kernel.float() for kernel in result]


def write(kernels: list[Tensor], heldout: Digits, output: Path) -> None:
    """Write the network and the held-out images."""
    output.mkdir(parents=True, exist_ok=True)
    description = {
        "schema_version": 1,
        "name": "digits",
        "input_shape": [1, 8, 8],
        "readout": "global-average",
    }
    tensors = {
        f"layers.{layer}.weight": np.ascontiguousarray(kernel.numpy())
        for layer, kernel in enumerate(kernels, start=1)
    }
    metadata = {"slth_verify_target": json.dumps(description)}
    (output / "network.safetensors").write_bytes(save(tensors, metadata))
    arrays = {"images": heldout.images, "labels": heldout.labels}
    (output / "heldout.safetensors").write_bytes(save(arrays, {"source": SOURCE}))


def describe(kernels: list[Tensor], digits: Digits, name: str) -> None:
    """Print accuracy and cost."""
    maxima = output_map(kernels, digits.tensors()[0]).amax((1, 2, 3))
    greatest = float(maxima.max())
    doubles = [kernel.double() for kernel in kernels]
    bound = float(channel_bounds(doubles)[-1].max())
    print(f"channels      {[1] + [len(kernel) for kernel in kernels]}")
    print(f"nonzeros      {[int((kernel != 0).sum()) for kernel in kernels]}")
    print(f"L1 norms      {[float(kernel.abs().sum()) for kernel in doubles]}")
    print(f"accuracy      {accuracy(kernels, digits):.4f} ({name})")
    print(f"Y, mean max   {greatest:.4f}, {float(maxima.mean()):.4f} ({name})")
    print(f"max_o M_l     {bound:.4f}")
    print(f"W             {float(width_cost(doubles, greatest)):.4g}")


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
    kernels = rescaled(without_dead_channels(train(training, arguments.steps)))
    seconds = time.perf_counter() - start
    describe(kernels, heldout, "validation" if arguments.validate else "held out")
    print(f"training time {seconds:.0f} s")
    if not arguments.validate:
        write(kernels, heldout, arguments.output)


if __name__ == "__main__":
    main()
