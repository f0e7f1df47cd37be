"""What follows from the statements: evaluators that answer with certified numbers.

Every evaluator names its safe side. Floats only propose parameters; what is returned
has been decided in ball arithmetic.
"""

from slth_verify.bounds._covering import Covering, covers
from slth_verify.bounds._first_moment import first_moment, necessary_width
from slth_verify.bounds._hits import hit_probability, subset_sum_number_mean
from slth_verify.bounds._moments import crude_lower, sharp_lower
from slth_verify.bounds._mrss import mrss_success, mrss_width
from slth_verify.bounds._network_inputs import NetworkQuestion, network_question
from slth_verify.bounds._network_result import LayerWidth, NetworkResult
from slth_verify.bounds._network_width import network_width
from slth_verify.bounds._result import BoundResult, Direction, Kind, Step
from slth_verify.bounds._rss import reserve_failure, rss_width
from slth_verify.bounds._weighted_moment import WeightedCertificate

__all__ = [
    "BoundResult",
    "Covering",
    "Direction",
    "Kind",
    "LayerWidth",
    "NetworkQuestion",
    "NetworkResult",
    "Step",
    "WeightedCertificate",
    "covers",
    "crude_lower",
    "first_moment",
    "hit_probability",
    "mrss_success",
    "mrss_width",
    "necessary_width",
    "network_question",
    "network_width",
    "reserve_failure",
    "rss_width",
    "sharp_lower",
    "subset_sum_number_mean",
]
