"""Everything about a batch that does not survive recomputation."""

from __future__ import annotations

import numpy as np

from slth_verify.subset_sum._problem import FloatArray
from slth_verify.subset_sum.one_dim.exact import exact_residuals
from slth_verify.subset_sum.one_dim.many import OneDimBatch


def audit_one_dim(
    samples: FloatArray, targets: FloatArray, batch: OneDimBatch
) -> tuple[str, ...]:
    """Complaints about what somebody claims to have found.

    Args:
        samples: Shape ``(T, n)``, finite; as many columns as the batch speaks of.
        targets: Shape ``(T,)``, finite.
        batch: The claims.

    Returns:
        Empty if every claim is as recomputed.

    Rigor:
        Exact: residuals are summed again without rounding errors.

    Source:
        thm:rss.
    """
    chosen = np.asarray(batch.chosen)
    if chosen.dtype != np.bool_ or chosen.shape != samples.shape:
        return (
            f"chosen has type {chosen.dtype} and shape {chosen.shape}: a sample is in "
            f"a subset or not, bool of shape {samples.shape}",
        )
    complaints = []
    beyond = np.arange(chosen.shape[1]) >= batch.counts[:, None]
    if (chosen & beyond).any():
        complaints.append("a subset uses samples beyond its count")
    residuals, found = exact_residuals(samples, chosen, targets, batch.tolerance)
    if not np.array_equal(residuals, batch.residuals):
        complaints.append("a residual is not the sum of its samples minus the target")
    if not np.array_equal(found, batch.found):
        complaints.append("found is not whether the residual is within the tolerance")
    return tuple(complaints)
