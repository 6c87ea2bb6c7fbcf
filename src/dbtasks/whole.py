"""The whole database: moved aside by a reset, and brought back."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, Connection, Select, func, literal_column, select, table

from dbtasks import databases, dialects, environment, guard, keep, ledger, lock, values
from dbtasks.errors import CannotMove, MayNotCreateDatabase, NothingKept, PermissionDenied
from dbtasks.guard import Consent
from dbtasks.ledger import Event
from dbtasks.road import NOBODY, Caller
from dbtasks.settings import Settings
from dbtasks.watch import columns_of

LEAST = 10**13  # numbers of databases are moments, with fourteen digits; those of copies count events


@dataclass(frozen=True, slots=True)
class Whole:
    """A database that was set aside.

    Attributes:
        id: by which it is called: the moment, as YYYYMMDDhhmmss in UTC.
        event: by which it was set aside; None when it does not tell.
        tables: how many it has.
        rows: how many rows are in them, counted up to the setting ``count_limit`` for each table.
        size: in bytes; None when it cannot be told.
    """

    id: int
    event: Event | None
    tables: int
    rows: int
    size: int | None


def away(settings: Settings, kind: str, *, force: bool = False) -> int:
    """Return the number under which the database is set aside now; an empty one is in its place.

    ``force`` ends the connections of others first. The caller holds the lock, unless the dialect moves alone.

    Raises:
        DatabaseInUse: others are connected, where that is in the way.
        CannotMove: the user may not, or not all of it.
    """
    url, moves = settings.database.url, dialects.of(settings.database.url).moves
    number = _number(url)
    if force:
        moves.end_sessions(url, databases.connect)
    try:
        moves.away(url, number, databases.connect)
    except (PermissionDenied, MayNotCreateDatabase) as error:
        raise CannotMove(settings.database.name, (error.why() or "").rstrip(".")) from error
    ledger.record(moves.kept_url(url, number), Event(kind, detail=f"set aside as {number}"))
    return number


def found(settings: Settings) -> tuple[Whole, ...]:
    """Return the databases that were set aside, the oldest first; empty when there is none.

    Raises:
        AccessDenied, ServerUnreachable, DatabaseUnusable: that cannot be known.
    """
    url, moves = settings.database.url, dialects.of(settings.database.url).moves
    return tuple(_described(settings, number) for number in moves.numbers(url, databases.connect))


def restore(
    settings: Settings, number: int, consent: Consent, caller: Caller = NOBODY, *, force: bool = False
) -> tuple[Whole, int]:
    """Return the database that is in its place again, and the number under which the present one is set aside.

    Raises:
        NothingKept: there is no such database.
        Refused: the present one has rows, and that is not permitted.
        DatabaseInUse, CannotMove: as for :func:`away`.
    """
    url, moves = settings.database.url, dialects.of(settings.database.url).moves
    if number not in moves.numbers(url, databases.connect):
        raise NothingKept(settings.database.name, str(number))
    whole = _described(settings, number)
    if rows := databases.connect(url, lambda connection: _rows(connection, settings))[1]:
        guard.permit(settings, environment.read(settings), consent, f"{rows:,} rows of today would be set aside for it")

    def swap() -> int:
        present = away(settings, "restore", force=force)
        try:
            moves.back(url, number, databases.connect)
        except BaseException:
            moves.back(url, present, databases.connect)
            raise
        ledger.record(url, Event("restore", detail=f"{number} is back; what was there is set aside as {present}"))
        return present

    return whole, _alone(settings, caller, swap)


def newest(settings: Settings) -> int:
    """Return the number of the newest database that is set aside, if no copy waits to be restored; otherwise 0."""
    numbers = dialects.of(settings.database.url).moves.numbers(settings.database.url, databases.connect)
    waiting = any(not one.is_restored for one in keep.found(settings))
    return numbers[-1] if numbers and not waiting else 0


def forget_all(settings: Settings, number: int | None, days: float | None, consent: Consent) -> int:
    """Return how many tables and databases were deleted for good: those of a number, or those older than some days.

    Raises:
        NothingKept: there is nothing under that number.
        NotNamed: the user has not named the database.
    """
    url, moves = settings.database.url, dialects.of(settings.database.url).moves
    wholes = moves.numbers(url, databases.connect)
    if number is not None:
        copies: tuple[keep.Kept, ...] = (keep.chosen(settings, number),) if number < LEAST else ()
        wholes = tuple(one for one in wholes if one == number)
        if not copies and not wholes:
            raise NothingKept(settings.database.name, str(number))
    else:
        before = values.now(-(days or 0.0))
        copies = keep.older_than(settings, before)
        wholes = tuple(one for one in wholes if f"{one}" <= re.sub(r"\D", "", before)[:14])
    if not copies and not wholes:
        return 0
    guard.check_name(settings, consent, "what was set aside would be deleted for good")
    for one in wholes:
        moves.discard(url, one, databases.connect)
    return len(wholes) + keep.forget(settings, copies)


def check_force(settings: Settings, command: str) -> None:
    """Raise Refused unless connections of others may be ended: on this machine, where nothing is protected."""
    where = environment.read(settings)
    guard.check_place(where, command)
    guard.check_machine(where, command)


def _alone(settings: Settings, caller: Caller, work: Callable[[], int]) -> int:
    url = settings.database.url
    if dialects.of(url).moves.alone:
        return work()
    return lock.holding(url, settings.database.lock_timeout, work, caller.command, caller.on_wait)


def _number(url: URL) -> int:
    """Return the number of this moment, and wait for the next second when it is taken."""
    taken = dialects.of(url).moves.numbers(url, databases.connect)
    while (number := int(datetime.now(UTC).strftime("%Y%m%d%H%M%S"))) in taken:
        time.sleep(0.1)
    return number


def _described(settings: Settings, number: int) -> Whole:
    moves = dialects.of(settings.database.url).moves
    url = moves.kept_url(settings.database.url, number)
    events = ledger.read(url, "reset", "restore")
    tables, rows = databases.connect(url, lambda connection: _rows(connection, settings))
    return Whole(number, events[-1] if events else None, tables, rows, moves.size(url, databases.connect))


def _rows(connection: Connection, settings: Settings) -> tuple[int, int]:
    tables = list(columns_of(connection))
    limit = settings.database.count_limit
    ones: Iterator[Select[Any]] = (select(literal_column("1")).select_from(table(one)).limit(limit) for one in tables)
    counts = (connection.execute(select(func.count()).select_from(one.subquery())).scalar_one() for one in ones)
    return len(tables), sum(counts)
