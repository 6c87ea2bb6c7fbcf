"""What db.rebase does in the developer's own database, and where it stops, is stopped, or is refused."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, make_url

from dbtasks import environment, keep, ledger, rebase
from dbtasks.branches import Wish
from dbtasks.errors import MigrationFailed, UnknownDatabaseRevision
from dbtasks.guard import Consent
from dbtasks.history import headfile, parents
from dbtasks.project import Project
from dbtasks.rebase import How, Moved, Rebase, Settled
from dialects.verbs import downgrade, execute, here, upgrade, url_of, write_revision
from support.repository import Repository, Sql

HEAD = "alembic_db/HEAD"
TABLE = "CREATE TABLE {} (id INTEGER NOT NULL PRIMARY KEY, word VARCHAR(20))"
MINE = Wish(local=("mine1",))


def table(repository: Repository, name: str, after: str | None = None) -> None:
    """Write a revision that creates a table of the same name."""
    write_revision(repository, name, after, execute(TABLE.format(f"t_{name}")), execute(f"DROP TABLE t_{name}"))


@pytest.fixture
def forked(repository: Repository, sql: Sql) -> Repository:
    """Return a project with two heads, of which mine1 and mine2 are applied and have rows."""
    table(repository, "zero")
    table(repository, "mine1", "zero")
    table(repository, "mine2", "mine1")
    upgrade(repository)
    sql(url_of(repository), "INSERT INTO t_mine1 VALUES (1, 'one'); INSERT INTO t_mine2 VALUES (1, 'x'), (2, NULL)")
    table(repository, "theirs", "zero")
    return repository


def look(repository: Repository, wish: Wish = MINE) -> Rebase:
    """Return what is to be done."""
    return rebase.look(*here(repository), wish)


def how(repository: Repository) -> How:
    """Return the agreement of a user who names the database."""
    return How(Consent("db.rebase", here(repository).settings.database.name))


def run(repository: Repository) -> tuple[Moved, Settled]:
    """Do all of it."""
    at, wanted = here(repository), look(repository)
    return rebase.move(*at, wanted, how(repository)), rebase.settle(*at, wanted, how(repository))


def ends_well(repository: Repository, sql: Sql) -> None:
    """See that the history is straight, the database at its head, and every row there."""
    at = here(repository)
    assert [one.id for one in at.history.revisions] == ["zero", "theirs", "mine1", "mine2"]
    assert at.history.heads == ("mine2",)
    assert repository.read(HEAD) == "mine2\n"
    assert sql(url_of(repository), "SELECT version_num FROM alembic_version") == [("mine2",)]
    assert sql.tables(url_of(repository)) == ["alembic_version", "t_mine1", "t_mine2", "t_theirs", "t_zero"]
    rows = [sql(url_of(repository), f"SELECT id, word FROM t_mine{number} ORDER BY id") for number in (1, 2)]
    assert rows == [[(1, "one")], [(1, "x"), (2, None)]]
    assert [one.outcome for one in ledger.read(url_of(repository), rebase.KIND)] == ["done"]
    wanted = look(repository, Wish())
    assert (wanted.move, wanted.touches_database) == (None, False)


def test_a_chain_is_reverted_and_applied_again(forked: Repository, sql: Sql) -> None:
    """Both revisions are reverted with their old files, applied after the other, and their rows are back."""
    moved, settled = run(forked)
    assert [one.revision.id for one in moved.edits] == ["mine1"]
    assert settled.report
    assert [step.revision for step in settled.report.steps] == ["theirs", "mine1", "mine2"]
    assert sum(one.restored for one in settled.outcomes) == 3
    ends_well(forked, sql)


def test_what_is_applied_of_the_others_stays(forked: Repository, sql: Sql) -> None:
    """A database that has both branches keeps the other's rows; only the moved revisions are taken back."""
    upgrade(forked, "heads")
    sql(url_of(forked), "INSERT INTO t_theirs VALUES (7, 'seven')")
    _, settled = run(forked)
    assert settled.report
    assert [step.revision for step in settled.report.steps] == ["mine1", "mine2"]
    assert sql(url_of(forked), "SELECT id FROM t_theirs") == [(7,)]
    ends_well(forked, sql)


def test_a_database_that_has_none_of_it(forked: Repository, sql: Sql) -> None:
    """Where the revisions are not applied only files change."""
    downgrade(forked, "zero")
    wanted = look(forked)
    assert not wanted.touches_database
    done = forked.inv("db.rebase", "--local", "mine1")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("Wrote alembic_db/HEAD.\nNext: inv db.upgrade\n")
    assert sql(url_of(forked), "SELECT version_num FROM alembic_version") == [("zero",)]
    assert upgrade(forked).heads == ("mine2",)


