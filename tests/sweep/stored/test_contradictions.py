"""One result of an honest store is changed, and what cannot be true is named."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from handmade.stored_rows import row_of
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import UnusableFileError
from slth_verify.report.page.sweeps import render_sweep
from slth_verify.sweep import Row, contradictions, results
from slth_verify.sweep.contradictions import judge
from slth_verify.sweep.document import to_document


def test_honest_rows_are_believed(rows: list[Row]) -> None:
    assert {row.outcome for row in rows} == {"done"}
    assert judge(rows) == contradictions.Judged(tuple(rows), (), frozenset(), ())


# An oracle of its own: what each row says of success with n samples, as lines of a
# table, and two rows that no such table holds at once.


def _says(row: Row) -> list[tuple[Any, ...]]:
    """Who, dimension, eps, n, and the ends of the probability; None for none."""
    asked = row.inputs
    if row.kind == "success-bound":
        ends = (Fraction(row.result["lower"]), Fraction(row.result["upper"]))
        question = (asked["dimension"], Fraction(asked["eps"]), asked["samples"])
        return [("sums", *question, *ends, False)]
    if row.kind not in ("width", "bound"):
        return []
    of_net = row.kind == "bound"
    widths = row.result["widths"].split(",") if of_net else [row.result["width"]]
    found = []
    for layer, width in enumerate(map(int, widths)):
        who = (asked["channels"], layer) if of_net else "sums"
        hard = (0 if of_net else asked["dimension"], Fraction(asked["eps"]))
        half = Fraction(asked["probability"])
        if asked["side"] == "certified":
            found.append((who, *hard, width, half, None, False))
        else:
            found.append((who, *hard, width - 1, None, half, True))
    return found


def _exclude(one: Row, other: Row) -> bool:
    for who, dimension, eps, n, lower, _, _ in _says(one):
        for whose, smaller, coarser, more, _, upper, strict in _says(other):
            easier = smaller <= dimension and coarser >= eps and more >= n
            met = who == whose and easier and None not in (lower, upper)
            if met and (lower > upper or (strict and lower == upper)):
                return True
    return False


def _changed(rows: list[Row], data: st.DataObject) -> tuple[Row, list[Row]]:
    """One proved result is another one."""
    proved = [row for row in rows if row.kind in ("width", "bound", "success-bound")]
    row = data.draw(st.sampled_from(proved))
    if row.kind == "success-bound":
        name = data.draw(st.sampled_from(["lower", "upper"]))
        end = data.draw(st.integers(0, 1000))
        result: dict[str, Any] = {**row.result, name: str(end / 1000)}
    elif row.kind == "width":
        result = {"width": data.draw(st.integers(1, 2 * row.result["width"] + 9))}
    else:
        first, last = map(int, row.result["widths"].split(","))
        first = data.draw(st.integers(1, 2 * first + 9))
        result = {
            "widths": f"{first},{last}",
            "widest": max(first, last),
            "filters": 2 * first + 4 * last,
        }
    lie = replace(row, result=result)
    return lie, [lie if one is row else one for one in rows]


def _must_be_named(rows: list[Row], data: st.DataObject) -> None:
    lie, every = _changed(rows, data)
    wrong = {row.key for row in every if _exclude(row, row)}
    rest = [row for row in every if row.key not in wrong]
    pairs = [(a, b) for a in rest for b in rest if _exclude(a, b)]
    wrong |= {row.key for pair in pairs for row in pair}
    judged = judge(every)
    assert judged.keys == wrong
    assert bool(judged.contradictions) == bool(wrong)
    assert {row.key for row in judged.believed} == {row.key for row in every} - wrong
    for found in judged.contradictions:
        assert lie in found.rows
        assert all(row.key[:12] in found.reason for row in found.rows)


@given(data=st.data())
def test_a_changed_end_is_named_where_others_exclude_it(
    rows: list[Row], data: st.DataObject
) -> None:
    _must_be_named(rows, data)


@pytest.mark.parametrize(
    ("owner", "guard", "lie"),
    [
        (contradictions, "exclusions", lambda claims: ([], frozenset())),
        (contradictions, "claims", lambda kind, inputs, result: iter(())),
        (results, "_SIDES", {"certified": results.enough, "necessary": results.enough}),
        (results, "shape_of", lambda inputs: ([1] * 2, [id(inputs), 0, 0])),
    ],
)
def test_a_comparison_that_believes_is_noticed(
    owner: Any, guard: str, lie: Any, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, guard, lie)

    @given(data=st.data())
    def property_(data: st.DataObject) -> None:
        _must_be_named(rows, data)

    with pytest.raises((AssertionError, ExceptionGroup)):
        property_()


#: What a row of each kind cannot say, beside what the row of this store does say.
_ALONE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("width", {}, {"width": -1}),
    ("width", {"side": "certified"}, {"width": 0}),
    ("bound", {}, {"filters": 1}),
    ("bound", {}, {"widest": 1 << 40}),
    ("bound", {}, {"widths": "5"}),
    ("success-bound", {}, {"lower": "0.99", "upper": "0.5"}),
    ("success-bound", {}, {"lower": "-1"}),
    ("success-bound", {}, {"upper": "1.5"}),
    ("success", {}, {"hits": 10}),
    ("success", {}, {"hits": -1}),
    ("search", {"eps": "10"}, {"found": False}),
    ("search", {"eps": "10"}, {"residual": 11.0}),
    ("search", {}, {"residual": -1.0}),
    ("search", {}, {"size": 9}),
    ("prune", {"widths": "32"}, {"certified_error": 0.51}),
    ("prune", {"widths": "32"}, {"certified_error": None}),
    ("prune", {"widths": "32"}, {"certified_error": -0.1}),
    ("prune", {"widths": "32"}, {"found": False}),
    ("prune", {"widths": "32"}, {"kept": -1}),
    ("prune", {"widths": "32"}, {"used_widths": "31"}),
    ("prune", {"widths": "1"}, {"verdict": "VERIFIED"}),
]


@pytest.mark.parametrize(("kind", "inputs", "lie"), _ALONE)
def test_a_row_that_contradicts_itself_is_inconclusive(
    kind: str, inputs: dict[str, Any], lie: dict[str, Any], rows: list[Row]
) -> None:
    row = row_of(rows, kind, inputs)
    changed = replace(row, result=row.result | lie)
    assert judge([changed if one is row else one for one in rows]).keys == {row.key}
    document = to_document("x", [changed])
    assert document["contradictory"] == 1
    (found,) = document["contradictions"]
    assert found["verdict"] == "INCONCLUSIVE"
    assert found["rows"][0]["key"] == row.key
    assert "contradicts itself" in found["reason"]
    assert document["refuted"] == 0
    page = render_sweep(document)
    assert "INCONCLUSIVE</span> 1 row that cannot be believed" in page
    assert row.key in page


@pytest.mark.parametrize("name", ["width", "lower", "hits", "found", "widths"])
def test_a_result_that_lacks_something_is_named(name: str, rows: list[Row]) -> None:
    row = next(row for row in rows if name in row.result)
    less = {key: value for key, value in row.result.items() if key != name}
    changed = [replace(row, result=less)]
    (unfit,) = judge(changed).unfit
    assert unfit[0].key == row.key
    with pytest.raises(UnusableFileError, match=row.key[:12]):
        to_document("x", changed)


def test_an_error_that_was_rounded_up_is_within_its_eps(rows: list[Row]) -> None:
    row = row_of(rows, "prune", {"widths": "32"})
    near = {**row.result, "certified_error": 0.1}  # the float is above 1/10
    assert not judge(
        [replace(row, inputs={**row.inputs, "eps": "1/10"}, result=near)]
    ).keys
