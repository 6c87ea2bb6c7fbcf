import asyncio
import os
import socket
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, text

from dbtasks import databases
from dbtasks.dialects import urls
from dbtasks.errors import (
    AccessDenied,
    DatabaseMissing,
    DatabaseReadOnly,
    DatabaseUnusable,
    DbtasksError,
    MayNotCreateDatabase,
    ServerUnreachable,
)
from dialects.verbs import python, url_of
from support.repository import Repository, Sql
from support.servers import AWKWARD

DRIVERS = {"sqlite": "aiosqlite", "postgresql": "asyncpg", "mysql": "aiomysql"}
ON_SERVERS = pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
BLOCKED = """
import sys
sys.modules[sys.argv[1]] = None  # as if it were not installed
from dbtasks import databases
from dbtasks.errors import DriverNotInstalled
try:
    databases.exists(configured.database.url)
except DriverNotInstalled as error:
    print(error)
"""


def one(connection: Connection) -> int:
    """Return 1, from the database."""
    return int(connection.scalar(text("SELECT 1")) or 0)


def test_work_runs_from_plain_code_from_a_loop_and_nested(database_url: URL) -> None:
    """The caller need not know whether an event loop is running, nor whose connection it is in."""

    async def asynchronous() -> int:
        return databases.connect(database_url, one)

    assert databases.connect(database_url, one) == 1
    assert asyncio.run(asynchronous()) == 1
    nested = databases.connect(database_url, lambda _: databases.connect(database_url, one) + 1)
    assert nested == 2
    assert databases.connect(database_url, lambda _: asyncio_free(database_url)) == 1


def test_a_listener_of_the_project_may_need_the_asynchronous_driver(reference: Repository) -> None:
    """A scratch database has a driver of its own; a listener for every engine that it does not serve gets the usual."""
    listening = """
    from sqlalchemy import Engine, event
    from dbtasks import scratch
    heard = []

    async def hear(driver):
        heard.append(driver)

    @event.listens_for(Engine, "connect")
    def on_connect(connection, _record):
        connection.run_async(hear)

    with scratch.at(revisions, configured.database) as url:
        print(bool(heard))
    """
    assert python(reference, listening).out == "True\n"


def asyncio_free(url: URL) -> int:
    """Return 1 after a wait on the connection's own loop."""
    databases.sleep(0.01)
    return databases.connect(url, one)


