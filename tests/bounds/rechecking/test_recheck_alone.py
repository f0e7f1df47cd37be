"""Proving answers again needs no search: neither its modules nor its libraries."""

import json
import subprocess
import sys

from slth_verify.bounds import mrss_width, rss_width

#: Rooms that look for parameters, or for a width, and what they remember.
SEARCHES = ("slth_verify.bounds.searches", "slth_verify.bounds.library")

PROGRAM = """
import importlib.abc, json, sys

class Without(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("scipy", "sympy", "torch"):
            raise ImportError(f"{name} is not there")

sys.meta_path.insert(0, Without())
from slth_verify.bounds import recheck
verdicts = [recheck(x).verdict.name for x in json.load(sys.stdin)]
loaded = [name for name in sys.modules if name.startswith("slth_verify")]
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
    assert "slth_verify.bounds.rechecking" in seen["loaded"]
    assert not [name for name in seen["loaded"] if name.startswith(SEARCHES)]
