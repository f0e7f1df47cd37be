"""How this importer says no, and the operations that it is often asked for."""

from __future__ import annotations

from collections.abc import Iterable

from torch import fx, nn

from slth_verify.errors import InvalidTargetError
from slth_verify.network.torch_graphs.naming import named

ADVICE = (
    "A target graph has convolutions, dense layers, batch norms in evaluation mode, "
    "ReLU, leaky and clipped ReLU, max and average pooling, reshaping, padding, "
    "concatenation and sums."
)
_SMOOTH = "The nearest admitted forms are nn.ReLU, nn.LeakyReLU and nn.ReLU6."
_SCORES = (
    "At the network's end leave it out and certify the scores before it: write a "
    "module whose forward() stops there, or drop the last part of the nn.Sequential."
)
_CLIPPED = "The nearest admitted form is a clipped line, such as nn.Hardtanh({})."
_NORM = (
    "The nearest admitted form is nn.BatchNorm2d in evaluation mode: an affine map by "
    "channel, the same for every image."
)
_PRODUCT = (
    "Products of tensors are not admitted; the nearest form is a dense layer or "
    "convolution that holds one of them as its weight, such as nn.Linear."
)
_ATTENTION = "No graph of nodes expresses it; certify the convolutional part before it."
_RESIZE = "The nearest admitted forms are pooling and padding."
_TRANSPOSED = "The nearest admitted form is nn.Conv2d."
_RANDOM = (
    "Give a module that does not draw in evaluation mode: nn.Dropout, or "
    "F.dropout(x, training=self.training)."
)

#: By the operation's name in ATen: what it does, and the nearest admitted form.
NEAREST: dict[str, tuple[str, str]] = {
    "sigmoid": ("applies a sigmoid", f"{_CLIPPED.format('0, 1')} {_SCORES}"),
    "hardsigmoid": ("applies a hard sigmoid", f"{_CLIPPED.format('0, 1')} {_SCORES}"),
    "tanh": ("applies a tanh", _CLIPPED.format("-1, 1")),
    "softmax": ("applies a softmax", _SCORES),
    "log_softmax": ("applies a log-softmax", _SCORES),
    "argmax": ("answers the class alone", _SCORES),
    "rrelu": (
        "draws its slope at random",
        "Give nn.LeakyReLU with the mean of its slopes.",
    ),
    "log_sigmoid": ("applies the logarithm of a sigmoid", _SCORES),
    **{
        name: (f"applies the smooth activation {name}", _SMOOTH)
        for name in (
            *("gelu", "silu", "elu", "celu", "selu", "mish", "softplus"),
            *("hardswish", "exp", "pow", "sqrt", "rsqrt", "softsign"),
        )
    },
    **{
        f"conv_transpose{axes}": ("is a transposed convolution", _TRANSPOSED)
        for axes in ("1d", "2d", "3d")
    },
    "conv3d": ("is a convolution of volumes", "Images have at most two dimensions."),
    "layer_norm": ("normalises by each image's own values", _NORM),
    "group_norm": ("normalises by each image's own values", _NORM),
    "instance_norm": ("normalises by each image's own values", _NORM),
    "einsum": ("multiplies tensors", _PRODUCT),
    "bmm": ("multiplies tensors", _PRODUCT),
    "addmm": ("multiplies matrices", _PRODUCT),
    "lstm": ("is recurrent (LSTM)", _ATTENTION),
    "gru": ("is recurrent (GRU)", _ATTENTION),
    "rnn_tanh": ("is recurrent", _ATTENTION),
    "rnn_relu": ("is recurrent", _ATTENTION),
    "scaled_dot_product_attention": ("is attention", _ATTENTION),
    "_native_multi_head_attention": ("is attention", _ATTENTION),
    "embedding": ("looks up an embedding", "Images are real numbers, no indices."),
    "upsample_nearest2d": ("enlarges the image", _RESIZE),
    "upsample_bilinear2d": ("enlarges the image", _RESIZE),
    **dict.fromkeys(
        ("bernoulli", "rand", "rand_like", "randn", "randn_like"),
        ("draws at random", _RANDOM),
    ),
}
_DROPOUTS = ("dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout")


def refused(
    root: nn.Module, path: str, why: str, remedy: str, operation: str = ""
) -> InvalidTargetError:
    """The error for one module.

    Args:
        root: What is imported, or its copy.
        path: The module's path below it.
        why: Why it is outside, continuing "module '0' (nn.Conv2d)".
        remedy: What to do, in full sentences.
        operation: The operation in ATen, if it is about one.
    """
    where = named(path, dict(root.named_modules())[path])  # scripted ones, too
    ran = f" (aten.{operation})" if operation else ""
    return InvalidTargetError(f"{where} {why}{ran}. {remedy}")


def path_of(node: fx.Node) -> str:
    """The path of the module that runs an operation; empty for the root."""
    stack = [*node.meta.get("nn_module_stack", {}).values()]
    path: str = stack[-1][0] if stack else ""
    return path.split("@")[0]  # which of several calls


def class_of(node: fx.Node) -> str:
    """The full name of the class of the module that runs an operation."""
    stack = [*node.meta.get("nn_module_stack", {}).values()]
    return str(stack[-1][1]) if stack else ""


def operation_of(node: fx.Node) -> str:
    """An operation's name in ATen, without its overload; in-place ones as others."""
    schema = getattr(node.target, "_schema", None)
    name = schema.name if schema is not None else str(node.target)
    return name.removeprefix("aten::").removesuffix("_")


def refuse_known(root: nn.Module, nodes: Iterable[fx.Node], image: str) -> None:
    """Refuse the first operation on the image that is known to have no node.

    Args:
        root: The module.
        nodes: Its operations and what they start from, in order.
        image: The name of the node that is the image.

    Raises:
        InvalidTargetError: Naming it.
    """
    seen: set[fx.Node] = set()
    for node in nodes:
        if node.name != image and seen.isdisjoint(node.all_input_nodes):
            continue
        seen.add(node)
        if node.op == "call_function":
            _refuse(root, node)


def _refuse(root: nn.Module, node: fx.Node) -> None:
    operation = operation_of(node)
    what = NEAREST.get(operation)
    if class_of(node).endswith("MultiheadAttention"):
        what = NEAREST["scaled_dot_product_attention"]
    if operation in _DROPOUTS and node.args[2:3] == (True,):
        what = ("drops values at random in evaluation mode too", _RANDOM)
    if operation == "batch_norm" and node.args[5:6] == (True,):
        what = (
            "normalises by the statistics of the batch in evaluation mode too",
            "Give a norm with track_running_stats=True.",
        )
    if what is not None:
        raise refused(root, path_of(node), *what, operation)
