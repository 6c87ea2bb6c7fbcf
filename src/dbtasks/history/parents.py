"""Change what a revision file builds on, and leave every other byte of it as it is."""

import ast
import contextlib
import importlib.util
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dbtasks.errors import ParentNotPlain, Source
from dbtasks.history.graph import Revision
from dbtasks.project import Project

VARIABLE = "down_revision"
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")  # as Python counts them: a form feed ends none
STATED = re.compile(r"^(?P<words>[ \t]*Revises:[ \t]*)(?P<names>[^\r\n]*?)(?P<end>[ \t]*)$", re.MULTILINE)
QUOTE = re.compile(r"""(?P<quote>["'])""")
OWN_ID = re.compile(r"""^revision\b[^\r\n=]*=[ \t]*(?P<quote>["'])""", re.MULTILINE)
NONE = ("", "None", "nothing")  # what templates write for the first revision

Span = tuple[int, int, str]  # from, to, and what stands there instead


def edited(project: Project, revision: Revision, parents: Sequence[str]) -> bytes:
    """Return the contents of a revision's file with other parents, in ``down_revision`` and its docstring.

    Raises:
        ParentNotPlain: ``down_revision`` is not written out.
    """
    raw = revision.path.read_bytes()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    text = raw.decode(encoding)
    tree, lines = ast.parse(raw), _starts(text)
    value = _value(tree)
    source = Source(project.relative(revision.path), getattr(value, "lineno", None))
    if value is None or not _is_plain(value):
        raise ParentNotPlain(source)
    spans = [_span(text, lines, value, parents), *_stated(text, lines, tree, revision.parents, parents)]
    for start, end, words in sorted(spans, reverse=True):
        text = text[:start] + words + text[end:]
    return text.encode(encoding)


def forget_compiled(path: Path) -> None:
    """Delete what Python compiled of a file: it would take it for the new one, of the same length and second."""
    folder = Path(importlib.util.cache_from_source(str(path))).parent
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.name.startswith(f"{path.stem}."):
            with contextlib.suppress(OSError):
                file.unlink()


def _value(tree: ast.Module) -> ast.expr | None:
    """Return the last value that the file gives ``down_revision``."""
    found = None
    for node in tree.body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        if any(isinstance(one, ast.Name) and one.id == VARIABLE for one in targets):
            found = getattr(node, "value", None)
    return found


def _is_plain(value: ast.expr) -> bool:
    if isinstance(value, ast.Tuple | ast.List):
        return all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in value.elts)
    return isinstance(value, ast.Constant) and (value.value is None or isinstance(value.value, str))


def _span(text: str, lines: Mapping[int, tuple[int, bytes]], value: ast.expr, parents: Sequence[str]) -> Span:
    start, end = _ends(lines, value)
    quoted = QUOTE.search(text[start:end]) or OWN_ID.search(text)
    quote = quoted["quote"] if quoted else '"'
    words = [f"{quote}{one}{quote}" for one in parents]
    return start, end, words[0] if len(words) == 1 else f"({', '.join(words)})"


def _stated(
    text: str,
    lines: Mapping[int, tuple[int, bytes]],
    tree: ast.Module,
    before: Sequence[str],
    parents: Sequence[str],
) -> Iterator[Span]:
    """Yield the line ``Revises:`` of the docstring, if it says what the file did."""
    first = tree.body[0]
    if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)):
        return
    start, end = _ends(lines, first.value)
    for found in STATED.finditer(text[start:end].replace("\r", "\n")):  # of the same length
        names = found["names"]
        if re.split(r"[,\s]+", names) == list(before) or (not before and names in NONE):
            yield start + found.start("names"), start + found.end("names"), ", ".join(parents)


def _starts(text: str) -> dict[int, tuple[int, bytes]]:
    """Return by their numbers where lines start, with the lines as Python counts columns in them."""
    found = (one for one in LINE.finditer(text) if one.start() < len(text))
    return {number: (one.start(), one[0].encode()) for number, one in enumerate(found, 1)}


def _ends(lines: Mapping[int, tuple[int, bytes]], node: ast.expr) -> tuple[int, int]:
    """Return where the source of an expression starts and ends."""
    ends = ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
    first, last = (lines[number][0] + len(lines[number][1][:column].decode()) for number, column in ends)
    return first, last
