"""What ``script.py.mako`` calls, so that a drafted revision is formatted as people format theirs."""

import ast
import io
import re
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import sqlalchemy

STANDARD = {"sa": "import sqlalchemy as sa", "op": "from alembic import op"}  # by the names that Alembic uses
EMPTY_END = re.compile(r", (\)+,?)$")  # Alembic leaves a comma where it has no more options to write
OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")


def summary(message: str) -> str:
    """Return the message as the first sentence of a docstring; with a backslash in it, of a raw one."""
    text = " ".join(message.split()).replace('"', "'").rstrip(".!?")
    return f"{text[:1].upper()}{text[1:]}."


def literal(value: object) -> str:
    """Return the source of a text, of several, or of None, in double quotes."""
    if isinstance(value, list | tuple):
        return f"({', '.join(literal(one) for one in value)}{',' if len(value) == 1 else ''})"
    return "None" if value is None else '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def names(revisions: str | Sequence[str] | None) -> str:
    """Return the revisions that a revision builds on, for people."""
    return ", ".join([revisions] if isinstance(revisions, str) else revisions or ["nothing"])


def services(context: Mapping[str, object]) -> str:
    """Return the line that names the services which a draft touches; "" where that is not known."""
    found = context.get("services", ())
    return f"\nServices: {', '.join(found)}" if isinstance(found, tuple) and found else ""


def imports(rendered: str | None, *bodies: str | None, unfinished: bool) -> str:
    """Return the import lines of a revision: SQLAlchemy's and Alembic's, then the project's own in a block of theirs.

    SQLAlchemy and ``op`` are imported when the bodies use them, or when they are ``unfinished``: an author will.
    """
    used = "\n".join(_unindented(one or "") for one in bodies)
    lines = {line.strip() for line in (rendered or "").splitlines() if line.strip()} - set(STANDARD.values())
    lines |= {line for name, line in STANDARD.items() if unfinished or f"{name}." in used}
    lines |= {f"from sqlalchemy import {name}" for name in _bare_names(used)}
    libraries = {line for line in lines if _is_installed(line.split()[1])}
    blocks = ["from collections.abc import Sequence"], _sorted(libraries), _sorted(lines - libraries)
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _bare_names(source: str) -> set[str]:
    """Return SQLAlchemy's names that stand without "sa.": Alembic renders types inside a foreign dialect's type so."""
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return {name for name in names if name[0].isupper() and hasattr(sqlalchemy, name)}


def _is_installed(module: str) -> bool:
    """Return whether a module is a library's, not the project's own."""
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return module.partition(".")[0] in ("alembic", "sqlalchemy") or "site-packages" in file


def _sorted(lines: Iterable[str]) -> list[str]:
    """Return import lines as isort has them: names from one module on one line, ``import`` before ``from``."""
    names: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        module, _, name = line.partition(" import ")
        names[module].add(name)
    joined = [
        f"{module} import {', '.join(sorted(those, key=lambda name: (not name.isupper(), name)))}"
        if module.startswith("from ")
        else module
        for module, those in names.items()
    ]
    return sorted(joined, key=lambda line: (line.startswith("from "), line))


def body(rendered: str | None) -> str:
    """Return Alembic's operations without its markers, in double quotes, and indented by their brackets.

    The result begins with a line break and the indentation, and is empty when there is no operation.
    """
    lines = [line for line in (rendered or "").splitlines() if not line.strip().startswith("# ###")]
    text = "\n".join(lines).strip("\n")
    if text.strip() in ("", "pass"):
        return ""
    return "\n    " + _indented(_with_double_quotes(text))


def _with_double_quotes(text: str) -> str:
    tokens = list(tokenize.generate_tokens(io.StringIO(_unindented(text)).readline))
    lines = _unindented(text).splitlines()
    for token in reversed(tokens):
        plain = token.type == tokenize.STRING and token.string.startswith("'") and not token.string.startswith("'''")
        if plain and '"' not in token.string and "\\'" not in token.string:
            row, start, end = token.start[0] - 1, token.start[1], token.end[1]
            lines[row] = f'{lines[row][:start]}"{token.string[1:-1]}"{lines[row][end:]}'
    return "\n".join(lines)


def _unindented(text: str) -> str:
    """Return the text with the first line, which Alembic leaves to the template to indent, at the margin."""
    return "\n".join(line.removeprefix("    ") for line in text.splitlines())


def _indented(text: str) -> str:
    found: list[str] = []
    depth, block = 0, ""
    for line in _split(text):
        stripped = EMPTY_END.sub(r"\1", line.strip())
        if depth == 0:
            block = line[: len(line) - len(line.lstrip())]
        closes = bool(depth) and stripped.startswith(CLOSING)
        if closes and not found[-1].endswith((",", *OPENING)):
            found[-1] += ","
        found.append(f"{block}{'    ' * (depth - closes)}{stripped}" if stripped else "")
        depth += sum(change for _, change in _brackets(stripped))
    return re.sub(r"\n(?: *\n)+", "\n\n", "\n    ".join(found)).rstrip()


def _split(text: str) -> Iterable[str]:
    """Yield the lines, broken where a bracket that spans several of them opens or closes."""
    for line in text.splitlines():
        opened: list[int] = []
        closed: list[int] = []
        for column, change in _brackets(line):
            if change > 0:
                opened.append(column)
            elif opened:
                opened.pop()
            else:
                closed.append(column)
        cuts = [column + 1 for column in opened[:1]] + closed[:1]
        yield from (line[start:end] for start, end in pairwise([0, *cuts, len(line)]) if line[start:end].strip())
        if not line.strip():
            yield ""


def _brackets(line: str) -> list[tuple[int, int]]:
    """Return the brackets of a line that are not in strings: their columns, and 1 for opening, -1 for closing."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(line.lstrip()).readline):
            if token.type == tokenize.OP and token.string in (*OPENING, *CLOSING):
                column = token.start[1] + len(line) - len(line.lstrip())
                found.append((column, 1 if token.string in OPENING else -1))
    except tokenize.TokenError:  # the line is a part of a longer one; its brackets have been seen
        return found
    return found
