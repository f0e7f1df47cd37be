"""Reading torch modules: what is refused, in which words, and what is not touched."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
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


class OtherTensor(torch.Tensor):
    pass


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


def test_nothing_of_the_users_is_touched() -> None:
    module = plain()
    module[0].train(False)
    module[2].weight.requires_grad_(False)
    module(torch.ones(1, *SHAPE)).sum().backward()
    modes = [part.training for part in module.modules()]
    weights = [p.detach().clone() for p in module.parameters()]
    gradient = module[0].weight.grad.clone()
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    filters = list(warnings.filters)
    with torch.enable_grad():
        TargetCNN.from_torch(module, SHAPE)
        assert torch.is_grad_enabled()
    assert [part.training for part in module.modules()] == modes
    for now, then in zip(module.parameters(), weights, strict=True):
        assert torch.equal(now, then)
        assert now.dtype is torch.float32
    assert torch.equal(module[0].weight.grad, gradient)
    assert not module[2].weight.requires_grad
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1] == states[1]).all()  # noqa: NPY002
    assert warnings.filters == filters


def test_modes_of_the_caller_do_not_matter() -> None:
    module = plain()
    wanted = TargetCNN.from_torch(module, SHAPE).sha256
    with torch.inference_mode():
        assert TargetCNN.from_torch(module, SHAPE).sha256 == wanted
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert TargetCNN.from_torch(module, SHAPE).sha256 == wanted
    with torch.device("meta"):
        assert TargetCNN.from_torch(module, SHAPE).sha256 == wanted
    torch.set_default_dtype(torch.float64)
    try:
        assert TargetCNN.from_torch(module, SHAPE).sha256 == wanted
    finally:
        torch.set_default_dtype(torch.float32)


def test_many_threads_may_import() -> None:
    module = plain()
    found: list[str] = []

    def read() -> None:
        found.append(TargetCNN.from_torch(module, SHAPE).sha256)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_later_training_does_not_change_the_target() -> None:
    module = plain()
    target = TargetCNN.from_torch(module, SHAPE)
    before = target.kernels[0].tobytes()
    with torch.no_grad():
        module[0].weight.zero_()
    assert target.kernels[0].tobytes() == before
