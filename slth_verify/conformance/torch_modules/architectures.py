"""Networks as public code writes them, at a small size.

Each is a class or an ``nn.Sequential`` in the style of where it is met: functional
calls, in-place activations, flattening by ``view``, branches and sums. `made` draws
their weights, and statistics of batch norms as if they had been trained.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import nn
from torch.nn import functional as F

from slth_verify.conformance.torch_modules.residual import ResNet

Tensor = torch.Tensor


class MnistExample(nn.Module):
    """The MNIST example of PyTorch, narrower; ends in a log-softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, 1)
        self.conv2 = nn.Conv2d(4, 6, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(150, 12)
        self.fc2 = nn.Linear(12, 10)

    def scores(self, x: Tensor) -> Tensor:
        """Everything before the log-softmax."""
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = self.dropout1(F.max_pool2d(x, 2))
        x = F.relu(self.fc1(torch.flatten(x, 1)))
        scores: Tensor = self.fc2(self.dropout2(x))
        return scores

    def forward(self, x: Tensor) -> Tensor:
        """Logarithms of probabilities."""
        return F.log_softmax(self.scores(x), dim=1)


class MnistScores(MnistExample):
    """The same, ending before its log-softmax."""

    def forward(self, x: Tensor) -> Tensor:
        """Scores of the classes."""
        return self.scores(x)


class LeNet5(nn.Module):
    """LeNet-5 with average pooling and ReLU."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 4, 5, padding=2),
            nn.ReLU(),
            nn.AvgPool2d(2),
            nn.Conv2d(4, 6, 5),
            nn.ReLU(),
            nn.AvgPool2d(kernel_size=2, stride=2),
        )
        self.classifier = nn.Sequential(nn.Linear(54, 16), nn.ReLU(), nn.Linear(16, 10))

    def forward(self, x: Tensor) -> Tensor:
        """Scores, flattened by ``view``."""
        x = self.features(x)
        x = x.view(x.size(0), -1)
        scores: Tensor = self.classifier(x)
        return scores


def keras_style() -> nn.Module:
    """What the Keras tutorials build: same padding, pooling, dropout, dense."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding="same"),
        nn.ReLU(),
        nn.Conv2d(4, 4, (3, 2), padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(64, 8),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(8, 10),
    )


def vgg_block() -> nn.Module:
    """Two blocks of VGG with batch norm, and its adaptive average before the end."""
    layers: list[nn.Module] = []
    channels = 3
    for width in (4, "M", 6, 6, "M"):
        if isinstance(width, str):
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            continue
        layers += [
            nn.Conv2d(channels, width, kernel_size=3, padding=1),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        ]
        channels = width
    layers += [nn.AdaptiveAvgPool2d((2, 2)), nn.Flatten(), nn.Linear(24, 5)]
    return nn.Sequential(*layers)


def mobile_net() -> nn.Module:
    """Depthwise separable convolutions with ReLU6."""

    def layers(c_in: int, c_out: int, **options: int) -> list[nn.Module]:
        conv = nn.Conv2d(c_in, c_out, bias=False, **options)  # type: ignore[arg-type]
        return [conv, nn.BatchNorm2d(c_out), nn.ReLU6(inplace=True)]

    return nn.Sequential(
        *layers(3, 4, kernel_size=3, stride=2, padding=1),
        *layers(4, 4, kernel_size=3, stride=1, padding=1, groups=4),
        *layers(4, 6, kernel_size=1),
    )


class Fire(nn.Module):
    """A module of SqueezeNet: 1x1 and 3x3 branches, concatenated."""

    def __init__(self) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(3, 2, kernel_size=1)
        self.activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(2, 4, kernel_size=1)
        self.expand3x3 = nn.Conv2d(2, 4, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)

    def forward(self, x: Tensor) -> Tensor:
        """One activation, called three times; a pool in ceil mode."""
        x = self.activation(self.squeeze(x))
        parts = [self.activation(self.expand1x1(x)), self.activation(self.expand3x3(x))]
        pooled: Tensor = self.pool(torch.cat(parts, 1))
        return pooled


def strided() -> nn.Module:
    """Strides instead of pooling, as in the all convolutional net."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(4, 4, (3, 5), stride=(2, 3), padding=(0, 2)),
        nn.ReLU(),
        nn.Conv2d(4, 3, 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )


def dilated() -> nn.Module:
    """Growing dilation, as in context networks."""
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(3, 3, 3, padding=2, dilation=2),
        nn.ReLU(),
        nn.Conv2d(3, 2, 3, padding="same", dilation=(3, 1)),
    )


class OneDimensional(nn.Module):
    """A classifier of signals."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(2, 4, 5, stride=2, padding=2)
        self.bn1 = nn.BatchNorm1d(4)
        self.conv2 = nn.Conv1d(4, 6, 3, padding="same", padding_mode="replicate")
        self.act = nn.PReLU(6)
        self.fc = nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Scores, by a mean over time."""
        x = F.max_pool1d(F.relu(self.bn1(self.conv1(x))), 2)
        x = self.act(self.conv2(x))
        scores: Tensor = self.fc(x.mean(dim=-1))
        return scores


def perceptron() -> nn.Module:
    """Dense layers, batch norm between them."""
    return nn.Sequential(
        nn.Linear(7, 9), nn.BatchNorm1d(9), nn.ReLU(), nn.Linear(9, 4), nn.Identity()
    )


class GlobalAverage(nn.Module):
    """Ends in a mean over rows and columns."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Means of the maps."""
        maps: Tensor = self.body(x)
        return maps.mean((2, 3))


def discriminator() -> nn.Module:
    """A discriminator in the style of DCGAN, without its sigmoid."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(4, 8, 4, 2, 1, bias=False),
        nn.BatchNorm2d(8),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(8, 1, 2, 1, 0, bias=False),
    )


def reflecting() -> nn.Module:
    """Reflected, repeated and circular margins, as in style transfer."""
    return nn.Sequential(
        nn.ReflectionPad2d(2),
        nn.Conv2d(1, 3, 5),
        nn.ReLU(),
        nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect"),
        nn.ReLU(),
        nn.Conv2d(3, 3, 3, padding="same", padding_mode="circular"),
        nn.ReplicationPad2d((1, 0, 0, 2)),
        nn.ZeroPad2d(1),
    )


class Shuffled(nn.Module):
    """Split channels, a shuffle by ``view`` and ``transpose``, a crop."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 3, padding=1, groups=2)

    def forward(self, x: Tensor) -> Tensor:
        """One half is convolved, and the channels are mixed."""
        one, other = x.chunk(2, dim=1)
        x = torch.cat((F.relu(self.conv(one)), other[:, :, :, :]), dim=1)
        batch, channels, height, width = x.size()
        x = x.view(batch, 2, channels // 2, height, width).transpose(1, 2)
        x = x.contiguous().view(batch, channels, height, width)
        return F.hardtanh(x[:, 1:, 1:-1, :])


#: How a network is made, and the shape of its input, by its name.
ARCHITECTURES: dict[str, tuple[Callable[[], nn.Module], Sequence[int]]] = {
    "MNIST example": (MnistScores, (1, 14, 14)),
    "LeNet-5": (LeNet5, (1, 20, 20)),
    "Keras style": (keras_style, (3, 8, 8)),
    "VGG block": (vgg_block, (3, 16, 16)),
    "ResNet with projection": (lambda: ResNet(projection=True), (3, 8, 8)),
    "ResNet with option A": (lambda: ResNet(projection=False), (3, 8, 8)),
    "MobileNet": (mobile_net, (3, 8, 8)),
    "Fire": (Fire, (3, 8, 7)),
    "strided": (strided, (1, 12, 12)),
    "dilated": (dilated, (1, 9, 9)),
    "one-dimensional": (OneDimensional, (2, 20)),
    "perceptron": (perceptron, (7,)),
    "global average": (GlobalAverage, (3, 6, 7)),
    "DCGAN": (discriminator, (3, 8, 8)),
    "reflecting": (reflecting, (1, 7, 8)),
    "shuffled": (Shuffled, (4, 6, 5)),
}


def made(module: Callable[[], nn.Module], seed: int = 0) -> nn.Module:
    """A network in evaluation mode, as if trained; torch's random state stays.

    Args:
        module: Makes it.
        seed: Of its weights and statistics.
    """
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        network = module()
        for part in network.modules():
            if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
                part.weight.uniform_(-1, 2)
                part.bias.uniform_(-1, 1)
                part.running_mean.uniform_(-1, 1)  # type: ignore[union-attr]
                part.running_var.uniform_(0.01, 2)  # type: ignore[union-attr]
            if isinstance(part, nn.PReLU):
                part.weight.uniform_(0, 1)
    return network.eval()
