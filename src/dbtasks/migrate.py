"""Carry a plan out: apply, revert, stamp, and start again from nothing.

What sets aside is imported where that is done: most runs take nothing away.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dbtasks import databases, dialects, guard, ledger, lock, plan, road
from dbtasks.errors import RevisionNotGiven
from dbtasks.history import History
from dbtasks.ledger import Event
from dbtasks.plan import Plan
from dbtasks.road import NOBODY, Caller, Run, Step
from dbtasks.settings import Settings

Permit = Callable[[tuple[str, ...]], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did; no steps means that there was nothing to do.

    Attributes:
        database: its name.
        steps: the revisions applied or reverted, in order.
        heads: what the database records now; empty at base.
        aside: the number under which the database was set aside; None when it was not.
    """

    database: str
    steps: tuple[Step, ...]
    heads: tuple[str, ...]
    aside: int | None = None


def run(
    history: History, settings: Settings, wanted: Plan, caller: Caller = NOBODY, *, set_aside: bool = True
) -> Report:
    """Return what was done to carry out a plan; nothing is locked or written when it has no steps.

    What is at stake is copied first, unless it is not to be ``set_aside``.

    Raises:
        LockTimeout, DatabaseMoved: another process migrates, or has migrated, the database.
        MigrationFailed, BrokenReferences, HeadsDisagree: a revision did not run, or not as it says.
    """
    if not wanted.steps:
        return Report(wanted.database, (), wanted.current)
    trip = _trip(history, settings, caller)
    trip.direction = wanted.direction
    if set_aside and wanted.stakes:
        from dbtasks.aside import Aside

        copies = Aside(settings.database.url, wanted.stakes)
        trip.on_revision, trip.on_end = copies.before, copies.end
    steps = road.migrate(history, trip, lambda current: wanted.remaining(history, current))
    return Report(wanted.database, steps, _heads(trip, wanted.current))


def stamp(
    history: History,
    settings: Settings,
    revision: str,
    caller: Caller = NOBODY,
    permit: Permit = lambda _forgotten: None,
) -> Report:
    """Return what the database records after it was made to record a revision; no revision is run.

    ``permit`` is told which applied revisions the database would forget, and raises if that must not be.

    Raises:
        RevisionNotGiven: ``revision`` is empty.
        DatabaseMissing: there is none; stamping must not create one.
        UnknownRevision, AmbiguousRevision, ManyHeads, LockTimeout: see there.
    """
    if not revision:
        raise RevisionNotGiven("stamp", "head", "stamping records a revision and runs nothing")
    url = settings.database.url
    if not revision.startswith(("+", "-")):
        history.resolve(revision, ())  # tells a slip before a database is asked
    current = road.heads(history, url)
    target = history.resolve(revision, current)
    permit(guard.forgets(history, current, target))
    road.stamp(history, _trip(history, settings, caller), target)
    return Report(settings.database.name, (), target)


def reset(
    history: History, settings: Settings, caller: Caller = NOBODY, *, discard: bool = False, force: bool = False
) -> Report:
    """Return what was applied to an empty database; what was there is set aside; :mod:`dbtasks.guard` has permitted it.

    Downgrades are not replayed: written long ago and for other data, they often cannot run. ``discard`` drops
    everything instead of moving it; ``force`` ends the connections of others first.

    Raises:
        ManyHeads, LockTimeout, MigrationFailed, HeadsDisagree: see there.
        DatabaseInUse, CannotMove: it cannot be moved; nothing was changed.
    """
    from dbtasks import whole

    history.head()
    database, dialect = settings.database, dialects.of(settings.database.url)
    there = databases.exists(database.url)
    kept = whole.away(settings, "reset", force=force) if there and not discard and dialect.moves.alone else None
    trip = _trip(history, settings, caller)
    trip.lock_seconds = None  # held here, over both halves

    def start_again() -> tuple[tuple[Step, ...], int | None]:
        aside = kept
        if there and discard:
            databases.connect(database.url, dialect.wipe, write=True)
        elif there and aside is None:
            aside = whole.away(settings, "reset", force=force)
        if there:
            ledger.record(database.url, Event("reset", detail=f"set aside as {aside}" if aside else "discarded"))
        return road.migrate(history, trip, lambda current: history.up(current, "head")), aside

    steps, aside = lock.holding(database.url, database.lock_timeout, start_again, caller.command, caller.on_wait)
    return Report(database.name, steps, _heads(trip, ()), aside)


def create(history: History, settings: Settings) -> bool:
    """Return whether the database had to be created; there are no tables in a new one.

    Raises:
        MayNotCreateDatabase, DatabaseReadOnly, AccessDenied, ServerUnreachable: it could not be.
    """
    url = settings.database.url
    if databases.exists(url):
        return False
    databases.create(url)
    plan.recorded(history, settings)  # it can be read, too
    return True


def _trip(history: History, settings: Settings, caller: Caller) -> Run:
    database = settings.database
    return Run(
        history.project,
        database.url,
        database.name,
        caller,
        environment=settings.environment,
        lock_seconds=None if caller.has_lock else database.lock_timeout,
    )


def _heads(trip: Run, before: tuple[str, ...]) -> tuple[str, ...]:
    return before if trip.heads is None else tuple(sorted(trip.heads))
