"""What happened in a database, and which environment it says it is: the table ``dbtasks_ledger``."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import URL, Column, Connection, MetaData, String, Table, bindparam, func, inspect, select

from dbtasks import databases, values
from dbtasks.dialects.own import COUNTER, LONG_TEXT, SECONDS
from dbtasks.errors import DatabaseMissing

PREFIX = "dbtasks_"  # of every table of ours
NAME = "dbtasks_ledger"
RUNS = ("upgrade", "downgrade", "repair")  # kinds of events
DONE, STARTED, FAILED, REPAIRED = "done", "started", "failed", "repaired"

table = Table(
    NAME,
    MetaData(),
    Column("id", COUNTER, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("started", String(32), nullable=False),
    Column("finished", String(32), nullable=False),
    Column("seconds", SECONDS, nullable=False),
    Column("actor", String(255), nullable=False),
    Column("tool", String(64), nullable=False),
    Column("fingerprint", String(16), nullable=False),
    Column("source", LONG_TEXT, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("error", LONG_TEXT, nullable=False),
    Column("detail", LONG_TEXT, nullable=False),
)
# Made once: a run writes rows for every revision, and what is made anew is compiled anew.
INSERT = table.insert()
UPDATE = table.update().where(table.c.id == bindparam("number"))


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        kind: upgrade, downgrade, stamp, reset, kept, restore, repair, rebase or environment.
        revision: its id; "" when it is about none.
        started: the moment, in UTC, as :func:`dbtasks.values.now` writes it.
        finished: likewise; "" as long as it has not.
        seconds: how long it took.
        actor: ``user@host``.
        tool: the version of dbtasks.
        fingerprint: of the revision file as it was.
        source: the revision file as it was.
        outcome: started, done, failed or repaired; started also means killed.
        error: what went wrong.
        detail: what the kind needs beyond that, such as the name of the environment.
        id: its number, which the database gives it.
    """

    kind: str
    revision: str = ""
    started: str = ""
    finished: str = ""
    seconds: float = 0.0
    actor: str = ""
    tool: str = ""
    fingerprint: str = ""
    source: str = ""
    outcome: str = DONE
    error: str = ""
    detail: str = ""
    id: int = 0


def ensure(connection: Connection) -> None:
    """Create the table if it is not there; to commit is the caller's."""
    if not exists(connection):
        table.create(connection)


def append(connection: Connection, event: Event) -> int:
    """Write an event down, as of now and of who runs this unless it says otherwise, and return its number."""
    row = {one.name: getattr(event, one.name) for one in fields(event) if one.name != "id"}
    row["started"] = event.started or values.now()
    row["finished"] = event.finished or ("" if event.outcome == STARTED else values.now())
    row["actor"], row["tool"] = event.actor or values.actor(), event.tool or values.tool()
    (number,) = connection.execute(INSERT, row).inserted_primary_key or (0,)
    return int(number)


def record(url: URL, event: Event) -> None:
    """Write an event into a database's ledger, in a transaction of its own.

    Raises:
        DatabaseMissing, AccessDenied, ServerUnreachable, DatabaseReadOnly: it cannot be written.
    """

    def write(connection: Connection) -> None:
        ensure(connection)
        append(connection, event)
        connection.commit()

    databases.connect(url, write, write=True)


def change(connection: Connection, number: int, **row: Any) -> None:
    """Change what is written of an event; nothing happens when there is none."""
    connection.execute(UPDATE, {"number": number, **row})


def remove(connection: Connection, number: int) -> None:
    """Strike out an event that turned out to be none; nothing happens when there is none."""
    connection.execute(table.delete().where(table.c.id == number))


def events(connection: Connection, *kinds: str, newest: int | None = None) -> tuple[Event, ...]:
    """Return the events, oldest first: all of them or the ``newest`` so many, of all kinds or of these.

    Their sources, which may be long, are left out.
    """
    if not exists(connection):
        return ()
    query = select(*(column for column in table.c if column.name != "source")).order_by(table.c.id.desc()).limit(newest)
    if kinds:
        query = query.where(table.c.kind.in_(kinds))
    return tuple(Event(**row) for row in reversed(connection.execute(query).mappings().all()))


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources with which revisions were applied.

    Attributes:
        by_revision: of each revision that was ever applied, the newest one.
        doubted: the revisions of which a stamp says something since then: what it takes for true is in the files.
    """

    by_revision: dict[str, str]
    doubted: frozenset[str]


def sources(connection: Connection, *revisions: str) -> Sources:
    """Return with which source each revision was applied, or only these; nothing where no ledger is kept."""
    if not exists(connection):
        return Sources({}, frozenset())
    applied = (table.c.kind == "upgrade") & (table.c.outcome == DONE)
    query = select(table.c.id, table.c.revision, table.c.source).where(applied).order_by(table.c.id)
    if revisions:
        query = query.where(table.c.revision.in_(revisions))
    newest = {row.revision: row for row in connection.execute(query)}
    stamp = connection.execute(select(func.max(table.c.id)).where(table.c.kind == "stamp")).scalar() or 0
    return Sources(
        {one: str(row.source) for one, row in newest.items()},
        frozenset(one for one, row in newest.items() if row.id < stamp),
    )


def read(url: URL, *kinds: str, newest: int | None = None) -> tuple[Event, ...]:
    """Return the same of a database by its URL; empty when there is no database, or none that was ever written to.

    Raises:
        AccessDenied, ServerUnreachable, DatabaseUnusable: that cannot be known.
    """
    try:
        return databases.connect(url, lambda connection: events(connection, *kinds, newest=newest))
    except DatabaseMissing:
        return ()


def environment(url: URL) -> str | None:
    """Return the environment that the database says it is, or None when it says none."""
    found = read(url, "environment", newest=1)
    return found[-1].detail if found else None


def unfinished(runs: Sequence[Event]) -> Event | None:
    """Return the last of such events if it did not come to its end, and nothing was done about it since."""
    one = runs[-1] if runs else None
    return one if one and one.kind != "repair" and one.outcome in (STARTED, FAILED) else None


def ran(runs: Sequence[Event]) -> frozenset[str]:
    """Return the revisions that such events say were run and not reverted since, whatever counts as applied."""
    last = {one.revision: one.kind for one in runs if one.kind in ("upgrade", "downgrade") and one.outcome == DONE}
    return frozenset(one for one, kind in last.items() if kind == "upgrade")


def exists(connection: Connection) -> bool:
    """Return whether the database has the table."""
    return inspect(connection).has_table(NAME)
