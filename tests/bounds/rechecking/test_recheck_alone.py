"""Proving answers again needs no search: neither its modules nor its libraries."""

import json
import subprocess
import sys

from slth_verify.bounds import mrss_width, rss_width

#: Modules that look for parameters, or for a width.
SEARCHES = (
    "_all_targets",
    "_blocks",
    "_cache",
    "_failure_budget",
    "_fixed_target",
    "_mrss",
    "_necessary_width",
    "_net",
    "_network_width",
    "_rss",
    "sides_of_blocks",
    "_two_stage_float",
    "_two_stage_search",
    "sides_of_stages",
    "_two_stage_width",
    "_weighted_float",
    "_weighted_search",
)

PROGRAM = """
import importlib.abc, json, sys

class Without(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("scipy", "sympy", "torch"):
            raise ImportError(f"{name} is not there")

sys.meta_path.insert(0, Without())
from slth_verify.bounds import recheck
verdicts = [recheck(x).verdict.name for x in json.load(sys.stdin)]
loaded = [name.rpartition(".")[2] for name in sys.modules if "slth_verify" in name]
print(json.dumps({"verdicts": verdicts, "loaded": loaded}))
"""


def test_no_search_is_loaded() -> None:
    answers = [
        mrss_width(1, "1/10").to_json(),
        mrss_width(1, "1/10", kind="necessary").to_json(),
        rss_width("1/10", method="closed").to_json(),
    ]
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(answers),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    seen = json.loads(ended.stdout)
    assert seen["verdicts"] == ["VERIFIED"] * 3
    assert not set(SEARCHES) & set(seen["loaded"])
    assert not [name for name in seen["loaded"] if "search" in name or "float" in name]
