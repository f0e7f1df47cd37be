"""Proving stored answers again, without the optimiser that found them.

A stored answer is data of unknown origin. Each step of its ledger is read into a frozen
certificate, the certificate is evaluated, and what that proves is a value of
``proved``; later steps and the answer may use nothing else. Values that no
step uses are refused. No search is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slth_verify.bounds.certificates import first_moment
from slth_verify.bounds.rechecking import mrss, network, one_dim
from slth_verify.bounds.rechecking.reader import Fields, NotConfirmedError, require
from slth_verify.text import printable
from slth_verify.verdict import Finding, Verdict

#: By kind and by what was asked: how to prove it, its direction and its evidence.
_PROVERS: dict[tuple[str, str], tuple[Callable[[Fields], str], str, str]] = {
    ("certified", "rss"): (one_dim.prove_enough, "upper", "exact"),
    ("necessary", "rss"): (one_dim.prove_needed, "lower", "exact"),
    ("certified", "mrss"): (mrss.prove_enough, "upper", "enclosed"),
    ("necessary", "mrss"): (mrss.prove_needed, "lower", "enclosed"),
    ("certified", "success"): (mrss.prove_between, "both", "enclosed"),
    ("certified", "network"): (network.prove_enough, "upper", "enclosed"),
    ("necessary", "network"): (network.prove_needed, "lower", "enclosed"),
}

_UNREAD = "this is no answer that can be proved again"


def recheck(document: Mapping[str, Any]) -> Finding:
    """Prove a stored answer of a ``bounds`` evaluator again, from its ledger alone.

    Args:
        document: What ``BoundResult.to_json()``, ``NetworkResult.to_json()`` or a
            ``bounds`` command with ``--json`` gave for one kind.

    Returns:
        VERIFIED if the derivation proves the answer again and the recorded numbers are
        those of its certificate; the claim then says what was proved. REFUTED if a
        width that is claimed to be enough certainly is not; VACUOUS for the paper's
        form, whose constant has no value; else INCONCLUSIVE, with the reason. Texts are
        not looked at.

    Rigor:
        Enclosed or exact, as the evaluator. Nothing in the document is believed but the
        parameters to try; a value that nothing uses makes the answer INCONCLUSIVE.

    Cost:
        That of one certificate: below 1 s at m = 9, some 10 s at m = 150. Sizes beyond
        those that take about half a minute are INCONCLUSIVE; a limit on time and memory
        is `slth_verify.processes.bounded.run_bounded`.

    Examples:
        >>> from slth_verify.bounds import rss_width
        >>> stored = rss_width("0.1", method="closed").to_json()
        >>> recheck(stored).verdict.name
        'VERIFIED'
        >>> recheck(stored | {"n": stored["n"] - 1}).verdict.name
        'INCONCLUSIVE'
    """
    try:
        fields = Fields("document", document)
        if fields.has("schema_version"):
            fields.integer("schema_version", 1, 1)
        if fields.has("command"):  # which printed it
            fields.exactly("command", "bounds")
        kind, topic = fields.text("kind"), _topic(fields)
        if kind in ("paper-form", "paper"):  # the second is its former name
            return Finding(
                "the paper's form", Verdict.VACUOUS, "its constant has no value"
            )
        require(topic != "graph", "it rests on its target's weights, which it lacks")
        require((kind, topic) in _PROVERS, "no answer of this kind is known")
        prove, direction, evidence = _PROVERS[kind, topic]
        fields.exactly("direction", direction)
        fields.exactly("evidence", evidence)
        proved = prove(fields)
    except NotConfirmedError as error:
        return _unconfirmed(document, str(error))
    except (ArithmeticError, ValueError, MemoryError) as error:
        # an evaluator that gave up has proved nothing
        reason = printable(str(error)) or type(error).__name__
        return Finding(_UNREAD, Verdict.INCONCLUSIVE, reason)
    return Finding(proved, Verdict.VERIFIED, "all steps of the ledger hold again")


def recheck_all(documents: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """What `recheck` says of each of several stored answers."""
    return [recheck(document) for document in documents]


def _topic(fields: Fields) -> str:
    """What was asked; the names of the inputs tell."""
    named = Fields("inputs", fields.peek("inputs"))
    if named.has("kernel"):
        return "network"
    if named.has("sha256"):
        return "graph"
    if named.has("half"):
        return "rss"
    return "mrss" if named.has("prob") else "success"


def _unconfirmed(document: Mapping[str, Any], reason: str) -> Finding:
    """INCONCLUSIVE, or REFUTED where the claim certainly fails."""
    try:
        fields = Fields("document", document)
        if (fields.text("kind"), _topic(fields)) != ("certified", "mrss"):
            return Finding(_UNREAD, Verdict.INCONCLUSIVE, reason)
        question = mrss.WidthQuestion.read(fields.fields("inputs"))
        n = fields.integer("n", 0, 10**9)
        claim = f"n={n} samples are enough for {question}"
        if mrss.is_refuted(question, n):
            shown = f"{first_moment.STATEMENT}: so few samples hit too rarely; {reason}"
            return Finding(claim, Verdict.REFUTED, shown)
    except (NotConfirmedError, ArithmeticError, ValueError, MemoryError):
        return Finding(_UNREAD, Verdict.INCONCLUSIVE, reason)
    return Finding(claim, Verdict.INCONCLUSIVE, reason)
