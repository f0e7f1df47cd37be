"""The layers of a module in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import nn

from slth_verify.errors import InvalidTargetError
from slth_verify.limits import LAYERS
from slth_verify.network.torch_import._advice import refuse_class
from slth_verify.network.torch_import._refusal import COVERED, refusal
from slth_verify.network.torch_import._untouched import (
    PLAIN,
    require_no_global_hooks,
    require_untouched,
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A convolution or ReLU, unchanged since torch made it.

    Attributes:
        path: Its path below the root, such as ``"0.1"``.
        module: An `nn.Conv2d` or `nn.ReLU`, of exactly that class.
    """

    path: str
    module: nn.Module


def leaves(module: Any) -> tuple[Leaf, ...]:
    """Convolutions and ReLUs of a module, in the order in which they run.

    Sequences in sequences are flattened, identities left out; the same layer may occur
    more than once.

    Args:
        module: The root.

    Raises:
        InvalidTargetError: At the first module that is not exactly of a plain class,
            or was changed.
    """
    if not isinstance(module, nn.Module):
        raise InvalidTargetError(
            f"module is a {type(module).__name__}, not a torch.nn.Module. Give "
            f"{COVERED}."
        )
    require_no_global_hooks()
    found: list[Leaf] = []
    for leaf in _walk("", module, ()):
        found.append(leaf)
        if len(found) > 2 * LAYERS:
            raise refusal(
                "",
                module,
                f"has more than {LAYERS} layers",
                "Certify the network in parts.",
            )
    return tuple(found)


def _walk(path: str, module: nn.Module, above: tuple[int, ...]) -> Iterator[Leaf]:
    if type(module) not in PLAIN:
        refuse_class(path, module)
    require_untouched(path, module)
    if type(module) is nn.Identity:
        return
    if type(module) is not nn.Sequential:
        yield Leaf(path, module)
        return
    if id(module) in above or len(above) > LAYERS:
        raise refusal(
            path, module, "contains itself", "Give a finite sequence of layers."
        )
    for name, child in module._modules.items():
        below = f"{path}.{name}" if path else name
        if child is None:
            raise refusal(
                path,
                module,
                f"has no module at {name!r}, so that it cannot run",
                "Remove the empty place.",
            )
        yield from _walk(below, child, (*above, id(module)))
