"""Results of other papers that users compare with; each with its own hypotheses."""

from slth_verify.statements.related.balancing import (
    BALANCING_ALGORITHM,
    BALANCING_OPTIMUM,
)
from slth_verify.statements.related.fixed_size import (
    FIXED_SIZE_ALL,
    FIXED_SIZE_LOWER,
    FIXED_SIZE_ONE,
)
from slth_verify.statements.related.neuron_pruning import (
    NEURON_PRUNING_LOWER,
    NEURON_PRUNING_LOWER_SINGLE,
)
from slth_verify.statements.related.subset_sums import GAUSSIAN_MRSS
from slth_verify.statements.related.unstructured import UNSTRUCTURED_LOG

STATEMENTS = (
    UNSTRUCTURED_LOG,
    FIXED_SIZE_ONE,
    FIXED_SIZE_ALL,
    FIXED_SIZE_LOWER,
    GAUSSIAN_MRSS,
    BALANCING_OPTIMUM,
    BALANCING_ALGORITHM,
    NEURON_PRUNING_LOWER,
    NEURON_PRUNING_LOWER_SINGLE,
)

__all__ = ["STATEMENTS"]
