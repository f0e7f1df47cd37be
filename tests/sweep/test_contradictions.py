"""One result of an honest store is changed, and what cannot be true is named."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.cli import run as command
from slth_verify.errors import UnusableFileError
from slth_verify.report.page.sweeps import render_sweep
from slth_verify.sweep import Row, Store, contradictions, load_plan, results, run_sweep
from slth_verify.sweep.contradictions import judge
from slth_verify.sweep.document import to_document

_SIMULATED = """
[[runs]]
kind = "success"
dimension = 1
samples = 3
eps = "1/4"
trials = 9
seed = 0
"""
_PLAN = (
    _SIMULATED
    + """
[[runs]]
kind = "width"
dimension = [1, 4]
eps = ["1/4", "1/10"]
side = ["certified", "necessary"]

[[runs]]
kind = "bound"
kernel = 1
channels = "1,2,1"
depth = 2
eps = ["1/4", "1/10"]
probability = "1/2"
side = ["certified", "necessary"]
time_limit = 500

[[runs]]
kind = "success-bound"
dimension = 1
samples = [3, 30]
eps = "1/4"

[[runs]]
kind = "search"
dimension = 2
samples = 8
eps = ["1e-30", "10"]
seed = 0

[[runs]]
kind = "prune"
kernel = 1
channels = 1
depth = 1
image = 2
eps = "1/2"
seed = 1
widths = [1, 32]
"""
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan, and the store of its sweep."""
    made = tmp_path_factory.mktemp("honest")
    (made / "plan.toml").write_text(_PLAN)
    run_sweep(load_plan(made / "plan.toml"), made / "plan.sqlite", workers=1)
    connection = sqlite3.connect(made / "plan.sqlite")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    return made


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[Row]:
    """All its rows."""
    with Store(folder / "plan.sqlite") as store:
        return list(store.rows())


