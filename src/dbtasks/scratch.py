"""A throw-away database at any revision of the history, on the dialect of the project's own."""

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import URL

from dbtasks import databases, dialects, road
from dbtasks.environment import Environment
from dbtasks.errors import MayNotCreateDatabase
from dbtasks.history import History
from dbtasks.settings import DatabaseSettings

PREFIX = "dbtasks_scratch_"  # says what it is, to whoever finds one that a killed process has left
SHOWN = "a scratch database"  # in messages; the real name means nothing to anybody


def is_allowed(database: DatabaseSettings, where: Environment) -> bool:
    """Return whether a scratch database harms nobody: a file, a server for it, or an unprotected one that is here."""
    in_file = dialects.of(database.url).in_file
    return in_file or database.scratch_url is not None or (where.is_local and not where.is_protected)


@contextmanager
def at(history: History, database: DatabaseSettings, heads: Sequence[str] | None = None) -> Iterator[URL]:
    """Give the URL of a new database with the history up to these heads, or all of it; it is gone afterwards.

    Raises:
        MayNotCreateDatabase: the user lacks the right; the error names the setting ``database.scratch.url``.
        MigrationFailed: the history cannot be replayed from empty; the error names the revision.
    """
    with _empty(database) as url:
        wanted = history.effective(history.heads if heads is None else heads)
        if wanted:
            run = road.Run(history.project, url, SHOWN)
            road.migrate(history, run, lambda _current: tuple(one for one in history.revisions if one.id in wanted))
        yield url


@contextmanager
def _empty(database: DatabaseSettings) -> Iterator[URL]:
    name = PREFIX + secrets.token_hex(6)
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        dialect = dialects.of(database.url)
        server = database.url.set(database=folder) if dialect.in_file else database.scratch_url or database.url
        url = dialect.scratch_url(server, name)
        try:
            databases.create(url, scratch=True)
        except MayNotCreateDatabase:
            raise  # there is nothing to drop, and MySQL would refuse that, too
        except BaseException:
            databases.drop(url)
            raise
        try:
            yield url
        finally:
            databases.drop(url)
