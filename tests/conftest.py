"""Databases and projects for tests; those that ask for ``dialect``, directly or not, run on all three."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from support import warm
from support.repository import Repository, Sql, copy_reference, fresh, tiny
from support.servers import Servers

DEVELOPERS = {"DATABASE_URL", "ENVIRONMENT", "CONFIG_PATH", "EXT_CONFIG_PATH", "NO_COLOR", "FORCE_COLOR", "COLUMNS"}
LONGEST = (
    "test_property.py",
    "test_types.py",
    "test_found.py",
    "test_wrapper.py",
    "test_guard_matrix.py",
    "test_stakes.py",
    "test_drift.py",
    "test_faults.py",
    "test_revision.py",
)
PREFIXES = ("INVOKE_", "PG")  # Invoke's configuration and asyncpg's defaults


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that in the end no worker waits for another."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what a developer's shell may say of databases, configuration and terminal."""
    for name in [name for name in os.environ if name in DEVELOPERS or name.startswith(PREFIXES)]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _warm_process() -> Iterator[None]:
    """End what the commands of this pytest process were forked from."""
    yield
    warm.stop()


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Return the database servers of this pytest process, started when they are needed."""
    servers = Servers()
    yield servers
    servers.stop()


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Return the name of each dialect in turn."""
    return str(request.param)


@pytest.fixture
def server_url(dialect: str, servers: Servers, tmp_path: Path) -> URL:
    """Return the URL of the dialect's server; for SQLite, of a folder that may not exist yet."""
    return _sqlite(tmp_path) if dialect == "sqlite" else servers.url(dialect)


@pytest.fixture
def missing_database_url(server_url: URL) -> Iterator[URL]:
    """Return the URL of a database that does not exist yet; if the test creates it, it is dropped."""
    with fresh(server_url, create=False) as url:
        yield url


@pytest.fixture
def database_url(server_url: URL) -> Iterator[URL]:
    """Return the URL of an empty database."""
    with fresh(server_url, create=True) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> Iterator[URL]:
    """Return the URL of an empty SQLite database."""
    with fresh(_sqlite(tmp_path), create=True) as url:
        yield url


@pytest.fixture
def postgresql_url(servers: Servers) -> Iterator[URL]:
    """Return the URL of an empty PostgreSQL database."""
    with fresh(servers.url("postgresql"), create=True) as url:
        yield url


@pytest.fixture
def mysql_url(servers: Servers) -> Iterator[URL]:
    """Return the URL of an empty MariaDB database."""
    with fresh(servers.url("mysql"), create=True) as url:
        yield url


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files of the commands that a test runs, which have to leave it empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def sql() -> Sql:
    """Return what runs SQL on a URL, and lists tables and databases."""
    return Sql()


@pytest.fixture
def reference(missing_database_url: URL, tmp_path: Path) -> Repository:
    """Return a copy of the reference backend whose database does not exist yet."""
    return copy_reference(tmp_path / "reference", _text(missing_database_url))


@pytest.fixture
def repository(database_url: URL, tmp_path: Path) -> Repository:
    """Return a project with one service and an empty database."""
    return tiny(tmp_path / "repository", _text(database_url))


@pytest.fixture
def sqlite_reference(tmp_path: Path) -> Iterator[Repository]:
    """Return a copy of the reference backend whose SQLite database does not exist yet."""
    with fresh(_sqlite(tmp_path), create=False) as url:
        yield copy_reference(tmp_path / "reference", _text(url))


@pytest.fixture
def sqlite_repository(sqlite_url: URL, tmp_path: Path) -> Repository:
    """Return a project with one service and an empty SQLite database."""
    return tiny(tmp_path / "repository", _text(sqlite_url))


def _sqlite(folder: Path) -> URL:
    return URL.create("sqlite+aiosqlite", database=str(folder / "databases"))


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
