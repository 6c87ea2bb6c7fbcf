"""A change of branches: the database has revisions that the files have not, and comes to this branch's head."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import URL

from dbtasks import dialects, history, ledger, migrate, plan, status, sync
from dbtasks.errors import DatabaseMoved, PlanMoved, RevertFailed, UnknownDatabaseRevision
from dbtasks.startup import prepare_schema
from dialects.verbs import chain, execute, here, together, upgrade, url_of, write_revision
from support.messages import Reader, fails
from support.repository import Repository, Sql, tiny

VERSIONS = "alembic_db/versions"
INVOICES = (execute("CREATE TABLE invoice (id INTEGER NOT NULL PRIMARY KEY, number VARCHAR(20))"), "DROP TABLE invoice")
ROWS = "INSERT INTO invoice VALUES (1, 'A'), (2, 'B')"
WHY = "another branch was applied to it, or the file was deleted or renamed; "

Files = Callable[[Repository], None]


def table(name: str) -> tuple[str, str]:
    """Return the bodies of a revision that creates a table and drops it again."""
    return execute(f"CREATE TABLE {name} (id INTEGER NOT NULL PRIMARY KEY)"), execute(f"DROP TABLE {name}")


class Branches:
    """Copies of ``versions/``, between which a developer goes to and fro."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self._repository, self._folder, self._now = repository, folder, "main"

    def checkout(self, name: str) -> None:
        """Put the files of a branch where those of the present one are; a new branch begins with these."""
        versions = self._repository.path(VERSIONS)
        shutil.copytree(versions, self._folder / self._now, dirs_exist_ok=True)
        if (self._folder / name).exists():
            shutil.rmtree(versions)
            shutil.copytree(self._folder / name, versions)
        self._now = name


@pytest.fixture
def branches(repository: Repository, tmp_path: Path) -> Branches:
    """Return the branches of a project whose main branch has one revision."""
    chain(repository, "base1")
    return Branches(repository, tmp_path / "branches")


@pytest.fixture
def invoices(repository: Repository, branches: Branches, sql: Sql) -> Branches:
    """Return two branches: the database is at that of invoices and has rows; the files are those of main."""
    branches.checkout("invoices")
    write_revision(repository, "inv1", "base1", INVOICES[0], execute(INVOICES[1]))
    upgrade(repository)
    sql(url_of(repository), ROWS)
    branches.checkout("main")
    write_revision(repository, "lim1", "base1", *table("limits"))
    return branches


def name(repository: Repository) -> str:
    """Return the name of a repository's database."""
    return dialects.of(url_of(repository)).database_name(url_of(repository))


def recorded(repository: Repository, sql: Sql) -> list[str]:
    """Return what the database says it is at."""
    return sorted(row[0] for row in sql(url_of(repository), "SELECT version_num FROM alembic_version"))


def synced(repository: Repository) -> list[tuple[str, str]]:
    """Sync, and return which revisions were reverted and applied."""
    at = here(repository)
    with sync.looked(*at) as wanted:
        done = sync.run(at.settings, wanted)
    return [(step.direction[:4], step.revision) for step in done.steps]


def shown(repository: Repository, text: str) -> str:
    """Return an output without what differs from database to database, and from run to run."""
    return Reader(repository).shown(text.replace(name(repository), "shop"))


@pytest.mark.usefixtures("invoices")
def test_several_heads(repository: Repository, sql: Sql) -> None:
    """In the middle of a rebase what no file has goes, and nothing comes until there is one head."""
    write_revision(repository, "lim2", "base1", *table("others"))
    shop = name(repository)
    done = repository.inv("db.sync", "--confirm", shop)
    assert (done.code, done.err) == (0, "")
    assert "  reverted inv1  Revision inv1  (" in done.out
    assert done.out.endswith("\nThe history has 2 heads. Next: inv db.rebase, or inv db.merge\n")
    assert recorded(repository, sql) == ["base1"]
    refused = repository.inv("db.sync")
    assert refused.err.startswith("error: The history has 2 heads: lim1, lim2.\n")
    assert repository.inv("db.merge", "db.sync").code == 0
    assert sql.tables(url_of(repository)) == ["alembic_version", "limits", "others", "t_base1"]


