"""What was set aside: list it, bring it back, let it go."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, inspect

from dbtasks import aside, databases, dialects, environment, guard, ledger, lock
from dbtasks.aside import Part
from dbtasks.errors import CannotRestore, NothingKept, counted
from dbtasks.guard import Consent
from dbtasks.ledger import Event
from dbtasks.putback import Outcome, PutBack
from dbtasks.road import NOBODY, Caller
from dbtasks.settings import Settings


@dataclass(frozen=True, slots=True)
class Kept:
    """What one run set aside.

    Attributes:
        id: by which it is called.
        events: one per copy, in the order in which they were made.
        parts: the copies.
        sizes: their sizes in bytes; None where the database does not tell.
    """

    id: int
    events: tuple[Event, ...]
    parts: tuple[Part, ...]
    sizes: tuple[int | None, ...] = ()

    @property
    def is_restored(self) -> bool:
        """Return whether it was brought back already."""
        return all(one.outcome == aside.RESTORED for one in self.events)


def found(settings: Settings) -> tuple[Kept, ...]:
    """Return what is set aside in the database, the oldest first; empty when nothing is.

    Raises:
        AccessDenied, ServerUnreachable, DatabaseUnusable: that cannot be known.
    """
    url = settings.database.url
    if not databases.exists(url):
        return ()
    return databases.connect(url, lambda connection: _found(connection, settings))


def restore(settings: Settings, number: int, consent: Consent, caller: Caller = NOBODY) -> tuple[Outcome, ...]:
    """Return what came back of a run's copies, a copy each; 0 means the newest that was not restored yet.

    It is one transaction. The copies stay until they are forgotten.

    Raises:
        NothingKept: there is no such run.
        CannotRestore: the schema does not have the tables and columns.
        Refused: values that are there now would be written over, and that is not permitted.
    """
    url = settings.database.url
    where = environment.read(settings)

    def work(connection: Connection) -> tuple[Outcome, ...]:
        kept = _chosen(_found(connection, settings), number, settings)
        put = _ready(connection, settings, kept.parts)
        over = sum(one.over() for one in put if one.gives_values)
        if over:
            guard.permit(settings, where, consent, f"values of {counted(over, 'row')} would be written over")
        outcomes = _put_back(put)
        for event in kept.events:
            ledger.change(connection, event.id, outcome=aside.RESTORED)
        rows = sum(one.restored for one in outcomes)
        ledger.append(connection, Event("restore", detail=f"{kept.id}: {counted(rows, 'row')}"))
        connection.commit()
        return outcomes

    def locked() -> tuple[Outcome, ...]:
        return databases.connect(url, work, write=True)

    return lock.holding(url, settings.database.lock_timeout, locked, caller.command, caller.on_wait)


def forget(settings: Settings, kept: Sequence[Kept]) -> int:
    """Return how many copies were deleted for good; their user has agreed."""

    def work(connection: Connection) -> None:
        for part in (part for one in kept for part in one.parts):
            aside.drop(connection, part)
            ledger.change(connection, part.id, outcome=aside.FORGOTTEN)
        connection.commit()

    if kept:
        databases.connect(settings.database.url, work, write=True)
    return sum(len(one.parts) for one in kept)


def chosen(settings: Settings, number: int) -> Kept:
    """Return what a run set aside by its number.

    Raises:
        NothingKept: there is no such run.
    """
    return _chosen(found(settings), number, settings)


def older_than(settings: Settings, moment: str) -> tuple[Kept, ...]:
    """Return what was set aside before a moment; empty when nothing was."""
    return tuple(one for one in found(settings) if one.events[-1].started < moment)


def _chosen(those: Sequence[Kept], number: int, settings: Settings) -> Kept:
    open_ones = [one for one in those if (one.id == number if number else not one.is_restored)]
    if not open_ones:
        raise NothingKept(settings.database.name, str(number or ""))
    return open_ones[-1]


def _found(connection: Connection, settings: Settings) -> tuple[Kept, ...]:
    runs: dict[int, list[tuple[Event, Part]]] = {}
    for event, part in aside.parts(ledger.events(connection, aside.KEPT)):
        runs.setdefault(part.run or part.id, []).append((event, part))
    size = dialects.of(settings.database.url).copies.size
    return tuple(
        Kept(
            number,
            tuple(event for event, _ in those),
            tuple(part for _, part in those),
            tuple(size(connection, part.name) for _, part in those),
        )
        for number, those in runs.items()
    )


def bring_back(
    connection: Connection, settings: Settings, parts: Sequence[Part], *, exactly: bool = False
) -> tuple[Outcome, ...]:
    """Return what came back of copies, a copy each; to ask, and to commit, is the caller's.

    ``exactly``: rows that a revision had inserted after the copy go.

    Raises:
        CannotRestore: the schema does not have the tables and columns.
    """
    put = _ready(connection, settings, parts)
    for one in put:
        if exactly and aside.INSERT in one.part.kinds:
            one.remove_others()
    return _put_back(put)


def _ready(connection: Connection, settings: Settings, parts: Sequence[Part]) -> list[PutBack]:
    """Return the copies with their tables; what was copied last comes first."""
    dialect = dialects.of(settings.database.url)
    dialect.copies.let_parents_wait(connection)
    for part in parts:
        _check(connection, settings, part)
    return [PutBack(connection, dialect, part) for part in reversed(parts)]


def _check(connection: Connection, settings: Settings, part: Part) -> None:
    inspector = inspect(connection)
    there = inspector.has_table(part.table)
    names = {one["name"] for one in inspector.get_columns(part.table)} if there else set()
    absent = [one for one in part.copied if one not in names]
    if absent:
        what = f"the column {part.table}.{absent[0]}" if there else f"the table {part.table}"
        raise CannotRestore(settings.database.name, what)


def _put_back(put: Sequence[PutBack]) -> tuple[Outcome, ...]:
    """Add rows as long as any comes back, since one's parents may be another's rows; then put values back."""
    outcomes = {id(one): Outcome(one.part) for one in put}
    adding, progress = [one for one in put if one.adds_rows], True
    while progress:
        progress = False
        for one in adding:
            if number := one.add():
                progress = True
                outcomes[id(one)] = replace(outcomes[id(one)], restored=outcomes[id(one)].restored + number)
    for one in put:
        outcomes[id(one)] = _finished(one, outcomes[id(one)])
    return tuple(outcomes[id(one)] for one in reversed(put))


def _finished(one: PutBack, so_far: Outcome) -> Outcome:
    changed = one.values() if one.gives_values else 0
    absent, differing = one.absent(), 0 if one.gives_values else one.differing()
    reasons = []
    if absent:
        parents = one.lost_parents() if one.adds_rows else ()
        gone = f"whose row in {', '.join(parents)} is gone" if parents else "that the table does not have any more"
        reasons.append(f"{counted(absent, 'row')} {gone}")
    if differing:
        reasons.append(f"{counted(differing, 'row')} that the table has with other values")
    one.finish()
    restored = so_far.restored + changed
    return replace(
        so_far,
        restored=restored,
        unchanged=one.part.rows - restored - absent - differing,
        missing=absent + differing,
        reason=" and ".join(reasons),
    )
