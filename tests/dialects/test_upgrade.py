import json
from pathlib import Path

import pytest
from sqlalchemy import URL

from dbtasks import migrate, plan
from dbtasks import status as standing
from dbtasks.errors import AmbiguousRevision, DatabaseMissing, ManyHeads, UnknownDatabaseRevision, UnknownRevision
from dialects.verbs import chain, downgrade, here, upgrade, url_of, write_revision
from support.repository import Repository, Sql, tiny

NAMES = ("aa1", "ab2", "ac3", "bd4")


@pytest.fixture
def chained(repository: Repository) -> Repository:
    """Return a project with four revisions and an empty database."""
    chain(repository, *NAMES)
    return repository


@pytest.mark.parametrize(
    ("revision", "reached"), [("head", 4), ("ab2", 2), ("b", 4), ("ac", 3), ("+1", 1), ("+3", 3), ("head-1", 3)]
)
def test_upgrade_goes_as_far_as_it_is_told(revision: str, reached: int, chained: Repository, sql: Sql) -> None:
    """Up to head, an id, the unique beginning of one, or a distance; and no further."""
    report = upgrade(chained, revision)
    assert [step.revision for step in report.steps] == list(NAMES[:reached])
    assert report.heads == (NAMES[reached - 1],)
    assert _tables(chained, sql) == [f"t_{name}" for name in NAMES[:reached]]


@pytest.mark.parametrize(("revision", "left"), [("-1", 3), ("-3", 1), ("ab2", 2), ("aa", 1), ("head-2", 2), ("-4", 0)])
def test_downgrade_goes_as_far_as_it_is_told(revision: str, left: int, chained: Repository, sql: Sql) -> None:
    """Down to an id, which stays applied, the beginning of one, or by a distance; newest first."""
    upgrade(chained)
    report = downgrade(chained, revision)
    assert [step.revision for step in report.steps] == list(reversed(NAMES[left:]))
    assert _tables(chained, sql) == [f"t_{name}" for name in NAMES[:left]]


def test_nothing_pending_writes_nothing(chained: Repository, sql: Sql) -> None:
    """At head upgrade takes no step; on a database without revisions it does not even make alembic_version."""
    upgrade(chained)
    assert upgrade(chained).steps == ()
    for file in chained.revisions():
        file.unlink()
    sql(url_of(chained), ";".join(f"DROP TABLE {name}" for name in sql.tables(url_of(chained))))
    assert upgrade(chained).steps == ()
    assert sql.tables(url_of(chained)) == []


def test_the_commands_tell_what_they_do(chained: Repository) -> None:
    """Each step and the sum are told on standard output; a second upgrade says that there is nothing to do."""
    done, name = chained.inv("db.upgrade"), here(chained).settings.database.name
    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert [line.split("  (")[0] for line in lines[:-1]] == [f"  applied  {one}  Revision {one}" for one in NAMES]
    assert lines[-1] == f"4 revisions applied. {name} is at bd4."
    again = chained.inv("db.upgrade")
    assert (again.code, again.out, again.err) == (0, f"Nothing to upgrade: {name} is at bd4.\n", "")
    down = chained.inv("db.downgrade", "--rev", "-1")
    assert down.code == 0
    assert down.out.splitlines()[-1] == f"1 revision reverted. {name} is at ac3."


def test_a_dry_run_shows_the_plan_and_changes_nothing(chained: Repository, sql: Sql) -> None:
    """``--dry-run`` shows what would be applied or reverted; the database stays as it is."""
    name, url = here(chained).settings.database.name, url_of(chained)
    done = chained.inv("db.upgrade", "--rev", "ab2", "--dry-run")
    lines = done.out.splitlines()
    assert lines[0] == f"Would apply to {name}, from base (nothing applied):"
    assert lines[1:3] == ["  aa1  Revision aa1", "    create the table t_aa1"]
    assert lines[-1].endswith(". Nothing was changed.")
    assert sql.tables(url) == []
    upgrade(chained)
    done = chained.inv("db.downgrade", "--rev", "-1", "--dry-run")
    assert done.out.startswith(f"Would revert on {name}, from bd4:\n  bd4  Revision bd4\n    drop the table t_bd4\n")
    assert here(chained).history.heads == _recorded(chained, sql)


def test_invokes_own_dry_changes_nothing(chained: Repository, sql: Sql) -> None:
    """``inv --dry`` is honoured: by itself it would stop shell commands only."""
    before, name = chained.revisions(), here(chained).settings.database.name
    tasks = f"db.upgrade db.stamp --rev head db.revision -m x db.merge db.create db.reset --confirm {name}"
    done = chained.inv("--dry", *tasks.split())
    assert (done.code, done.err) == (0, "")
    assert sql.tables(url_of(chained)) == []
    assert chained.revisions() == before
    upgrade(chained, "aa1")
    assert chained.inv("--dry", "db.downgrade", "--rev", "-1").code == 0
    assert _tables(chained, sql) == ["t_aa1"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "db.downgrade needs a revision."),
        (("--rev", "base"), 3, "db.downgrade --rev base was refused; nothing was changed."),
        (("--rev", "-9"), 2, "'-9' leads beyond the end of the history."),
    ],
)
def test_a_downgrade_that_is_not_exact_is_refused(
    arguments: tuple[str, ...], code: int, message: str, chained: Repository, sql: Sql
) -> None:
    """Without --rev, to base, and beyond the beginning: the database stays at head."""
    upgrade(chained)
    done = chained.inv("db.downgrade", *arguments)
    assert (done.code, done.out, done.err.splitlines()[0]) == (code, "", f"error: {message}")
    assert _recorded(chained, sql) == ("bd4",)


