"""Operators that act on single entries."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from slth_verify.graph import Clip, Rectifier
from slth_verify.limits import IMAGE_SIDE
from slth_verify.network.onnx_graphs.builder import Tensor
from slth_verify.network.onnx_graphs.call import Call
from slth_verify.network.onnx_graphs.layers import by_channel
from slth_verify.network.onnx_graphs.layout import CHANNELS, require_held
from slth_verify.network.onnx_graphs.refusal import Outside


def relu(call: Call) -> Tensor:
    """Relu."""
    return call.add(Rectifier, call.tensor())


def leaky_relu(call: Call) -> Tensor:
    """LeakyRelu; its slope is that float32."""
    return call.add(Rectifier, call.tensor(), slopes=(call.real("alpha", 0.01),))


def prelu(call: Call) -> Tensor:
    """PRelu with one slope, or one for each channel."""
    source, slope = call.tensor(), call.given(1)
    if not np.isfinite(slope).all():
        raise Outside("NaN or infinite slopes")
    require_held(source.shape or (1,), IMAGE_SIDE if slope.size == 1 else CHANNELS)
    slopes = slope.reshape(-1) if slope.size == 1 else by_channel(slope, source.shape)
    exact = tuple(Fraction(float(number)) for number in slopes)
    return call.add(Rectifier, source, slopes=exact)


def clip(call: Call) -> Tensor:
    """Clip between two numbers; with 0 alone, from below, it is a ReLU."""
    source = call.tensor()
    if call.opset < 11:
        low, high = call.real("min"), call.real("max")
    else:
        low, high = call.number(1), call.number(2)
    if low == 0 and high is None:
        return call.add(Rectifier, source)
    if low is None or high is None:
        raise Outside("one threshold only. Give two, or a Relu for min=0")
    return call.add(Clip, source, low=low, high=high)
