"""What members of a suite's document say against one another."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_CEILING,
    ROUND_FLOOR,
    Context,
    Decimal,
    Overflow,
)
from typing import Any

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown
from slth_verify.suite.counterexample import Counterexample
from slth_verify.suite.judging import PASSED, seed_of
from slth_verify.suite.outcomes import CONTRADICTED

Document = Mapping[str, Any]

#: Significant digits of a recorded number.
DIGITS = 18
#: Characters of a recorded text; a counterexample's word has at least as many.
TEXT = 4_000

_OPTIONS: dict[str, Any] = {
    "seed": str,
    "precision_cap": int,
    "allow_inconclusive": bool,
    "statements": list,
}


def contradiction(document: Document) -> str:
    """What two members say against each other in a document of the right form, or "".

    No document that the plugin wrote has such members.
    """
    return next(_found(document), "")


def _found(document: Document) -> Iterator[str]:
    options, tests = document["options"], document["tests"]
    yield from _of_options(options)
    names = Counter(test["id"] for test in tests)
    if max(names.values(), default=1) > 1:
        yield f"two tests have the id {shown(names.most_common(1)[0][0])}"
    asked = options.get("statements")
    for test in tests:
        name = f"the test {shown(test['id'])}"
        yield from _of_test(name, test, options.get("seed"))
        if asked and test["statement"] not in (None, *asked):
            yield f"{name} is about a statement that the options leave out"
        for record in test["records"]:
            if record["kind"] == "ratio" and not _is_quotient(record):
                yield f"a ratio of {name} is not what was observed over what is allowed"
            if record["kind"] == "verdict" and not _is_replayed(record):
                yield f"a {record['verdict']} of {name} has not the replay of its own"


def _of_options(options: Document) -> Iterator[str]:
    for name, kind in _OPTIONS.items():
        value = options.get(name, kind())
        if type(value) is not kind:
            yield f"its option {name} is of another type"
    seed = options.get("seed", "0")
    if isinstance(seed, str) and not _is_whole(seed):
        yield "the seed of its options is no whole number"
    asked = options.get("statements", [])
    if isinstance(asked, list) and not all(isinstance(name, str) for name in asked):
        yield "a statement of its options is no text"


def _of_test(name: str, test: Document, seed: str | None) -> Iterator[str]:
    if not 0 <= test["seconds"] < math.inf:
        yield f"{name} took a time that is none"
    if test["outcome"] in PASSED and test["reason"]:
        yield f"{name} {test['outcome']}, and has a reason why it did not"
    if not _is_whole(test["seed"]):
        yield f"{name} has a seed that is no whole number"
    if seed is None:  # documents of other makers need not say it
        return
    if test["seed"] != str(seed_of(seed, test["id"])):
        yield f"{name} has not the seed that the options give it"


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _is_quotient(record: Document) -> bool:
    """Whether a ratio is what its two numbers allow, each rounded as it is recorded.

    What was observed and the ratio were rounded up, what is allowed down.
    """
    seen, most, ratio = (Decimal(record[x]) for x in ("observed", "allowed", "ratio"))
    if seen < 0 or most <= 0 or ratio < 0:
        return False
    if seen == 0:
        return ratio == 0
    up, down = _rounding(ROUND_CEILING), _rounding(ROUND_FLOOR)
    least = down.divide(down.next_minus(seen), up.next_plus(most))
    return least < ratio <= up.divide(seen, most)


def _rounding(rounding: str) -> Context:
    context = Context(DIGITS, rounding=rounding, Emin=MIN_EMIN, Emax=MAX_EMAX)
    context.traps[Overflow] = False
    return context


def _is_replayed(record: Document) -> bool:
    """Whether a contradiction has a word that says the same, and nothing else has one.

    A check has words of its own for what it claims, with its name in them.
    """
    word = record["replay"]
    if record["verdict"] not in CONTRADICTED or word is None:
        return word is None and record["verdict"] not in CONTRADICTED
    try:
        found = Counterexample.from_word(word)
    except InvalidParameterError:
        return False
    about = found.statement in ("", record["statement"])
    claim = _same(found.claim, record["claim"]) or (
        found.check != "" and found.check in record["claim"]
    )
    return about and claim and _same(found.reason, record["reason"])


def _same(whole: str, text: str) -> bool:
    """Whether a text is the recorded form of another, which may be cut.

    Both are compared without the letters that only some versions of Unicode have.
    """
    wanted, found = _plain(whole[:TEXT]), _plain(text)
    return found == wanted if len(whole) < TEXT else found.startswith(wanted)


def _plain(text: str) -> str:
    return "".join(
        x if x.isascii() and x.isprintable() else ascii(x)[1:-1] for x in text
    )
