"""What stands between a module and its weights: wrappers, and hooks for all modules."""

from __future__ import annotations

from torch.nn.modules import module as torch_module

from slth_verify.errors import InvalidTargetError

_GLOBAL_HOOKS = ("_global_forward_pre_hooks", "_global_forward_hooks")

#: Classes that stand for a module that is meant, by name or kind.
WRAPPERS: dict[str, tuple[str, str]] = {
    "DataParallel": ("wraps another module", "Import module.module."),
    "DistributedDataParallel": ("wraps another module", "Import module.module."),
    "OptimizedModule": ("wraps a compiled module", "Import module._orig_mod."),
    "RecursiveScriptModule": (
        "is compiled",
        "Import the module that it was scripted from.",
    ),
    "Quantised": (
        "computes with quantised weights, in integers",
        "Give the float network, or one whose weights are dequantised.",
    ),
}


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


def _hook_name(hook: object) -> str:
    return str(getattr(hook, "__qualname__", type(hook).__qualname__))
