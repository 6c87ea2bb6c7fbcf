"""A revision that did not come to its end where DDL commits by itself, and the names that it had given by then."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import URL

from dbtasks import dialects, ledger, road
from dbtasks.history import Direction, Heads, History
from dbtasks.ledger import Event
from dbtasks.rehearsal import statements_of
from dbtasks.road import Run
from dbtasks.statements import Lineage, Place
from dbtasks.watch import Columns

RUNS = ("upgrade", "downgrade", "repair")


def run(url: URL) -> Event | None:
    """Return the last run in a database if it did not come to its end; None where nothing of it can have stayed."""
    if dialects.of(url).atomic:
        return None
    last = ledger.read(url, *RUNS, newest=1)
    return last[0] if last and last[0].kind != "repair" and last[0].outcome in (ledger.STARTED, ledger.FAILED) else None


class Settled(NamedTuple):
    """Where a database was before the unfinished revision."""

    history: History
    url: URL
    current: Heads


def renames(at: Settled, left: Event | None, now: Columns, wanted: Columns) -> tuple[str, ...]:
    """Return the statements that take back what an unfinished revision had renamed; the last name goes back first."""
    if left is None or left.revision not in {one.id for one in at.history.revisions}:
        return ()
    direction: Direction = "upgrade" if left.kind == "upgrade" else "downgrade"
    step = at.history.get(left.revision)
    trip = Run(at.history.project, at.url, "", direction=direction)
    try:
        sql = road.sql(at.history, trip, at.current, [step])
    except Exception:  # noqa: BLE001 - whatever a revision raises that finds no database
        return ()
    lineage = Lineage.of(wanted)
    for statement in statements_of(sql, trip):
        lineage.sent(statement)
    return tuple(_back(at.url, lineage.renamed, _Names(now), _Names(wanted)))


class _Names:
    """The names of tables and columns, found whatever their case."""

    def __init__(self, columns: Columns) -> None:
        self._tables = {table.lower(): table for table in columns}
        self._columns = {(t.lower(), name.lower()): name for t, those in columns.items() for name in those}

    def get(self, place: Place) -> str | None:
        return self._columns.get(place) if place[1] else self._tables.get(place[0])

    def rename_table(self, old: str, new: str) -> None:
        self._tables[new.lower()] = new
        self._tables.pop(old.lower(), None)
        for (table, key), name in list(self._columns.items()):
            if table == old.lower():
                self._columns[new.lower(), key] = name
                del self._columns[table, key]


def _back(url: URL, renamed: list[tuple[Place, Place]], now: _Names, wanted: _Names) -> Iterator[str]:
    quote = dialects.of(url).quoted
    for old, new in reversed(renamed):
        there, original = now.get(new), wanted.get(old)
        if there is None or original is None or now.get(old) is not None:
            continue
        if new[1]:
            table = now.get((new[0], "")) or new[0]
            yield f"ALTER TABLE {quote(table)} RENAME COLUMN {quote(there)} TO {quote(original)}"
        else:
            yield f"ALTER TABLE {quote(there)} RENAME TO {quote(original)}"
            now.rename_table(there, original)
