import re
import signal

import pytest

from dbtasks import lock
from dialects.verbs import STOP, chain, execute, here, python, running, together, upgrade, url_of, write_revision
from support.repository import Repository, Sql

WORKERS = 6
HOLDER = r"\S+@\S+, process \d+, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
PREPARE = "import dbtasks; print(' '.join(dbtasks.prepare_schema().applied))"


@pytest.fixture
def counted(repository: Repository, sql: Sql) -> Repository:
    """Return a project of three revisions, each of which writes its name into a table when it is applied."""
    sql(url_of(repository), "CREATE TABLE applied (name VARCHAR(10))")
    for after, name in ((None, "one"), ("one", "two"), ("two", "three")):
        body = execute(f"CREATE TABLE t_{name} (id INTEGER)", f"INSERT INTO applied VALUES ('{name}')")
        write_revision(repository, name, after, f"{body}\ntime.sleep(0.2)")
    return repository


def test_six_upgrades_at_once_apply_each_revision_once(counted: Repository, sql: Sql) -> None:
    """All exit 0; what one of them applies the others do not apply again, nor fail on."""
    ended = together(WORKERS, lambda: counted.inv("db.upgrade"))
    assert [done.code for done in ended] == [0] * WORKERS, ended
    assert all(re.fullmatch(rf"(Waiting for {HOLDER}, which runs db\.upgrade\.\n)*", done.err) for done in ended), ended
    assert _applied(counted, sql) == ["one", "three", "two"]


def test_six_workers_that_start_at_once_find_the_schema(counted: Repository, sql: Sql) -> None:
    """Six processes call prepare_schema; every one goes on at head, and each revision was applied by one of them."""
    ended = together(WORKERS, lambda: python(counted, PREPARE))
    assert [done.code for done in ended] == [0] * WORKERS, ended
    assert sorted(" ".join(done.out for done in ended).split()) == ["one", "three", "two"]
    assert _applied(counted, sql) == ["one", "three", "two"]


def test_who_waits_too_long_is_told(counted: Repository, sql: Sql) -> None:
    """While another process holds the lock longer than lock_timeout, the upgrade ends with code 2 and does nothing."""
    counted.write("config/default_config.yaml", "database:\n  lock_timeout: 0.3\n")
    at = here(counted)
    done = lock.holding(at.settings.database.url, 1, lambda: counted.inv("db.upgrade"))
    assert (done.code, done.out) == (2, "")
    name = re.escape(at.settings.database.name)
    assert re.fullmatch(
        f"error: '{name}' is being migrated by {HOLDER}, which runs dbtasks\\.\n"
        "  why: only one may migrate a database at a time, and it did not finish within 0.3 seconds\\.\n"
        "  fix: wait for it and run the command again, or wait longer: --lock-timeout or 'database.lock_timeout'\\.\n",
        done.err,
    ), done.err
    assert _applied(counted, sql) == []


def test_at_head_nobody_waits(counted: Repository) -> None:
    """Who has nothing to apply does not ask for the lock."""
    upgrade(counted)
    at = here(counted)
    report = lock.holding(at.settings.database.url, 1, lambda: upgrade(counted))
    assert report.steps == ()


def test_a_killed_migrator_leaves_no_lock(repository: Repository, sql: Sql) -> None:
    """When the process that holds the lock is killed the next one goes on."""
    chain(repository, "one")
    write_revision(repository, "two", "one", STOP)
    with running(repository, "db.upgrade") as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    write_revision(repository, "two", "one", execute("CREATE TABLE t_two (id INTEGER)"))
    assert [step.revision for step in upgrade(repository).steps] == ["two"]
    assert sql.tables(url_of(repository)) == ["alembic_version", "t_one", "t_two"]


def _applied(repository: Repository, sql: Sql) -> list[str]:
    return [row[0] for row in sql(url_of(repository), "SELECT name FROM applied ORDER BY name")]
