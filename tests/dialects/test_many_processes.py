"""Many processes that migrate one database at once; a holder of the lock that is killed; waiters that stall nobody."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from textwrap import indent

import pytest

from dbtasks import ledger, lock
from dialects.verbs import SECONDS, chain, command, execute, python, running, together, url_of, write_revision
from support.repository import Completed, Repository, Sql

ALL = os.environ.get("DBTASKS_TEST_ALL") == "1"
LIMIT = 2  # seconds after which the next one has the lock of one that was killed
BUILT = 5  # seconds that an index of no rows may take; one that waits for a waiter takes until that gives up
NAMES = ("one", "two", "three")
PREPARE = "import dbtasks, logging; logging.basicConfig(level=logging.INFO); dbtasks.prepare_schema()"
START: dict[str, Callable[[Repository], Completed]] = {
    "inv": lambda repository: repository.inv("db.upgrade"),
    "prepare_schema": lambda repository: python(repository, PREPARE),
    "alembic": lambda repository: repository.alembic("upgrade", "head"),
}
MIX = "mix"
WAITERS = {
    "inv": command("db.upgrade"),
    "prepare_schema": [sys.executable, "-P", "-c", PREPARE],
    "alembic": [sys.executable, "-P", "-m", "alembic", "-c", "alembic_db/alembic.ini", "upgrade", "head"],
}
# In front of env.py, which each kind of process comes to before it looks at the database.
MEET = """
import os, time
from pathlib import Path

Path(f"met-{{os.getpid()}}").touch()
latest = time.monotonic() + 60
while len(list(Path().glob("met-*"))) < {number} and time.monotonic() < latest:
    time.sleep(0.02)

"""
UNTIL = 'for _ in range(3000):\n    time.sleep(0 if Path("{}").exists() else 0.02)'  # no longer than a minute
LONG = {  # an SQLite statement is the process itself
    "postgresql": "SELECT pg_sleep(60)",
    "mysql": "SELECT SLEEP(60)",
}
CONCURRENTLY = """
with op.get_context().autocommit_block():
    op.execute("CREATE INDEX CONCURRENTLY ix_late ON t_one (id)")
"""
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_late'::regclass"


@pytest.fixture
def counting(repository: Repository) -> Repository:
    """Return a project of three revisions that count how often they are applied, and nothing in its database.

    The first would fail if it were applied again; on SQLite there is not even the file.
    """
    url = url_of(repository)
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).unlink()
    for after, name in zip((None, *NAMES), NAMES, strict=False):
        counter = [] if after else ["CREATE TABLE applied (name VARCHAR(10))"]
        insert = f"INSERT INTO applied VALUES ('{name}')"
        write_revision(repository, name, after, execute(*counter, f"CREATE TABLE t_{name} (id INTEGER)", insert))
    return repository


def test_six_of_three_kinds_at_once(counting: Repository, sql: Sql) -> None:
    """Tasks, applications and plain alembic start at once on an empty database: all exit 0, each revision runs once."""
    _race(counting, sql, MIX, 6, 0)


@pytest.mark.skipif(not ALL, reason="sixty times twenty processes take a quarter of an hour: inv test --all")
@pytest.mark.parametrize("attempt", range(5))
@pytest.mark.parametrize("kind", [*START, MIX])
def test_twenty_at_once(kind: str, attempt: int, counting: Repository, sql: Sql) -> None:
    """Twenty processes start at once on an empty database: all exit 0, and each revision runs, and is noted, once."""
    _race(counting, sql, kind, 20, attempt)


@pytest.mark.parametrize(
    ("dialect", "where"), [*((name, "python") for name in ("sqlite", *LONG)), *((name, "database") for name in LONG)]
)
def test_the_next_one_has_the_lock_of_a_killed_one(dialect: str, where: str, repository: Repository, sql: Sql) -> None:
    """Within 2 s of ``kill -9``, also where the server still runs the dead one's statement; then it migrates."""
    chain(repository, "one")
    stop = "time.sleep(60)" if where == "python" else f"op.execute({LONG[dialect]!r})"
    first = f'if not Path("stopped").exists():\n    Path("stopped").touch()\n    {stop}'
    stay = _for_real(f"{first}\n{UNTIL.format('seen')}")
    write_revision(repository, "two", "one", f"{stay}\n{execute('CREATE TABLE t_two (id INTEGER)')}")
    with running(repository, "db.upgrade") as holder, _waiter(repository, "inv") as waiter:
        assert _holder(repository) == str(holder.pid)
        assert f"process {holder.pid}, since " in _said(repository, "inv")
        holder.send_signal(signal.SIGKILL)
        seconds = _seconds_until(lambda: _holder(repository) == str(waiter.pid))
        repository.path("seen").touch()
        assert waiter.wait(SECONDS) == 0, _said(repository, "inv")
    assert seconds < LIMIT
    assert sql.tables(url_of(repository)) == ["alembic_version", "t_one", "t_two"]
    killed = [("two", "started")] if dialect == "mysql" else []  # elsewhere it was undone with all the rest
    assert _ledger(repository) == [("one", "done"), *killed, ("two", "done")]


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_waiters_stall_no_index(repository: Repository, sql: Sql) -> None:
    """CREATE INDEX CONCURRENTLY comes to its end while a task, an application and plain alembic wait for the lock."""
    chain(repository, "one")
    before = _for_real(f'Path("stopped").touch()\n{UNTIL.format("all-wait")}')
    after = _for_real(f'Path("built").touch()\n{UNTIL.format("seen")}')
    write_revision(repository, "two", "one", f"{before}\n{CONCURRENTLY}\n{after}")
    with running(repository, "db.upgrade") as holder, ExitStack() as stack:
        waiters = {kind: stack.enter_context(_waiter(repository, kind)) for kind in WAITERS}
        repository.path("all-wait").touch()
        seconds = _seconds_until(repository.path("built").exists)
        waiting = [kind for kind, waiter in waiters.items() if waiter.poll() is None]
        repository.path("seen").touch()
        out, err = holder.communicate(timeout=SECONDS)
        assert holder.returncode == 0, out + err
        for kind, waiter in waiters.items():
            assert waiter.wait(SECONDS) == 0, _said(repository, kind)
    assert seconds < BUILT
    assert waiting == [*WAITERS]
    assert sql(url_of(repository), VALID) == [(True,)]
    assert _ledger(repository) == [("one", "done"), ("two", "done")]


