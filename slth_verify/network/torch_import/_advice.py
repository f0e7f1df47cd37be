"""What to do with a module of a class that is not read."""

from __future__ import annotations

from typing import NoReturn

from torch import nn

from slth_verify.network.torch_import._refusal import COVERED, refusal
from slth_verify.network.torch_import._untouched import PLAIN

_CONVOLUTIONS_ONLY = (
    "Import the part of the network that consists of covered layers, and apply the "
    "rest to its output."
)
_NORMALISATION = (
    "In evaluation mode it is an affine map per channel; folded into the convolution "
    "before it (torch.nn.utils.fusion.fuse_conv_bn_eval) it leaves a bias, which is "
    "not covered either. Give a network without it."
)
_ACTIVATION = "Use nn.ReLU(); the theorem is about no other activation."

#: Classes that hold the module that is meant, by name.
WRAPPERS: dict[str, tuple[str, str]] = {
    "DataParallel": ("wraps another module", "Import module.module."),
    "DistributedDataParallel": ("wraps another module", "Import module.module."),
    "OptimizedModule": ("wraps a compiled module", "Import module._orig_mod."),
    "RecursiveScriptModule": (
        "is compiled",
        "Import the module that it was scripted from.",
    ),
}

#: Classes that are often met, by name: why they are outside, and what to do.
_KNOWN: dict[str, tuple[str, str]] = {
    **WRAPPERS,
    "Linear": ("is a dense layer, no convolution", _CONVOLUTIONS_ONLY),
    "Flatten": ("changes the shape of the image", _CONVOLUTIONS_ONLY),
    "MaxPool2d": ("pools", _CONVOLUTIONS_ONLY),
    "AvgPool2d": ("pools", _CONVOLUTIONS_ONLY),
    "AdaptiveAvgPool2d": (
        "pools",
        "Leave a global average over the last maps out and say "
        "readout='global-average'.",
    ),
    "BatchNorm2d": ("normalises", _NORMALISATION),
    "Dropout": (
        "drops values at random in training",
        "Leave it out: in evaluation mode it does nothing.",
    ),
    "Dropout2d": (
        "drops channels at random in training",
        "Leave it out: in evaluation mode it does nothing.",
    ),
    "LazyConv2d": (
        "has no weights before it has seen an image",
        "Run the network on one image first.",
    ),
    "ConvTranspose2d": ("is a transposed convolution", _CONVOLUTIONS_ONLY),
    "ReLU6": ("is bounded above", _ACTIVATION),
    "LeakyReLU": ("keeps negative values", _ACTIVATION),
    "Tanh": ("is no ReLU", _ACTIVATION),
    "Sigmoid": ("is no ReLU", _ACTIVATION),
    "GELU": ("is no ReLU", _ACTIVATION),
    "SiLU": ("is no ReLU", _ACTIVATION),
}


def refuse_class(path: str, module: nn.Module) -> NoReturn:
    """Refuse a module whose class is not read.

    Raises:
        InvalidTargetError: Always.
    """
    if "parametrizations" in module._modules:
        raise refusal(
            path,
            module,
            "has parametrised tensors: what it computes with is made anew at every "
            "call",
            "First make its weights final: torch.nn.utils.parametrize."
            "remove_parametrizations(module, 'weight').",
        )
    cls = type(module)
    if cls.__module__.startswith("torch.") and cls.__name__ in _KNOWN:
        raise refusal(path, module, *_KNOWN[cls.__name__])
    for plain in PLAIN:
        if isinstance(module, plain):
            _refuse_subclass(path, module, plain)
    if cls.__module__.startswith("torch."):
        raise refusal(
            path, module, "is no convolution or ReLU", f"The covered form is {COVERED}."
        )
    example = _example(path, module)
    raise refusal(
        path,
        module,
        "decides in its own forward() what it computes, which cannot be read off its "
        "parts",
        f"Give the layers in the order in which they run, as {COVERED}{example}.",
    )


def _refuse_subclass(path: str, module: nn.Module, plain: type[nn.Module]) -> NoReturn:
    if plain is nn.Sequential:
        remedy = (
            "If it runs its parts in order and does nothing else, give "
            "nn.Sequential(*module)."
        )
    elif plain is nn.Conv2d:
        remedy = (
            "Give an nn.Conv2d(..., padding='same', bias=False) that holds the weights "
            "in use, for example those after its mask is applied."
        )
    else:
        remedy = f"If it computes the same, give an nn.{plain.__name__}()."
    raise refusal(
        path,
        module,
        f"is a subclass of nn.{plain.__name__}: its forward() may compute anything, so "
        "it is not read as one",
        remedy,
    )


def _example(path: str, module: nn.Module) -> str:
    """The convolutions that a module holds, each with a ReLU, as code."""
    names = [
        name
        for name, part in module._modules.items()
        if isinstance(part, nn.Conv2d) and name.isidentifier()
    ]
    if not names:
        return ""
    where = f"module.get_submodule({path!r})" if path else "module"
    shown = ", ".join(f"{where}.{name}, nn.ReLU()" for name in names[:4])
    more = ", ..." if len(names) > 4 else ""
    return f", such as nn.Sequential({shown}{more}) if that is its order"
