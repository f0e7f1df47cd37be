"""Reading torch modules: what is refused, in which words, and what is not touched."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrize, prune

from slth_verify.errors import InvalidTargetError
from slth_verify.network import TargetCNN

SHAPE = (1, 6, 6)


def conv(c_in: int = 1, c_out: int = 2, size: int = 3, **options: object) -> nn.Conv2d:
    rest = {"padding": "same", "bias": False, **options}
    return nn.Conv2d(c_in, c_out, size, **rest)  # type: ignore[arg-type]


def plain() -> nn.Sequential:
    return nn.Sequential(conv(), nn.ReLU(), conv(2, 3, 1), nn.ReLU())


def refused(module: object, *words: str) -> str:
    with pytest.raises(InvalidTargetError) as caught:
        TargetCNN.from_torch(module, SHAPE)  # type: ignore[arg-type]
    message = str(caught.value)
    for word in words:
        assert word in message, message
    return message


class Scored(nn.Conv2d):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return F.conv2d(input, self.weight * (self.weight > 0), padding=1)


class Negated(nn.ReLU):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return -super().forward(input)


class Doubled(nn.Sequential):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return 2 * super().forward(input)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = conv(), conv(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.second(F.relu(self.first(x))))


class Half(nn.Module):
    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight / 2


def test_plain_modules_are_read_bit_for_bit() -> None:
    shared = conv(2, 2)
    module = nn.Sequential(
        nn.Sequential(conv(), nn.ReLU(inplace=True), nn.Identity()),
        nn.Sequential(nn.Sequential(), shared, nn.ReLU()),
        shared,
        nn.ReLU(),
        conv(2, 2, 1, padding="valid"),
        nn.ReLU(),
        conv(2, 1, 5, padding=2),
        nn.ReLU(),
        conv(1, 1, 4),
        nn.ReLU(),
    )
    target = TargetCNN.from_torch(module, SHAPE)
    weights = [part.weight for part in module.modules() if isinstance(part, nn.Conv2d)]
    weights.insert(2, shared.weight)
    assert len(target.kernels) == len(weights)
    for kernel, weight in zip(target.kernels, weights, strict=True):
        assert kernel.tobytes() == weight.detach().numpy().tobytes()


def test_subclasses_are_named() -> None:
    refused(nn.Sequential(Scored(1, 2, 3), nn.ReLU()), "'0' (Scored)", "nn.Conv2d")
    refused(nn.Sequential(conv(), Negated()), "'1' (Negated)", "nn.ReLU()")
    refused(Doubled(conv(), nn.ReLU()), "the module (Doubled)", "nn.Sequential(*module")
    inner = nn.Sequential(nn.Sequential(), nn.Sequential(conv(), Negated()))
    refused(inner, "'1.1' (Negated)")


def test_a_functional_forward_is_told_what_to_give() -> None:
    message = refused(Net(), "the module (Net)", "forward()", "nn.Sequential(")
    assert "module.first, nn.ReLU(), module.second, nn.ReLU()" in message
    assert "Append nn.ReLU" not in message
    refused(nn.Sequential(Net()), "'0' (Net)", "get_submodule('0').first")
    assert "such as" not in refused(Half())


@pytest.mark.parametrize("place", ["", "0", "1"])
def test_hooks_are_refused_anywhere(place: str) -> None:
    for register in (
        "register_forward_hook",
        "register_forward_pre_hook",
    ):
        module = plain()
        part = module.get_submodule(place)
        handle = getattr(part, register)(lambda *args: None)
        refused(module, f"'{place}'" if place else "the module", "hook", "remove()")
        handle.remove()
        TargetCNN.from_torch(module, SHAPE)


@pytest.mark.parametrize("kind", ["forward_hook", "forward_pre_hook"])
def test_global_hooks_are_refused(kind: str) -> None:
    register = getattr(nn.modules.module, f"register_module_{kind}")
    handle = register(lambda *args: None)
    try:
        refused(plain(), "global forward hook")
    finally:
        handle.remove()
    TargetCNN.from_torch(plain(), SHAPE)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("", "forward"),
        ("0", "forward"),
        ("1", "forward"),
        ("0", "_conv_forward"),
        ("0", "_call_impl"),
        ("", "_wrapped_call_impl"),
    ],
)
def test_methods_replaced_on_an_instance_are_refused(place: str, name: str) -> None:
    module = plain()
    part = module.get_submodule(place)
    setattr(part, name, getattr(part, name))
    refused(module, f"its {name} replaced on the instance", f"del module.{name}")


def test_a_module_compiled_in_place_is_refused() -> None:
    module = plain()
    module[0]._compiled_call_impl = lambda x: x
    refused(module, "compiled in place")


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (nn.Conv2d, "forward"),
        (nn.Conv2d, "_conv_forward"),
        (nn.ReLU, "forward"),
        (nn.Sequential, "forward"),
        (nn.Sequential, "__iter__"),
        (nn.Module, "__call__"),
        (nn.Module, "__getattr__"),
    ],
)
def test_methods_replaced_in_a_class_are_refused(cls: type, name: str) -> None:
    old = getattr(cls, name)

    def forward(self: nn.Module, *args: object) -> object:
        return old(self, *args)

    module = plain()
    for other in (forward, nn.Tanh.forward):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cls, name, other)
            refused(module, f"its class's {name} replaced")
    TargetCNN.from_torch(module, SHAPE)


def test_unresolved_weights_are_told_how_to_resolve() -> None:
    module = plain()
    prune.ln_structured(module[0], "weight", 0.5, n=1, dim=0)
    refused(module, "'0'", "torch.nn.utils.prune.remove(module, 'weight')")
    prune.remove(module[0], "weight")
    target = TargetCNN.from_torch(module, SHAPE)
    assert not target.kernels[0].all()

    module = plain()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nn.utils.weight_norm(module[2])
    refused(module, "'2'", "remove_weight_norm")

    module = plain()
    nn.utils.spectral_norm(module[0])
    refused(module, "'0'", "remove_spectral_norm")

    module = plain()
    parametrize.register_parametrization(module[0], "weight", Half())
    refused(module, "'0'", "parametrised", "remove_parametrizations")
    parametrize.remove_parametrizations(module[0], "weight")
    TargetCNN.from_torch(module, SHAPE)

    module = plain()
    nn.utils.parametrizations.weight_norm(module[0])
    refused(module, "remove_parametrizations")


def test_state_that_a_class_does_not_use_is_refused() -> None:
    module = plain()
    module[0].register_buffer("mask", torch.ones(1))
    refused(module, "'0'", "'mask'", "does not use")
    module = plain()
    module[0].scores = nn.Parameter(torch.ones(1))
    refused(module, "'scores'")
    module = plain()
    module[1].inner = nn.Tanh()
    refused(module, "'1'", "'inner'")
    module = plain()
    vars(module[0])["weight"] = torch.zeros(2, 1, 3, 3)
    refused(module, "'weight'")
    module = plain()
    weight = module[0].weight.detach()
    del module[0].weight
    vars(module[0])["weight"] = weight
    refused(module, "'weight'")
    module = plain()
    del module[0]._parameters["weight"]
    refused(module, "no parameter 'weight'")


def test_things_that_are_no_finite_module_are_refused() -> None:
    refused(None, "NoneType", "torch.nn.Module")
    refused(plain().state_dict(), "OrderedDict", "nn.Sequential")
    refused(lambda x: x, "function")
    loop = nn.Sequential(conv(), nn.ReLU())
    loop._modules["2"] = loop
    refused(loop, "contains itself")
    gap = plain()
    gap._modules["1"] = None
    refused(gap, "no module at '1'")
    shared = nn.Sequential(conv(1, 1), nn.ReLU())
    deep: nn.Sequential = shared
    for _ in range(11):
        deep = nn.Sequential(deep, deep)
    refused(deep, "more than 1000 layers")


def test_names_from_the_module_are_printed_safely() -> None:
    module = nn.Sequential()
    module.add_module("\x1b[2J\u202e", Negated())
    message = refused(module)
    assert "\x1b" not in message
    assert "\u202e" not in message


def test_later_training_does_not_change_the_target() -> None:
    module = plain()
    target = TargetCNN.from_torch(module, SHAPE)
    before = target.kernels[0].tobytes()
    with torch.no_grad():
        module[0].weight.zero_()
    assert target.kernels[0].tobytes() == before
