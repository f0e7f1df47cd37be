"""Proving a stored answer again, without the optimiser that found it.

The JSON document of a ``bounds`` command has all parameters of its certificate. They
are read, the certificate is built again and evaluated in balls, and every number of the
document must follow and be the one recorded. No search is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slth_verify.bounds import (
    _first_moment,
    _recheck_mrss,
    _recheck_network,
    _recheck_rss,
)
from slth_verify.bounds._ledger_reader import (
    NotConfirmedError,
    Record,
    as_record,
    require,
)
from slth_verify.errors import InvalidParameterError
from slth_verify.verdict import Finding, Verdict

_Confirm = Callable[[Record], None]

#: By kind and by what was asked: how to confirm it, its direction and its evidence.
_CONFIRMS: dict[tuple[str, str], tuple[_Confirm, str, str]] = {
    ("certified", "rss"): (_recheck_rss.confirm_enough, "upper", "exact"),
    ("necessary", "rss"): (_recheck_rss.confirm_needed, "lower", "exact"),
    ("certified", "mrss"): (_recheck_mrss.confirm_enough, "upper", "enclosed"),
    ("necessary", "mrss"): (_recheck_mrss.confirm_needed, "lower", "enclosed"),
    ("certified", "success"): (_recheck_mrss.confirm_between, "both", "enclosed"),
    ("certified", "network"): (_recheck_network.confirm_enough, "upper", "enclosed"),
    ("necessary", "network"): (_recheck_network.confirm_needed, "lower", "enclosed"),
}


def recheck(document: Mapping[str, Any]) -> Finding:
    """Check a stored answer of a ``bounds`` evaluator again, from its ledger alone.

    Args:
        document: What ``BoundResult.to_json()``, ``NetworkResult.to_json()`` or a
            ``bounds`` command with ``--json`` gave for one kind.

    Returns:
        VERIFIED if the derivation proves the answer again and the recorded numbers are
        those of its certificate; REFUTED if a width that is claimed to be enough
        certainly is not; VACUOUS for the paper's form, whose constant has no value;
        else INCONCLUSIVE, with the reason. Texts are not looked at.

    Rigor:
        Enclosed or exact, as the evaluator. The document is read as data of unknown
        origin: nothing in it is believed but the parameters to try.

    Cost:
        That of one certificate: below 1 s at m = 9, some 10 s at m = 150.

    Examples:
        >>> from slth_verify.bounds import rss_width
        >>> stored = rss_width("0.1", method="closed").to_json()
        >>> recheck(stored).verdict.name
        'VERIFIED'
        >>> recheck(stored | {"n": stored["n"] - 1}).verdict.name
        'INCONCLUSIVE'
    """
    claim = "this is no answer that can be checked again"
    try:
        record = as_record(document, "document")
        kind, topic = record.text("kind"), _topic(record)
        claim = _claim(record, kind)
        if kind == "paper":
            return Finding(claim, Verdict.VACUOUS, "the paper's constant has no value")
        require((kind, topic) in _CONFIRMS, f"kind={kind!r} is not known for {topic}")
        confirm, direction, evidence = _CONFIRMS[kind, topic]
        require(record.text("direction") == direction, "the direction is another one")
        require(record.text("evidence") == evidence, "the evidence is another one")
        confirm(record)
    except NotConfirmedError as error:
        return _unconfirmed(claim, document, str(error))
    except (ArithmeticError, InvalidParameterError) as error:
        return Finding(claim, Verdict.INCONCLUSIVE, str(error))
    return Finding(claim, Verdict.VERIFIED, "all steps of the ledger hold again")


def _topic(record: Record) -> str:
    """What was asked; the names of the inputs tell."""
    inputs = record.record("inputs")
    if inputs.has("kernel"):
        return "network"
    if inputs.has("half"):
        return "rss"
    return "mrss" if inputs.has("prob") else "success"


def _claim(record: Record, kind: str) -> str:
    inputs = record.record("inputs").values
    asked = ", ".join(f"{name}={value}" for name, value in inputs.items())
    found = f": n={record.values['n']}" if record.has("n") else ""
    return f"{kind} {record.text('statement')} for {asked}{found}"


def _unconfirmed(claim: str, document: Mapping[str, Any], reason: str) -> Finding:
    """INCONCLUSIVE, or REFUTED where the claim certainly fails."""
    try:
        record = as_record(document, "document")
        enough = (record.text("kind"), _topic(record)) == ("certified", "mrss")
        if enough and _recheck_mrss.is_refuted(record):
            shown = (
                f"{_first_moment.STATEMENT}: so few samples hit too rarely; {reason}"
            )
            return Finding(claim, Verdict.REFUTED, shown)
    except (NotConfirmedError, ArithmeticError, InvalidParameterError):
        return Finding(claim, Verdict.INCONCLUSIVE, reason)
    return Finding(claim, Verdict.INCONCLUSIVE, reason)
