"""Results of other papers that users compare with; each with its own hypotheses."""

from slth_verify.statements.related._balancing import (
    BALANCING_ALGORITHM,
    BALANCING_OPTIMUM,
)
from slth_verify.statements.related._fixed_size import (
    FIXED_SIZE_ALL,
    FIXED_SIZE_LOWER,
    FIXED_SIZE_ONE,
)
from slth_verify.statements.related._neuron_pruning import (
    NEURON_PRUNING_LOWER,
    NEURON_PRUNING_LOWER_SINGLE,
)
from slth_verify.statements.related._subset_sums import GAUSSIAN_MRSS
from slth_verify.statements.related._unstructured import UNSTRUCTURED_LOG

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
