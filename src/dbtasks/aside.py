"""Set aside what a revision is about to take away: copies in tables of our own, in the revision's transaction."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import URL, Connection, MetaData, Table, inspect, literal_column, select, table, text

from dbtasks import databases, dialects, ledger
from dbtasks.dialects import Dialect
from dbtasks.ledger import Event
from dbtasks.stakes import Stake
from dbtasks.watch import columns_of

KEPT, INSERT = "kept", "insert"
FORGOTTEN, RESTORED = "forgotten", "restored"  # outcomes of its events, besides done
PREFIX = f"{ledger.PREFIX}kept_"


@dataclass(frozen=True, slots=True)
class Part:
    """A copy of a table, or of some of its columns.

    Attributes:
        table: the table that it was taken from.
        key: the columns of its primary key; empty when it has none.
        columns: the columns that are at stake; for a whole table all of them.
        copied: the columns of the copy: these and the key, or all where no key tells the rows.
        kinds: why: table, column, type, data, or insert: a revision adds rows, and may fail after that.
        rows: how many rows were copied.
        run: the number of the first part of the same run, by which they are called together; 0 for the first itself.
        id: the number of its event in the ledger, and of its own table.
    """

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    copied: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: int = 0
    run: int = 0
    id: int = 0

    @property
    def has_rows(self) -> bool:
        """Return whether whole rows are at stake, and not only values of rows that stay."""
        return bool({"table", "data"} & set(self.kinds))

    @property
    def name(self) -> str:
        """Return the name of the table that holds the copy."""
        return f"{PREFIX}{self.id}"


class Aside:
    """Sets aside, revision by revision, what one run puts at stake."""

    def __init__(self, url: URL, stakes: Iterable[Stake]) -> None:
        self._url = url
        self._dialect = dialects.of(url)
        self._stakes = tuple(one for one in stakes if (one.rows != 0 or one.loss.kind == INSERT) and one.loss.table)
        self._run = 0

    def before(self, connection: Connection, revision: str) -> None:
        """Copy what a revision takes away, if it is there; to commit is the caller's."""
        mine = [one for one in self._stakes if one.loss.revision == revision]
        there = columns_of(connection) if mine else {}
        for lost in dict.fromkeys(one.loss.table for one in mine):
            name = next((real for real in there if real.lower() == lost.lower()), None)
            losses = [one.loss for one in mine if one.loss.table == lost]
            if name is not None and (_has_rows(connection, name) or any(one.kind == INSERT for one in losses)):
                part = _part(connection, name, [(one.kind, one.column) for one in losses], tuple(there[name]))
                self._run = copy(connection, self._dialect, part, revision, self._run)

    def end(self) -> None:
        """Let go of what was only copied to know the new rows of a revision that fails; this run did not."""
        if self._run and any(one.loss.kind == INSERT for one in self._stakes):
            databases.connect(self._url, self._let_go, write=True)

    def _let_go(self, connection: Connection) -> None:
        for _, part in parts(ledger.events(connection, KEPT)):
            if (part.run or part.id) == self._run and part.kinds == (INSERT,):
                drop(connection, part)
                ledger.remove(connection, part.id)
        connection.commit()


def _has_rows(connection: Connection, name: str) -> bool:
    return connection.execute(select(literal_column("1")).select_from(table(name)).limit(1)).first() is not None


def copy(connection: Connection, dialect: Dialect, part: Part, revision: str, run: int) -> int:
    """Return the number of the run after a copy was made and written down in the ledger."""
    ledger.ensure(connection)
    number = ledger.append(connection, Event(KEPT, revision, detail=_detail(replace(part, run=run))))
    quote = connection.dialect.identifier_preparer.quote_identifier
    kept = replace(part, id=number, run=run)
    chosen = [f"{dialect.copies.copied(connection, part.table, one)} AS {quote(one)}" for one in part.copied]
    connection.exec_driver_sql(
        f"CREATE TABLE {quote(kept.name)} AS SELECT {', '.join(chosen)} FROM {quote(part.table)}"  # noqa: S608 - quoted
    )
    rows = connection.execute(text(f"SELECT count(*) FROM {quote(kept.name)}")).scalar_one()  # noqa: S608 - quoted
    ledger.change(connection, number, detail=_detail(replace(kept, rows=rows)))
    return run or number


def parts(events: Iterable[Event]) -> tuple[tuple[Event, Part], ...]:
    """Return what is set aside according to the ledger, in the order in which it was."""
    return tuple((one, _read(one)) for one in events if one.kind == KEPT and one.outcome != FORGOTTEN)


def _part(connection: Connection, table: str, losses: Sequence[tuple[str, str]], columns: tuple[str, ...]) -> Part:
    key = tuple(inspect(connection).get_pk_constraint(table)["constrained_columns"])
    kinds = tuple(sorted({kind for kind, _ in losses}))
    lost = {column.lower() for _, column in losses}
    real = tuple(column for column in columns if column.lower() in lost)
    at_stake = columns if {"table", "data"} & set(kinds) else real
    by_key = bool(key) and not set(key) & set(real)
    copied = tuple(dict.fromkeys((*key, *at_stake))) if by_key else columns
    return Part(table, key if by_key or at_stake == columns else (), at_stake, copied, kinds)


def _detail(part: Part) -> str:
    facts = asdict(part)
    del facts["id"]
    return json.dumps(facts)


def _read(event: Event) -> Part:
    facts = json.loads(event.detail)
    facts |= {name: tuple(facts[name]) for name in ("key", "columns", "copied", "kinds")}
    return Part(**facts, id=event.id)


def drop(connection: Connection, part: Part) -> None:
    """Drop the table that holds a copy."""
    Table(part.name, MetaData()).drop(connection, checkfirst=True)
