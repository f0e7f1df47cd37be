"""``bound``, ``width`` and ``success-bound``: what is proved, in ball arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

from slth_verify.bounds import Kind, mrss_success, mrss_width, network_width
from slth_verify.sweep.kinds import Inputs, shape_of


def network(inputs: Inputs, source: str) -> dict[str, object]:
    """Widths of all layers of a random network, enough or needed.

    Args:
        inputs: Of the run.
        source: Not used.
    """
    kernel, channels = shape_of(inputs)
    delta = 1 - Fraction(str(inputs["probability"]))
    found = network_width(kernel, channels, inputs["eps"], delta, kind=_side(inputs))
    widths = ",".join(map(str, found.widths))
    return {"widths": widths, "widest": max(found.widths), "filters": found.filters}


def width(inputs: Inputs, source: str) -> dict[str, object]:
    """Samples of the multidimensional random subset sum, enough or needed.

    Args:
        inputs: Of the run.
        source: Not used.
    """
    found = mrss_width(
        int(inputs["dimension"]),
        inputs["eps"],
        inputs["probability"],
        inputs["norm"],
        kind=_side(inputs),
    )
    return {"width": found.n}


def success(inputs: Inputs, source: str) -> dict[str, object]:
    """The proved ends of the success probability for the worst target.

    Args:
        inputs: Of the run.
        source: Not used.
    """
    found = mrss_success(
        int(inputs["dimension"]),
        int(inputs["samples"]),
        None,
        inputs["eps"],
        inputs["norm"],
    )
    if found.probability is None:
        return {"lower": "0", "upper": "1"}
    lower, upper = found.probability.decimal()
    return {"lower": lower, "upper": upper}


def _side(inputs: Inputs) -> Kind:
    return cast(Kind, inputs["side"])
