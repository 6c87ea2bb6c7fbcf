"""Where a database stands in the history."""

from dataclasses import dataclass

from dbtasks import runtime
from dbtasks.dialects import urls
from dbtasks.errors import DatabaseMissing
from dbtasks.history import History, Revision
from dbtasks.settings import Settings


@dataclass(frozen=True, slots=True)
class Status:
    """What ``db.status`` shows.

    Attributes:
        database: the name.
        url: the URL without its passwords.
        exists: whether there is such a database.
        current: the revisions that it records; empty when nothing is applied.
        heads: the ends of the history; empty for an empty one.
        pending: what is not applied yet, in order.
        unknown: the revisions that it records and no file has.
    """

    database: str
    url: str
    environment: str
    exists: bool
    current: tuple[str, ...]
    heads: tuple[str, ...]
    pending: tuple[Revision, ...]
    unknown: tuple[str, ...]


def of(history: History, settings: Settings) -> Status:
    """Return where the project's database stands; nothing is written, and no database created.

    Raises:
        AccessDenied, ServerUnreachable, DatabaseUnusable: that cannot be known.
    """
    url = settings.database.url
    exists, current = True, tuple[str, ...]()
    try:
        current = runtime.heads(history, url)
    except DatabaseMissing:
        exists = False
    known = {revision.id for revision in history.revisions}
    applied = history.effective(one for one in current if one in known)
    return Status(
        database=settings.database.name,
        url=urls.masked(url),
        environment=settings.environment,
        exists=exists,
        current=current,
        heads=history.heads,
        pending=tuple(one for one in history.revisions if one.id not in applied),
        unknown=tuple(one for one in current if one not in known),
    )