@pytest.fixture
def edited(folder: Path, tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A copy of plan and store, after a statement of SQL."""

    def edit(statement: str) -> Path:
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        connection = sqlite3.connect(tmp_path / "plan.sqlite")
        assert connection.execute(statement).rowcount == 1
        connection.commit()
        connection.close()
        return tmp_path / "plan.sqlite"

    return edit


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
    ("prune", {"widths": "32"}, {"verdict": "REFUTED"}),
    ("prune", {"widths": "32"}, {"found": False}),
    ("prune", {"widths": "32"}, {"kept": -1}),
    ("prune", {"widths": "32"}, {"used_widths": "31"}),
    ("prune", {"widths": "1"}, {"verdict": "VERIFIED"}),
]


def _of(rows: list[Row], kind: str, inputs: dict[str, Any]) -> Row:
    return next(
        row for row in rows if row.kind == kind and inputs.items() <= row.inputs.items()
    )


@pytest.mark.parametrize(("kind", "inputs", "lie"), _ALONE)
def test_a_row_that_contradicts_itself_is_inconclusive(
    kind: str, inputs: dict[str, Any], lie: dict[str, Any], rows: list[Row]
) -> None:
    row = _of(rows, kind, inputs)
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
    row = _of(rows, "prune", {"widths": "32"})
    near = {**row.result, "certified_error": 0.1}  # the float is above 1/10
    assert not judge(
        [replace(row, inputs={**row.inputs, "eps": "1/10"}, result=near)]
    ).keys


@pytest.mark.parametrize(
    "damage",
    [
        """inputs = replace(inputs, '"1/4"', '"1/5"')""",
        """inputs = replace(inputs, '"dimension": 1', '"dimension": 2')""",
        "kind = 'bound'",
        """versions = replace(versions, '"numpy": "', '"numpy": "9')""",
        "limits = '[1.0, null]'",
        "limits = '[null]'",
        "limits = 'none'",
        "key = upper(key)",
        "seconds = -1.0",
    ],
)
def test_a_question_that_was_changed_is_damage(
    damage: str, edited: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    which = "kind = 'success' AND inputs LIKE '%\"1/4\"%'"
    store = edited(f"UPDATE runs SET {damage} WHERE {which}")
    with Store(store) as there, pytest.raises(UnusableFileError, match="row key="):
        list(there.rows())
    page = str(store.with_suffix(".html"))
    plan = str(store.with_suffix(".toml"))
    for words in (
        ["sweep", plan],
        ["sweep", plan, "--dry-run"],
        ["sweep", "report", str(store), "--output", page],
        ["sweep", "export", str(store), "--output", page + ".csv"],
    ):
        assert command(words) == 2
        assert "is damaged" in capsys.readouterr().err


def test_a_limit_that_was_taken_away_is_damage(edited: Callable[[str], Path]) -> None:
    store = edited(
        "UPDATE runs SET limits = NULL WHERE kind = 'bound' AND inputs LIKE "
        "'%1/10%certified%'"
    )
    with Store(store) as there, pytest.raises(UnusableFileError, match="row key="):
        list(there.rows())


def test_rows_of_other_versions_have_keys_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, rows: list[Row]
) -> None:
    other = {"slth-verify": "0.0.9", "numpy": "1"}
    monkeypatch.setattr("slth_verify.sweep.store.versions", lambda solver: other)
    written = "slth_verify.sweep.run._written_versions"
    monkeypatch.setattr(written, lambda solver: json.dumps(other))
    (tmp_path / "plan.toml").write_text(_PLAN)
    with Store(tmp_path / "s.sqlite", create=True) as store:
        for run in load_plan(tmp_path / "plan.toml").runs:
            (row,) = (one for one in rows if one.inputs == run.named())
            store.put(replace(row, key=run.key, versions=other))
        assert {row.versions["numpy"] for row in store.rows()} == {"1"}


def test_a_store_of_before_limits_were_kept_is_read_and_gone_on_with(
    edited: Callable[[str], Path], tmp_path: Path
) -> None:
    store = edited("DELETE FROM runs WHERE kind = 'success'")
    connection = sqlite3.connect(store)
    connection.execute("DELETE FROM runs WHERE kind = 'bound'")  # they have a limit
    connection.execute("ALTER TABLE runs DROP COLUMN limits")
    connection.commit()
    connection.close()
    with Store(store) as there:
        before = list(there.rows())
    assert len(before) == 14
    plan = tmp_path / "plan.toml"
    plan.write_text(_SIMULATED)
    assert run_sweep(load_plan(plan), store, workers=1).ran == 1
    with Store(store) as there:
        assert len(list(there.rows())) == 15


def test_exit_code_and_page_agree_on_what_is_refuted(
    edited: Callable[[str], Path],
) -> None:
    told = '{"used_widths":"32","found":true,"verdict":"REFUTED",'
    store = edited(
        f"""UPDATE runs SET result = '{told}"certified_error":0.9,"kept":1}}'
        WHERE kind = 'prune' AND inputs LIKE '%"widths": "32"%'"""
    )
    page = store.with_suffix(".html")
    with Store(store) as there:
        assert len(there.refuted()) == to_document("x", there.rows())["refuted"] == 1
    assert command(["sweep", str(store.with_suffix(".toml"))]) == 1
    assert command(["sweep", "report", str(store), "--output", str(page)]) == 1
    assert "1 ticket with a claim that is false" in page.read_text()


def test_contradicting_rows_are_exit_code_3_and_named(
    edited: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    store = edited(
        """UPDATE runs SET result = '{"width": 777}' WHERE kind = 'width' AND
        inputs LIKE '%necessary%' AND inputs LIKE '%"dimension": 4, "eps": "1/10"%'"""
    )
    page, plan = store.with_suffix(".html"), store.with_suffix(".toml")
    assert command(["sweep", str(plan)]) == 3
    said = capsys.readouterr().out
    assert "19 done; 0 ran now, 19 read from the store and not proved again" in said
    assert "INCONCLUSIVE: 2 rows of the store cannot be believed" in said
    assert "with width=777" in said
    assert command(["sweep", str(plan), "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert (answer["read"], answer["contradictory"]) == (19, 2)
    assert len(answer["contradictions"]) == 1
    assert command(["sweep", "report", str(store), "--output", str(page)]) == 3
    assert "exclude each other" in capsys.readouterr().err
    text = page.read_text()
    assert "INCONCLUSIVE</span> 2 rows that cannot be believed" in text
    assert "<td>777</td>" not in text  # among widths
    plan.write_text(_SIMULATED)
    assert command(["sweep", str(plan)]) == 0  # not about rows of this plan


def test_no_page_says_proved_of_what_was_only_read(rows: list[Row]) -> None:
    page = render_sweep(to_document("x", rows))
    assert "<strong>Nothing was proved again for this page</strong>" in page
    assert "Proved" not in page
    assert "proved lower end" not in page
    assert "--store NEW.sqlite" in page


def test_a_simulation_outside_of_stored_ends_asks_for_a_look(rows: list[Row]) -> None:
    row = _of(rows, "success-bound", {"samples": 3})
    low = replace(row, result={"lower": "0", "upper": "0.001"})
    seen = _of(rows, "success", {})
    hits = replace(seen, result={"hits": 9})
    document = to_document("x", [low, hits])
    assert document["contradictory"] == 0
    said = "n = 3: the simulation lies above the stored upper end"
    assert said in render_sweep(document)
