"""What a suite came to: its records, and the tests that failed without one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from slth_verify.suite.outcomes import CONTRADICTED, OPEN, passes, worst_of
from slth_verify.verdict import Verdict

#: What a test came to.
TEST_OUTCOMES = ("passed", "failed", "skipped", "xfailed", "xpassed", "error")
#: What of it is a failure. A test that was skipped, or failed as was expected, shows
#: nothing and is none.
FAILED = ("failed", "error")
#: What of it is a pass, and has no reason.
PASSED = ("passed", "xpassed")

Test = Mapping[str, Any]
Record = Mapping[str, Any]


def verdict_records(tests: Iterable[Test]) -> Iterator[tuple[Test, Record]]:
    """Test and record of every recorded verdict."""
    for test in tests:
        for record in test["records"]:
            if record["kind"] == "verdict":
                yield test, record


def recorded(tests: Iterable[Test]) -> list[str]:
    """The outcomes of all recorded claims."""
    return [record["verdict"] for _, record in verdict_records(tests)]


def count_tests(tests: Iterable[Test]) -> dict[str, int]:
    """How many tests came to what, zeros included."""
    found = [test["outcome"] for test in tests]
    return {name: found.count(name) for name in TEST_OUTCOMES}


def loose_ends(tests: Iterable[Test]) -> Iterator[tuple[Test, str, str]]:
    """What keeps a suite from being proved, and is no recorded verdict.

    Yields:
        The test, what is the matter in one word, and why. A test that failed, unless a
        contradiction that it recorded says so already; and a ratio above 1 in a test
        that passed and calls nothing contradicted or open.
    """
    for test in tests:
        found = set(recorded([test]))
        if test["outcome"] in FAILED:
            if not found & set(CONTRADICTED):
                yield test, test["outcome"], test["reason"] or "no reason was given"
        elif test["outcome"] in PASSED and not found & {*CONTRADICTED, *OPEN}:
            for record in test["records"]:
                if record["kind"] == "ratio" and Decimal(record["ratio"]) > 1:
                    told = f"{record['ratio']} of what is allowed, and no verdict on it"
                    yield test, "unjudged", f"{record['claim']}: {told}"


def verdict_of(tests: Iterable[Test]) -> str:
    """The worst of all recorded claims; at most INCONCLUSIVE if an end is loose."""
    tests = list(tests)
    loose = [Verdict.INCONCLUSIVE.name for _ in loose_ends(tests)]
    return worst_of([*recorded(tests), *loose])


def suite_passes(tests: Iterable[Test], *, allow_inconclusive: bool = False) -> bool:
    """Whether nothing is contradicted, open or failed; open claims may be allowed."""
    tests = list(tests)
    fine = passes(recorded(tests), allow_inconclusive=allow_inconclusive)
    return fine and not any(True for _ in loose_ends(tests))


def suite_exit_code(document: Mapping[str, Any]) -> int:
    """Exit status for the document of a suite: 0, 1 or 3.

    Open claims, or none at all, are 0 where the run allowed them, else 3. A test that
    failed is no open claim, and 3 whatever was allowed.
    """
    if document["verdict"] in CONTRADICTED:
        return 1
    tests = document["tests"]
    allowed = document["options"].get("allow_inconclusive") is True
    fine = passes([document["verdict"]], allow_inconclusive=allowed)
    return 0 if fine and suite_passes(tests, allow_inconclusive=allowed) else 3


def seed_of(seed: int | str, identifier: str) -> int:
    """The seed of one test, from that of the run and the test's id.

    The id as documents show it, without unpaired surrogates, has the same seed.
    """
    text = f"{seed}:{identifier}".encode(errors="backslashreplace")
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")
