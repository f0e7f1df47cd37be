"""Random networks as functions of their seeds, weight by weight.

`philox` makes random words of counters, `quantile` makes normal weights of words, and
`random_cnn` says which weight has which counter.
"""

from slth_verify.network.random_networks.quantile import normal_weights
from slth_verify.network.random_networks.random_cnn import GENERATOR, RandomCNN

__all__ = ["GENERATOR", "RandomCNN", "normal_weights"]
