"""Claims exclude each other exactly where one says more than the other admits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify import claims
from slth_verify.claims import Claim, enough, exclusions, needed

_SMALL = st.integers(1, 3)
_SHARES = st.sampled_from([Fraction(n, 4) for n in range(5)])
CLAIMS = st.builds(
    Claim,
    about=st.sampled_from(["a", "b"]),
    dimension=_SMALL,
    accuracy=_SMALL.map(Fraction),
    norm=_SMALL.map(Fraction),
    samples=st.integers(0, 3),
    probability=_SHARES,
    at_least=st.booleans(),
    strict=st.booleans(),
)


def _exclude(above: Claim, below: Claim) -> bool:
    """The same in words: what is as hard, with no more samples, is likelier."""
    return (
        (below.at_least, above.at_least) == (True, False)
        and above.about == below.about
        and above.dimension <= below.dimension
        and above.accuracy >= below.accuracy
        and above.norm <= below.norm
        and above.samples >= below.samples
        and (
            above.probability < below.probability
            or (above.strict and above.probability == below.probability)
        )
    )


def _must_find_all(made: Sequence[Claim]) -> None:
    pairs, wrong = exclusions(made)
    against = {
        a: [b for b, below in enumerate(made) if _exclude(above, below)]
        for a, above in enumerate(made)
    }
    expected = [(a, bs[0], len(bs) - 1) for a, bs in against.items() if bs]
    assert list(map(tuple, pairs)) == expected
    assert wrong == {n for a, bs in against.items() if bs for n in (a, *bs)}


@given(st.lists(CLAIMS, max_size=12))
def test_all_that_exclude_each_other_are_found(made: list[Claim]) -> None:
    _must_find_all(made)


@given(st.lists(CLAIMS, max_size=12))
def test_what_is_true_excludes_nothing(made: list[Claim]) -> None:
    def likely(claim: Claim) -> Fraction:
        hard = claim.dimension + claim.norm - claim.accuracy
        return max(Fraction(0), 1 - max(Fraction(0), hard) / 6 / (1 + claim.samples))

    def true(claim: Claim) -> bool:
        if claim.at_least:
            return likely(claim) >= claim.probability
        if claim.strict:
            return likely(claim) < claim.probability
        return likely(claim) <= claim.probability

    assert exclusions([claim for claim in made if true(claim)]) == ([], frozenset())


def test_widths_that_meet_exclude_nothing() -> None:
    half, eps = Fraction(1, 2), Fraction(1, 10)
    assert exclusions([enough(7, half, eps), needed(7, half, eps)])[0] == []
    assert exclusions([enough(6, half, eps), needed(7, half, eps)])[0] == [(1, 0, 0)]


@pytest.mark.parametrize(
    "lie",
    [
        {"accuracy": Fraction(1)},
        {"norm": Fraction(1)},
        {"dimension": 1},
        {"strict": False},
        {"about": "a"},
    ],
)
def test_a_comparison_that_forgets_something_is_noticed(
    lie: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    true = claims.exclusions

    def lying(made: Sequence[Claim]) -> object:
        return true([replace(claim, **lie) for claim in made])  # type: ignore[arg-type]

    monkeypatch.setitem(globals(), "exclusions", lying)
    base = Claim("a", 2, Fraction(2), Fraction(2), 1, Fraction(1, 2), at_least=True)
    above = replace(base, at_least=False, strict=True)
    harder: list[dict[str, object]] = [
        {"accuracy": Fraction(1)},
        {"norm": Fraction(3)},
        {"dimension": 3},
        {},
        {"about": "b"},
    ]
    pairs = [
        [base, replace(above, **change)]  # type: ignore[arg-type]
        for change in harder
    ]
    with pytest.raises(AssertionError):
        list(map(_must_find_all, pairs))
