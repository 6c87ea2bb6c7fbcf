"""The fixtures: a database at head for each test, or for each process, and engines for it.

See docs/testing.md. Imports stand inside the fixtures: a run of pytest that uses none of them pays for none.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

    from dbtasks.scratch import Mold


@pytest.fixture(scope="session")
def dbtasks_root(pytestconfig: pytest.Config) -> Path:
    """Return a folder of the project: pytest's root. A project that lies elsewhere overrides this fixture."""
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def dbtasks_mold(dbtasks_root: Path) -> Iterator["Mold"]:
    """Return the database at head that is copied, which is made by the migrations where it is not kept from before."""
    from dbtasks.testing import molds

    with ExitStack() as stack:
        yield molds.told(lambda: stack.enter_context(molds.of(dbtasks_root)))


@pytest.fixture
def migrated_database_url(dbtasks_mold: "Mold") -> Iterator[str]:
    """Return the URL, with its password, of a database at head of this test's own; it is dropped afterwards."""
    with _copy(dbtasks_mold) as url:
        yield url


@pytest.fixture
def migrated_engine(migrated_database_url: str) -> Iterator["AsyncEngine"]:
    """Return an asynchronous engine for this test's own database; it belongs to no event loop."""
    with _async_engine(migrated_database_url) as engine:
        yield engine


@pytest.fixture
def migrated_sync_engine(migrated_database_url: str) -> Iterator["Engine"]:
    """Return an engine for this test's own database, with a driver that is not asynchronous."""
    with _sync_engine(migrated_database_url) as engine:
        yield engine


@pytest.fixture(scope="session")
def session_migrated_database_url(dbtasks_mold: "Mold") -> Iterator[str]:
    """Return the URL, with its password, of a database at head that all tests of this process share."""
    with _copy(dbtasks_mold) as url:
        yield url


@pytest.fixture(scope="session")
def session_migrated_engine(session_migrated_database_url: str) -> Iterator["AsyncEngine"]:
    """Return an asynchronous engine for the database that all tests of this process share."""
    with _async_engine(session_migrated_database_url) as engine:
        yield engine


@pytest.fixture(scope="session")
def session_migrated_sync_engine(session_migrated_database_url: str) -> Iterator["Engine"]:
    """Return an engine that is not asynchronous for the database that all tests of this process share."""
    with _sync_engine(session_migrated_database_url) as engine:
        yield engine


@contextmanager
def _copy(mold: "Mold") -> Iterator[str]:
    with mold.copy() as url:  # by another driver where a scratch database has one
        yield url.set(drivername=mold.database.url.drivername).render_as_string(hide_password=False)


@contextmanager
def _async_engine(url: str) -> Iterator["AsyncEngine"]:
    """Give an engine without a pool: a connection is of the loop that asks for it, and closed when it is given back."""
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine = create_async_engine(url, poolclass=NullPool)
    yield engine
    engine.sync_engine.dispose()


@contextmanager
def _sync_engine(url: str) -> Iterator["Engine"]:
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.pool import NullPool

    from dbtasks.testing import molds

    engine = create_engine(molds.told(lambda: molds.sync_url(make_url(url))), poolclass=NullPool)
    yield engine
    engine.dispose()
