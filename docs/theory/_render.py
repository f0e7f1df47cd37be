"""Write the formulas of these pages from the statements, so that they cannot differ.

A page holds markers, each followed by a generated block:

    <!-- statement: der:net -->          hypotheses, definitions and conclusion
    <!-- claim: der:net points -->       one claim, with its conditions
    <!-- table -->                       all statements
    <!-- table: all-targets -->          a reference table of `tables`
    <!-- attacks -->                     what tests each statement, and what is missing

and each block ends with ``<!-- end -->``. Run this file to bring all pages up to date;
a test asserts that they are.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from slth_verify.statements import latex, statement, statements
from slth_verify.suite import attacks

HERE = Path(__file__).parent
_BLOCK = re.compile(
    r"<!-- (statement|claim|table|attacks)(?:: ([^\n]*?))? -->\n.*?<!-- end -->",
    re.DOTALL,
)


def render(page: str) -> str:
    """A page with every generated block rewritten."""
    return _BLOCK.sub(_written, page)


def pages() -> list[Path]:
    """All pages of this folder, in order of name."""
    return sorted(HERE.glob("*.md"))


def _written(match: re.Match[str]) -> str:
    kind, argument = match.group(1), match.group(2) or ""
    body = _WRITERS[kind](*argument.split())
    marker = f"{kind}: {argument}" if argument else kind
    return f"<!-- {marker} -->\n{body}\n<!-- end -->"


def _statement(identifier: str) -> str:
    s = statement(identifier)
    head = f"**{s.title}** (`{s.id}`, {s.kind.value}, {s.origin})"
    return f"{head}\n\n{s.summary}\n\n$$\n{s.latex()}\n$$"


def _claim(identifier: str, name: str) -> str:
    claim = statement(identifier).claim(name)
    if not claim.conditions:
        return f"$$\n{latex(claim.relation())}\n$$"
    lines = [
        rf"&\text{{({item.name})}}\quad {latex(item.relation)}"
        for item in claim.conditions
    ]
    lines.append(rf"&\text{{then}}\quad {latex(claim.relation())}")
    body = " \\\\\n".join(lines)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _table(name: str | None = None) -> str:
    if name is not None:
        return str(_tables().TABLES[name]())
    rows = ["| id | statement | provenance | bound |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{s.id}` | {s.title} | {s.origin} | {s.direction.value} |"
        for s in statements()
    ]
    return "\n".join(rows)


def _attacks() -> str:
    """A row for each statement; files by their names, without folders and endings."""
    rows = [
        "| statement | tested by | checks | lies in | worst ratio | missing |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in attacks().values():
        checks = ", ".join(f"`{name}`" for name in row.checks)
        cells = (_files(row.properties), checks, _files(row.lies), row.ratio)
        rows.append(f"| `{row.statement}` | {' | '.join(cells)} | {row.missing} |")
    return "\n".join(rows)


def _files(paths: tuple[str, ...]) -> str:
    return ", ".join(Path(path).stem.removeprefix("test_") for path in paths)


def _tables() -> ModuleType:
    """The module of reference tables, which lies beside this file."""
    spec = importlib.util.spec_from_file_location(
        "_tables", HERE / "tables" / "tables.py"
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{HERE / 'tables' / 'tables.py'} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_WRITERS: dict[str, Callable[..., str]] = {
    "statement": _statement,
    "claim": _claim,
    "table": _table,
    "attacks": _attacks,
}


def main() -> int:
    """Rewrite all pages in place and name those that changed."""
    for path in pages():
        old = path.read_text(encoding="utf-8")
        new = render(old)
        if new != old:
            path.write_text(new, encoding="utf-8")
            sys.stdout.write(f"{path.name} rewritten\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
