"""Whether a module computes what its class says, and nothing else.

A torch module can be made to compute anything without changing its class's name: by
hooks, by attributes that shadow methods, by weights that a hook makes anew, by methods
replaced in the class. Each is refused.
"""

from __future__ import annotations

import inspect
import sys
from types import FunctionType
from typing import Any

from torch import nn
from torch.nn.modules import module as torch_module

from slth_verify.errors import InvalidTargetError
from slth_verify.network.torch_import._refusal import refusal

#: The classes that are read. Exactly these: a subclass may compute anything.
PLAIN: tuple[type[nn.Module], ...] = (nn.Sequential, nn.Conv2d, nn.ReLU, nn.Identity)

_CALLS = {
    "__call__": "Module._wrapped_call_impl",
    "_wrapped_call_impl": "Module._wrapped_call_impl",
    "_call_impl": "Module._call_impl",
    "__getattr__": "Module.__getattr__",
}
_OWN_CALLS: dict[type[nn.Module], tuple[str, ...]] = {
    nn.Sequential: ("forward", "__iter__"),
    nn.Conv2d: ("forward", "_conv_forward"),
    nn.ReLU: ("forward",),
    nn.Identity: ("forward",),
}
_GLOBAL_HOOKS = ("_global_forward_pre_hooks", "_global_forward_hooks")
_HOOKS = ("_forward_pre_hooks", "_forward_hooks")
_ABSENT = object()


def require_untouched(path: str, module: nn.Module) -> None:
    """Refuse a module of a plain class that does not compute what its class says.

    Args:
        path: Its path below the root, for the message.
        module: An instance of exactly one of ``PLAIN``.

    Raises:
        InvalidTargetError: Naming what was found and how to undo it.
    """
    _require_own_methods(path, module)
    _require_no_hooks(path, module)
    _require_no_other_state(path, module)


def require_no_global_hooks() -> None:
    """Refuse while hooks are registered for all modules of the process.

    Raises:
        InvalidTargetError: Naming one of them.
    """
    for kind in _GLOBAL_HOOKS:
        for hook in getattr(torch_module, kind).values():
            raise InvalidTargetError(
                f"a global forward hook ({_hook_name(hook)}) is registered for every "
                "torch module: what a module computes cannot be read off its weights. "
                "Remove it (the handle's remove()), then import."
            )


def how_to_resolve(module: nn.Module) -> str | None:
    """How to undo a known reparametrisation of a weight; None if there is none."""
    names = {*module._parameters, *module._buffers, *module._modules}
    if "parametrizations" in names:
        return "torch.nn.utils.parametrize.remove_parametrizations(module, 'weight')"
    if "weight_mask" in names:
        return "torch.nn.utils.prune.remove(module, 'weight')"
    if "weight_g" in names or ("weight_v" in names and "weight_orig" not in names):
        return "torch.nn.utils.remove_weight_norm(module)"
    if "weight_orig" in names:
        return "torch.nn.utils.remove_spectral_norm(module)"
    return None


def _require_own_methods(path: str, module: nn.Module) -> None:
    cls = type(module)
    for name in vars(module):
        if callable(inspect.getattr_static(cls, name, None)):
            raise refusal(
                path,
                module,
                f"has its {name} replaced on the instance: it computes what that "
                "says, not what its class and weights say",
                f"Remove it (del module.{name}), or write what it computes as "
                "covered layers.",
            )
    if vars(module).get("_compiled_call_impl") is not None:
        raise refusal(
            path,
            module,
            "was compiled in place (module.compile()): what runs cannot be read",
            "Import the module before it is compiled.",
        )
    expected = _CALLS | {name: f"{cls.__name__}.{name}" for name in _OWN_CALLS[cls]}
    for name, origin in expected.items():
        if not _is_torchs_own(inspect.getattr_static(cls, name, _ABSENT), origin):
            raise refusal(
                path,
                module,
                f"has its class's {name} replaced: torch.nn.{cls.__name__} does not "
                "compute what it should in this process",
                "Restore the class, or import in a process where it is unchanged.",
            )


def _is_torchs_own(function: Any, origin: str) -> bool:
    """Whether a function was defined by torch's own modules under that name."""
    if type(function) is not FunctionType:
        return False
    home = str(function.__globals__.get("__name__"))
    loaded = sys.modules.get(home)
    return (
        home.startswith("torch.nn.modules.")
        and loaded is not None
        and vars(loaded) is function.__globals__
        and function.__code__.co_qualname == origin
    )


def _require_no_hooks(path: str, module: nn.Module) -> None:
    for kind in _HOOKS:
        for hook in getattr(module, kind).values():
            word = kind.strip("_").removesuffix("s").replace("_", "-")
            undo = how_to_resolve(module)
            remedy = (
                f"First make its weights final: {undo}."
                if undo
                else "Remove the hook (its handle's remove()); if it changes what is "
                "computed, write that as covered layers."
            )
            raise refusal(
                path,
                module,
                f"has a {word} ({_hook_name(hook)}): what it computes cannot be read "
                "off its weights",
                remedy,
            )


def _require_no_other_state(path: str, module: nn.Module) -> None:
    """Refuse tensors and modules that the class does not use, or uses unseen."""
    is_conv = type(module) is nn.Conv2d
    own = {"weight", "bias"} if is_conv else set()
    hidden = sorted((own | set(module._modules)) & set(vars(module)))
    parts = [] if type(module) is nn.Sequential else [*module._modules]
    extra = [*hidden, *sorted(set(module._parameters) - own), *module._buffers, *parts]
    missing = sorted(own - set(module._parameters))
    if not extra and not missing:
        return
    found = (
        f"holds {', '.join(map(repr, extra[:5]))}, which torch.nn."
        f"{type(module).__name__} does not use"
        if extra
        else f"has no parameter {missing[0]!r}"
    )
    undo = how_to_resolve(module)
    raise refusal(
        path,
        module,
        f"{found}: its weight in use is not plainly its parameter",
        f"First make its weights final: {undo}."
        if undo
        else "Give a plain layer whose parameter 'weight' holds the weights in use "
        "(nn.Parameter), and delete what is left over.",
    )


def _hook_name(hook: object) -> str:
    return str(getattr(hook, "__qualname__", type(hook).__qualname__))