@pytest.mark.parametrize(
    ("revision", "error"),
    [("a", AmbiguousRevision), ("zz", UnknownRevision), ("+0x", UnknownRevision), ("", UnknownRevision)],
)
def test_a_name_that_is_not_exact_is_refused(
    revision: str, error: type[Exception], chained: Repository, sql: Sql
) -> None:
    """An ambiguous or unknown name stops the upgrade before the database is touched."""
    with pytest.raises(error):
        upgrade(chained, revision)
    assert sql.tables(url_of(chained)) == []


def test_stamp_records_and_runs_nothing(chained: Repository, sql: Sql) -> None:
    """Stamping up, down, to base, and over a revision that no file has, changes the record only."""
    for revision, recorded in (("head", ("bd4",)), ("ab", ("ab2",)), ("base", ()), ("+2", ("ab2",))):
        assert migrate.stamp(*here(chained), revision).heads == recorded
        assert _recorded(chained, sql) == recorded
    sql(url_of(chained), "UPDATE alembic_version SET version_num = 'lost'")
    migrate.stamp(*here(chained), "aa1")
    assert _recorded(chained, sql) == ("aa1",)
    assert _tables(chained, sql) == []


def test_two_heads_are_refused_and_after_a_merge_all_is_applied(chained: Repository, sql: Sql) -> None:
    """With two heads ``head`` means nothing; the merge revision brings both branches in."""
    write_revision(chained, "side", "ac3")
    upgrade(chained, "bd4")
    with pytest.raises(ManyHeads):
        upgrade(chained)
    assert chained.inv("db.merge", "-m", "both").code == 0
    assert [step.revision for step in upgrade(chained).steps[:1]] == ["side"]
    assert len(_recorded(chained, sql)) == 1


def test_a_revision_no_file_has_stops_both_ways(chained: Repository, sql: Sql) -> None:
    """A database from another branch is neither upgraded nor downgraded."""
    upgrade(chained, "aa1")
    sql(url_of(chained), "UPDATE alembic_version SET version_num = 'lost'")
    with pytest.raises(UnknownDatabaseRevision):
        upgrade(chained)
    with pytest.raises(UnknownDatabaseRevision):
        downgrade(chained, "-1")
    assert _recorded(chained, sql) == ("lost",)


def test_status_knows_every_state(chained: Repository, sql: Sql) -> None:
    """Empty, behind, at head, at a revision that no file has, and with two heads."""
    at, url = here(chained), url_of(chained)

    def state() -> tuple[tuple[str, ...], int, tuple[str, ...]]:
        now = standing.of(*here(chained))
        assert now.exists
        return now.current, len(now.pending), now.unknown

    assert state() == ((), 4, ())
    upgrade(chained, "ab2")
    assert state() == (("ab2",), 2, ())
    upgrade(chained)
    assert state() == (("bd4",), 0, ())
    sql(url, "UPDATE alembic_version SET version_num = 'lost'")
    assert state() == (("lost",), 4, ("lost",))
    write_revision(chained, "side", "ac3")
    assert standing.of(*here(chained)).heads == ("bd4", "side")
    assert at.settings.database.name == standing.of(*here(chained)).database


def test_status_is_told_as_text_and_as_json(chained: Repository) -> None:
    """Both tell the same, without the password."""
    upgrade(chained, "ac3")
    text, data = chained.inv("db.status").out, json.loads(chained.inv("db.status", "--json").out)
    name = here(chained).settings.database.name
    assert text.splitlines()[0] == f"database     {name}  ({data['url']})"
    assert text.splitlines()[1:] == [
        "environment  local",
        "current      ac3",
        "head         bd4",
        "pending      1 revision",
        "  bd4  Revision bd4",
        "Next: inv db.upgrade",
    ]
    assert "w!rd" not in text + str(data)
    del data["url"]
    assert data == {
        "database": name,
        "environment": "local",
        "exists": True,
        "current": ["ac3"],
        "heads": ["bd4"],
        "pending": [{"id": "bd4", "message": "Revision bd4"}],
        "unknown": [],
        "sourceless": [],
        "migrating": None,
        "edited": [],
        "never_run": [],
        "unfinished": None,
    }


def test_a_missing_database_is_created_on_sqlite_only(
    missing_database_url: URL, server_url: URL, tmp_path: Path, sql: Sql
) -> None:
    """``db.upgrade`` makes the file and its folder; on a server it says what to run, and creates nothing."""
    repository = tiny(tmp_path / "repository", missing_database_url.render_as_string(hide_password=False))
    chain(repository, "one")
    assert not standing.of(*here(repository)).exists
    done, name = repository.inv("db.upgrade"), here(repository).settings.database.name
    if server_url.get_backend_name() == "sqlite":
        assert done.code == 0, done.err
        assert sql.tables(missing_database_url) == ["alembic_version", "t_one"]
        return
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: The database '{name}' does not exist (127.0.0.1:")
    assert done.err.endswith("  fix: inv db.create\n")
    with pytest.raises(DatabaseMissing):
        plan.upgrade(*here(repository))
    assert name not in sql.databases(server_url)
    assert repository.inv("db.create").out == f"Created the database {name}.\nNext: inv db.upgrade\n"
    assert sql.tables(missing_database_url) == []


def _tables(repository: Repository, sql: Sql) -> list[str]:
    return [table for table in sql.tables(url_of(repository)) if table != "alembic_version"]


def _recorded(repository: Repository, sql: Sql) -> tuple[str, ...]:
    return tuple(row[0] for row in sql(url_of(repository), "SELECT version_num FROM alembic_version"))
