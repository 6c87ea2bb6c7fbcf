"""What a migration will do, before it does it; the plan shown is the plan run."""

from dataclasses import dataclass

from dbtasks import dialects, road
from dbtasks.errors import DatabaseMissing, DatabaseMoved, DowngradeToBase, RevisionNotGiven
from dbtasks.history import Direction, History, Revision
from dbtasks.settings import Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """Revisions to apply or revert, in order; none means that there is nothing to do."""

    database: str
    direction: Direction
    current: tuple[str, ...]
    steps: tuple[Revision, ...]

    def remaining(self, history: History, current: tuple[str, ...]) -> tuple[Revision, ...]:
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


def upgrade(history: History, settings: Settings, revision: str = "head") -> Plan:
    """Return the way up to a revision; a file that does not exist yet counts as an empty database.

    Raises:
        UnknownRevision, AmbiguousRevision, ManyHeads, NoSuchDistance, NotReachable: the revision cannot be gone up to.
        UnknownDatabaseRevision: the database records a revision that no file has.
        DatabaseMissing, AccessDenied, ServerUnreachable: there is no database to look at.
    """
    _check_name(history, revision)
    current = recorded(history, settings)
    return Plan(settings.database.name, "upgrade", current, history.up(current, revision))


def downgrade(history: History, settings: Settings, revision: str) -> Plan:
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
    current = recorded(history, settings)
    return Plan(settings.database.name, "downgrade", current, history.down(current, revision))


def recorded(history: History, settings: Settings) -> tuple[str, ...]:
    """Return the revisions that the database records; empty for a file that does not exist yet.

    Raises:
        UnknownDatabaseRevision: no file has one of them.
        DatabaseMissing, AccessDenied, ServerUnreachable: there is no database to look at.
    """
    url = settings.database.url
    try:
        current = road.heads(history, url)
    except DatabaseMissing:
        if dialects.of(url).in_file:
            return ()
        raise
    history.check_known(current, settings.database.name)
    return current


def _check_name(history: History, revision: str) -> None:
    """Raise what is wrong with the name itself, before a database is asked; a distance depends on the database."""
    if not revision.startswith(("+", "-")):
        history.resolve(revision, ())