def test_an_error_of_the_work_comes_through_and_undoes_it(database_url: URL, sql: Sql) -> None:
    """What the work raises is raised, and what it did not commit is gone."""
    sql(database_url, "CREATE TABLE item (id INTEGER)")

    def work(connection: Connection) -> None:
        connection.execute(text("INSERT INTO item VALUES (1)"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        databases.connect(database_url, work, write=True)
    assert sql(database_url, "SELECT * FROM item") == []


def test_a_database_is_created_and_dropped(missing_database_url: URL, server_url: URL, sql: Sql) -> None:
    """It does not exist, exists and is empty, and does not exist again; dropping what is not there is fine."""
    url, before = missing_database_url, sql.databases(server_url)
    assert not databases.exists(url)
    databases.create(url)
    assert databases.exists(url)
    assert sql.tables(url) == []
    sql(url, "CREATE TABLE item (id INTEGER)")
    databases.drop(url)
    databases.drop(url)
    assert not databases.exists(url)
    assert sql.databases(server_url) == before


def test_a_name_that_needs_quotes_is_created_and_dropped(missing_database_url: URL, server_url: URL, sql: Sql) -> None:
    """Dashes, quotes and capitals in a name are part of the name."""
    url = missing_database_url.set(database=f"{missing_database_url.database}-\"A`'")
    databases.create(url)
    try:
        assert Path(str(url.database)).name in [*sql.databases(server_url), Path(str(url.database)).name]
        assert databases.exists(url)
        assert databases.connect(url, one) == 1
    finally:
        databases.drop(url)
    assert not databases.exists(url)


def test_a_missing_database_is_told_and_not_created(missing_database_url: URL, server_url: URL, sql: Sql) -> None:
    """Connecting does not create a file."""
    with pytest.raises(DatabaseMissing) as caught:
        databases.connect(missing_database_url, one)
    assert caught.value.database == Path(str(missing_database_url.database)).name
    assert caught.value.database not in sql.databases(server_url)


@ON_SERVERS
def test_a_wrong_password_is_told_without_it(database_url: URL) -> None:
    """The error names server and user; neither it nor what it wraps holds the password."""
    url = database_url.set(password=f"{AWKWARD}wrong")
    with pytest.raises(AccessDenied) as caught:
        databases.connect(url, one)
    assert caught.value.user == "tester"
    assert caught.value.address == f"127.0.0.1:{database_url.port}"
    _holds_no_password(caught.value, url)


@ON_SERVERS
def test_a_server_that_does_not_answer_is_told(database_url: URL) -> None:
    """At a closed port, and for a host that no name server knows; without the password."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = database_url.set(port=server.getsockname()[1])
    for url in (closed, database_url.set(host="nowhere.invalid")):
        for verb in (databases.exists, databases.create):
            with pytest.raises(ServerUnreachable) as caught:
                verb(url)
            _holds_no_password(caught.value, url)
    assert "Connection refused" in str(_raised(closed))


@ON_SERVERS
def test_an_awkward_password_survives_the_url(database_url: URL) -> None:
    """Every character that makes a URL stumble may be in a password, percent-encoded, before the host."""
    assert set("%@:/!#") <= set(str(database_url.password))
    assert databases.connect(urls.parse(database_url.render_as_string(hide_password=False), "a test"), one) == 1


@ON_SERVERS
def test_an_account_that_may_not_create_databases_is_told(missing_database_url: URL, server_url: URL, sql: Sql) -> None:
    """The error names the user; for a scratch database it names the setting."""
    user, password = "limited_creator", "few"
    if server_url.get_backend_name() == "postgresql":
        sql(server_url, f"DROP ROLE IF EXISTS {user}; CREATE ROLE {user} LOGIN PASSWORD '{password}'")
    else:
        sql(server_url, f"DROP USER IF EXISTS {user}; CREATE USER {user} IDENTIFIED BY '{password}'")
    url = missing_database_url.set(username=user, password=password)
    with pytest.raises(MayNotCreateDatabase) as caught:
        databases.create(url)
    assert (caught.value.user, caught.value.scratch) == (user, False)
    with pytest.raises(MayNotCreateDatabase, match=r"database\.scratch\.url"):
        databases.create(url, scratch=True)
    assert str(url.database) not in sql.databases(server_url)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """Some other file is left as it is."""
    file = tmp_path / "notes.db"
    file.write_text("Not a database, but long enough to be looked at as one. " * 20)
    before = file.read_bytes()
    with pytest.raises(DatabaseUnusable, match="the file is not an SQLite database"):
        databases.connect(_file(file), lambda connection: connection.scalar(text("SELECT * FROM item")))
    assert file.read_bytes() == before


def test_a_read_only_file_is_told() -> None:
    """Writing into it, and creating another beside it, are refused with the file's name."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "database.db"
        databases.create(_file(file))
        databases.connect(_file(file), one, write=True)  # as nobody no module could be imported any more
        file.chmod(0o444)
        file.parent.chmod(0o555)
        with _ordinary_user():
            with pytest.raises(DatabaseReadOnly, match=r"database\.db"):
                databases.connect(_file(file), lambda connection: connection.execute(text("CREATE TABLE a (b)")))
            with pytest.raises(DatabaseReadOnly, match=r"other\.db"):
                databases.create(_file(file.with_name("other.db")))
        file.parent.chmod(0o755)


def test_a_driver_that_is_not_installed_is_told(repository: Repository) -> None:
    """The error names what to install, and is no traceback."""
    dialect = url_of(repository).get_backend_name()
    done = python(repository, BLOCKED, DRIVERS[dialect])
    assert done.err == ""
    assert DRIVERS[dialect] in done.out
    assert "pip install" in done.out


def _file(path: Path) -> URL:
    return URL.create("sqlite+aiosqlite", database=str(path))


def _raised(url: URL) -> DbtasksError:
    with pytest.raises(DbtasksError) as caught:
        databases.connect(url, one)
    return caught.value


def _holds_no_password(error: BaseException, url: URL) -> None:
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    assert str(url.password) not in told
    assert "w!rd" not in told
    assert "w%21rd" not in told


@contextmanager
def _ordinary_user() -> Iterator[None]:
    """Be nobody for a while: root may write everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
