"""The project's own theorems; their proofs are in ``docs/theory``."""

from slth_verify.statements.derived.channels import CHANNEL_CERTIFICATE
from slth_verify.statements.derived.covering import NET, TWO_BLOCKS
from slth_verify.statements.derived.difference_forms import (
    DIFFERENCE_FORMS,
    LOCAL,
    TOP_1,
)
from slth_verify.statements.derived.drawn_weights import DRAWN_LAYER, DRAWN_WEIGHT
from slth_verify.statements.derived.graph_necessary import GRAPH_NECESSARY
from slth_verify.statements.derived.graph_slth import GRAPH_SLTH
from slth_verify.statements.derived.high_probability import HIGH_PROBABILITY
from slth_verify.statements.derived.joint_forms import JOINT_FLOORS, JOINT_FORMS
from slth_verify.statements.derived.layer_necessary import LAYER_NECESSARY
from slth_verify.statements.derived.layers import (
    A_POSTERIORI,
    ACCUMULATION,
    LAYER_ERROR,
)
from slth_verify.statements.derived.moments import (
    CRUDE_MOMENT,
    FIRST_MOMENT,
    SHARP_MOMENT,
)
from slth_verify.statements.derived.multiset_borell import MULTISET_BORELL
from slth_verify.statements.derived.nsn_law import NSN_LAW, WORST_TARGET
from slth_verify.statements.derived.rss import RSS_CONSTANT, RSS_COUNTING, RSS_EXPLICIT
from slth_verify.statements.derived.rss_whole import RSS_MISSED, RSS_WHOLE
from slth_verify.statements.derived.stage_necessary import (
    CUT_STAGE,
    STAGE_NECESSARY,
)
from slth_verify.statements.derived.structured_slth import STRUCTURED_SLTH
from slth_verify.statements.derived.weighted_moment import WEIGHTED_MOMENT

STATEMENTS = (
    RSS_EXPLICIT,
    RSS_CONSTANT,
    RSS_COUNTING,
    RSS_WHOLE,
    RSS_MISSED,
    NSN_LAW,
    WORST_TARGET,
    CRUDE_MOMENT,
    SHARP_MOMENT,
    WEIGHTED_MOMENT,
    FIRST_MOMENT,
    NET,
    TWO_BLOCKS,
    LAYER_ERROR,
    ACCUMULATION,
    STRUCTURED_SLTH,
    LAYER_NECESSARY,
    GRAPH_SLTH,
    GRAPH_NECESSARY,
    CUT_STAGE,
    STAGE_NECESSARY,
    MULTISET_BORELL,
    HIGH_PROBABILITY,
    A_POSTERIORI,
    CHANNEL_CERTIFICATE,
    DIFFERENCE_FORMS,
    LOCAL,
    TOP_1,
    JOINT_FORMS,
    JOINT_FLOORS,
    DRAWN_WEIGHT,
    DRAWN_LAYER,
)

__all__ = ["STATEMENTS"]
