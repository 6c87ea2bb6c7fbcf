"""Which models a history is known to make: what was compared, and was the same, need not be compared again.

It is the same as long as neither what shapes the history's database has changed nor the statements that create the
models, which are written without a database. Once one of them has, it is still the same in every table of which the
models and the database say what they have said before.
"""

import hashlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Column, Constraint, Index, MetaData, Table, create_mock_engine
from sqlalchemy.exc import SAWarning
from sqlalchemy.schema import ExecutableDDLElement

from dbtasks import cache, memory, scratch
from dbtasks.dialects.texts import REST
from dbtasks.history import History
from dbtasks.settings import DatabaseSettings
from dbtasks.values import now, tool

MOST = 20  # comparisons that are remembered; a branch needs one
DIGITS = 20  # of the digest of a table
PAIRS = "tables"  # their key in what is remembered


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a history makes what the models want.

    Attributes:
        key: changes when the answer might.
        common: changes when the answer for a table might, though neither its models nor its database has changed.
        models: the statements that create each table, by its full name; "" has the rest.
    """

    history: History
    key: str
    common: str
    models: Mapping[str, str]

    @property
    def is_known(self) -> bool:
        """Return whether the answer is known to be yes."""
        return self.key in memory.read(self.history.project, memory.COMPARED)

    def unknown(self, texts: Mapping[str, str]) -> frozenset[str] | None:
        """Return the tables of which it is not known; None when that is all, or something that belongs to no table.

        ``texts`` is what the history's database says of each.
        """
        known = {
            one
            for said in memory.read(self.history.project, memory.COMPARED).values()
            for one in (said.get(PAIRS, ()) if isinstance(said, dict) else ())
        }
        found = frozenset(name for name, digest in self._pairs(texts) if digest not in known)
        return None if REST in found or 2 * len(found) > len(self.models) else found

    def note(self, texts: Mapping[str, str]) -> None:
        """Remember that the answer is yes; of many the newest."""
        new = {"when": now(), PAIRS: sorted(digest for _, digest in self._pairs(texts))}
        known = {**memory.read(self.history.project, memory.COMPARED), self.key: new}
        newest = sorted(known, key=lambda one: _when(known[one]), reverse=True)[:MOST]
        memory.write(self.history.project, memory.COMPARED, {one: known[one] for one in newest})

    def _pairs(self, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield each table with a digest of what the models and the database say of it."""
        for name in {REST, *self.models, *texts}:
            said = "\x1c".join((self.common, name, self.models.get(name, ""), texts.get(name, "")))
            yield name, hashlib.sha256(said.encode()).hexdigest()[:DIGITS]


def of(history: History, database: DatabaseSettings, models: Sequence[MetaData]) -> Question | None:
    """Return the question for these models; None when it cannot be told when the answer might change."""
    kept = cache.of(history, database, scratch.chain_of(history))
    statements = _created(database.url, models) if kept else None
    if kept is None or statements is None:
        return None
    facts = f"{tool()}\n{kept.shelf.facts}"
    said = "\n".join((facts, kept.keys[-1], *(f"{name} {statements[name]}" for name in sorted(statements))))
    key = hashlib.sha256(said.encode()).hexdigest()
    return Question(history, key, f"{facts}\n{history.shape.common}", statements)


def _when(said: Any) -> str:
    return str(said.get("when", "")) if isinstance(said, dict) else ""


def _created(url: URL, models: Sequence[MetaData]) -> dict[str, str] | None:
    """Return the statements that create the models, by table; None when they cannot be written without a database."""
    said: dict[str, str] = {}

    def write(statement: ExecutableDDLElement, *_: object, **__: object) -> None:
        name = _table_of(getattr(statement, "element", None))
        said[name] = f"{said.get(name, '')}{statement.compile(dialect=engine.dialect)}\n"

    engine = create_mock_engine(url, write)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of tables that refer to each other
            for one in models:
                one.create_all(engine, checkfirst=False)
    except Exception:  # noqa: BLE001 - a listener of the project's own may need whatever a real connection has
        return None
    return said


def _table_of(element: object) -> str:
    table = element.table if isinstance(element, Index | Constraint | Column) else element
    return table.fullname if isinstance(table, Table) else REST
