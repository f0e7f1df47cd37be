"""Residual networks at a small size, with both kinds of shortcuts."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

Tensor = torch.Tensor


class BasicBlock(nn.Module):
    """A block of ResNet-20: with a projection, or with the paper's option A.

    Args:
        planes_in: Channels of the input.
        planes: Channels of the output.
        stride: Of the first convolution.
        projection: Whether a shortcut that changes shape is a convolution; otherwise
            rows and columns are left out, and channels of zeros added.
    """

    def __init__(
        self, planes_in: int, planes: int, stride: int, *, projection: bool
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(planes_in, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.added = (planes - planes_in) // 2
        self.shortcut = nn.Sequential()
        if projection and (stride != 1 or planes != planes_in):
            self.shortcut = nn.Sequential(
                nn.Conv2d(planes_in, planes, 1, stride, bias=False),
                nn.BatchNorm2d(planes),
            )

    def forward(self, x: Tensor) -> Tensor:
        """The block; the sum is in place."""
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.added and not len(self.shortcut):
            out += F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.added, self.added))
        else:
            out += self.shortcut(x)
        return F.relu(out)


class ResNet(nn.Module):
    """Three basic blocks, a global average and a dense layer."""

    def __init__(self, *, projection: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.layers = nn.Sequential(
            BasicBlock(4, 4, 1, projection=projection),
            BasicBlock(4, 8, 2, projection=projection),
        )
        self.linear = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Scores."""
        out = self.layers(F.relu(self.bn1(self.conv1(x))))
        out = F.avg_pool2d(out, out.size()[3])
        scores: Tensor = self.linear(out.view(out.size(0), -1))
        return scores
