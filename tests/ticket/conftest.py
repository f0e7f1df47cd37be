"""Tickets of arbitrary filters, with honest weights, for arbitrary targets."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.network import GENERATOR
from slth_verify.ticket import Ticket, TicketLayer, accumulate, layer_residuals

Maker = Callable[..., tuple[sv.TargetCNN, Ticket]]


@pytest.fixture(scope="session")
def made() -> Maker:
    """Make a target of random weights, and a ticket that keeps ``kept`` filters."""

    def make(
        channels: Sequence[int],
        sizes: Sequence[int],
        image: tuple[int, int],
        *,
        kept: int = 2,
        width: int = 50,
        exponents: Sequence[int] | None = None,
        eps: Fraction | str = "1/1000",
        certified_error: str = "1e900",
        seed: int = 1,
    ) -> tuple[sv.TargetCNN, Ticket]:
        rng = np.random.default_rng(seed)
        kernels = tuple(
            (rng.standard_normal((c_out, c_in, d, d)) / (c_in * d)).astype(np.float32)
            for c_in, c_out, d in zip(channels[:-1], channels[1:], sizes, strict=True)
        )
        target = sv.TargetCNN(kernels, (channels[0], *image))
        network = sv.RandomCNN(seed, (width,) * len(sizes))
        layers = []
        for layer, c_in in enumerate(channels[:-1], start=1):
            first = 2 * width * np.arange(c_in, dtype=np.int64)
            filters = (first[:, None] + np.arange(kept)).ravel()
            scalars = [
                network.scalars(layer, k, filters[kept * k : kept * (k + 1)])
                for k in range(c_in)
            ]
            shape = target.architecture.kernel_shape(layer)
            layers.append(
                TicketLayer(
                    filters,
                    np.concatenate(scalars),
                    network.kernels(layer, filters, shape),
                )
            )
        scales = target.scale_exponents if exponents is None else exponents
        about = {
            "name": "made",
            "sha256": target.sha256,
            "input_shape": list(target.input_shape),
            "readout": "none",
        }
        return target, Ticket(
            about,
            GENERATOR,
            seed,
            network.widths,
            tuple(scales),
            Fraction(eps),
            certified_error,
            tuple(layers),
            {"numpy": np.__version__},
        )

    return make


@pytest.fixture(scope="session")
def certified() -> Callable[[sv.TargetCNN, Ticket], Fraction]:
    """The certified error of a ticket for inputs in [-1, 1], without the checker."""

    def bound(target: sv.TargetCNN, ticket: Ticket) -> Fraction:
        residuals = [
            layer_residuals(
                kernel,
                exponent,
                layer,
                layer.filters // (2 * width),
                signed_input=number == 0,
            )
            for number, (kernel, exponent, layer, width) in enumerate(
                zip(
                    target.kernels,
                    ticket.scale_exponents,
                    ticket.layers,
                    ticket.widths,
                    strict=True,
                )
            )
        ]
        return accumulate(residuals, [0] * len(residuals), ticket.scale_exponents).error

    return bound
