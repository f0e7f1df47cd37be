"""Two networks side by side: how far apart, and whether they classify alike.

A ticket's pruned random network and its target, or two copies of one architecture.
"""

from slth_verify.comparison.answers import attack, compare
from slth_verify.comparison.attack import AttackResult, attacked
from slth_verify.comparison.certifying import certify, certify_pair
from slth_verify.comparison.classes import Scores
from slth_verify.comparison.images import read_images
from slth_verify.comparison.local import LocalResult, certified_near
from slth_verify.comparison.results import CompareResult, LocalReport, NodeGap

__all__ = [
    "AttackResult",
    "CompareResult",
    "LocalReport",
    "LocalResult",
    "NodeGap",
    "Scores",
    "attack",
    "attacked",
    "certified_near",
    "certify",
    "certify_pair",
    "compare",
    "read_images",
]
