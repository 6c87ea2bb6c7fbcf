"""A revision that was put below an applied one counts as applied, though it never ran: nothing may go on from there."""

from collections.abc import Callable

import pytest

from dbtasks import plan, status
from dbtasks.errors import NeverRun
from dbtasks.startup import prepare_schema
from dialects.verbs import downgrade, execute, here, upgrade, url_of, write_revision
from support.messages import fails
from support.repository import Repository, Sql

Edit = Callable[[Repository, Sql], None]


def write(repository: Repository, name: str, after: str | tuple[str, ...] | None = None) -> None:
    """Write a revision that makes a table."""
    made = execute(f"CREATE TABLE t_{name} (id INTEGER)")
    write_revision(repository, name, after, made, execute(f"DROP TABLE t_{name}"))


@pytest.fixture
def moved(repository: Repository) -> Repository:
    """Return a project whose database has a and x, of which x comes after b now: a colleague has rebased it."""
    write(repository, "a")
    write(repository, "x", "a")
    upgrade(repository)
    write(repository, "b", "a")
    write(repository, "x", "b")
    return repository


def told(repository: Repository) -> tuple[str, str, str]:
    """Return the whole message."""
    name = here(repository).settings.database.name
    return (
        f"The database '{name}' counts 'b' as applied, which was never run on it.",
        "x was applied on top of 'a', and its file says now that it comes after that one.",
        "inv db.sync reverts x and applies it again at its place; if all of that was done by hand, inv db.stamp --rev x.",
    )


@pytest.mark.parametrize(
    "command", ["db.upgrade", "db.downgrade --rev -1", "db.plan", "db.downgrade --rev a --dry-run"]
)
def test_no_command_goes_on(command: str, moved: Repository, sql: Sql) -> None:
    """Neither up, with what comes later, nor down, over what was never there."""
    write(moved, "y", "x")
    fails(moved, command, *told(moved))
    assert sql.tables(url_of(moved)) == ["alembic_version", "t_a", "t_x"]


@pytest.mark.parametrize("command", ["upgrade head", "downgrade -1", "upgrade +1"])
def test_neither_does_plain_alembic(command: str, moved: Repository, sql: Sql) -> None:
    """On the same files; only stamp, which runs nothing, is left alone."""
    write(moved, "y", "x")
    done = moved.alembic(*command.split())
    assert done.code != 0
    assert told(moved)[0] in done.out + done.err
    assert sql.tables(url_of(moved)) == ["alembic_version", "t_a", "t_x"]
    assert moved.alembic("current").code == 0
    assert moved.alembic("stamp", "x").code == 0


