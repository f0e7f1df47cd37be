"""What one test records: verdicts, bounds, and how near a bound was to be broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeVar
from weakref import WeakSet

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown
from slth_verify.suite.attacks import require_statement
from slth_verify.suite.counterexample import Counterexample
from slth_verify.suite.outcomes import CONTRADICTED, outcome_of
from slth_verify.suite.wording import (
    claim_of,
    member_of,
    number_of,
    reason_of_result,
    recorded_text,
    rounded_decimal,
)
from slth_verify.verdict import Direction, Evidence

_Found = TypeVar("_Found")
_Record = dict[str, Any]


class Recorder:
    """Collects what a test found out; the fixture ``slth`` is one.

    Attributes:
        precision_cap: Bits at which an undecided comparison is given up.
        statement: Id of the statement that the test is about, or None.
        records: What was recorded, as plain data, in order.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        precision_cap: int = 4096,
        statement: str | None = None,
    ) -> None:
        self._seed = seed
        self.precision_cap = precision_cap
        self.statement = statement
        self.records: list[_Record] = []
        self._taken: list[Any] = []
        self._raised: WeakSet[BaseException] = WeakSet()  # with all their frames

    @property
    def seed(self) -> int:
        """The test's own seed; draws of another one could not be drawn again."""
        return self._seed

    def verdict(
        self,
        found: _Found,
        *,
        claim: str | None = None,
        statement: str | None = None,
        reason: str | None = None,
    ) -> _Found:
        """Record what a claim came to, and return ``found`` itself.

        Args:
            found: A `Verdict`, a `Statistical`, or an object with such a ``verdict``:
                a `Finding`, the result of `check`. Where it has a proved error and the
                error that was admitted, their ratio is recorded as well.
            claim: What is claimed; default: what ``found`` says of itself.
            statement: Id of the statement; default: the test's own.
            reason: Why; default: what ``found`` says of itself.

        Raises:
            InvalidParameterError: If ``found`` has no verdict, or the statement is
                unknown.
        """
        outcome = outcome_of(found)
        said = getattr(found, "claim", None) or claim_of(found)
        why = reason_of_result(found, outcome) if reason is None else reason
        self._add_verdict(claim or said, outcome, why, statement)
        if hasattr(found, "counterexample"):
            self._is_taken(found)
        error = getattr(found, "error_upper_bound", None)
        eps = getattr(found, "eps", None)
        if isinstance(error, Fraction) and isinstance(eps, Fraction) and eps > 0:
            self._add_ratio("certified error / eps", error, eps, statement)
        return found

    def bound(
        self,
        name: str,
        value: Any,
        *,
        direction: Direction | str = Direction.UPPER,
        evidence: Evidence | str = Evidence.EXACT,
        statement: str | None = None,
    ) -> None:
        """Record a number that bounds something.

        Args:
            name: What is bounded.
            value: The number, in any exact form; a float means its shortest decimal.
            direction: The side that is guaranteed.
            evidence: How it is known.
            statement: Id of the statement; default: the test's own.

        Raises:
            InvalidParameterError: If a value is none that is known.
        """
        number = number_of(value, "value")
        side = member_of(Direction, direction, "direction")
        self.records.append(
            {
                "kind": "bound",
                "name": recorded_text(name),
                "value": rounded_decimal(number, up=side is not Direction.LOWER),
                "direction": side.value,
                "evidence": member_of(Evidence, evidence, "evidence").value,
                "statement": self._about(statement),
            }
        )

    def ratio(
        self,
        observed: Any,
        allowed: Any,
        *,
        claim: str,
        statement: str | None = None,
    ) -> None:
        """Record how much of what a claim allows was seen; only the worst is kept.

        More than is allowed refutes the claim; so give the rounding of what was
        observed its room in ``allowed``. What is no number, or nothing that is allowed,
        is INCONCLUSIVE.

        Args:
            observed: What was seen, not negative.
            allowed: What the claim allows, positive.
            claim: What is claimed.
            statement: Id of the statement; default: the test's own.

        Raises:
            InvalidParameterError: If the statement is unknown.
        """
        try:
            seen, most = number_of(observed, "observed"), number_of(allowed, "allowed")
        except InvalidParameterError as error:
            self._add_verdict(claim, "INCONCLUSIVE", str(error), statement)
            return
        if most <= 0 or seen < 0:
            told = f"observed={shown(observed)}, allowed={shown(allowed)}: no ratio"
            self._add_verdict(claim, "INCONCLUSIVE", told, statement)
            return
        self._add_ratio(claim, seen, most, statement)
        if seen > most:
            told = f"observed {rounded_decimal(seen)} > allowed {rounded_decimal(most)}"
            self._add_verdict(claim, "REFUTED", told, statement)

    def conformance(self, result: _Found) -> _Found:
        """Record each check of a `slth_verify.conformance.run_conformance` once."""
        checks: Sequence[Any] = result.checks  # type: ignore[attr-defined]
        for item in checks:
            if self._is_taken(item):
                continue
            shown_by = item.counterexample
            self._add_verdict(
                item.claim,
                item.verdict.name,
                item.reason,
                item.statement,
                None if shown_by is None else shown_by.word,
            )
            self.worst(item.ratios, statement=item.statement)
        return result

    def worst(
        self, ratios: Mapping[str, Fraction], *, statement: str | None = None
    ) -> None:
        """Record ratios that a check has judged already, by what they compare.

        One above 1 keeps the suite from VERIFIED: record what the check found as well.
        """
        for name, ratio in ratios.items():
            self._add_ratio(name, ratio, Fraction(1), statement)

    def contradiction(self, failure: Any) -> None:
        """Record what a `slth_verify.conformance.ConformanceFailure` says, once.

        One of several checks says what they say, so that each can be tried again.
        """
        if failure.checks:
            self.conformance(failure)
            return
        if self._is_taken(failure):
            return
        found: Counterexample = failure.counterexample
        self._add_verdict(
            found.claim,
            outcome_of(failure),
            found.reason,
            found.statement or None,
            found.word,
        )

    def _is_taken(self, found: Any) -> bool:
        """Whether this very object was recorded; from now on it is."""
        if isinstance(found, BaseException):
            before = found in self._raised
            self._raised.add(found)
        else:
            before = any(found is item for item in self._taken)
            self._taken.append(found)
        return before

    def _about(self, statement: str | None) -> str | None:
        if statement is None:
            return self.statement
        require_statement(statement)
        return statement

    def _add_verdict(
        self,
        claim: str,
        outcome: str,
        reason: str,
        statement: str | None,
        replay: str | None = None,
    ) -> None:
        about = self._about(statement)
        if replay is None and outcome in CONTRADICTED:
            replay = Counterexample(claim, reason, statement=about or "").word
        self.records.append(
            {
                "kind": "verdict",
                "claim": recorded_text(claim),
                "verdict": outcome,
                "reason": recorded_text(reason),
                "statement": about,
                "replay": replay,
            }
        )

    def _add_ratio(
        self, claim: str, seen: Fraction, most: Fraction, statement: str | None
    ) -> None:
        record: _Record = {
            "kind": "ratio",
            "claim": recorded_text(claim),
            "observed": rounded_decimal(seen),
            "allowed": rounded_decimal(most, up=False),
            "ratio": rounded_decimal(seen / most),
            "statement": self._about(statement),
        }
        for number, old in enumerate(self.records):
            same = all(old.get(key) == record[key] for key in ("kind", "claim"))
            if same and old["statement"] == record["statement"]:
                if Fraction(old["ratio"]) < Fraction(record["ratio"]):
                    self.records[number] = record
                return
        self.records.append(record)
