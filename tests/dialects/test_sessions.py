"""A command that opens many connections: what they share, and that nothing of it is left."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module

import pytest
from sqlalchemy import URL, Connection, text

from dbtasks import databases
from dialects.verbs import SECONDS

WHO = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT CONNECTION_ID()"}
OTHERS = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT count(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
}

# What Python makes of a KeyboardInterrupt that is raised while it deletes an object; whoever pressed, presses again.
DROPPED = "ignore:(?s)Exception ignored in.*KeyboardInterrupt:pytest.PytestUnraisableExceptionWarning"
END = {"postgresql": "SELECT pg_terminate_backend({})", "mysql": "KILL {}"}


@pytest.fixture(params=["postgresql", "mysql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Leave out SQLite, which has no connections that a server would know."""
    return str(request.param)


@pytest.fixture
def kept_url(database_url: URL) -> Iterator[URL]:
    """Keep a database open, within a session."""
    with databases.session(), databases.kept_open(database_url):
        yield database_url


def who(url: URL, *, write: bool = False) -> int:
    """Return the server's number of the connection that work gets."""
    return databases.connect(url, lambda one: number(one, WHO), write=write)


def number(connection: Connection, statements: dict[str, str]) -> int:
    """Return what the server answers."""
    return int(connection.scalar(text(statements[connection.engine.url.get_backend_name()])) or 0)


def others(url: URL) -> int:
    """Return how many other connections to the database there are, asked by one that nobody keeps."""
    return databases.connect(url, lambda one: number(one, OTHERS), write=True)


def staying(url: URL) -> int:
    """Return how many others stay: a server takes a moment to hear that a client has left without a word."""
    end = time.monotonic() + SECONDS / 12
    while (found := others(url)) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def send(url: URL, statement: str) -> None:
    """Have a statement done, for good."""

    def work(connection: Connection) -> None:
        connection.execute(text(statement))
        connection.commit()

    databases.connect(url, work, write=True)


def test_who_looks_finds_the_connection_open(kept_url: URL) -> None:
    """Opening one costs a server more than most questions."""
    assert who(kept_url) == who(kept_url)


def test_who_writes_gets_a_new_connection(kept_url: URL) -> None:
    """What a revision sets on its connection is not there for the next one."""
    looking = who(kept_url)
    assert looking not in (who(kept_url, write=True), who(kept_url, write=True))
    assert who(kept_url) == looking


def test_what_a_look_began_is_over(kept_url: URL) -> None:
    """The connection is kept without a transaction, which would hold locks against the next revision."""
    send(kept_url, "CREATE TABLE kept (id INT)")
    databases.connect(kept_url, lambda one: one.execute(text("INSERT INTO kept VALUES (1)")))
    assert databases.connect(kept_url, lambda one: one.scalar(text("SELECT count(*) FROM kept"))) == 0
    send(kept_url, "DROP TABLE kept")


def test_work_within_work_has_a_connection_of_its_own(kept_url: URL) -> None:
    """What is in use is nobody else's."""
    outer, inner = databases.connect(kept_url, lambda one: (number(one, WHO), who(kept_url)))
    assert outer != inner


def test_nothing_is_open_afterwards(database_url: URL) -> None:
    """Neither once it is no longer kept, nor after the session."""
    with databases.session():
        with databases.kept_open(database_url):
            who(database_url)
            assert others(database_url) == 1
        assert others(database_url) == 0
        with databases.kept_open(database_url):
            who(database_url)
            databases.release(database_url)
            assert others(database_url) == 0
            who(database_url)
    assert others(database_url) == 0


def test_only_what_was_asked_for_is_kept(database_url: URL) -> None:
    """A database that others use, too, is left after each look; without a session every database is."""
    with databases.session():
        who(database_url)
        assert others(database_url) == 0
    with databases.kept_open(database_url):
        who(database_url)
        assert others(database_url) == 0


def test_a_kept_connection_is_in_nobodys_way(kept_url: URL) -> None:
    """A database can be copied, and dropped, though it was looked at."""
    who(kept_url)
    target = kept_url.set(database=f"{kept_url.database}_copy")
    databases.copy(kept_url, target)
    with databases.kept_open(target):
        who(target)
        databases.drop(target)
        assert not databases.exists(target)


def test_what_the_server_has_ended_is_opened_again(kept_url: URL) -> None:
    """Servers end connections that were idle for long, as while a slow revision is rehearsed."""
    ended = who(kept_url)
    send(kept_url, END[kept_url.get_backend_name()].format(ended))
    assert who(kept_url) != ended


def test_other_loops_run_in_between(kept_url: URL) -> None:
    """The code of a project, such as its env.py, may run a loop of its own, and look from there, too."""

    async def asynchronous() -> int:
        return who(kept_url)

    looking = who(kept_url)
    assert asyncio.run(asynchronous()) != looking
    assert who(kept_url) == looking