def test_to_another_branch_and_back(repository: Repository, invoices: Branches, sql: Sql) -> None:
    """What the other branch had applied goes, its rows are set aside; back there they are restored, each one."""
    shop, url = name(repository), url_of(repository)
    fails(
        repository,
        "db.sync",
        "db.sync was refused; nothing was changed.",
        "data of invoice would be lost, and the database was not named.",
        f"inv db.sync --confirm {shop}",
        code=3,
    )
    done = repository.inv("db.sync", "--confirm", shop, cwd="services")
    number = ledger.read(url, "kept")[-1].id
    assert (done.code, done.err) == (0, "")
    assert shown(repository, done.out) == (
        "  reverted inv1  Revision inv1  (TIME)\n"
        "  applied  lim1  Revision lim1  (TIME)\n"
        "1 revision reverted, 1 revision applied. shop is at lim1.\n"
        f"Set aside: 2 rows of invoice. On a branch that has it: inv db.restore --id {number}\n"
    )
    assert sql.tables(url) == ["alembic_version", "limits", "t_base1"]
    again = repository.inv("db.sync")
    assert (again.code, again.err) == (0, "")
    assert shown(repository, again.out) == "Nothing to sync: shop is at lim1, this branch's head.\n"
    invoices.checkout("invoices")
    done = repository.inv("db.sync")
    assert (done.code, done.err) == (0, "")
    assert shown(repository, done.out) == (
        "  reverted lim1  Revision lim1  (TIME)\n"
        "  applied  inv1  Revision inv1  (TIME)\n"
        "1 revision reverted, 1 revision applied. shop is at inv1.\n"
        f"Set aside earlier: 2 rows of invoice. Next: inv db.restore --id {number}\n"
    )
    assert repository.inv("db.restore", "--id", str(number)).code == 0
    assert sql(url, "SELECT id, number FROM invoice ORDER BY id") == [(1, "A"), (2, "B")]


@pytest.mark.usefixtures("invoices")
def test_a_dry_run(repository: Repository, sql: Sql) -> None:
    """The plan has what would be reverted, set aside and applied; nothing is changed, and its id runs just that."""
    done = repository.inv("db.sync", "--dry-run")
    assert (done.code, done.err) == (0, "")
    out = [line for line in shown(repository, done.out).splitlines() if not line.startswith("      ")]
    assert out == [
        "Would revert on shop, from inv1:",
        "  inv1  Revision inv1  (not on this branch)",
        "    drop the table invoice",
        "    ! loses the table invoice: 2 rows",
        "Would apply to shop, from base1:",
        "  lim1  Revision lim1",
        "    create the table limits",
        "1 loss to agree to: --confirm NAME.",
        "Plan PLAN. Nothing was changed.",
    ]
    assert recorded(repository, sql) == ["inv1"]
    with sync.looked(*here(repository)) as wanted:
        assert f"Plan {wanted.id}." in done.out
        with pytest.raises(PlanMoved):
            wanted.check_id("00000000")
        assert repository.inv("db.sync", "--plan", wanted.id, "--confirm", name(repository)).code == 0
    assert recorded(repository, sql) == ["lim1"]


@pytest.mark.usefixtures("invoices")
def test_every_verb_names_the_way_out(repository: Repository) -> None:
    """Verbs that need to know the revision say so, and ``inv db.sync``; the status does, and plain Alembic too."""
    told = (
        f"The database '{name(repository)}' is at 'inv1', which no revision file has.",
        f"{WHY}the database has kept its source.",
        "inv db.sync",
    )
    for verb in ("db.upgrade", "db.downgrade --rev -1", "db.plan"):
        fails(repository, verb, *told)
    for command in ("current", "check", "upgrade head", "downgrade -1", "stamp head", "revision --autogenerate -m x"):
        done = repository.alembic(*command.split())
        assert done.code != 0, command
        assert "FAILED: {}\n  why: {}\n  fix: {}".format(*told) in done.err + done.out, command
    out = repository.inv("db.status").out
    assert "pending      1 revision\n  lim1  Revision lim1\n" in out
    assert out.endswith("which no revision file has: it comes from another branch. Next: inv db.sync\n")


