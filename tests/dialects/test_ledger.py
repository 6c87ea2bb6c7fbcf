"""What the database remembers: who applied what, when, from which file, and how it ended; and who migrates it now."""

import json
import os
import signal
from dataclasses import replace

import pytest

from dbtasks import ledger, lock, migrate, plan, status
from dbtasks.errors import LockTimeout, MigrationFailed
from dbtasks.ledger import Event
from dialects.verbs import STOP, chain, downgrade, execute, here, running, upgrade, url_of, write_revision
from support.repository import Repository, Sql


def events(repository: Repository, *kinds: str) -> tuple[Event, ...]:
    """Return what the ledger of a repository's database says."""
    return ledger.read(url_of(repository), *kinds)


def test_each_revision_is_written_down(repository: Repository, sql: Sql) -> None:
    """Upgrade, downgrade and stamp: who, when, how long, from which file; and the environment, once."""
    chain(repository, "one", "two")
    upgrade(repository)
    downgrade(repository, "-1")
    migrate.stamp(*here(repository), "two")
    upgrade(repository)
    found = events(repository)
    assert [(one.kind, one.revision, one.outcome) for one in found] == [
        ("environment", "", "done"),
        ("upgrade", "one", "done"),
        ("upgrade", "two", "done"),
        ("downgrade", "two", "done"),
        ("stamp", "two", "done"),
    ]
    assert found[0].detail == "local"
    assert all(one.started <= one.finished and "@" in one.actor and one.tool.startswith("dbtasks ") for one in found)
    assert len({one.fingerprint for one in found[1:3]}) == 2
    source = sql(url_of(repository), "SELECT source FROM dbtasks_ledger WHERE kind = 'downgrade'")[0][0]
    assert source == repository.read("alembic_db/versions/two.py")


def test_plain_alembic_is_written_down_too(repository: Repository) -> None:
    """The one road: plain upgrade, downgrade and stamp leave the same rows, and autogenerate sees none of our tables."""
    chain(repository, "one", "two")
    for arguments in (["upgrade", "head"], ["downgrade", "-1"], ["stamp", "two"], ["stamp", "base"]):
        done = repository.alembic(*arguments)
        assert done.code == 0, done.err
    kinds = [(one.kind, one.revision) for one in events(repository)]
    assert kinds == [
        *[("environment", ""), ("upgrade", "one"), ("upgrade", "two"), ("downgrade", "two")],
        *[("stamp", "two"), ("stamp", "")],
    ]
    repository.alembic("stamp", "head")
    done = repository.alembic("revision", "--autogenerate", "-m", "look")
    assert done.code == 0, done.err
    assert "dbtasks_" not in repository.revisions()[-1].read_text(encoding="utf-8") + done.err


def test_a_failure_is_written_down(repository: Repository) -> None:
    """With what went wrong; nothing of it is called done, and where DDL cannot be undone the status says so."""
    chain(repository, "one")
    write_revision(repository, "two", "one", execute("CREATE TABLE t_two (id INTEGER)", "SELECT * FROM nowhere"))
    with pytest.raises(MigrationFailed):
        upgrade(repository)
    last = events(repository)[-1]
    assert (last.kind, last.revision, last.outcome) == ("upgrade", "two", "failed")
    assert "nowhere" in last.error
    assert last.finished
    half = status.of(*here(repository)).unfinished
    atomic = url_of(repository).get_backend_name() != "mysql"
    assert (half is None) if atomic else (half is not None and half.revision == "two")
    assert ("unfinished" in repository.inv("db.status").out) is not atomic


def test_a_killed_process_leaves_a_trace_where_it_leaves_anything(repository: Repository) -> None:
    """On MariaDB a row says that a revision was begun; elsewhere nothing of the revision is there, nor of the row."""
    chain(repository, "one")
    write_revision(repository, "two", "one", f"{execute('CREATE TABLE t_two (id INTEGER)')}\n{STOP}")
    with running(repository, "db.upgrade") as process:
        shown = repository.inv("db.status").out
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert f"process {process.pid}, since " in shown
    assert shown.splitlines()[-2].endswith("which runs db.upgrade")
    last = events(repository)[-1]
    if url_of(repository).get_backend_name() == "mysql":
        assert (last.revision, last.outcome, last.finished) == ("two", "started", "")
        assert "was killed" in repository.inv("db.status").out
    else:
        assert last.revision == "one"
    assert status.of(*here(repository)).migrating is None


