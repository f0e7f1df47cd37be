"""Single changes of a file's source that a test should notice.

Texts, docstrings and annotations stay as they are: what a proof says of itself in words
decides nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COMPUTED: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
_NAMES = {
    "min": "max",
    "max": "min",
    "all": "any",
    "any": "all",
    "lower": "upper",
    "upper": "lower",
    "minimum": "maximum",
    "maximum": "minimum",
    "floor": "ceil",
    "ceil": "floor",
    "low": "high",
    "high": "low",
}


@dataclass(frozen=True)
class Mutant:
    """One change of a file.

    Attributes:
        line: Where, counted from 1.
        column: Where in the line, counted from 0.
        statement: The first line of the statement around it.
        change: What, in words.
        place: Number of the node, and of the change at it.
        inside: Whether it is inside of a function's body, so that loading the module
            does not come across it.
    """

    line: int
    column: int
    statement: int
    change: str
    place: tuple[int, int]
    inside: bool

    def source(self, source: str) -> str:
        """The whole file with the change."""
        tree = ast.parse(source)
        number, choice = self.place
        node = next(islice(ast.walk(tree), number, None))
        _, apply = next(islice(_changes(node), choice, None))
        apply(node)
        return ast.unparse(ast.fix_missing_locations(tree))


def mutants_of(source: str) -> list[Mutant]:
    """All changes of a file, in the order of their places."""
    tree = ast.parse(source)
    annotations, around = _annotations(tree), _statements(tree)
    bodies = _bodies(tree)
    found = [
        Mutant(
            node.lineno,
            node.col_offset,
            around[id(node)],
            change,
            (number, choice),
            id(node) in bodies,
        )
        for number, node in enumerate(ast.walk(tree))
        if isinstance(node, (ast.stmt, ast.expr)) and id(node) not in annotations
        for choice, (change, _) in enumerate(_changes(node))
    ]
    return sorted(found, key=lambda mutant: mutant.line)


def _annotations(tree: ast.AST) -> set[int]:
    """Nodes of annotations, which decide nothing."""
    found: set[int] = set()
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            part = getattr(node, name, None)
            if isinstance(part, ast.AST):
                found.update(map(id, ast.walk(part)))
    return found


def _bodies(tree: ast.AST) -> set[int]:
    """Nodes of the bodies of functions, without defaults and decorators."""
    return {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for statement in node.body
        for part in ast.walk(statement)
    }


def _statements(tree: ast.AST) -> dict[int, int]:
    """First line of the innermost statement around each node."""
    found: dict[int, int] = {}
    for node in ast.walk(tree):  # outer statements come before inner ones
        if isinstance(node, ast.stmt):
            found.update((id(part), node.lineno) for part in ast.walk(node))
    return found


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], None]]]:
    """What may be changed at a node, and how."""
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                for other in _COMPARED[type(op)]:
                    yield (
                        f"{type(op).__name__} becomes {other.__name__}",
                        _with_op(place, other),
                    )
        case ast.BinOp(op=op) if type(op) in _COMPUTED and not _is_text(node):
            for new in _COMPUTED[type(op)]:
                yield f"{type(op).__name__} becomes {new.__name__}", _put("op", new())
        case ast.BoolOp(op=op):
            other_op: ast.boolop = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "and/or", _put("op", other_op)
        case ast.UnaryOp(op=ast.Not()):
            yield "not is dropped", _doubled
        case ast.UnaryOp(op=ast.USub()):
            yield "minus is dropped", _put("op", ast.UAdd())
        case ast.Constant(value=bool() as truth):
            yield f"{truth} becomes {not truth}", _put("value", not truth)
        case ast.Constant(value=int() as whole):
            yield f"{whole} becomes {whole + 1}", _put("value", whole + 1)
            yield f"{whole} becomes {whole - 1}", _put("value", whole - 1)
        case ast.Name(id=name) if name in _NAMES and isinstance(node.ctx, ast.Load):
            yield f"{name} becomes {_NAMES[name]}", _put("id", _NAMES[name])
        case ast.Attribute(attr=name) if name in _NAMES and isinstance(
            node.ctx, ast.Load
        ):
            yield f".{name} becomes .{_NAMES[name]}", _put("attr", _NAMES[name])
        case ast.If() | ast.IfExp() | ast.While():
            yield "the condition is false", _put("test", ast.Constant(False))
            if not isinstance(node, ast.While):
                yield "the condition is true", _put("test", ast.Constant(True))
        case ast.Expr(value=ast.Call()):
            yield "a call is dropped", _put("value", ast.Constant(None))
        case ast.Raise():
            yield "an exception is not raised", _silence
        case _:
            return


def _is_text(node: ast.BinOp) -> bool:
    ends = (node.left, node.right)
    return any(isinstance(end, ast.JoinedStr) or _is_str(end) for end in ends)


def _is_str(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _put(name: str, value: Any) -> Callable[[Any], None]:
    return lambda node: setattr(node, name, value)


def _with_op(place: int, other: type[ast.cmpop]) -> Callable[[Any], None]:
    def apply(node: ast.Compare) -> None:
        node.ops[place] = other()

    return apply


def _doubled(node: ast.UnaryOp) -> None:
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _silence(node: Any) -> None:
    """A statement that does nothing stands in its place."""
    node.__class__ = ast.If
    node.test, node.body, node.orelse = ast.Constant(False), [ast.Pass()], []
