"""Which tables a revision may touch: those in which it is rehearsed with rows, and whose schema is compared.

They are those whose schema it changes and those that a text in its source, or a statement, names; with what they
refer to, which rows need, and what refers to them, which goes with them. What it does not name it cannot reach, unless
the database does more by itself than it is told, by a trigger or a routine: then it may be any table.
"""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import URL, Connection

from dbtasks import databases, dialects
from dbtasks.dialects.texts import BETWEEN, REST, VIEW
from dbtasks.statements import TABLE, plain

WORD = re.compile(r"\w+")
DOTTED = re.compile(r"\w+(?:\.\w+)+")
REFERS = re.compile(rf"\bREFERENCES\s+({TABLE})", re.IGNORECASE)
# What runs something else, or makes what will.
FAR = re.compile(
    r"^\s*(?:DO|CALL|EXECUTE|PREPARE)\b|\bCREATE\b[^;]*?\b(?:TRIGGER|FUNCTION|PROCEDURE|EVENT|RULE|INHERITS|PARTITION)\b",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a short look at a database tells.

    Attributes:
        texts: what it says of each table, of each view, and of the rest.
        is_far: whether a statement may touch more than it names.
    """

    texts: dict[str, str]
    is_far: bool

    def changed(self, other: "Sight") -> frozenset[str]:
        """Return the keys of what is not the same in another one."""
        return frozenset(key for key, text in self.texts.items() ^ other.texts.items())


def look(url: URL) -> Sight:
    """Return what a database says of its schema."""
    return databases.connect(url, _look)


def _look(connection: Connection) -> Sight:
    dialect = dialects.of(connection.engine.url)
    return Sight(dialect.schema_texts(connection), dialect.reaches_far(connection))


def of(before: Sight, after: Sight, said: Iterable[str]) -> frozenset[str] | None:
    """Return the full names of the tables that may be touched on the way; None for all.

    ``said`` is what stands in the revision's source as text, and the statements that it sends.
    """
    texts = tuple(said)
    if before.is_far or after.is_far or any(map(FAR.search, texts)) or _is_lost(before, after):
        return None
    keys = {*before.texts, *after.texts} - {REST}
    by_name = _by_name(keys)
    found = before.changed(after) - {REST} | _named((REFERS.sub(" ", one) for one in texts), by_name)
    views = {key for key in found if key.startswith(VIEW)}
    seen = set[str]()
    while views - seen:
        seen |= views
        found |= _named((sight.texts.get(one, "") for one in views for sight in (before, after)), by_name)
        views = {key for key in found if key.startswith(VIEW)}
    return _with_relations(found - seen, (before.texts, after.texts), by_name)


def texts_in(source: str) -> tuple[str, ...]:
    """Return the texts in a revision's source, without what only describes it, and of dotted names the last part.

    A statement is among them that is not sent as long as tables are empty; "user.id" names what is only referred to.
    """
    tree = ast.parse(source)
    words = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in words)
    found = (node.value for node in texts if isinstance(node.value, str))
    return tuple(one.rpartition(".")[2] if DOTTED.fullmatch(one) else one for one in found)


def _is_lost(before: Sight, after: Sight) -> bool:
    """Return whether something that belongs to no table is gone or another: a type may be that of any column."""
    old, new = (set(one.texts.get(REST, "").split(BETWEEN)) for one in (before, after))
    return bool(old - new - {""})


def _by_name(keys: Iterable[str]) -> dict[str, set[str]]:
    """Return the keys by the name of their table or view, in lower case and without its schema."""
    found: dict[str, set[str]] = {}
    for key in keys:
        name = key.removeprefix(VIEW).rpartition(".")[2].lower()
        found.setdefault(name, set()).add(key)
    return found


def _named(texts: Iterable[str], by_name: Mapping[str, Collection[str]]) -> frozenset[str]:
    odd = [name for name in by_name if not WORD.fullmatch(name)]
    found = set[str]()
    for text in map(str.lower, texts):
        names = by_name.keys() & set(WORD.findall(text))
        found |= {key for name in (*names, *(one for one in odd if one in text)) for key in by_name[name]}
    return frozenset(found)


def _with_relations(
    tables: frozenset[str], schemas: Iterable[Mapping[str, str]], by_name: Mapping[str, Collection[str]]
) -> frozenset[str]:
    parents: dict[str, set[str]] = {}
    children: dict[str, set[str]] = {}
    for child, parent in (pair for texts in schemas for pair in _references(texts, by_name)):
        parents.setdefault(child, set()).add(parent)
        children.setdefault(parent, set()).add(child)
    return _reached(_reached(tables, children), parents)


def _references(texts: Mapping[str, str], by_name: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Yield each table with one that it may refer to: of any schema, when several have one of that name."""
    for key, text in texts.items():
        for name in REFERS.findall(text) if not key.startswith(VIEW) else ():
            yield from ((key, parent) for parent in by_name.get(plain(name), ()))


def _reached(start: frozenset[str], ways: Mapping[str, Collection[str]]) -> frozenset[str]:
    found, waiting = set(start), list(start)
    while waiting:
        new = set(ways.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return frozenset(found)
