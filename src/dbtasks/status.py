"""Where a database stands in the history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL

from dbtasks import applied, dialects, ledger, lock, road
from dbtasks.applied import Found, Skipped
from dbtasks.dialects import urls
from dbtasks.errors import DatabaseMissing
from dbtasks.history import History, Revision
from dbtasks.ledger import Event
from dbtasks.lock import Holder
from dbtasks.settings import Settings

NOTHING = Found()


@dataclass(frozen=True, slots=True)
class Status:
    """What ``db.status`` shows.

    Attributes:
        database: the name.
        url: the URL without its passwords.
        environment: the configured one.
        exists: whether there is such a database.
        current: the revisions that it records; empty when nothing is applied.
        heads: the ends of the history; empty for an empty one.
        pending: what is not applied yet, in order.
        unknown: the revisions that it records and no file has.
        sourceless: those, and others below them, whose source the ledger does not have either.
        migrating: who holds the lock; None when nobody does.
        edited: the applied revisions whose files say something else than when they were applied.
        skipped: revisions that were put below an applied one, and never run; None when there are none.
        unfinished: the last run of a revision, if it failed or was killed where that may leave it half applied.
    """

    database: str
    url: str
    environment: str
    exists: bool
    current: tuple[str, ...]
    heads: tuple[str, ...]
    pending: tuple[Revision, ...]
    unknown: tuple[str, ...]
    migrating: Holder | None = None
    edited: tuple[Revision, ...] = ()
    unfinished: Event | None = None
    sourceless: tuple[str, ...] = ()
    skipped: Skipped | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    current: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    migrating: Holder | None = None
    applied: Found = NOTHING  # when no file has one of the current revisions
    sources: Mapping[str, str] = field(default_factory=dict)  # with which each revision was applied
    skipped: Skipped | None = None


def of(history: History, settings: Settings) -> Status:
    """Return where the project's database stands; nothing is written, and no database created.

    Raises:
        AccessDenied, ServerUnreachable, DatabaseUnusable: that cannot be known.
    """
    url = settings.database.url
    exists, seen = True, _Seen()
    try:
        seen = road.inspect(history, url, partial(_look, history, url))
    except DatabaseMissing:
        exists = False
    unknown = history.unknown(seen.current)
    below = history.effective(one for one in seen.current if one not in unknown)
    effective = below | {one for one in seen.applied.sources if history.has(one)}
    return Status(
        database=settings.database.name,
        url=urls.masked(url),
        environment=settings.environment,
        exists=exists,
        current=seen.current,
        heads=history.heads,
        pending=tuple(one for one in history.revisions if one.id not in effective),
        unknown=unknown,
        migrating=seen.migrating,
        edited=_edited(history, effective, seen),
        unfinished=None if seen.migrating or dialects.of(url).atomic else ledger.unfinished(seen.events),
        sourceless=seen.applied.missing,
        skipped=seen.skipped,
    )


def _look(history: History, url: URL, context: MigrationContext) -> _Seen:
    connection = context.connection
    assert connection is not None  # noqa: S101 - it is looked at online
    events = ledger.events(connection, *ledger.RUNS)
    current = tuple(sorted(context.get_current_heads()))
    return _Seen(
        current,
        events,
        lock.holder(url, lambda _url, work: work(connection)),
        applied.found(history, connection, current) if history.unknown(current) else NOTHING,
        ledger.sources(connection).by_revision,
        applied.skipped(history, connection, current, events),
    )


def _edited(history: History, applied: frozenset[str], seen: _Seen) -> tuple[Revision, ...]:
    as_applied = {
        one.revision: one.fingerprint for one in seen.events if one.kind == "upgrade" and one.outcome == ledger.DONE
    }
    return tuple(
        one
        for one in history.revisions
        if one.id in applied and one.id in as_applied and _differs(one, as_applied[one.id], seen.sources.get(one.id))
    )


def _differs(revision: Revision, fingerprint: str, source: str | None) -> bool:
    """Return whether a file says something else than its fingerprint; the same text, which is soon seen, does not."""
    return revision.source != source and revision.fingerprint != fingerprint
