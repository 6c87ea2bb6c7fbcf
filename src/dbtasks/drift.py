"""Whether a database's schema is what the revision that it records says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import URL

from dbtasks import applied, compare, environment, plan, scratch
from dbtasks.compare import Difference
from dbtasks.environment import Environment
from dbtasks.errors import ScratchNotAllowed
from dbtasks.history import Heads, History
from dbtasks.settings import Settings


@dataclass(frozen=True, slots=True)
class Drift:
    """How a schema differs from what its revision says.

    Attributes:
        database: its name.
        current: the revisions that it records.
        differences: what would have to be done to it; empty when it is as it should be.
    """

    database: str
    current: Heads
    differences: tuple[Difference, ...]


def find(history: History, settings: Settings) -> Drift:
    """Return how the database differs; nothing is written to it.

    Raises:
        ScratchNotAllowed: there is nowhere to make the schema that it is compared with.
        UnknownDatabaseRevision: it records a revision of which nobody has the source.
        DatabaseMissing, AccessDenied, ServerUnreachable: it cannot be looked at.
    """
    seen = plan.look(history, settings, known_only=False)
    with wanted(history, settings, seen.current, environment.of(settings, seen.recorded)) as url:
        found = compare.with_schema(history, settings.database.url, url)
    return Drift(settings.database.name, seen.current, found)


@contextmanager
def wanted(history: History, settings: Settings, current: Heads, where: Environment) -> Iterator[URL]:
    """Give the URL of a scratch database that has the schema of these revisions.

    Those that no file has are taken from the ledger of the database, which records them.

    Raises:
        UnknownDatabaseRevision: they are not there either.
        ScratchNotAllowed: the server is protected or elsewhere, and ``scratch.url`` names no other.
    """
    database = settings.database
    if not scratch.is_allowed(database, where):
        raise ScratchNotAllowed(database.name)
    with (
        applied.enough(history, database.url, database.name, current) as there,
        scratch.at(there, database, current) as url,
    ):
        yield url
