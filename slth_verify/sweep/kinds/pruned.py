"""``prune``: is a ticket found, what error is proved, how many filters are kept?"""

from __future__ import annotations

import math
import warnings

import numpy as np

from slth_verify.construction import prune, suggested_widths
from slth_verify.errors import (
    InvalidTargetError,
    NoTicketFoundError,
    TrivialClaimWarning,
)
from slth_verify.graph import TargetCNN
from slth_verify.network import RandomCNN
from slth_verify.sweep.kinds import Inputs, shape_of
from slth_verify.sweep.results import rounded_up
from slth_verify.sweep.run import file_digest
from slth_verify.ticket import check

#: No search of a subset sum is cut short before: its end would depend on the machine.
_ENDLESS = 1e9


def run(inputs: Inputs, source: str) -> dict[str, object]:
    """Prune the random network of a seed for a target, and check what was found.

    Args:
        inputs: Of the run.
        source: Path of the target's file; empty for a generated one.

    Raises:
        InvalidTargetError: The file is not the one that the run is about.
    """
    target = _read(source, str(inputs["target"])) if source else _drawn(inputs)
    widths: tuple[int, ...]
    if inputs["widths"]:
        widths = tuple(map(int, str(inputs["widths"]).split(",")))
    else:
        widths = suggested_widths(target, inputs["eps"])
    network = RandomCNN(seed=int(inputs["seed"]), widths=widths)
    found: dict[str, object] = {"used_widths": ",".join(map(str, widths))}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TrivialClaimWarning)  # check says VACUOUS
        try:
            ticket = prune(
                target,
                network,
                eps=inputs["eps"],
                workers=1,
                problem_limit=_ENDLESS,
            )
        except NoTicketFoundError as error:
            best = error.best_error if math.isfinite(error.best_error) else None
            return {**found, "found": False, "certified_error": best}
    checked = check(ticket, target)
    proved = checked.error_upper_bound
    return {
        **found,
        "found": True,
        "verdict": checked.verdict.name,
        "certified_error": None if proved is None else rounded_up(proved),
        "kept": sum(ticket.kept),
    }


def _read(path: str, digest: str) -> TargetCNN:
    if file_digest(path) != digest:
        raise InvalidTargetError(
            f"target={path!r} is not the file that the plan was read with: its SHA-256 "
            f"is not {digest}. Give every machine the same files"
        )
    return TargetCNN.from_file(path)


def _drawn(inputs: Inputs) -> TargetCNN:
    """A target with normal weights of a seed, whose outputs keep their scale."""
    kernel, channels = shape_of(inputs)
    draws = RandomCNN(seed=int(inputs["target_seed"]), widths=tuple(channels[:-1]))
    kernels = []
    for layer, side in enumerate(kernel, start=1):
        before, after = channels[layer - 1], channels[layer]
        drawn = draws.kernels(layer, np.arange(before), (side, side, after))
        scale = np.float32(1 / math.sqrt(side * side * before))
        kernels.append(np.ascontiguousarray(drawn.transpose(3, 0, 1, 2)) * scale)
    side = int(inputs["image"])
    shape = (channels[0], side, side)
    return TargetCNN.from_kernels(kernels, shape, name="generated")
