from pathlib import Path

import pytest
from sqlalchemy import URL

from support.messages import PASSWORD, fails, revision
from support.repository import Repository, Sql, tiny
from support.servers import Servers

DRIVERS = {"postgresql": "postgresql+asyncpg", "mysql": "mysql+aiomysql"}
PACKAGES = {"postgresql": "asyncpg", "mysql": "aiomysql"}
ON_SERVERS = pytest.mark.parametrize("dialect", list(DRIVERS))  # SQLite has no server, user or driver to be without

# A process of root may write whatever it likes, unless it gives that up.
UNPRIVILEGED = """
    import ctypes
    import os

    if os.geteuid() == 0:
        header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None).capset(header, none) == 0

    from invoke import Collection
    from dbtasks.tasks import db

    ns = Collection(db)
    """

REFUSED = "db.reset was refused; nothing was changed."
REFUSALS = [
    (
        "--confirm database.db",
        {"ENVIRONMENT": "production"},
        "the configuration says that this is 'production', which is protected ('database.protected': 'production', 'staging').",
        "point ENVIRONMENT and DATABASE_URL at a development database.",
    ),
    (
        "",
        {},
        "it sets everything aside, and leaves empty tables, and the database was not named.",
        "inv db.reset --confirm database.db",
    ),
    ("--confirm databse.db", {}, "'databse.db' is not the name of the database.", "inv db.reset --confirm database.db"),
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a project with one revision, whose database is the file that its configuration names."""
    repository = tiny(tmp_path / "repository", "")
    revision(repository, "77d0e1")
    return repository


@ON_SERVERS
def test_a_driver_that_is_not_installed(repository: Repository, dialect: str) -> None:
    """Without the driver's package the message names the extra that brings it."""
    package = PACKAGES[dialect]
    repository.write("tasks.py", f"import sys\nsys.modules['{package}'] = None\n{repository.read('tasks.py')}")
    fails(
        repository,
        "db.upgrade",
        f"The database driver '{package}' is not installed.",
        f"the extra '{dialect}' of dbtasks brings it, and it was not asked for.",
        f"pip install 'dbtasks[{dialect}]'",
        env={"DATABASE_URL": f"{DRIVERS[dialect]}://ann:{PASSWORD}@localhost/shop"},
    )


@ON_SERVERS
def test_a_server_that_does_not_answer(repository: Repository, dialect: str) -> None:
    """A server that is not there is told with its address."""
    fails(
        repository,
        "db.upgrade",
        "The database server at 127.0.0.1:1 does not answer.",
        "Connection refused.",
        "start the server, or correct host and port in DATABASE_URL or 'database.url'.",
        env={"DATABASE_URL": f"{DRIVERS[dialect]}://ann:{PASSWORD}@127.0.0.1:1/shop"},
    )


@ON_SERVERS
def test_a_wrong_password(repository: Repository, servers: Servers, dialect: str) -> None:
    """A wrong password is told with the address and the user, and without the password."""
    url = servers.url(dialect)
    fails(
        repository,
        "db.upgrade",
        f"The database server at {url.host}:{url.port} does not let '{url.username}' in.",
        "the user or the password is wrong, or the user has no access to this database.",
        "correct user and password in DATABASE_URL or 'database.url' (percent-encode special characters).",
        env={"DATABASE_URL": url.set(password="s3cret!", database="shop").render_as_string(hide_password=False)},
    )


@ON_SERVERS
@pytest.mark.parametrize("command", ["db.upgrade", "db.stamp --rev head"])
def test_a_missing_database(repository: Repository, servers: Servers, sql: Sql, dialect: str, command: str) -> None:
    """A database that its server has not is not created by the way: db.create is named."""
    url = servers.url(dialect)
    before = sql.databases(url)
    fails(
        repository,
        command,
        f"The database 'shop' does not exist ({url.host}:{url.port}).",
        "it was never created, or DATABASE_URL or 'database.url' names another one than you think.",
        "inv db.create",
        env={"DATABASE_URL": url.set(database="shop").render_as_string(hide_password=False)},
    )
    assert sql.databases(url) == before


def test_a_missing_file(repository: Repository) -> None:
    """Stamping does not create a database, not even a file."""
    fails(
        repository,
        "db.stamp --rev head",
        f"The database 'database.db' does not exist ({repository.path('db')}).",
        "it was never created, or DATABASE_URL or 'database.url' names another one than you think.",
        "inv db.create",
    )


@pytest.mark.parametrize("command", ["db.upgrade", "db.create"])
def test_a_folder_that_cannot_be_written(repository: Repository, command: str) -> None:
    """A database that may not be created is told with its path."""
    repository.write("tasks.py", UNPRIVILEGED)
    repository.path("db").mkdir(mode=0o555)
    fails(
        repository,
        command,
        f"The database '{repository.path('db/database.db')}' cannot be written.",
        "Permission denied.",
        "give your user the right to write there, or point DATABASE_URL elsewhere.",
    )


@pytest.mark.parametrize("revisions", [0, 1])
def test_a_file_that_cannot_be_written(repository: Repository, sqlite_url: URL, sql: Sql, revisions: int) -> None:
    """A read-only SQLite file, empty or migrated, is told with its path, and left as it is."""
    if revisions:
        sql(sqlite_url, "CREATE TABLE alembic_version (version_num VARCHAR(32))")
    file = repository.write("db/database.db", "")
    file.write_bytes(Path(sqlite_url.database or "").read_bytes())
    file.chmod(0o444)
    repository.write("tasks.py", UNPRIVILEGED)
    repository.write("db/database.db.lock", "")
    fails(
        repository,
        "db.upgrade",
        f"The database '{file}' cannot be written.",
        "the file or its folder is read-only.",
        "give your user the right to write there, or point DATABASE_URL elsewhere.",
    )


def test_a_file_that_is_no_database(repository: Repository) -> None:
    """Another file where the database should be is left as it is."""
    file = repository.write("db/database.db", "This is a letter, not a database.\n" * 30)
    fails(
        repository,
        "db.status",
        f"The database '{file}' did not do what it was asked.",
        "the file is not an SQLite database.",
        None,
    )


@pytest.mark.parametrize(("flags", "env", "why", "fix"), REFUSALS)
def test_a_reset_is_refused(repository: Repository, flags: str, env: dict[str, str], why: str, fix: str) -> None:
    """A reset of a protected environment or of an unnamed database has an exit code of its own."""
    repository.write("db/database.db", "")
    fails(repository, f"db.reset {flags}", REFUSED, why, fix, code=3, env=env)


def test_a_message_shows_no_password_of_a_query(repository: Repository) -> None:
    """A password in the query of the URL is as secret as one before the host."""
    url = URL.create("mysql+aiomysql", "ann", host="127.0.0.1", port=1, database="shop", query={"password": "s3cret"})
    fails(
        repository,
        "db.status",
        "The database server at 127.0.0.1:1 does not answer.",
        "Connection refused.",
        "start the server, or correct host and port in DATABASE_URL or 'database.url'.",
        env={"DATABASE_URL": url.render_as_string(hide_password=False)},
    )
