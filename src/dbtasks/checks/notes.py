"""What the author of a revision says beside its code: comments and docstrings that are not those of a template."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache

# Docstrings of templates, which say nothing about this revision.
TEMPLATE = frozenset({"Apply this revision.", "Revert this revision.", "Upgrade schema.", "Downgrade schema."})
DIRECTIVE = re.compile(
    r"#+\s*(noqa|type:|pragma|nosec|pylint|ruff|fmt:|dbtasks:|please adjust|commands auto generated"
    r"|end Alembic commands)"
    r"|#+\s*$",
    re.IGNORECASE,
)


def told(function: ast.FunctionDef) -> bool:
    """Return whether a function has a docstring that is not a template's."""
    return (ast.get_docstring(function) or next(iter(TEMPLATE))) not in TEMPLATE


@cache
def comments(source: bytes) -> frozenset[int]:
    """Return the lines that have a comment which is no directive for a tool."""
    tokens = tokenize.tokenize(io.BytesIO(source).readline)
    found = (one for one in tokens if one.type == tokenize.COMMENT)
    return frozenset(one.start[0] for one in found if not DIRECTIVE.match(re.sub(r"^# #+", "#", one.string)))


def beside(source: bytes, line: int) -> bool:
    """Return whether a comment stands at the statement in this line, at one that holds it, or directly above either.

    The docstring of the function that it stands in will do as well.
    """
    lines = source.decode(errors="replace").splitlines()
    said = comments(source)
    for statement in _holding(ast.parse(source), line):
        if isinstance(statement, ast.FunctionDef):
            return told(statement)
        if said & {*_own(statement), *_above(lines, statement.lineno)}:
            return True
    return False


def _holding(tree: ast.Module, line: int) -> Iterator[ast.stmt]:
    """Yield the statements that a line belongs to, the innermost first."""
    found = [one for one in ast.walk(tree) if isinstance(one, ast.stmt)]
    holding = [one for one in found if one.lineno <= line <= (one.end_lineno or one.lineno)]
    yield from sorted(holding, key=lambda one: (one.end_lineno or one.lineno) - one.lineno)


def _own(statement: ast.stmt) -> range:
    """Return the lines of a statement, without those of the statements that it holds."""
    body = getattr(statement, "body", None)
    end = body[0].lineno - 1 if body else (statement.end_lineno or statement.lineno)
    return range(statement.lineno, max(end, statement.lineno) + 1)


def _above(lines: list[str], line: int) -> Iterator[int]:
    """Yield the lines of comments right above a line."""
    above = line - 1
    while above and lines[above - 1].lstrip().startswith("#"):
        yield above
        above -= 1
