"""The statements of the paper, in its order; one file each or per tight family."""

from slth_verify.statements.paper.figures import NEURON_PRUNING, PATTERNS
from slth_verify.statements.paper.kernel import ERROR_ACCUMULATION, KERNEL_PRUNING
from slth_verify.statements.paper.mask import CHANNEL_BLOCKED_MASK
from slth_verify.statements.paper.mrss_nsn import MRSS_NSN
from slth_verify.statements.paper.nsn import NSN
from slth_verify.statements.paper.nsn_lemmas import NSN_JOINT, NSN_SUM
from slth_verify.statements.paper.rss import RSS
from slth_verify.statements.paper.structured_slth import STRUCTURED_SLTH
from slth_verify.statements.paper.subset_sum_number import SUBSET_SUM_NUMBER

STATEMENTS = (
    RSS,
    STRUCTURED_SLTH,
    CHANNEL_BLOCKED_MASK,
    NSN,
    MRSS_NSN,
    SUBSET_SUM_NUMBER,
    NSN_SUM,
    NSN_JOINT,
    KERNEL_PRUNING,
    ERROR_ACCUMULATION,
    NEURON_PRUNING,
    PATTERNS,
)

__all__ = ["STATEMENTS"]
