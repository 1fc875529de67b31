"""Single faults that could be in a source: each one a small change that still compiles."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

FLIPPED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
}
EXTREMES = {"min": b"max", "max": b"min"}
SORTED = re.compile(rb"\s*\bORDER BY [\w.]+( (ASC|DESC))?(, [\w.]+( (ASC|DESC))?)*")
TEXT = (str, bytes)
Change = tuple[str, int, int, bytes]  # kind, start, end, and what is there instead
LOGGERS = ("log", "_log", "logger")


@dataclass(frozen=True)
class Fault:
    """A fault of one kind: the bytes from ``start`` to ``end`` of a file become ``instead``."""

    kind: str
    scope: str
    line: int
    start: int
    end: int
    instead: bytes

    def put_into(self, source: bytes) -> bytes:
        """The source with the fault in it."""
        return source[: self.start] + self.instead + source[self.end :]

    def told(self, source: bytes) -> str:
        """What was there and what is there now, on one line."""
        before = b" ".join(source[self.start : self.end].split()).decode()
        return f"{before[:70]!r} -> {self.instead.decode()[:70]!r}"

    def compiles(self, source: bytes) -> bool:
        """Whether Python could still read the file."""
        try:
            ast.parse(self.put_into(source))
        except SyntaxError:
            return False
        return True


def faults_of(source: bytes) -> list[Fault]:
    """Every fault that this source could have, in the order of their places."""
    finder = _Finder(source)
    finder.look_at(ast.parse(source), "")
    return finder.found


class _Finder:
    def __init__(self, source: bytes) -> None:
        self.found: list[Fault] = []
        self._source = source
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def look_at(self, node: ast.AST, scope: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            scope = f"{scope}.{node.name}".lstrip(".")
        for kind, start, end, instead in self._faults(node, scope):
            line = self._source.count(b"\n", 0, start) + 1
            self.found.append(Fault(kind, scope, line, start, end, instead))
        for child in _children(node):
            self.look_at(child, scope)

    def _faults(self, node: ast.AST, scope: str) -> Iterator[Change]:
        match node:
            case ast.Constant():
                yield from self._in_constant(node)
            case ast.expr():
                yield from self._in_expression(node)
            case ast.Raise(exc=ast.expr() as raised, cause=ast.Constant(value=None)):
                yield "from None", self._end(raised), self._end(node), b""
            case ast.stmt() if _can_be_missed(node, scope):
                yield "statement", *self._span(node), b"pass"
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            yield from self._negated(node.test)

    def _in_constant(self, node: ast.Constant) -> Iterator[Change]:
        match node.value:
            case bool(value):
                yield "boolean", *self._span(node), repr(not value).encode()
            case int(value) | float(value):
                yield "constant", *self._span(node), _other(value)
            case str():
                yield from self._unsorted(node)

    def _in_expression(self, node: ast.expr) -> Iterator[Change]:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                yield from self._flipped("comparison", op, left, right)
            case ast.BoolOp(op=op, values=values):
                for left, right in pairwise(values):
                    yield from self._flipped("and/or", op, left, right)
            case ast.BinOp(left=left, op=op, right=right):
                if not (_is_text(left) or _is_text(right)):
                    yield from self._flipped("arithmetic", op, left, right)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield "not", *self._span(node), b"(" + self._text(operand) + b")"
            case ast.Call(func=ast.Name(id="min" | "max" as name) as called):
                yield "min/max", *self._span(called), EXTREMES[name]
            case ast.Call(func=ast.Attribute(value=value, attr="order_by")):
                yield "order", self._end(value), self._end(node), b""

    def _flipped(
        self, kind: str, op: ast.AST, left: ast.expr, right: ast.expr
    ) -> Iterator[Change]:
        if type(op) not in FLIPPED:
            return
        before, after = FLIPPED[type(op)]
        start, end = self._end(left), self._start(right)
        place = re.search(
            re.escape(before).replace(r"\ ", r"\s+").encode(), self._source[start:end]
        )
        if place:
            yield kind, start + place.start(), start + place.end(), after.encode()

    def _negated(self, test: ast.expr) -> Iterator[Change]:
        if isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.Await):
            yield "condition", *self._span(test), b"not (" + self._text(test) + b")"

    def _unsorted(self, node: ast.AST) -> Iterator[Change]:
        start, _ = self._span(node)
        for place in SORTED.finditer(self._text(node)):
            yield "order", start + place.start(), start + place.end(), b""

    def _text(self, node: ast.AST) -> bytes:
        start, end = self._span(node)
        return self._source[start:end]

    def _span(self, node: ast.AST) -> tuple[int, int]:
        return self._start(node), self._end(node)

    def _start(self, node: ast.AST) -> int:
        return self._lines[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]

    def _end(self, node: ast.AST) -> int:
        return self._lines[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]


def _other(value: float) -> bytes:
    # One more than a million is hardly a fault; twice as much is.
    small = isinstance(value, int) and abs(value) < 10
    return repr(value + 1 if small else value * 2 or 1.0).encode()


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, TEXT)
    )


def _can_be_missed(node: ast.stmt, scope: str) -> bool:
    match node:
        case (
            ast.Expr(value=ast.Call() as call)
            | ast.Expr(value=ast.Await(value=ast.Call() as call))
        ):
            return not _logs(call)
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return not scope.endswith(("__init__", "__post_init__"))
        case ast.AugAssign() | ast.Delete():
            return True
    return False


def _logs(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id=name)):
            return name in LOGGERS
    return False


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What may hold a fault: neither types, nor decorators, nor what is only said to people."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body)
        case ast.ClassDef():
            yield from node.body
        case ast.AnnAssign(value=value):
            if value is not None:
                yield value
        case (
            ast.Expr(value=ast.Constant()) | ast.JoinedStr()
        ):  # a place in an f-string is not told
            return
        case ast.Expr(value=ast.Call() as call) if _logs(call):
            return
        case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")]):
            return
        case ast.keyword(arg="strict"):  # lengths that always agree: a guard, and no behaviour
            return
        case _:
            yield from ast.iter_child_nodes(node)
