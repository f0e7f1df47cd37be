"""A pytest plugin: the profiles of this package with another number of examples.

``-p benchmarks.support.fewer_examples`` with the number in ``SLTH_EXAMPLES``.
"""

from __future__ import annotations

import os

from hypothesis import settings

from slth_verify.hypothesis_profiles import PROFILES

VARIABLE = "SLTH_EXAMPLES"

for _name in PROFILES if VARIABLE in os.environ else ():
    _usual = settings.get_profile(_name)
    settings.register_profile(_name, _usual, max_examples=int(os.environ[VARIABLE]))