def test_the_dry_run_shows_what_is_at_stake(forked: Repository, sql: Sql) -> None:
    """``--dry-run`` names the revisions that would be reverted and what they would take away; nothing changes."""
    events = ledger.read(url_of(forked))
    done = forked.inv("db.rebase", "--local", "mine1", "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "Would put behind theirs:\n"
        "  mine1  Revision mine1  (alembic_db/versions/mine1.py)\n"
        "  mine2  Revision mine2  (alembic_db/versions/mine2.py)\n"
        f"Would revert on {here(forked).settings.database.name}, and apply again:\n"
        "  mine2  Revision mine2\n"
        "    ! loses the table t_mine2: 2 rows\n"
        "  mine1  Revision mine1\n"
        "    ! loses the table t_mine1: 1 row\n"
        "Nothing was changed.\n"
    )
    assert (ledger.read(url_of(forked)), len(here(forked).history.heads)) == (events, 2)
    assert sql(url_of(forked), "SELECT count(*) FROM t_mine2") == [(2,)]


def test_a_file_of_the_same_length_and_second(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python does not take what it had compiled for the edited file, though that looks the same from outside."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for name, after in (("zero", None), ("mine", "zero"), ("peer", "zero")):
        write_revision(repository, name, after)
    stage = headfile.stage

    def in_the_same_second(project: Project, target: Path, content: bytes) -> Path:
        staged, before = stage(project, target, content), target.stat()
        assert len(content) == before.st_size
        os.utime(staged, ns=(before.st_atime_ns, before.st_mtime_ns))
        return staged

    at, wanted = here(repository), look(repository, Wish(local=("mine",)))
    assert wanted.move
    repository.write(HEAD, "mine\n")
    monkeypatch.setattr(headfile, "stage", in_the_same_second)
    rebase.move(*at, wanted, how(repository))
    assert here(repository).history.get("mine").parents == ("peer",)


def stopped(*_: Any, **__: Any) -> Any:
    """Stand for the moment at which somebody presses Ctrl-C."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (Path, "replace"),  # everything is reverted, no file is changed
        (parents, "forget_compiled"),  # the file of the first revision is changed, HEAD is not
        (rebase.plan, "upgrade"),  # all files are changed, nothing is applied
        (keep, "restore"),  # everything is applied, nothing is back
    ],
)
def test_ctrl_c_at_every_point(
    forked: Repository, sql: Sql, monkeypatch: pytest.MonkeyPatch, where: Any, name: str
) -> None:
    """Wherever it is stopped, running it again brings it to its end, with every row."""
    with monkeypatch.context() as patch:
        patch.setattr(where, name, stopped)
        with pytest.raises(KeyboardInterrupt):
            run(forked)
    assert not list(forked.path("alembic_db").rglob("*.new"))
    again = forked.inv("db.rebase", "--local", "mine1", "--confirm", here(forked).settings.database.name)
    assert (again.code, again.err) == (0, "")
    ends_well(forked, sql)


def test_ctrl_c_between_two_reverts(forked: Repository, sql: Sql) -> None:
    """What the first revert had set aside is brought back as well when the run is finished by another."""
    file = forked.path("alembic_db/versions/mine1.py")
    good = file.read_text()
    file.write_text(good.replace("def downgrade() -> None:", "def downgrade() -> None:\n    raise RuntimeError('no')"))
    with pytest.raises(MigrationFailed):
        run(forked)
    assert len(here(forked).history.heads) == 2
    assert sql(url_of(forked), "SELECT version_num FROM alembic_version") == [("mine1",)]
    file.write_text(good)
    run(forked)
    ends_well(forked, sql)


def test_a_revert_that_fails_changes_nothing(forked: Repository, sql: Sql) -> None:
    """When the last revision cannot be reverted no file is edited, and nothing is left for a next run to finish."""
    file = forked.path("alembic_db/versions/mine2.py")
    file.write_text(file.read_text().replace("def downgrade() -> None:", "def downgrade() -> None:\n    1 / 0"))
    files = [*forked.revisions(), forked.path(HEAD)]
    before = {path: path.read_bytes() for path in files}
    with pytest.raises(MigrationFailed):
        run(forked)
    assert {path: path.read_bytes() for path in files} == before
    assert sql(url_of(forked), "SELECT count(*) FROM t_mine2") == [(2,)]
    assert [one.outcome for one in ledger.read(url_of(forked), rebase.KIND)] == ["failed"]
    assert look(forked).left is None


@pytest.mark.parametrize("reverted", [False, True])
def test_a_protected_database_that_knows_them(forked: Repository, reverted: bool) -> None:
    """What ran in a protected database, even if it was reverted since, is not moved: exit code 3, nothing changed."""
    if reverted:
        downgrade(forked, "zero")
    environment.record(here(forked).settings, "production")
    before = {path: path.read_bytes() for path in forked.revisions()}
    name, events = here(forked).settings.database.name, ledger.read(url_of(forked))
    for command in (["--confirm", name], ["--dry-run"]):
        done = forked.inv("db.rebase", "--local", "mine1", *command)
        assert (done.code, done.out) == (3, "")
        assert done.err == (
            "error: db.rebase was refused; nothing was changed.\n"
            f"  why: '{name}' (production) is protected, and mine1, mine2 ran there: moved behind another, "
            "a file would not tell any more what that database has.\n"
            "  fix: inv db.merge\n"
        )
    assert {path: path.read_bytes() for path in forked.revisions()} == before
    assert ledger.read(url_of(forked)) == events


def test_a_protected_database_that_does_not_know_them(forked: Repository, sql: Sql) -> None:
    """Revisions that never ran in a protected database may be moved; the database is left alone."""
    table(forked, "new", "zero")
    environment.record(here(forked).settings, "production")
    done = forked.inv("db.rebase", "--local", "new", "--onto", "mine2")
    assert done.code == 0, done.err
    assert here(forked).history.get("new").parents == ("mine2",)
    assert sql(url_of(forked), "SELECT version_num FROM alembic_version") == [("mine2",)]


def test_nobody_agrees(forked: Repository, sql: Sql) -> None:
    """Without the name of the database nothing that has rows is reverted, and no file is edited."""
    done = forked.inv("db.rebase", "--local", "mine1", "--onto", "theirs")
    name = here(forked).settings.database.name
    assert done.code == 3
    assert done.err.endswith(f"  fix: inv db.rebase --local mine1 --onto theirs --confirm {name}\n")
    assert len(here(forked).history.heads) == 2
    assert sql(url_of(forked), "SELECT count(*) FROM t_mine2") == [(2,)]
    assert ledger.read(url_of(forked), rebase.KIND) == ()


def test_the_others_lose_something(forked: Repository, sql: Sql) -> None:
    """What another's revision takes away is agreed to by itself: until then the database waits, and nothing is lost."""
    sql(url_of(forked), "DELETE FROM t_mine1; DELETE FROM t_mine2; INSERT INTO t_zero VALUES (1, 'mine')")
    up = 'with op.batch_alter_table("t_zero") as batch:\n    batch.drop_column("word")'
    write_revision(forked, "theirs", "zero", up, "raise RuntimeError")
    name = here(forked).settings.database.name
    done = forked.inv("db.rebase", "--local", "mine1")
    assert (done.code, done.err) == (3, "")
    assert done.out.endswith(
        f"Wrote alembic_db/HEAD.\nNothing was applied to {name}: data of t_zero.word would be lost, and the database was "
        f"not named.\nNext: inv db.rebase --confirm {name}\n"
    )
    assert sql(url_of(forked), "SELECT word FROM t_zero") == [("mine",)]
    done = forked.inv("db.rebase", "--confirm", name)
    assert done.code == 0, done.err
    assert done.out.startswith("Nothing to rebase: the history has one head, mine2.\n  applied  theirs")
    assert sql(url_of(forked), "SELECT version_num FROM alembic_version") == [("mine2",)]


def test_nothing_is_set_aside(forked: Repository, sql: Sql) -> None:
    """With ``--no-set-aside`` the rows are gone, as the user has said."""
    name = here(forked).settings.database.name
    done = forked.inv("db.rebase", "--local", "mine1", "--no-set-aside", "--confirm", name)
    assert done.code == 0, done.err
    assert done.out.endswith(f"3 revisions applied. {name} is at mine2.\n")
    assert sql(url_of(forked), "SELECT count(*) FROM t_mine2") == [(0,)]
    assert keep.found(here(forked).settings) == ()


def test_a_database_on_another_branch(forked: Repository, sql: Sql) -> None:
    """A database at a revision that no file has stops it before anything is changed."""
    sql(url_of(forked), "UPDATE alembic_version SET version_num = 'gone'")
    with pytest.raises(UnknownDatabaseRevision):
        look(forked)
    assert len(here(forked).history.heads) == 2


def test_a_database_that_is_not_there(forked: Repository, missing_database_url: URL) -> None:
    """Only files are changed where there is no database, and that is said."""
    absent = replace(forked, url=missing_database_url.render_as_string(hide_password=False))
    done = absent.inv("db.rebase", "--local", "mine1")
    assert (done.code, done.err) == (0, "")
    name = here(absent).settings.database.name
    assert f"Only files are changed: the database '{name}' does not exist.\nNext: inv db.upgrade\n" in done.out
    assert here(absent).history.heads == ("mine2",)


def test_a_database_that_cannot_be_reached(forked: Repository) -> None:
    """Only files are changed where the server does not answer; what to do if the revisions are applied there is said."""
    url = make_url(forked.url)
    broken = forked.write("broken.db", "This is no database.")
    closed = url.set(port=1) if url.host else url.set(database=str(broken))
    done = replace(forked, url=closed.render_as_string(hide_password=False)).inv("db.rebase", "--local", "mine1")
    assert (done.code, done.err) == (0, "")
    assert "\nOnly files are changed: " in done.out
    assert (
        "\nIf it has one of these revisions: take the change back (git checkout), and run this again there.\n"
        in done.out
    )
    assert here(forked).history.heads == ("mine2",)
