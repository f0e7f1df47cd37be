"""Which sequences of convolutions and ReLUs are covered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from slth_verify.arrays import Float32Array
from slth_verify.network.torch_import._refusal import COVERED, refusal
from slth_verify.network.torch_import._sequence import Leaf
from slth_verify.network.torch_import._weights import weight_of


def kernels_of(root: nn.Module, leaves: Sequence[Leaf]) -> tuple[Float32Array, ...]:
    """Kernels of convolutions and ReLUs in turns.

    Args:
        root: The module that the leaves are of.
        leaves: Its layers in order, each an exact `nn.Conv2d` or `nn.ReLU`.

    Returns:
        Layer by layer, shape ``(c_out, c_in, d, d)``.

    Raises:
        InvalidTargetError: Naming the first layer that is not covered.
    """
    if not leaves:
        raise refusal("", root, "has no layers", f"Give {COVERED}.")
    for position, leaf in enumerate(leaves):
        _require_turn(leaf, leaves[position - 1] if position else None)
    last = leaves[-1]
    if not isinstance(last.module, nn.ReLU):
        raise refusal(
            last.path,
            last.module,
            "is the last layer: no ReLU follows it",
            "If the network ends in a ReLU, give that too; otherwise it is outside, "
            "since a ReLU at its end makes another network. Appending nn.ReLU() "
            "certifies relu(network).",
        )
    return tuple(
        _kernel(leaf.path, leaf.module)
        for leaf in leaves
        if isinstance(leaf.module, nn.Conv2d)
    )


def _require_turn(leaf: Leaf, before: Leaf | None) -> None:
    if before is None and isinstance(leaf.module, nn.ReLU):
        raise refusal(
            leaf.path,
            leaf.module,
            "comes first, but a convolution must",
            "Leave it out if no input is negative: it does nothing then.",
        )
    if before is None or type(leaf.module) is not type(before.module):
        return
    if isinstance(leaf.module, nn.ReLU):
        raise refusal(
            leaf.path,
            leaf.module,
            f"follows the ReLU '{before.path}' and does nothing",
            "Leave it out.",
        )
    raise refusal(
        leaf.path,
        leaf.module,
        f"follows the convolution '{before.path}' without a ReLU between them",
        "Join the two into one convolution, or give the nn.ReLU() between them.",
    )


def _kernel(path: str, conv: nn.Conv2d) -> Float32Array:
    weight = weight_of(path, conv)
    reasons = _outside(conv, weight.shape)
    if reasons:
        what, remedies = zip(*reasons, strict=True)
        raise refusal(
            path, conv, f"has {', '.join(what)}", " ".join(dict.fromkeys(remedies))
        )
    return weight


def _outside(conv: nn.Conv2d, shape: tuple[int, ...]) -> list[tuple[str, str]]:
    """Everything that puts a convolution outside, each with what to do."""
    height, width = shape[2:]
    found = []
    if conv.bias is not None:
        found.append(
            (
                "a bias (bias=True)",
                "Train with bias=False; if the bias is zero, set module.bias = None.",
            )
        )
    if not _is_pair(conv.stride, 1):
        found.append((f"stride={conv.stride}", "The nearest covered form is stride=1."))
    if not _is_pair(conv.dilation, 1):
        found.append(
            (
                f"dilation={conv.dilation}",
                "Write the kernel with its zeros, with dilation=1.",
            )
        )
    if conv.groups != 1:
        found.append(
            (
                f"groups={conv.groups}",
                "Write the kernel with zeros between the groups, with groups=1.",
            )
        )
    if conv.padding_mode != "zeros":
        found.append(
            (f"padding_mode={conv.padding_mode!r}", "The covered form is 'zeros'.")
        )
    if height != width:
        found.append(
            (
                f"a kernel of {height} x {width}, which is not square",
                "Pad it with zeros to a square, with padding='same'.",
            )
        )
    elif not _keeps_size(conv.padding, height):
        found.append(
            (
                f"padding={conv.padding!r} with a kernel of {height} x {width}, which "
                "changes the size of the image",
                "Give padding='same'."
                if height % 2 == 0
                else f"Give padding={height // 2} or 'same'.",
            )
        )
    return found


def _keeps_size(padding: Any, size: int) -> bool:
    if type(padding) is str:
        return padding == "same" or (padding == "valid" and size == 1)
    return size % 2 == 1 and _is_pair(padding, size // 2)


def _is_pair(value: Any, wanted: int) -> bool:
    """Whether torch reads a value as the same number in both directions."""
    pair = (value, value) if type(value) is int else value
    if type(pair) not in (tuple, list) or len(pair) not in (1, 2):
        return False
    return all(type(part) is int and part == wanted for part in pair)
