"""The data of all statements: the paper's in its order, then ours, then others'."""

from slth_verify.statements import derived, paper, related

COLLECTED = (*paper.STATEMENTS, *derived.STATEMENTS, *related.STATEMENTS)
