"""Target CNNs: the networks that a ticket must approximate.

The paper's class: stride 1, zero padding that keeps the size, no bias, ReLU after every
convolution, inputs in [-1, 1], entrywise ``||K_i||_1 <= 1``. A layer outside that norm
is divided by a power of two and the factor carried out, which ReLU allows; powers of
two make both steps exact.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from slth_verify.arrays import Float32Array, Float64Array
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import Convolution, Input, Node, Rectifier, TargetGraph
from slth_verify.ieee import require_ieee
from slth_verify.network._architecture import Architecture
from slth_verify.network._target_fields import (
    frozen_kernels,
    input_sides,
    known_readout,
    label,
)
from slth_verify.network._target_io import TARGET_SCHEMA, read_target, write_target
from slth_verify.numbers import ExactNumber, exact_number, shown

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class TargetCNN:
    """A CNN f(X) = relu(K_l * ... relu(K_1 * X)).

    Attributes:
        kernels: Layer by layer, float32, torch layout ``(c_out, c_in, d, d)``. They are
            copied, and the copies cannot be written to.
        input_shape: ``(c_0, height, width)``, each at least 1.
        name: A label of at most 1,000 characters.
        readout: ``"none"`` or ``"global-average"``: how a class is read off the output
            map. It is no part of what a ticket certifies.

    Raises:
        InvalidTargetError: If kernels do not chain, are not square, are not finite, or
            a field is not as said.

    Source:
        thm:structured-slth.
    """

    kernels: tuple[Float32Array, ...]
    input_shape: tuple[int, int, int]
    name: str = "target"
    readout: str = "none"

    def __post_init__(self) -> None:
        kernels = frozen_kernels(self.kernels)
        shape = input_sides(self.input_shape, kernels)
        object.__setattr__(self, "kernels", kernels)
        object.__setattr__(self, "input_shape", shape)
        object.__setattr__(self, "name", label(self.name))
        object.__setattr__(self, "readout", known_readout(self.readout))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and unpickled targets are made, hence checked, like any other."""
        return type(self), (self.kernels, self.input_shape, self.name, self.readout)

    @property
    def depth(self) -> int:
        """Number l of convolutions."""
        return len(self.kernels)

    @cached_property
    def architecture(self) -> Architecture:
        """Channels and kernel sizes."""
        channels = (self.kernels[0].shape[1], *(k.shape[0] for k in self.kernels))
        return Architecture(channels, tuple(k.shape[2] for k in self.kernels))

    @cached_property
    def norms(self) -> tuple[Fraction, ...]:
        """Exact entrywise L1 norms ``||K_i||_1``."""
        return tuple(_exact_l1_norm(kernel) for kernel in self.kernels)

    @cached_property
    def scale_exponents(self) -> tuple[int, ...]:
        """Least e_i with ``||K_i||_1 <= 2^e_i``; 0 for a layer of zeros."""
        return tuple(_ceil_log2(norm) if norm else 0 for norm in self.norms)

    def normalised_kernel(self, layer: int) -> Float64Array:
        """``K_i / 2^e_i``, exact in float64, in the theorem's axis order.

        Args:
            layer: From 1 to ``depth``.

        Returns:
            Shape ``(d, d, c_in, c_out)``; its L1 norm is at most 1.
        """
        kernel = self.kernels[layer - 1].astype(np.float64)
        scaled = np.ldexp(kernel, -self.scale_exponents[layer - 1])
        return np.ascontiguousarray(scaled.transpose(2, 3, 1, 0))

    @property
    def output_scale(self) -> Fraction:
        """Product of the factors carried out: f = output_scale * normalised f."""
        return Fraction(2) ** sum(self.scale_exponents)

    @cached_property
    def sha256(self) -> str:
        """Digest of shapes and float32 weights, in hexadecimal."""
        return weights_sha256(self.kernels)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> TargetCNN:
        """Read a target written by `save`.

        Args:
            path: A ``.safetensors`` file.

        Raises:
            InvalidTargetError: If the file is damaged or no target.
        """
        return cls(*read_target(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write weights and description to a ``.safetensors`` file, atomically."""
        write_target(path, self.kernels, self.description())

    @classmethod
    def from_torch(
        cls,
        module: torch.nn.Module,
        input_shape: tuple[int, int, int],
        *,
        name: str = "target",
        readout: str = "none",
    ) -> TargetCNN:
        """Read a target off a torch module, and compare the two.

        The module is an ``nn.Sequential``, possibly of further ones, of ``Conv2d``
        (stride 1, ``padding="same"`` or an odd kernel with ``padding=d//2``, zeros, no
        bias, one group, float32) and ``ReLU`` in turns. Only these very classes are
        read, unchanged: a subclass, hook, parametrisation or replaced ``forward`` may
        compute anything. Then a float64 copy of the module and the imported weights run
        side by side; a difference that rounding cannot explain is refused. The module
        itself is not run and not changed.

        Args:
            module: The torch module.
            input_shape: ``(channels, height, width)``.
            name: A label.
            readout: See the class.

        Raises:
            InvalidTargetError: Naming the first module that is not covered, why, and
                what to do.

        Rigor:
            What is certified later is about the weights read here. That they are the
            module's function rests on its classes being torch's own, and on the
            comparison at some twenty inputs, at an image of at most the given sides.

        Cost:
            A few passes over images of the given shape; large ones are cut.
        """
        from slth_verify.network.torch_import import plain_kernels, require_agreement

        target = cls(plain_kernels(module), input_shape, name, readout)
        require_agreement(module, target.kernels, target.input_shape)
        return target

    def to_torch(self) -> torch.nn.Sequential:
        """The target as float32 torch modules, weights copied bit for bit."""
        from slth_verify.network._torch_io import target_module

        return target_module(self.kernels)

    def to_graph(self, *, input_bound: ExactNumber = 1) -> TargetGraph:
        """The same network as a target graph, for images in [-B, B].

        Its tickets need no layer of norm 1, have signed certificates, and are files of
        format 1.

        Args:
            input_bound: B, positive and exact.

        Raises:
            InvalidParameterError: If B is no positive number.
        """
        bound = exact_number(input_bound, "input_bound")
        if bound <= 0:
            raise InvalidParameterError(
                f"input_bound={shown(input_bound)}: images range over [-B, B] for a "
                "B > 0 (docs/target-graphs.md). Give the largest modulus of an entry."
            )
        channels = self.input_shape[0]
        low, high = (-bound,) * channels, (bound,) * channels
        nodes: list[Node] = [
            Input(name="image", shape=self.input_shape, low=low, high=high)
        ]
        for layer, kernel in enumerate(self.kernels, start=1):
            before, after = (len(kernel[0, 0]) - 1) // 2, len(kernel[0, 0]) // 2
            nodes += [
                Convolution(
                    name=f"conv{layer}",
                    sources=(nodes[-1].name,),
                    weight=kernel,
                    padding=(before, after, before, after),
                ),
                Rectifier(name=f"relu{layer}", sources=(f"conv{layer}",)),
            ]
        return TargetGraph(tuple(nodes), self.name)

    def description(self) -> dict[str, Any]:
        """The JSON object stored beside the weights."""
        return {
            "schema_version": TARGET_SCHEMA,
            "name": self.name,
            "input_shape": list(self.input_shape),
            "readout": self.readout,
        }


def weights_sha256(kernels: tuple[Float32Array, ...]) -> str:
    """Digest of the kernels' shapes and little-endian float32 bytes, in hexadecimal."""
    digest = hashlib.sha256()
    digest.update(json.dumps([list(kernel.shape) for kernel in kernels]).encode())
    for kernel in kernels:
        digest.update(np.ascontiguousarray(kernel, dtype="<f4").tobytes())
    return digest.hexdigest()


def _exact_l1_norm(kernel: Float32Array) -> Fraction:
    require_ieee()
    magnitudes = np.abs(kernel.astype(np.float64)).ravel()
    # float32 values are multiples of 2^-149, so these integers are exact
    units = [int(math.ldexp(value, 149)) for value in magnitudes.tolist()]
    return Fraction(sum(units), 1 << 149)


def _ceil_log2(value: Fraction) -> int:
    exponent = value.numerator.bit_length() - value.denominator.bit_length() - 1
    while Fraction(2) ** exponent < value:
        exponent += 1
    return exponent
