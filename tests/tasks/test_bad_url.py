from pathlib import Path

import pytest

from support.messages import PASSWORD, fails
from support.repository import Repository, tiny

ASYNC = "the services talk to the database asynchronously, and so do the tasks."
NOT_ASYNC = "The database URL in DATABASE_URL begins with '{}://', which is not an async driver of dbtasks."
KNOWN = "dbtasks serves 'sqlite', 'postgresql', 'mysql', 'mariadb'."
UNKNOWN = "The database URL in DATABASE_URL names an unknown dialect '{}'."
BEFORE = "write one of these before '://'."
UNREADABLE = "The database URL in DATABASE_URL cannot be read (it is not shown: it may hold a password)."
FORM = "it must have the form dialect+driver://user:password@host:port/name."
EXAMPLE = "write for example sqlite+aiosqlite:///db/database.db."
UNUSABLE = "The database URL in DATABASE_URL cannot be used."
IN_MEMORY = "a database in memory is gone when the command ends."
A_FILE = "write a file, for example sqlite+aiosqlite:///db/database.db."

SYNC_DRIVERS = [
    ("postgresql", "postgresql+asyncpg"),
    ("mysql+pymysql", "mysql+aiomysql"),
    ("sqlite", "sqlite+aiosqlite"),
]

OTHERS = [
    (f"oracle://ann:{PASSWORD}@db/shop", UNKNOWN.format("oracle"), KNOWN, BEFORE),
    (f"postgre://ann:{PASSWORD}@db/shop", UNKNOWN.format("postgre"), f"{KNOWN} Did you mean 'postgresql'?", BEFORE),
    (f"ann:{PASSWORD}@db/shop", UNREADABLE, FORM, EXAMPLE),
    (f"postgresql+asyncpg://ann:{PASSWORD}@db:port/shop", UNREADABLE, FORM, EXAMPLE),
    ("sqlite+aiosqlite:///:memory:", UNUSABLE, IN_MEMORY, A_FILE),
    (
        f"postgresql+asyncpg://ann:{PASSWORD}@db",
        UNUSABLE,
        "it names a server, but no database on it.",
        "write postgresql+asyncpg://user:password@host:port/name.",
    ),
    (
        f"mysql+aiomysql://ann:{PASSWORD}@localhost/shop?host=elsewhere",
        UNUSABLE,
        "'host' in its query names another server or database than the part before it.",
        "write host, port and database once: before the '?'.",
    ),
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a project whose configuration names the database."""
    return tiny(tmp_path / "repository", "")


@pytest.mark.parametrize(("given", "wanted"), SYNC_DRIVERS)
def test_a_sync_driver(repository: Repository, given: str, wanted: str) -> None:
    """A URL with a sync driver, or with none, is refused with the async one to write."""
    env = {"DATABASE_URL": f"{given}://ann:{PASSWORD}@db/shop"}
    fails(repository, "db.upgrade", NOT_ASYNC.format(given), ASYNC, f"write '{wanted}://' instead.", env=env)


@pytest.mark.parametrize(("url", "what", "why", "fix"), OTHERS)
def test_an_unusable_url(repository: Repository, url: str, what: str, why: str, fix: str) -> None:
    """A URL of an unknown dialect, or one that cannot be read or used, is never repeated in the message."""
    fails(repository, "db.upgrade", what, why, fix, env={"DATABASE_URL": url})


def test_the_message_says_where_the_url_stands(repository: Repository) -> None:
    """A URL in a configuration file is called by its key, also from a subfolder."""
    repository.write("config/default_config.yaml", f"database: {{url: 'postgresql://ann:{PASSWORD}@db/shop'}}\n")
    fails(
        repository,
        "db.status",
        "The database URL in 'database.url' begins with 'postgresql://', which is not an async driver of dbtasks.",
        ASYNC,
        "write 'postgresql+asyncpg://' instead.",
        cwd="services/shop",
    )
