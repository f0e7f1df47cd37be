"""Shapes of a plain CNN: channels and kernel sizes, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.errors import InvalidParameterError


@dataclass(frozen=True, slots=True)
class Architecture:
    """Layer i convolves ``channels[i-1]`` channels into ``channels[i]``.

    Attributes:
        channels: c_0, ..., c_l, each at least 1.
        kernel_sizes: d_1, ..., d_l, each at least 1.
    """

    channels: tuple[int, ...]
    kernel_sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.channels) != len(self.kernel_sizes) + 1 or not self.kernel_sizes:
            raise InvalidParameterError(
                f"channels={self.channels} and kernel_sizes={self.kernel_sizes} do not "
                "fit: l >= 1 layers have l kernel sizes and l + 1 channel counts "
                "(thm:structured-slth). Give one more channel count than kernel sizes."
            )
        if min(self.channels) < 1 or min(self.kernel_sizes) < 1:
            raise InvalidParameterError(
                f"channels={self.channels}, kernel_sizes={self.kernel_sizes}: every "
                "entry must be at least 1 (thm:structured-slth). Remove empty layers."
            )

    @property
    def depth(self) -> int:
        """Number l of target layers; the random network has 2l."""
        return len(self.kernel_sizes)

    def kernel_shape(self, layer: int) -> tuple[int, int, int]:
        """Shape ``(d, d, c_out)`` of one second-layer filter of target layer ``layer``.

        Args:
            layer: Target layer, from 1 to ``depth``.
        """
        size = self.kernel_sizes[layer - 1]
        return size, size, self.channels[layer]

    def dimension(self, layer: int) -> int:
        """Dimension m = d^2 c_out of the subset-sum problem of a layer."""
        rows, columns, filters = self.kernel_shape(layer)
        return rows * columns * filters
