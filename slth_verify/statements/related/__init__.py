"""Results of other papers that users compare with; each with its own hypotheses."""

from slth_verify.statements.related._neuron_pruning import (
    NEURON_PRUNING_LOWER,
    NEURON_PRUNING_LOWER_SINGLE,
)
from slth_verify.statements.related._subset_sums import FIXED_SIZE_RSS, GAUSSIAN_MRSS
from slth_verify.statements.related._unstructured import UNSTRUCTURED_LOG

STATEMENTS = (
    UNSTRUCTURED_LOG,
    FIXED_SIZE_RSS,
    GAUSSIAN_MRSS,
    NEURON_PRUNING_LOWER,
    NEURON_PRUNING_LOWER_SINGLE,
)

__all__ = ["STATEMENTS"]