@pytest.mark.usefixtures("invoices")
def test_an_application_names_it_too(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """``prepare_schema()`` does not start on a database from another branch, and names ``inv db.sync``."""
    monkeypatch.setenv("DATABASE_URL", repository.url)
    with pytest.raises(UnknownDatabaseRevision, match=r"fix: inv db\.sync$"):
        prepare_schema(repository.root)


@pytest.mark.usefixtures("invoices")
def test_drift_and_repair_know_what_was_applied(repository: Repository, sql: Sql) -> None:
    """A database from another branch is compared with, and mended to, what that branch's revisions say."""
    assert repository.inv("db.drift").code == 0
    sql(url_of(repository), "ALTER TABLE invoice DROP COLUMN number")
    done = repository.inv("db.drift")
    assert (done.code, "the column invoice.number is missing" in done.out) == (1, True)
    assert repository.inv("db.repair").code == 0
    assert repository.inv("db.drift").code == 0


@pytest.mark.usefixtures("branches")
def test_where_nothing_is_foreign_it_is_an_upgrade(repository: Repository) -> None:
    """An empty database, and one that is behind, come to head; what was edited since is left alone."""
    assert synced(repository) == [("upgr", "base1")]
    write_revision(repository, "base1", None, table("t_base1")[0] + "\nx = 1", table("t_base1")[1])
    write_revision(repository, "two", "base1", *table("t_two"))
    assert synced(repository) == [("upgr", "two")]
    assert synced(repository) == []
    assert [one.id for one in status.of(*here(repository)).edited] == ["base1"]


def test_a_database_that_does_not_exist_yet(missing_database_url: URL, tmp_path: Path) -> None:
    """A file is created, as by an upgrade; on a server the error says who creates a database."""
    repository = tiny(tmp_path / "repository", missing_database_url.render_as_string(hide_password=False))
    chain(repository, "base1")
    done = repository.inv("db.sync")
    if url_of(repository).get_backend_name() == "sqlite":
        assert (done.code, "1 revision applied." in done.out) == (0, True)
    else:
        assert (done.code, "fix: inv db.create" in done.err) == (2, True)


def several(repository: Repository) -> None:
    """Write two branches of unknown revisions, joined, and one on top."""
    for one, after in (("a1", "base1"), ("a2", "a1"), ("b1", "base1")):
        write_revision(repository, one, after, *table(f"t_{one}"))
    write_revision(repository, "join", ("a2", "b1"))
    write_revision(repository, "top", "join", *table("t_top"))


def heads(repository: Repository) -> None:
    """Write two unknown heads."""
    several(repository)
    for one in ("join", "top"):
        repository.remove(f"{VERSIONS}/{one}.py")


def below(repository: Repository) -> None:
    """Write an unknown revision below a known one."""
    write_revision(repository, "x1", "base1", *table("t_x1"))
    write_revision(repository, "known", "x1", *table("t_known"))


def swapped(repository: Repository) -> None:
    """Write two known ones in the other order."""
    write_revision(repository, "known", "base1", *table("t_known"))
    write_revision(repository, "main", "known", *table("t_main"))


def depending(repository: Repository) -> None:
    """Write an unknown revision that depends on another branch, and one that builds on it."""
    write_revision(repository, "side", None, *table("t_side"))
    file = write_revision(repository, "d1", "base1", *table("t_d1"))
    file.write_text(file.read_text(encoding="utf-8") + '\ndepends_on = "side"\n', encoding="utf-8")
    write_revision(repository, "d2", "d1", *table("t_d2"))


class Case(NamedTuple):
    """What the other branch has, which of that is applied, what this branch has, and what a sync has to do."""

    write: Files
    target: str
    files: dict[str, str]
    down: list[str]
    up: list[str]


CASES = {
    "a chain and a merge": Case(several, "head", {"main": "base1"}, ["top", "join", "a1", "a2", "b1"], ["main"]),
    "several heads": Case(heads, "heads", {"main": "base1"}, ["a1", "a2", "b1"], ["main"]),
    "below a known one": Case(below, "head", {"known": "base1", "main": "known"}, ["known", "x1"], ["known", "main"]),
    "a new one put below a known one": Case(
        lambda repository: chain(repository, "base1", "known"),
        "head",
        {"main": "base1", "known": "main"},
        ["known"],
        ["main", "known"],
    ),
    "in another order": Case(swapped, "head", {"main": "base1", "known": "main"}, ["known", "main"], ["main", "known"]),
    "by a dependency": Case(depending, "heads", {"main": "base1"}, ["d1", "d2", "side"], ["main"]),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_reverted(repository: Repository, branches: Branches, sql: Sql, case: str) -> None:
    """What no file here has goes, and what was applied on top of it, children first; then this branch is applied."""
    wanted = CASES[case]
    branches.checkout("other")
    wanted.write(repository)
    upgrade(repository, wanted.target)
    branches.checkout("main")
    for one, after in wanted.files.items():
        write_revision(repository, one, after, *table(f"t_{one}"))
    steps = synced(repository)
    assert sorted(one for way, one in steps if way == "down") == sorted(wanted.down)
    assert [one for way, one in steps if way == "upgr"] == wanted.up
    assert recorded(repository, sql) == wanted.up[-1:]
    assert sql.tables(url_of(repository)) == ["alembic_version", *sorted(f"t_{one}" for one in {"base1", *wanted.up})]
    assert synced(repository) == []


@pytest.mark.usefixtures("branches")
def test_one_that_stands_for_a_long_past_stays(repository: Repository) -> None:
    """Revisions that were joined into one with the id of the last are not reverted, nor what builds on it."""
    chain(repository, "base1", "b2", "b3", "top")
    upgrade(repository)
    for one in ("base1", "b2"):
        repository.remove(f"{VERSIONS}/{one}.py")
    write_revision(repository, "b3", None, execute(*(f"CREATE TABLE t_{one} (id INTEGER)" for one in ("b1", "b2"))))
    write_revision(repository, "new", "top", *table("t_new"))
    assert synced(repository) == [("upgr", "new")]


def test_the_newest_source_reverts(repository: Repository, branches: Branches, sql: Sql) -> None:
    """Of a revision that was applied twice with other contents, the last that was applied is reverted."""
    branches.checkout("other")
    for name_ in ("t_first", "t_second"):
        write_revision(repository, "twice", "base1", *table(name_))
        upgrade(repository)
        if name_ == "t_first":
            migrate.run(*here(repository), plan.downgrade(*here(repository), "-1"))
    branches.checkout("main")
    assert synced(repository) == [("down", "twice")]
    assert sql.tables(url_of(repository)) == ["alembic_version", "t_base1"]


def test_without_a_source_nothing_happens(repository: Repository, branches: Branches, sql: Sql) -> None:
    """A revision that was stamped has no source, above or below one that has: it is named, with a way to find it."""
    branches.checkout("other")
    chain(repository, "base1", "old1", "new1")
    upgrade(repository, "base1")
    migrate.stamp(*here(repository), "old1")
    upgrade(repository)
    branches.checkout("main")
    with pytest.raises(UnknownDatabaseRevision) as caught, sync.looked(*here(repository)):
        pass
    assert str(caught.value) == (
        f"The database '{name(repository)}' is at 'new1', which no revision file has.\n"
        f"  why: {WHY}and the database has not kept the source of 'old1', which was stamped, or applied before dbtasks "
        "came.\n"
        "  fix: check out the branch that has it (git log --all --diff-filter=A -- '*old1*') and downgrade there, or "
        "bring the file back."
    )
    assert "Next: check out the branch that has it (git log" in repository.inv("db.status").out
    done = repository.inv("db.sync")
    assert (done.code, done.err) == (2, f"error: {caught.value}\n")
    assert recorded(repository, sql) == ["new1"]


@pytest.mark.usefixtures("branches")
def test_a_stamp_is_believed(repository: Repository) -> None:
    """After a stamp the files of known revisions say on what they stand, not what was applied before it."""
    chain(repository, "base1", "b2", "b3")
    upgrade(repository)
    write_revision(repository, "new", "base1", *table("t_new"))
    write_revision(repository, "b2", "new", *table("t_b2"))
    with sync.looked(*here(repository)) as wanted:
        assert [one.id for one in wanted.reverting.steps] == ["b3", "b2"]
    migrate.stamp(*here(repository), "b3")
    assert synced(repository) == []


def test_one_that_cannot_be_reverted(repository: Repository, branches: Branches, sql: Sql) -> None:
    """It is seen in a scratch database, before anything is changed, also where one above it could be reverted."""
    branches.checkout("other")
    write_revision(repository, "one_way", "base1", table("t_one")[0], 'raise NotImplementedError("no way back")')
    write_revision(repository, "above", "one_way", *table("t_above"))
    upgrade(repository)
    branches.checkout("main")
    done = repository.inv("db.sync", "--confirm", name(repository))
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"error: Revision one_way (line 18 of the source that was kept) could not be reverted on '{name(repository)}'.\n"
        "  why: NotImplementedError: no way back.\n"
        "  fix: nothing was changed; check out the branch that has it, or begin anew: inv db.reset, which sets everything "
        "aside.\n"
    )
    assert recorded(repository, sql) == ["above"]
    assert sql.tables(url_of(repository)) == ["alembic_version", "t_above", "t_base1", "t_one"]


def test_one_that_fails_half_way(repository: Repository, branches: Branches, sql: Sql) -> None:
    """Where DDL is transactional nothing of it stays; elsewhere ``db.repair`` takes back what does, before the sync."""
    branches.checkout("other")
    down = "\n".join(
        (
            execute("DROP TABLE t_first", "ALTER TABLE t_second RENAME TO t_third"),
            'if "dbtasks_scratch_" not in str(op.get_bind().engine.url):',
            '    raise RuntimeError("only here")',
            execute("DROP TABLE t_third"),
        )
    )
    write_revision(repository, "fails", "base1", f"{table('t_first')[0]}\n{table('t_second')[0]}", down)
    upgrade(repository)
    sql(url_of(repository), "INSERT INTO t_first VALUES (7); INSERT INTO t_second VALUES (8)")
    branches.checkout("main")
    with pytest.raises(RevertFailed) as caught:
        synced(repository)
    assert caught.value.cause == "RuntimeError: only here"
    assert recorded(repository, sql) == ["fails"]
    if url_of(repository).get_backend_name() == "mysql":
        assert "It may be half reverted" in (caught.value.fix() or "")
        assert "t_first" not in sql.tables(url_of(repository))
        assert "Next: inv db.repair" in repository.inv("db.status").out
        assert repository.inv("db.repair").code == 0
    else:
        assert (caught.value.fix() or "").startswith("nothing was changed; check out")
    assert sql.tables(url_of(repository)) == ["alembic_version", "t_base1", "t_first", "t_second"]
    assert sql(url_of(repository), "SELECT id FROM t_first") == [(7,)]
    assert sql(url_of(repository), "SELECT id FROM t_second") == [(8,)]


@pytest.mark.usefixtures("invoices")
def test_a_source_that_cannot_be_loaded(repository: Repository, sql: Sql) -> None:
    """A kept source that imports what this branch does not have is an error that names the revision and the cause."""
    broken = "import nothing_here\n" + repository.read(f"{VERSIONS}/lim1.py").replace("lim1", "inv1")
    quoted = broken.replace("'", "''")
    sql(url_of(repository), f"UPDATE dbtasks_ledger SET source = '{quoted}' WHERE revision = 'inv1'")
    fails(
        repository,
        "db.sync",
        "The source of inv1 that the database kept cannot be loaded.",
        "ModuleNotFoundError: No module named 'nothing_here'.",
        "check out the branch that has it, and downgrade there.",
    )


@pytest.mark.usefixtures("invoices")
def test_two_at_once(repository: Repository, sql: Sql) -> None:
    """One reverts and applies; the other waits, finds nothing left to do, and ends well too."""
    sync_ = ["db.sync", "--confirm", name(repository)]
    done = together(3, lambda: repository.inv(*sync_))
    assert [one.code for one in done] == [0, 0, 0], done
    assert sum("1 revision reverted, 1 revision applied." in one.out for one in done) == 1
    assert recorded(repository, sql) == ["lim1"]


@pytest.mark.usefixtures("branches")
def test_one_after_the_other_where_the_head_is_the_same(repository: Repository, sql: Sql) -> None:
    """A plan that another process carries out first is not carried out again, though the database is at the same head."""
    chain(repository, "base1", "known")
    upgrade(repository)
    write_revision(repository, "new", "base1", *table("t_new"))
    write_revision(repository, "known", "new", *table("t_known"))
    at = here(repository)
    with sync.looked(*at) as wanted:
        assert synced(repository) == [("down", "known"), ("upgr", "new"), ("upgr", "known")]
        done = sync.run(at.settings, wanted)
    assert (done.steps, done.heads) == ((), ("known",))
    assert recorded(repository, sql) == ["known"]


@pytest.mark.usefixtures("invoices")
def test_a_database_that_moved_meanwhile(repository: Repository, sql: Sql) -> None:
    """What somebody else has done between the plan and the run is not run over."""
    at = here(repository)
    with sync.looked(*at) as wanted:
        sql(url_of(repository), "UPDATE alembic_version SET version_num = 'base1'")
        with pytest.raises(DatabaseMoved):
            sync.run(at.settings, wanted)
    assert recorded(repository, sql) == ["base1"]


@pytest.mark.usefixtures("invoices")
def test_a_protected_database_is_refused(repository: Repository) -> None:
    """What would lose rows of a database that is protected is refused, named or not, as a downgrade is."""
    sets = repository.inv("db.environment", "--set", "production")
    assert sets.code == 0, sets.err
    done = repository.inv("db.sync", "--confirm", name(repository))
    assert (done.code, done.out) == (3, "")
    assert "db.sync was refused; nothing was changed." in done.err


def test_rows_that_come_to_light_on_the_way(repository: Repository, branches: Branches, sql: Sql) -> None:
    """Rows that the way down brings back, and the way up would lose, are asked for before they are, and set aside."""
    branches.checkout("other")
    hide = execute("ALTER TABLE t_base1 RENAME TO hidden"), execute("ALTER TABLE hidden RENAME TO t_base1")
    write_revision(repository, "hide", "base1", *hide)
    upgrade(repository)
    sql(url_of(repository), "INSERT INTO hidden VALUES (1), (2)")
    branches.checkout("main")
    write_revision(repository, "gone", "base1", execute("DROP TABLE t_base1"), table("t_base1")[0])
    done = repository.inv("db.sync")
    assert done.code == 3, done
    assert done.err == (
        "error: db.upgrade was refused; nothing was changed.\n"
        "  why: data of t_base1 would be lost, and the database was not named.\n"
        f"  fix: inv db.upgrade --confirm {name(repository)}\n"
    )
    assert recorded(repository, sql) == ["base1"]
    assert sql(url_of(repository), "SELECT count(*) FROM t_base1") == [(2,)]


@pytest.mark.usefixtures("invoices")
def test_nothing_is_set_aside_on_request(repository: Repository) -> None:
    """With ``--no-set-aside`` no copy is made."""
    done = repository.inv("db.sync", "--no-set-aside", "--confirm", name(repository))
    assert (done.code, "Set aside" in done.out) == (0, False)
    assert ledger.read(url_of(repository), "kept") == ()


@pytest.mark.usefixtures("invoices")
def test_history_is_untouched(repository: Repository) -> None:
    """No file of the other branch is left anywhere in the project."""
    before = sorted(repository.path(VERSIONS).glob("*.py"))
    assert repository.inv("db.sync", "--confirm", name(repository)).code == 0
    assert sorted(repository.path(VERSIONS).glob("*.py")) == before
    assert [one.id for one in history.load(here(repository).history.project).revisions] == ["base1", "lim1"]
