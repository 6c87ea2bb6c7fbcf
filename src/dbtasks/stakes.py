"""What is at stake: the losses of a plan, counted in the live database.

What rehearses is imported where that is done: every task that applies revisions comes through here, and most revisions
can be seen to take nothing away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, column, func, literal_column, select, table
from sqlalchemy.exc import DBAPIError

from dbtasks import databases, dialects
from dbtasks.environment import Environment
from dbtasks.errors import BrokenReferences, DatabaseMissing, MayNotCreateDatabase, MigrationFailed
from dbtasks.harmless import is_harmless, mixes
from dbtasks.settings import DatabaseSettings
from dbtasks.way import NOTHING, Rehearsal, Way

if TYPE_CHECKING:
    from dbtasks.watch import Columns, Loss


@dataclass(frozen=True, slots=True)
class Stake:
    """A loss, with what the live database has to lose by it.

    Attributes:
        loss: what is taken away.
        rows: how many rows, or values that are not NULL; None when it cannot be told.
        is_exact: whether they were counted, and not estimated.
        is_accepted: whether the revision states the loss in ``accepts_loss``.
    """

    loss: "Loss"
    rows: int | None
    is_exact: bool = True
    is_accepted: bool = False

    @property
    def counts(self) -> bool:
        """Return whether somebody has to agree."""
        return self.rows != 0 and not self.is_accepted and self.loss.kind != "insert"


def weigh(
    way: Way, database: DatabaseSettings, environment: Environment, *, detailed: bool, must_revert: bool = False
) -> tuple[Rehearsal, tuple[Stake, ...]]:
    """Return what the steps do, and what is at stake.

    Unless it is to be ``detailed``, steps that can be seen to take nothing away are not tried.

    Raises:
        MigrationFailed: ``must_revert``, and a step down does not run in a scratch database.
        AccessDenied, ServerUnreachable, DatabaseUnusable: the live database cannot be looked at.
    """
    if not detailed and not may_lose(way, database):
        return NOTHING, ()
    now = _live(database)
    rehearsal = _rehearse(way, database, environment, now, must_revert=must_revert)
    accepted = {step.id: way.history.accepted(step.id) for step in way.steps}
    found = counted(database, rehearsal.losses, now, accepted)
    limit = database.set_aside_limit  # what is inserted into a larger table is not worth a copy of its keys
    return rehearsal, tuple(one for one in found if one.loss.kind != "insert" or (one.rows or 0) <= limit)


def may_lose(way: Way, database: DatabaseSettings) -> bool:
    """Return whether any step cannot be seen to take nothing away, and to leave nothing behind when it fails."""
    atomic = dialects.of(database.url).atomic
    sources = [step.path.read_text(encoding="utf-8") for step in way.steps]
    return any(
        not is_harmless(source, way.direction) or (not atomic and mixes(source, way.direction)) for source in sources
    )


def _rehearse(
    way: Way, database: DatabaseSettings, environment: Environment, now: "Columns", *, must_revert: bool
) -> Rehearsal:
    """Rehearse where that harms nobody, and where an empty database will do; otherwise read what can be read."""
    from dbtasks import scratch
    from dbtasks.rehearsal import read, rehearsed

    if scratch.is_allowed(database, environment):
        try:
            return rehearsed(way, database)
        except (MayNotCreateDatabase, BrokenReferences):
            pass
        except MigrationFailed as error:
            if must_revert and error.direction == "downgrade":
                raise
    return read(way, database.url, now)


def _live(database: DatabaseSettings) -> "Columns":
    from dbtasks.watch import columns_of

    try:
        return databases.connect(database.url, columns_of)
    except DatabaseMissing:
        return {}


def counted(
    database: DatabaseSettings,
    losses: "Sequence[Loss]",
    now: "Columns",
    accepted: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> tuple[Stake, ...]:
    """Return what the live database has to lose by each loss; ``accepted`` names those that a revision accepts."""

    def count(there: "Columns", connection: Connection) -> tuple[Stake, ...]:
        found = []
        for one in losses:
            rows, is_exact = _rows(connection, database, one, there)
            names = accepted.get(one.revision, frozenset())
            found.append(Stake(one, rows, is_exact, bool({one.name, one.table} & names)))
        return tuple(found)

    if not (losses and now):
        return tuple(Stake(one, 0) for one in losses)
    try:
        return databases.connect(database.url, partial(count, now))
    except DBAPIError:  # another process has taken something away since that was looked at
        return databases.connect(database.url, partial(count, _live(database)))


def _rows(connection: Connection, database: DatabaseSettings, loss: "Loss", now: "Columns") -> tuple[int | None, bool]:
    if not loss.table:
        return None, True
    if loss.live_table not in now or (loss.live_column and loss.live_column not in now[loss.live_table]):
        return 0, True
    if loss.column and not loss.live_column:
        return 0, True
    query: Select[Any] = select(literal_column("1")).select_from(table(loss.live_table)).limit(database.count_limit + 1)
    if loss.live_column:
        query = query.where(column(loss.live_column).is_not(None))
    rows = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    if rows <= database.count_limit:
        return rows, True
    return max(rows, dialects.of(database.url).estimated_rows(connection, loss.live_table)), False
