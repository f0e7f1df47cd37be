"""Reading torch modules: which layers and weights are outside, in which words."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch import nn

from slth_verify.errors import InvalidTargetError
from slth_verify.network import TargetCNN

SHAPE = (1, 6, 6)


def conv(c_in: int = 1, c_out: int = 2, size: int = 3, **options: object) -> nn.Conv2d:
    rest = {"padding": "same", "bias": False, **options}
    return nn.Conv2d(c_in, c_out, size, **rest)  # type: ignore[arg-type]


def refused(module: object, *words: str) -> str:
    with pytest.raises(InvalidTargetError) as caught:
        TargetCNN.from_torch(module, SHAPE)  # type: ignore[arg-type]
    message = str(caught.value)
    for word in words:
        assert word in message, message
    return message


class OtherTensor(torch.Tensor):
    pass


def weighted(weight: torch.Tensor) -> nn.Sequential:
    module = nn.Sequential(conv(1, 1), nn.ReLU())
    module[0].weight = nn.Parameter(weight, requires_grad=False)
    return module


@contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # quantised tensors are deprecated
        yield


def test_tensors_without_plain_numbers_are_refused_in_words() -> None:
    ones = torch.ones(1, 1, 3, 3)
    with quiet():
        quantised = torch.quantize_per_tensor(ones, 0.1, 0, torch.qint8)
        refused(weighted(quantised), "quantised")
    refused(weighted(ones.to("meta")), "meta device")
    refused(weighted(ones.bfloat16()), "bfloat16", "module.float()")
    refused(weighted(ones.half()), "float16", "module.float()")
    refused(weighted(ones.double()), "float64", "module.float()")
    refused(weighted(ones.to(torch.complex64)), "complex")
    refused(weighted(ones.to_sparse()), "sparse", "to_dense()")
    refused(weighted(ones.int()), "int32")
    refused(weighted(ones.to(torch.float8_e4m3fn)), "float8")
    refused(weighted(ones.as_subclass(OtherTensor)), "OtherTensor")
    refused(weighted(torch.ones(1, 3, 3)), "shape (1, 3, 3)")
    refused(weighted(torch.full((1, 1, 3, 3), torch.nan)), "NaN")
    freed = weighted(ones)
    freed[0].weight.untyped_storage().resize_(0)
    refused(freed, "memory was freed")
    with quiet():
        lazy = nn.LazyConv2d(2, 3, padding=1, bias=False)
    refused(nn.Sequential(lazy, nn.ReLU()), "Run the network on one image first")


def test_views_are_read_through() -> None:
    weight = torch.arange(9.0).reshape(1, 1, 3, 3)
    negative = TargetCNN.from_torch(weighted(torch._neg_view(weight)), SHAPE)
    assert np.array_equal(negative.kernels[0], -weight.numpy())
    wide = TargetCNN.from_torch(weighted(torch.ones(1).expand(1, 1, 3, 3)), SHAPE)
    assert np.array_equal(wide.kernels[0], np.ones((1, 1, 3, 3)))
    turned = TargetCNN.from_torch(weighted(weight.transpose(2, 3)), SHAPE)
    assert np.array_equal(turned.kernels[0], weight.transpose(2, 3).numpy())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"bias": True}, ("bias=True", "bias=False")),
        ({"stride": 2, "padding": 1}, ("stride=(2, 2)", "stride=1")),
        ({"dilation": 2}, ("dilation=(2, 2)",)),
        ({"padding_mode": "circular"}, ("padding_mode='circular'",)),
        ({"padding": 0}, ("padding=(0, 0)", "padding=1")),
        ({"padding": "valid"}, ("padding='valid'",)),
        ({"padding": (1, 0)}, ("padding=(1, 0)",)),
        ({"size": 4, "padding": 2}, ("4 x 4", "padding='same'")),
        ({"size": (3, 1)}, ("3 x 1", "not square")),
        ({"c_in": 2, "groups": 2}, ("groups=2",)),
        ({"stride": 2, "bias": True, "padding": 1}, ("bias", "stride")),
    ],
)
def test_options_outside_are_named(
    options: dict[str, object], words: tuple[str, ...]
) -> None:
    module = nn.Sequential(conv(**options), nn.ReLU())  # type: ignore[arg-type]
    refused(module, "module '0' (nn.Conv2d)", *words)


def test_the_real_kernel_decides_whether_the_size_is_kept() -> None:
    module = nn.Sequential(conv(padding=1), nn.ReLU())
    module[0].weight = nn.Parameter(torch.ones(2, 1, 5, 5))
    refused(module, "padding=(1, 1)", "5 x 5")


def test_the_order_of_layers_is_explained() -> None:
    refused(nn.Sequential(), "no layers")
    refused(conv(), "the module (nn.Conv2d)", "no ReLU follows")
    refused(nn.Sequential(nn.ReLU(), conv(), nn.ReLU()), "'0'", "comes first")
    refused(nn.Sequential(conv(), conv(2, 2), nn.ReLU()), "'1'", "without a ReLU")
    refused(nn.Sequential(conv(), nn.ReLU(), nn.ReLU()), "'2'", "does nothing")
    refused(nn.Sequential(conv(), nn.ReLU(), conv(2, 1)), "'2'", "relu(network)")


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (nn.Linear(6, 6), ("dense layer",)),
        (nn.MaxPool2d(2), ("pools",)),
        (nn.BatchNorm2d(2), ("normalises", "affine")),
        (nn.Dropout(), ("evaluation mode it does nothing",)),
        (nn.LeakyReLU(), ("negative values", "nn.ReLU()")),
        (nn.Conv1d(1, 1, 1), ("no convolution or ReLU",)),
        (nn.DataParallel(nn.ReLU()), ("module.module",)),
        (torch.jit.ScriptModule(), ("nn.Sequential",)),
    ],
)
def test_other_layers_are_named(part: nn.Module, words: tuple[str, ...]) -> None:
    module = nn.Sequential(conv(), nn.ReLU(), nn.Sequential(part))
    refused(module, "'2.0'", type(part).__name__, *words)