@pytest.mark.parametrize("write", [False, True])
def test_what_is_interrupted_is_over_and_the_next_work_runs(kept_url: URL, *, write: bool) -> None:
    """As after Ctrl-C: nothing goes on, nothing stays open, and cleaning up still reaches the server."""

    def interrupted(connection: Connection) -> None:
        connection.execute(text("SELECT 1"))
        raise KeyboardInterrupt

    who(kept_url)
    with pytest.raises(KeyboardInterrupt):
        databases.connect(kept_url, interrupted, write=write)
    assert staying(kept_url) == 0
    assert who(kept_url)


def test_what_waits_when_it_is_interrupted_does_not_go_on(kept_url: URL) -> None:
    """Ctrl-C comes while the server is at work: the statements after it are never sent."""
    send(kept_url, "CREATE TABLE gone_on (id INT)")

    def work(connection: Connection) -> None:
        asyncio.get_running_loop().call_later(0.2, stop)
        connection.execute(text(SLEEP[connection.engine.url.get_backend_name()]))
        connection.execute(text("INSERT INTO gone_on VALUES (1)"))
        connection.commit()

    with pytest.raises(KeyboardInterrupt):
        databases.connect(kept_url, work, write=True)
    assert databases.connect(kept_url, lambda one: one.scalar(text("SELECT count(*) FROM gone_on"))) == 0
    send(kept_url, "DROP TABLE gone_on")


SLEEP = {"postgresql": "SELECT pg_sleep(1)", "mysql": "SELECT SLEEP(1)"}


def stop() -> None:
    """Be what the handler of the signal is, at the moment in which the loop waits."""
    raise KeyboardInterrupt


Press = Callable[[float], AbstractContextManager[None]]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Have Ctrl-C raise, which a worker of pytest-xdist would ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def ctrl_c(interruptible: None) -> Press:  # noqa: ARG001 - it has to be there
    """Return how to press Ctrl-C some seconds after work begins."""
    return pressed


@contextmanager
def pressed(seconds: float) -> Iterator[None]:
    """Expect that the work is interrupted."""
    heard = threading.Event()
    timer = threading.Timer(seconds, press, (heard,))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        yield
    heard.set()
    timer.join()


def press(heard: threading.Event) -> None:
    """Press again when it was not heard, as who waits does."""
    os.kill(os.getpid(), signal.SIGINT)
    while not heard.wait(SECONDS / 6):
        os.kill(os.getpid(), signal.SIGINT)


def busy(connection: Connection) -> None:
    """Ask for many rows, again and again."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT i, 'text' FROM n"
    while True:
        connection.execute(text(numbers)).all()


@pytest.mark.filterwarnings(DROPPED)
def test_ctrl_c_at_any_moment_leaves_what_can_be_used(
    kept_url: URL, ctrl_c: Press, caplog: pytest.LogCaptureFixture
) -> None:
    """It never breaks off a driver in its own code, which would leave a connection that cannot even be closed."""
    for moment in range(40):
        with ctrl_c((moment + 5) / 500):
            databases.connect(kept_url, busy, write=moment % 2 == 0)
        assert who(kept_url)
    assert [record.getMessage() for record in caplog.records] == []
    assert others(kept_url) == 1


def test_ctrl_c_ends_what_waits_for_the_server_at_once(kept_url: URL, ctrl_c: Press) -> None:
    """Also where nothing but the server is at work, and without a session."""
    statement = text(SLEEP[kept_url.get_backend_name()].replace("1", "60"))
    for write in (False, True):
        since = time.monotonic()
        with ctrl_c(0.1):
            databases.connect(kept_url, lambda one: one.execute(statement), write=write)
        assert time.monotonic() - since < SECONDS / 2


@pytest.mark.filterwarnings(DROPPED)
def test_ctrl_c_stops_what_computes(kept_url: URL, ctrl_c: Press) -> None:
    """A revision that is busy by itself does not go on to its end."""

    def computing(_connection: Connection) -> None:
        while True:
            sum(range(1000))

    with ctrl_c(0.1):
        databases.connect(kept_url, computing, write=True)
    assert who(kept_url)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_while_a_connection_opens_is_heard(mysql_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11 goes on where the server answers in the same moment (python/cpython#86296)."""
    driver = import_module("aiomysql.connection")
    opening = driver._open_connection

    async def opened(host: str, port: int) -> object:
        answer = await opening(host, port)
        asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
        return answer

    seen: list[Connection] = []
    with monkeypatch.context() as patched:
        patched.setattr(driver, "_open_connection", opened)
        with pytest.raises(KeyboardInterrupt):
            databases.connect(mysql_url, seen.append)
    assert seen == []


def test_ctrl_c_ends_a_wait(ctrl_c: Press) -> None:
    """Such as for the lock of another migration."""
    with ctrl_c(0.1):
        databases.sleep(60)
