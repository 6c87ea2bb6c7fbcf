"""Make the schema of a database again what the revision that it records says."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

from dbtasks import (
    applied,
    aside,
    compare,
    databases,
    drift,
    environment,
    keep,
    ledger,
    lock,
    plan,
    stakes,
    unfinished,
)
from dbtasks.aside import Aside, Part
from dbtasks.compare import Difference
from dbtasks.environment import Environment
from dbtasks.errors import CannotRestore
from dbtasks.history import Heads, History
from dbtasks.ledger import Event
from dbtasks.mend import Mending
from dbtasks.road import NOBODY, Caller
from dbtasks.settings import Settings
from dbtasks.stakes import Stake
from dbtasks.watch import Watch, columns_of

REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Repair:
    """What has to be done, and what is at stake.

    Attributes:
        database: its name.
        current: the revisions that it records.
        environment: of the database.
        differences: what would be done.
        renames: the statements that take back names which an unfinished revision had given.
        stakes: what would be lost.
        unfinished: the run that was left unfinished; None when there is none.
    """

    database: str
    current: Heads
    environment: Environment
    differences: tuple[Difference, ...]
    renames: tuple[str, ...] = ()
    stakes: tuple[Stake, ...] = ()
    unfinished: Event | None = None

    @property
    def losing(self) -> tuple[Stake, ...]:
        """Return the stakes that somebody has to agree to."""
        return tuple(one for one in self.stakes if one.counts)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What came of it.

    Attributes:
        database: its name.
        sql: the statements that were run.
        restored: how many rows came back that the unfinished revision had taken away.
        left: the differences that are still there.
    """

    database: str
    sql: tuple[str, ...]
    restored: int = 0
    left: tuple[Difference, ...] = ()


def look(history: History, settings: Settings) -> Repair:
    """Return what would have to be done; nothing is written to the database.

    Raises:
        ScratchNotAllowed: there is nowhere to make the schema that it is compared with.
        UnknownDatabaseRevision: it records a revision of which nobody has the source.
        DatabaseMissing, AccessDenied, ServerUnreachable: it cannot be looked at.
    """
    seen, url = plan.look(history, settings, known_only=False), settings.database.url
    where = environment.of(settings, seen.recorded)
    left = unfinished.run(url)
    with drift.wanted(history, settings, seen.current, where) as scratch:
        differences = compare.with_schema(history, url, scratch)
        wanted = databases.connect(scratch, columns_of)
    now = databases.connect(url, columns_of)
    with applied.enough(history, url, settings.database.name, seen.current) as there:
        renames = unfinished.renames(unfinished.way(there, left, seen.current), settings.database, now, wanted)
    watch = Watch(now)
    watch.step(REPAIR, renames, wanted)
    at_stake = stakes.counted(settings.database, watch.losses, now)
    return Repair(settings.database.name, seen.current, where, differences, renames, at_stake, left)


def run(
    history: History, settings: Settings, wanted: Repair, caller: Caller = NOBODY, *, set_aside: bool = True
) -> Repaired:
    """Return what was done; a guard has permitted it. What cannot be mended stays as it was, and is told.

    Raises:
        LockTimeout: another process migrates the database.
    """
    url = settings.database.url

    def mend() -> Repaired:
        with drift.wanted(history, settings, wanted.current, wanted.environment) as scratch:
            copies = databases.connect(url, lambda connection: _copies(connection, wanted.unfinished))
            copied = [(one.table, name) for one in copies for name in one.columns]
            work = Mending(history, url, scratch, frozenset(copied))
            if set_aside:
                databases.connect(url, partial(_set_aside, wanted), write=True)
            restored = _mend(work, settings, wanted)
            left = compare.with_schema(history, url, scratch)
        _note(url, wanted, left)
        return Repaired(wanted.database, tuple(work.sql), restored, left)

    return lock.holding(url, settings.database.lock_timeout, mend, caller.command, caller.on_wait)


def _set_aside(wanted: Repair, connection: Connection) -> None:
    Aside(connection.engine.url, wanted.stakes).before(connection, REPAIR)
    connection.commit()


def _mend(work: Mending, settings: Settings, wanted: Repair) -> int:
    for statement in wanted.renames:
        work.send(statement)
    restored: list[int] = []
    work.rounds(lambda: restored.append(_restore(settings, wanted.unfinished)))
    return max(restored, default=0)


def _restore(settings: Settings, left: Event | None) -> int:
    """Return how many rows came back that the unfinished revision had set aside, where the schema has their place."""

    def bring_back(part: Part, connection: Connection) -> int:
        outcomes = keep.bring_back(connection, settings, [part], exactly=True)
        connection.commit()
        return sum(one.restored for one in outcomes)

    url = settings.database.url
    kept = databases.connect(url, lambda connection: _copies(connection, left))
    restored: dict[int, int] = {}
    for _ in kept:  # one's parents may be another's rows
        for part in reversed(kept):
            with contextlib.suppress(CannotRestore, DBAPIError):  # the schema has no place for it yet
                number = databases.connect(url, partial(bring_back, part), write=True)
                restored[part.id] = max(number, restored.get(part.id, 0))
    return sum(restored.values())


def _copies(connection: Connection, left: Event | None) -> tuple[Part, ...]:
    """Return what the unfinished run had set aside; empty when there is none."""
    those = aside.parts(ledger.events(connection, aside.KEPT))
    return tuple(part for one, part in those if left and one.id > left.id and one.revision == left.revision)


def _note(url: URL, wanted: Repair, left: Sequence[Difference]) -> None:
    def write(connection: Connection) -> None:
        ledger.ensure(connection)
        if wanted.unfinished is not None and not left:
            ledger.change(connection, wanted.unfinished.id, outcome=ledger.REPAIRED)
            for part in _copies(connection, wanted.unfinished):
                ledger.change(connection, part.id, outcome=aside.RESTORED)
        outcome = ledger.FAILED if left else ledger.DONE
        ledger.append(connection, Event(REPAIR, ", ".join(wanted.current), outcome=outcome))
        connection.commit()

    databases.connect(url, write, write=True)
