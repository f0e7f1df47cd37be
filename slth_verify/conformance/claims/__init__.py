"""The formulas of statements, attacked at exact small cases."""

from __future__ import annotations

from collections.abc import Mapping

from slth_verify.conformance.claims import (
    drawn,
    joint,
    moments,
    networks,
    one_dim,
    related,
    stages,
)
from slth_verify.conformance.claims.attack import Attack

__all__ = ["CLAIM_ATTACKS", "Attack"]

#: How the formulas of each statement are attacked, by its id.
CLAIM_ATTACKS: Mapping[str, Attack] = {
    **one_dim.ATTACKS,
    **networks.ATTACKS,
    **stages.ATTACKS,
    **joint.ATTACKS,
    **moments.ATTACKS,
    **related.ATTACKS,
    **drawn.ATTACKS,
}
