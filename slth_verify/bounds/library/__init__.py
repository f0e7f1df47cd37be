"""A library of certificates: widths that were searched before, proved when asked.

The file ``certificates.jsonl`` has parameters of certificates on a grid of questions.
Nothing in it is believed: a width is told only after its certificate has been evaluated
again in balls. Entries are also good starting points for questions between them.
"""

from slth_verify.bounds.library.answers import known_width

__all__ = ["known_width"]
