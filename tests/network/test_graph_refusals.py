"""Modules that no target graph expresses: refused by path, class and nearest form."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.modules import module as torch_module
from torch.nn.utils import parametrize, prune

from slth_verify.errors import InvalidTargetError
from slth_verify.network.torch_graphs import graph_from_torch

SHAPE = (2, 6, 6)


class Parts(nn.Module):
    """A forward() with parts."""

    def __init__(self, forward: Any, **parts: Any) -> None:
        super().__init__()
        self.forwarded = forward
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.forwarded(self, x)


def refused(module: Any, *words: str, shape: tuple[int, ...] = SHAPE) -> None:
    with pytest.raises(InvalidTargetError) as caught:
        graph_from_torch(module, shape)
    for word in words:
        assert word in str(caught.value), str(caught.value)


def conv(**options: Any) -> nn.Conv2d:
    return nn.Conv2d(2, 2, 3, **options)


def over_time(forward: Any) -> Any:
    return lambda self, x: forward(self.part, x.flatten(2).transpose(1, 2))


ACTIVATIONS = {
    "Sigmoid": "Hardtanh(0, 1)",
    "Tanh": "Hardtanh(-1, 1)",
    "GELU": "nn.ReLU",
    "SiLU": "nn.ReLU",
    "ELU": "nn.LeakyReLU",
    "Hardswish": "nn.ReLU6",
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str) -> None:
    part = getattr(nn, name)()
    refused(nn.Sequential(conv(), part), f"module '1' (nn.{name})", ACTIVATIONS[name])


attention = nn.MultiheadAttention(2, 1, batch_first=True)

LAYERS = [
    (nn.Sequential(nn.Flatten(), nn.Softmax(1)), "scores before it"),
    (nn.ConvTranspose2d(2, 2, 3), "nn.Conv2d"),
    (nn.LayerNorm(6), "BatchNorm2d in evaluation mode"),
    (nn.GroupNorm(1, 2), "BatchNorm2d in evaluation mode"),
    (nn.InstanceNorm2d(2), "BatchNorm2d in evaluation mode"),
    (nn.BatchNorm2d(2, track_running_stats=False), "statistics of the batch"),
    (nn.Upsample(scale_factor=2), "pooling"),
    (nn.AdaptiveAvgPool2d(4), "windows of different sizes"),
    (nn.AvgPool2d(2, divisor_override=3), "divisor_override"),
    (nn.ConstantPad2d(1, 2.0), "value=2.0"),
    (nn.Linear(6, 3), "Flatten the image first"),
    (nn.LeakyReLU(-0.5), "slope -0.5"),
    (nn.PReLU(2, init=1.5), "Slopes from 0 to 1"),
    (nn.Conv2d(3, 2, 3), "Look at input_shape"),
    (Parts(over_time(lambda m, x: m(x)[0]), part=nn.LSTM(2, 3)), "LSTM"),
    (Parts(over_time(lambda m, x: m(x, x, x)[0]), part=attention), "'part'"),
]


@pytest.mark.parametrize(("module", "word"), LAYERS)
def test_layers(module: nn.Module, word: str) -> None:
    refused(module.eval(), word)


FUNCTIONS = {
    "a product": (lambda _, x: x * F.relu(x), "Products of tensors"),
    "a product with a matrix": (lambda self, x: x @ self.p, "nn.Linear"),
    "a number for each pixel": (lambda self, x: x * self.p, "at every place"),
    "an offset": (lambda self, x: x + self.p, "at every place"),
    "a difference": (lambda _, x: x - F.relu(x), "subtracts"),
    "a doubled number": (lambda _, x: torch.add(x, 1.0, alpha=2), "no layer's"),
    "a quotient of tensors": (lambda _, x: x / F.relu(x), "divides"),
    "a quotient without rest": (
        lambda _, x: torch.div(x, 2, rounding_mode="floor"),
        "divides",
    ),
    "no divisor": (lambda _, x: x / 0, "divides by 0"),
    "a wider image": (lambda self, x: x[:, :1] * self.p.view(1, 36, 1, 1), "at every"),
    "a computed factor": (lambda self, x: x * self.p[0, 0].exp(), "multiplies"),
    "a class": (lambda _, x: x.flatten(1).argmax(1), "certify the scores"),
    "a stretched sum": (lambda _, x: x + x.mean(2, keepdim=True), "one shape"),
    "a weighted sum": (lambda _, x: torch.add(x, F.relu(x), alpha=2), "times 2"),
    "a mean of channels": (lambda _, x: x.mean(1), "Rows and columns"),
    "a mean of all": (lambda _, x: x.mean(), "mixes the images"),
    "a flat batch": (lambda _, x: x.flatten(0), "mixes the images"),
    "a longer batch": (lambda _, x: torch.cat([x, x], 0), "mixes the images"),
    "joined rows": (lambda _, x: torch.cat([x, x], 2), "axis 2"),
    "channels in steps": (lambda _, x: x[:, ::2], "steps of 2"),
    "a lower bound": (lambda _, x: x.clamp(min=0.5), "[0.5, None]"),
    "a higher precision": (lambda _, x: F.relu(x.double()), "precision"),
    "two tensors": (lambda _, x: (x, F.relu(x)), "one tensor"),
    "a dictionary": (lambda _, x: {"scores": F.relu(x)}, "dict"),
    "always the same": (lambda _, x: torch.zeros(2, 3), "whatever the image"),
    "a forced dropout": (lambda _, x: F.dropout(x), "training=self.training"),
    "places of maxima": (
        lambda _, x: F.max_pool2d(x, 2, return_indices=True)[1],
        "no node expresses",
    ),
    "a decision": (lambda _, x: x if x.sum() > 0 else F.relu(x), "decides by"),
    "an error": (lambda _, x: 1 / 0, "ZeroDivisionError"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    forward, word = FUNCTIONS[name]
    inner = Parts(forward, p=nn.Parameter(torch.ones(6, 6)))
    outer = Parts(lambda self, x: self.inner(x), inner=inner)
    refused(outer.eval(), word)
    assert capfd.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore")  # of torch, about its own future
@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("kind", ["scripted", "traced", "quantised", "static"])
def test_modules_that_are_no_longer_plain(kind: str, inside: bool) -> None:
    dense = nn.Sequential(nn.Flatten(), nn.Linear(72, 4))
    quantised = torch.ao.nn.quantized
    module: nn.Module = {
        "scripted": lambda: torch.jit.script(dense),
        "traced": lambda: torch.jit.trace(dense, torch.zeros(1, *SHAPE)),
        "quantised": lambda: nn.Sequential(
            nn.Flatten(), quantised.dynamic.Linear.from_float(_prepared(dense[1]))
        ),
        "static": lambda: nn.Sequential(nn.Flatten(), quantised.Linear(72, 4)),
    }[kind]()
    word = "quantised" if kind in ("quantised", "static") else "compiled"
    refused(nn.Sequential(module) if inside else module, word)


def _prepared(linear: nn.Linear) -> nn.Linear:
    linear.qconfig = torch.ao.quantization.default_dynamic_qconfig
    return linear


def test_what_takes_more_than_an_image() -> None:
    class Two(nn.Module):
        def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return x + y

    refused(Two(), "takes more than one image", "'y'")


def test_a_wrong_shape_is_said_once(capfd: pytest.CaptureFixture[str]) -> None:
    refused(nn.Sequential(nn.Linear(4, 3)), "Look at input_shape", shape=(5,))
    assert capfd.readouterr() == ("", "")


def test_decisions_name_the_module_that_decides() -> None:
    inner = Parts(lambda _, x: x if x.sum() > 0 else F.relu(x))
    refused(nn.Sequential(conv(), inner).eval(), "module '1' (Parts) decides")


def test_training_mode_is_refused_where_it_matters() -> None:
    for part in (nn.BatchNorm2d(2), nn.Dropout(), nn.Dropout2d()):
        module = nn.Sequential(conv(), nn.Sequential(part))
        refused(module, "module '1.0'", "Call module.eval()")
        graph_from_torch(module.eval(), SHAPE)
        part.train()
        refused(module, "module '1.0'", "Call module.eval()")
    own = Parts(lambda self, x: F.dropout(x, training=self.training))
    refused(own, "Call module.eval()")
    graph_from_torch(own.eval(), SHAPE)
    frozen = nn.Sequential(conv(), nn.BatchNorm2d(2).eval())
    assert frozen.training
    graph_from_torch(frozen, SHAPE)


def test_weights() -> None:
    refused(conv(device="meta"), "meta device")
    refused(nn.Sequential(conv().half()), "module '0'", "module.float()")
    refused(conv().bfloat16(), "bfloat16")
    refused(conv(dtype=torch.complex64), "complex")
    refused(nn.LazyConv2d(2, 3), "not made yet")
    sparse = nn.Linear(6, 2)
    sparse.weight = nn.Parameter(sparse.weight.detach().to_sparse())
    refused(sparse, "sparse")
    broken = conv()
    with torch.no_grad():
        broken.weight[0, 0, 0, 0] = float("nan")
    refused(nn.Sequential(broken), "'0'", "NaN")
    negative = nn.Sequential(nn.BatchNorm2d(2)).eval()
    negative[0].running_var.fill_(-1)
    refused(negative, "'0'", "negative variance")


def test_weights_that_are_made_anew() -> None:
    halved = nn.Sequential(conv())
    parametrize.register_parametrization(halved[0], "weight", nn.Softsign())
    refused(halved, "module '0'", "remove_parametrizations")
    pruned = nn.Sequential(prune.l1_unstructured(conv(), "weight", 0.5))
    refused(pruned, "module '0'", "made anew from others", "prune.remove")
    prune.remove(pruned[0], "weight")
    graph_from_torch(pruned, SHAPE)
    masked = Parts(
        lambda self, x: F.conv2d(x, self.part.weight * self.mask),
        part=conv(),
        mask=torch.ones(3, 3),
    )
    refused(masked, "a weight that is computed anew")


def test_what_no_copy_converts_is_named() -> None:
    replaced = nn.Sequential(conv(), nn.Sequential(nn.ReLU(), conv()))
    old = replaced[1].forward
    replaced[1].forward = lambda x: -old(x)
    refused(replaced, "module '1'", "a forward of its own", "Delete the attribute")
    loose = nn.Sequential(conv())
    values = loose[0].weight.detach().clone()
    del loose[0].weight
    loose[0].weight = values
    refused(loose, "module '0'", "holds weight", "neither a parameter nor a buffer")


def test_parameters_of_several_dtypes_are_no_wrong_shape() -> None:
    mixed = nn.Sequential(conv())
    mixed[0].bias.data = mixed[0].bias.data.double()
    refused(mixed, "module '0'", "several dtypes (torch.float32, torch.float64)")


def test_numbers_that_are_changed_before_they_are_used() -> None:
    def forward(self: Any, x: torch.Tensor) -> torch.Tensor:
        factor = self.factor.clone()
        factor.mul_(2)
        return x * factor

    parts = Parts(forward, factor=nn.Parameter(torch.ones(2, 1, 1)))
    refused(parts.eval(), "multiplies")


def test_wrappers_and_what_is_no_module() -> None:
    refused(nn.DataParallel(conv()), "module.module")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # both are deprecated, and still in use
        refused(torch.jit.script(nn.Sequential(conv())), "that it was scripted from")
        kind = {nn.Linear}
        halved = torch.ao.quantization.quantize_dynamic(
            nn.Sequential(nn.Linear(6, 2)), kind
        )
    refused(halved, "module '0'", "quantised weights", "float network")
    refused("weights.pt", "is no torch.nn.Module", "nn.Sequential(*layers)")
    compiled = conv()
    compiled._compiled_call_impl = lambda x: x
    refused(nn.Sequential(compiled), "module '0'", "module.compile()")


def test_modules_that_count_in_buffers() -> None:
    counting = Parts(lambda self, x: (self.seen.add_(1), F.relu(x))[1])
    counting.register_buffer("seen", torch.zeros(1))
    refused(counting.eval(), "changes its own buffers")


def test_global_hooks() -> None:
    handle = torch_module.register_module_forward_hook(lambda *_: None)
    try:
        refused(conv(), "global forward hook")
    finally:
        handle.remove()