def test_an_application_does_not_start(moved: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would run on a schema that lacks a table, and nobody would know why."""
    monkeypatch.setenv("DATABASE_URL", moved.url)
    with pytest.raises(NeverRun, match="'b'"):
        prepare_schema(moved.root)


def test_status_tells_it_and_sync_mends_it(moved: Repository, sql: Sql) -> None:
    """What was put in between is named, and comes to its place."""
    done = moved.inv("db.status")
    assert done.code == 0
    assert done.out.splitlines()[-2:] == ["never run    b  (below x, applied before)", "Next: inv db.sync"]
    sql(url_of(moved), "INSERT INTO t_a VALUES (1)")
    synced = moved.inv("db.sync")
    assert (synced.code, synced.err) == (0, "")
    assert sql.tables(url_of(moved)) == ["alembic_version", "t_a", "t_b", "t_x"]
    assert sql(url_of(moved), "SELECT id FROM t_a") == [(1,)]
    assert status.of(*here(moved)).skipped is None
    assert downgrade(moved, "a").heads == ("a",)


def test_a_stamp_is_believed(moved: Repository, sql: Sql) -> None:
    """Who did by hand what b does says so, and goes on."""
    sql(url_of(moved), "CREATE TABLE t_b (id INTEGER)")
    assert moved.inv("db.stamp", "--rev", "x").code == 0
    write(moved, "y", "x")
    assert upgrade(moved).heads == ("y",)
    assert downgrade(moved, "a").heads == ("a",)


def what_was_reverted(repository: Repository, _sql: Sql) -> None:
    """Run b, revert it, and put it below x."""
    write(repository, "b", "a")
    upgrade(repository)
    downgrade(repository, "a")
    repository.remove("alembic_db/versions/b.py")
    write(repository, "x", "a")
    upgrade(repository)
    write(repository, "b", "a")
    write(repository, "x", "b")


def what_it_depends_on(repository: Repository, _sql: Sql) -> None:
    """Have x depend on b, which no other one builds on."""
    write(repository, "x", "a")
    upgrade(repository)
    write(repository, "b", "a")
    write(repository, "x", "a")
    file = repository.path("alembic_db/versions/x.py")
    file.write_text(
        file.read_text(encoding="utf-8").replace("\n\n\ndef up", '\ndepends_on = "b"\n\n\ndef up', 1), encoding="utf-8"
    )


def below_the_first(repository: Repository, _sql: Sql) -> None:
    """Put b below a, the first of all."""
    upgrade(repository)
    write(repository, "b")
    write(repository, "a", "b")


def below_what_the_ledger_saw_first(repository: Repository, sql: Sql) -> None:
    """Have the ledger begin with x, and put b below it."""
    upgrade(repository)
    sql(url_of(repository), "DROP TABLE dbtasks_ledger")
    write(repository, "x", "a")
    upgrade(repository)
    write(repository, "b", "a")
    write(repository, "x", "b")


@pytest.mark.parametrize(
    "edit", [what_was_reverted, what_it_depends_on, below_the_first, below_what_the_ledger_saw_first]
)
def test_it_is_found(edit: Edit, repository: Repository, sql: Sql) -> None:
    """However it came to be below."""
    write(repository, "a")
    edit(repository, sql)
    with pytest.raises(NeverRun, match="counts 'b' as applied"):
        plan.downgrade(*here(repository), "-1")


def nothing(_repository: Repository, _sql: Sql) -> None:
    """Leave all as it is."""


def no_ledger(_repository: Repository, sql: Sql) -> None:
    """Lose the ledger, as where dbtasks came later."""
    sql(url_of(_repository), "DROP TABLE dbtasks_ledger")


def past_joined(repository: Repository, _sql: Sql) -> None:
    """Join a and b into one revision with an id of its own."""
    for name in ("a", "b"):
        repository.remove(f"alembic_db/versions/{name}.py")
    write(repository, "ab")
    write(repository, "x", "ab")


def past_joined_under_the_last_id(repository: Repository, _sql: Sql) -> None:
    """Join a, b and x into one revision that is called x."""
    for name in ("a", "b"):
        repository.remove(f"alembic_db/versions/{name}.py")
    write(repository, "x")


def renamed(repository: Repository, _sql: Sql) -> None:
    """Give b another id."""
    repository.remove("alembic_db/versions/b.py")
    write(repository, "c", "a")
    write(repository, "x", "c")


def skipping(repository: Repository, _sql: Sql) -> None:
    """Have x come after a, as b does."""
    write(repository, "x", "a")
    write_revision(repository, "m", ("b", "x"))


@pytest.mark.parametrize("edit", [nothing, no_ledger, past_joined, past_joined_under_the_last_id, renamed, skipping])
def test_what_is_believed(edit: Edit, repository: Repository, sql: Sql) -> None:
    """A past that was rewritten otherwise is the author's business, as it is with Alembic."""
    write(repository, "a")
    write(repository, "b", "a")
    write(repository, "x", "b")
    upgrade(repository)
    edit(repository, sql)
    assert plan.upgrade(*here(repository)).direction == "upgrade"
    assert status.of(*here(repository)).skipped is None
