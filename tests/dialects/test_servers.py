import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from dbtasks import servers as module
from support.repository import Sql, fresh
from support.servers import AWKWARD, KINDS, PREFIX, Servers

SECONDS = 20
STARTER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from support.servers import start
server = start(sys.argv[2])
print(server.pid, server.folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=["postgresql", "mysql"])
def private(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of each dialect with a server that can be started here, whatever the environment names."""
    kind = KINDS[request.param]
    if not kind.programs():
        pytest.skip(f"{kind.package} is not installed.")
    monkeypatch.delenv(kind.variable, raising=False)
    return str(request.param)


def test_the_database_is_real_and_empty(database_url: URL, sql: Sql) -> None:
    """A fixture's database is one of the dialect that it is named after, and has no tables."""
    version = {"sqlite": "sqlite_version()", "postgresql": "version()", "mysql": "version()"}
    mark = {"sqlite": "3.", "postgresql": "PostgreSQL", "mysql": "."}
    dialect = database_url.get_backend_name()
    assert mark[dialect] in sql(database_url, f"SELECT {version[dialect]}")[0][0]
    assert sql.tables(database_url) == []


def test_a_server_of_the_machine_is_left_alone(private: str, servers: Servers) -> None:
    """Without a TEST_..._URL a server is private: not on the port where the machine's own one listens."""
    url = servers.url(private)
    assert url.host == "127.0.0.1"
    assert url.port not in (5432, 3306, None)


def test_the_password_is_awkward_and_needed(private: str, servers: Servers, sql: Sql) -> None:
    """The private server's password survives being written into a URL, and another one is refused."""
    url = servers.url(private)
    assert AWKWARD in str(url.password)
    assert set("%@:/!#") <= set(AWKWARD)
    assert sql(make_url(url.render_as_string(hide_password=False)), "SELECT 1") == [(1,)]
    with pytest.raises(Exception, match=r"password authentication failed|Access denied"):
        sql(url.set(password="password"), "SELECT 1")


def test_a_missing_database_does_not_exist(server_url: URL, missing_database_url: URL, sql: Sql) -> None:
    """What is called missing is not on the server, and looking does not create it."""
    name = _name(missing_database_url)
    assert name not in sql.databases(server_url)
    with pytest.raises(Exception, match=name):
        sql.tables(missing_database_url)
    assert name not in sql.databases(server_url)


def test_a_database_is_dropped_after_its_test(server_url: URL, sql: Sql) -> None:
    """Two fixtures have two databases, and none is left, not even by a test that fails."""
    with fresh(server_url, create=True) as one, fresh(server_url, create=True) as two:
        assert _name(one) != _name(two)
        assert {_name(one), _name(two)} <= set(sql.databases(server_url))
    with pytest.raises(ZeroDivisionError), fresh(server_url, create=True) as three:
        raise ZeroDivisionError
    assert not {_name(one), _name(two), _name(three)} & set(sql.databases(server_url))


def test_sql_runs_several_statements(database_url: URL, sql: Sql) -> None:
    """Statements are committed one by one, a quoted semicolon ends none, and the last one's rows come back."""
    rows = sql(
        database_url,
        """
        CREATE TABLE item (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20));
        CREATE VIEW items AS SELECT * FROM item;
        INSERT INTO item VALUES (1, '100%; :name'), (2, 'two');
        SELECT id, name FROM item WHERE name LIKE '1%' ORDER BY id;
        """,
    )
    assert rows == [(1, "100%; :name")]
    assert sql(database_url, "UPDATE item SET name = 'three' WHERE id = 2") == []
    assert sql(database_url, "SELECT name FROM item WHERE id = 2") == [("three",)]
    assert sql.tables(database_url) == ["item"]


def test_sql_works_in_an_asynchronous_test(database_url: URL, sql: Sql) -> None:
    """SQL may be run while an event loop is running."""

    async def run() -> list[str]:
        return sql.tables(database_url)

    assert asyncio.run(run()) == []


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_missing_server_is_told(
    private: str, ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no server can be started the test is skipped on a laptop, and fails in CI, with what to do about it."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(module, "programs", lambda _kind: {})
    kind = KINDS[private]
    with pytest.raises(outcome, match=f"There is no {private} server: install {kind.package}, or set {kind.variable}."):
        Servers().url(private)


def test_a_named_server_replaces_the_private_one(private: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A TEST_..._URL is used as it is, except for the database in it, which need not exist."""
    kind = KINDS[private]
    monkeypatch.setenv(kind.variable, f"{kind.drivername}://user:secret@db.example.org:1234/anything")
    url = Servers().url(private)
    assert (url.username, url.password, url.host, url.port) == ("user", "secret", "db.example.org", 1234)
    assert url.database == kind.maintenance


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_with_its_process(private: str, number: signal.Signals) -> None:
    """However the process ends that started a server, the server is gone soon after, and so is its folder."""
    with _starter(private) as process:
        assert process.stdout
        pid, folder = process.stdout.readline().split()
        assert _alive(int(pid))
        assert Path(folder).is_dir()
        process.send_signal(number)
        process.wait(SECONDS)
        _eventually(lambda: not _alive(int(pid)) and not Path(folder).exists())


def test_a_server_that_is_being_set_up_ends_too(private: str) -> None:
    """A process that is killed before its server is ready leaves no folder behind."""
    with _starter(private) as process:
        _eventually(lambda: bool(_folders(process.pid)))
        process.kill()
        process.wait(SECONDS)
        _eventually(lambda: not _folders(process.pid))


def _starter(dialect: str) -> subprocess.Popen[str]:
    """Return a Python process that starts a server, prints its pid and folder, and waits."""
    tests = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", STARTER, tests, dialect]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _folders(pid: int) -> list[Path]:
    return list(module._roomy().glob(f"{PREFIX}{pid}_*"))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _name(url: URL) -> str:
    """Return the name by which ``Sql.databases`` lists a database."""
    return Path(str(url.database)).name