def _for_real(body: str) -> str:
    """Return a part of a revision that is left out where the revision is only rehearsed."""
    return f'if "dbtasks_scratch_" not in str(op.get_bind().engine.url):\n{indent(body, "    ")}'


def _race(repository: Repository, sql: Sql, kind: str, number: int, seed: int) -> None:
    """Start processes that go on to the database together, and check that they have shared the work."""
    repository.write("alembic_db/env.py", MEET.format(number=number) + repository.read("alembic_db/env.py"))
    kinds = [*START] if kind == MIX else [kind]
    starts = [START[kinds[index % len(kinds)]] for index in range(number)]
    random.Random(seed).shuffle(starts)
    ended = together(number, lambda: starts.pop()(repository))
    assert [done.code for done in ended] == [0] * number, ended
    url = url_of(repository)
    assert sql(url, "SELECT name FROM applied ORDER BY name") == [("one",), ("three",), ("two",)]
    assert sql(url, "SELECT version_num FROM alembic_version") == [("three",)]
    assert _ledger(repository) == [(name, "done") for name in NAMES]
    assert [one.kind for one in ledger.read(url)] == ["environment", *["upgrade"] * 3]
    assert lock.holder(url) is None


def _ledger(repository: Repository) -> list[tuple[str, str]]:
    return [(one.revision, one.outcome) for one in ledger.read(url_of(repository), "upgrade")]


def _holder(repository: Repository) -> str:
    """Return the number of the process that holds the lock; "" when none does."""
    found = lock.holder(url_of(repository))
    return found.process if found else ""


def _seconds_until(condition: Callable[[], bool]) -> float:
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < SECONDS
        time.sleep(0.02)
    return time.monotonic() - begin


@contextmanager
def _waiter(repository: Repository, kind: str) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a process that has said that it waits for the lock; it is killed in the end."""
    with (
        repository.path(f"{kind}.log").open("w") as log,
        subprocess.Popen(
            WAITERS[kind],
            cwd=repository.root,
            env={**os.environ, "DATABASE_URL": repository.url},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _seconds_until(lambda: "aiting for " in _said(repository, kind) or process.poll() is not None)
            assert process.poll() is None, _said(repository, kind)
            yield process
        finally:
            process.kill()


def _said(repository: Repository, kind: str) -> str:
    return repository.read(f"{kind}.log")
