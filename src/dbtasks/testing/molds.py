"""The database at head that the tests of a project copy, and whether there may be one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import URL

from dbtasks import compare, dialects, environment, history, project, road, scratch, settings
from dbtasks.compare import Difference
from dbtasks.errors import DbtasksError, NotThrowaway, SyncDriverMissing
from dbtasks.scratch import Mold
from dbtasks.settings import Settings

T = TypeVar("T")

COMMAND = "pytest"


def told(work: Callable[[], T]) -> T:
    """Return what ``work`` returns; an error of ours fails the test with its message, and without a traceback."""
    try:
        return work()
    except DbtasksError as error:
        words = str(error)
    return pytest.fail(words, pytrace=False)


@contextmanager
def of(root: Path) -> Iterator[Mold]:
    """Give the database at head of the project that a folder lies in; made by its migrations when it is not there.

    Raises:
        NotThrowaway: it would be on a server that may have something to lose.
        MayNotCreateDatabase, MigrationFailed: it cannot be made.
    """
    found = project.find(root)
    configured = settings.load(found)
    check(configured)
    with scratch.mold(history.load(found), configured.database) as mold:
        yield mold


def check(configured: Settings) -> None:
    """Raise NotThrowaway unless the databases of tests would be where nothing can be lost.

    That is on a server named by ``database.scratch.url``; or else, in an environment that is not protected, in a file,
    or on this machine.
    """
    database = configured.database
    dialect = dialects.of(database.url)
    if database.scratch_url is not None:
        return
    where = environment.of(configured, None) if dialect.in_file else environment.read(configured)
    protected = [one for one in (where.recorded, where.configured) if one in where.protected]
    if protected or not scratch.is_allowed(database, where):
        name = (protected[0] if protected else None) or where.configured
        raise NotThrowaway(COMMAND, name, dialect.address(database.url), bool(protected))


def sync_url(url: URL) -> URL:
    """Return the URL with a driver that is not asynchronous.

    Raises:
        SyncDriverMissing: none is installed.
    """
    dialect = dialects.of(url)
    driver = dialect.sync_driver()
    if driver is None:
        raise SyncDriverMissing(dialect.names[0], tuple(module for _, module in dialect.sync_drivers))
    return url.set(drivername=driver)


def there_and_back(mold: Mold) -> tuple[Difference, ...]:
    """Return how the schema differs once every revision was reverted and applied again; empty when it does not.

    Raises:
        MigrationFailed: a revision cannot be reverted, or not be applied again.
    """
    revisions = mold.history
    chain = scratch.chain_of(revisions)
    with mold.copy() as url, mold.copy() as untouched:
        down = road.Run(revisions.project, url, scratch.SHOWN, direction="downgrade")
        road.migrate(revisions, down, lambda _current: chain[::-1])
        road.migrate(revisions, road.Run(revisions.project, url, scratch.SHOWN), lambda _current: chain)
        return compare.with_schema(revisions, url, untouched)
