"""What a migration will do, before it does it; the plan shown is the plan run."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from alembic.runtime.migration import MigrationContext

from dbtasks import applied, dialects, environment, ledger, road, stakes
from dbtasks.environment import Environment
from dbtasks.errors import DatabaseMissing, DatabaseMoved, DowngradeToBase, PlanMoved, RevisionNotGiven
from dbtasks.history import Direction, Heads, History, Revision
from dbtasks.settings import Settings
from dbtasks.stakes import Stake
from dbtasks.way import NOTHING, Rehearsal, Way


@dataclass(frozen=True, slots=True)
class Seen:
    """What a plan was made on.

    Attributes:
        current: the revisions that the database records.
        recorded: the environment that it records; None when it records none.
        last: the number of the last event in its ledger; 0 when there is none.
    """

    current: Heads
    recorded: str | None = None
    last: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Revisions to apply or revert, in order; none means that there is nothing to do.

    Attributes:
        id: eight characters that change when a revision file or the state of the database does.
        environment: of the database.
        stakes: what may be lost.
        rehearsal: what is known of each step; nothing for steps that can be seen to take nothing away.
        services: those whose tables a revision touches, by its id; known when the plan is detailed.
    """

    database: str
    direction: Direction
    current: Heads
    steps: tuple[Revision, ...]
    id: str = ""
    environment: Environment | None = None
    stakes: tuple[Stake, ...] = ()
    rehearsal: Rehearsal = field(default=NOTHING, repr=False)
    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @property
    def losing(self) -> tuple[Stake, ...]:
        """Return the stakes that somebody has to agree to."""
        return tuple(one for one in self.stakes if one.counts)

    def check_id(self, expected: str) -> None:
        """Raise PlanMoved when this is not the plan that somebody has seen under that id."""
        if expected and expected != self.id:
            raise PlanMoved(self.database, expected, self.id)

    def remaining(self, history: History, current: Heads) -> tuple[Revision, ...]:
        """Return the steps that are still to be taken; fewer when another process took some while this one waited.

        Raises:
            DatabaseMoved: it went elsewhere, so that this plan does not fit any more.
        """
        applied, known = history.effective(current), history.effective(self.current)
        if self.direction == "upgrade":
            if not known <= applied:
                raise DatabaseMoved(self.database, (), tuple(sorted(known - applied)))
            return tuple(step for step in self.steps if step.id not in applied)
        if not applied <= known:
            raise DatabaseMoved(self.database, tuple(sorted(applied - known)))
        return tuple(step for step in self.steps if step.id in applied)


def upgrade(history: History, settings: Settings, revision: str = "head", *, detailed: bool = False) -> Plan:
    """Return the way up to a revision; a file that does not exist yet counts as an empty database.

    Raises:
        UnknownRevision, AmbiguousRevision, ManyHeads, NoSuchDistance, NotReachable: the revision cannot be gone up to.
        UnknownDatabaseRevision: the database records a revision that no file has.
        NeverRun: it counts revisions as applied that were put below an applied one.
        DatabaseMissing, AccessDenied, ServerUnreachable: there is no database to look at.
    """
    _check_name(history, revision)
    seen = look(history, settings, ordered=True)
    steps = history.up(seen.current, revision)
    return weighed(settings, Way(history, seen.current, steps, "upgrade"), seen, detailed=detailed)


def downgrade(history: History, settings: Settings, revision: str, *, detailed: bool = False) -> Plan:
    """Return the way down to a revision.

    Raises:
        RevisionNotGiven: ``revision`` is empty.
        DowngradeToBase: it is ``base``.
        and what :func:`upgrade` raises.
    """
    if not revision:
        raise RevisionNotGiven("downgrade", "-1", "-1 reverts the last one, -3 the last three, an id all after it")
    if revision == "base":
        raise DowngradeToBase
    _check_name(history, revision)
    seen = look(history, settings, ordered=True)
    steps = history.down(seen.current, revision)
    return weighed(settings, Way(history, seen.current, steps, "downgrade"), seen, detailed=detailed)


def of_steps(settings: Settings, way: Way, recorded: str | None) -> Plan:
    """Return the plan of steps that somebody else has chosen, such as plain ``alembic``."""
    return weighed(settings, way, Seen(way.current, recorded))


def recorded(history: History, settings: Settings) -> Heads:
    """Return the revisions that the database records; empty for a file that does not exist yet.

    Raises:
        UnknownDatabaseRevision: no file has one of them.
        DatabaseMissing, AccessDenied, ServerUnreachable: there is no database to look at.
    """
    return look(history, settings).current


def look(history: History, settings: Settings, *, known_only: bool = True, ordered: bool = False) -> Seen:
    """Return the state of the database, as :func:`recorded` does; unless ``known_only`` of any revision.

    Raises:
        NeverRun: ``ordered``, and revisions count as applied that were not.
    """

    def see(context: MigrationContext) -> Seen:
        connection = context.connection
        assert connection is not None  # noqa: S101 - it is looked at online
        current = tuple(sorted(context.get_current_heads()))
        if known_only:
            applied.check_known(history, connection, current, settings.database.name)
        if ordered:
            applied.check_order(history, connection, current, settings.database.name)
        last = ledger.events(connection, newest=1)
        named = ledger.events(connection, "environment", newest=1) if last else ()
        return Seen(current, named[-1].detail if named else None, last[-1].id if last else 0)

    try:
        return road.inspect(history, settings.database.url, see)
    except DatabaseMissing:
        if dialects.of(settings.database.url).in_file:
            return Seen(())
        raise


def weighed(settings: Settings, way: Way, seen: Seen, *, detailed: bool = False, must_revert: bool = False) -> Plan:
    """Return the plan of steps on a database of which this was seen.

    Raises:
        MigrationFailed: ``must_revert``, and a step down does not even run in a scratch database.
    """
    where = environment.of(settings, seen.recorded)
    rehearsal, found = stakes.weigh(way, settings.database, where, detailed=detailed, must_revert=must_revert)
    return Plan(
        database=settings.database.name,
        direction=way.direction,
        current=way.current,
        steps=way.steps,
        id=_id(way, seen),
        environment=where,
        stakes=found,
        rehearsal=rehearsal,
        services=_touched(way, rehearsal) if detailed else {},
    )


def _touched(way: Way, rehearsal: Rehearsal) -> dict[str, tuple[str, ...]]:
    from dbtasks import services  # only who wants to know needs it

    owners = services.owners(way.history.project)
    return {one: services.touched(sql, owners) for one, sql in rehearsal.sql.items()}


def _id(way: Way, seen: Seen) -> str:
    files = [(step.id, step.fingerprint) for step in way.steps]
    state = json.dumps([way.direction, seen.current, seen.last, files])
    return hashlib.sha256(state.encode()).hexdigest()[:8]


def _check_name(history: History, revision: str) -> None:
    """Raise what is wrong with the name itself, before a database is asked; a distance depends on the database."""
    if not revision.startswith(("+", "-")):
        history.resolve(revision, ())
