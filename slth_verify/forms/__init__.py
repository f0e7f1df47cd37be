"""Linear forms: how far two networks of one shape are apart, over a box of images."""

from slth_verify.forms.differences import Differences, box_of
from slth_verify.forms.intervals import Interval, Intervals
from slth_verify.forms.pairs import NetworkPair, StageEnds, StagePair

__all__ = [
    "Differences",
    "Interval",
    "Intervals",
    "NetworkPair",
    "StageEnds",
    "StagePair",
    "box_of",
]