def test_an_edited_revision_is_told(repository: Repository, sql: Sql) -> None:
    """Comments and white space do not count; other code does. A database from before dbtasks is taken as it is."""
    chain(repository, "one", "two")
    upgrade(repository)
    file = repository.path("alembic_db/versions/one.py")
    file.write_text("# looked at again\n" + file.read_text(encoding="utf-8").replace(" = ", "  =  "), encoding="utf-8")
    assert status.of(*here(repository)).edited == ()
    file.write_text(file.read_text(encoding="utf-8").replace("t_one", "t_won"), encoding="utf-8")
    assert [one.id for one in status.of(*here(repository)).edited] == ["one"]
    assert "edited       one  Revision one  (since it was applied)" in repository.inv("db.status").out
    sql(url_of(repository), "DROP TABLE dbtasks_ledger")
    assert status.of(*here(repository)).edited == ()
    assert "Nothing is recorded" in repository.inv("db.log").out


def test_the_log_is_shown(repository: Repository) -> None:
    """As text and as JSON, the newest so many; a database that does not exist has none."""
    chain(repository, "one", "two", "three")
    upgrade(repository)
    lines = repository.inv("db.log", "-n", "2").out.splitlines()
    assert [line.split()[3:5] for line in lines] == [["upgrade", "two"], ["upgrade", "three"]]
    data = json.loads(repository.inv("db.log", "--json").out)
    assert [one["revision"] for one in data] == ["", "one", "two", "three"]
    assert "source" not in data[0]
    other = replace(repository, url=repository.url + "_missing")
    done = other.inv("db.log")
    assert (done.code, done.err) == (0, "")
    assert "Nothing is recorded" in done.out


def test_the_holder_is_named(repository: Repository) -> None:
    """Who waits is told, and who waited too long, also by plain alembic; so is who looks."""
    chain(repository, "one")
    at = here(repository)
    url = at.settings.database.url
    waited: list[lock.Holder] = []

    def meanwhile() -> None:
        with pytest.raises(LockTimeout, match=rf"process {os.getpid()}, since .* UTC, which runs db.upgrade"):
            lock.holding(url, 0.5, lambda: None, "db.other", waited.append)
        done = repository.inv("db.upgrade", "--lock-timeout", "0.5")
        assert done.code == 2
        assert f"process {os.getpid()}" in done.err
        repository.write("config/default_config.yaml", "database:\n  lock_timeout: 0.5\n")
        plain = repository.alembic("upgrade", "head")
        assert plain.code == 255
        assert f"is being migrated by {waited[0]}" in plain.err + plain.out

    lock.holding(url, 1, meanwhile, "db.upgrade")
    assert [(one.process, one.command) for one in waited] == [(str(os.getpid()), "db.upgrade")]
    assert lock.holder(url) is None


def test_an_upgrade_that_waited_for_the_same_finds_nothing_to_do(repository: Repository) -> None:
    """The plan is made again under the lock, so that who waited does nothing, writes nothing, and says so."""
    chain(repository, "one")
    at = here(repository)
    planned = plan.upgrade(*at)
    upgrade(repository)
    before = events(repository)
    assert migrate.run(*at, planned).steps == ()
    assert events(repository) == before


@pytest.mark.parametrize("seconds", ["soon", "-1", "inf", "nan"])
def test_a_bad_number_of_seconds(sqlite_repository: Repository, seconds: str) -> None:
    """It is an error of the command line, without a traceback."""
    done = sqlite_repository.inv("db.upgrade", f"--lock-timeout={seconds}")
    assert done.code == 2
    assert f"--lock-timeout needs a number that is not below 0, not '{seconds}'" in done.err
