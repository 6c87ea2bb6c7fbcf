"""``db.verify``: what a rehearsal finds on each database, what it leaves alone, and what it need not do again."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import URL

from dbtasks import project, render, servers, verify
from dbtasks.errors import (
    MigrationFailed,
    NothingToRehearse,
    ScratchNotAllowed,
    ServerMissing,
    ServerUnreachable,
    SinceUnclear,
    UnknownValue,
)
from dbtasks.verify import Asked, Report, touched
from dialects.verbs import STOP_ANYWHERE, command, execute, here, running, url_of, write_revision
from support import corpus
from support.checkout import committed
from support.repository import Repository, Sql
from support.servers import KINDS, product

TABLE = """
op.create_table(
    "{}",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("note", sa.String(50)),
)
"""
PRICE = "add_column(sa.Column('price', sa.Integer()))"
STRICT_PRICE = "add_column(sa.Column('price', sa.Integer(), nullable=False))"
NOTE = "alter_column('note', existing_type=sa.String(50), {})"
NAME = "add_column(sa.Column('name', sa.String(50), nullable=False))"
ON_ROWS = " works with empty tables, and fails when they have rows: "


def table(name: str) -> str:
    """Return the operation that creates a table."""
    return TABLE.format(name).strip()


def batch(name: str, *operations: str) -> str:
    """Return the operations that change a table."""
    return "\n    ".join([f"with op.batch_alter_table('{name}') as batch:", *(f"batch.{one}" for one in operations)])


def rehearsed(repository: Repository, **asked: Any) -> Report:
    """Return what comes of a rehearsal in this process."""
    return verify.run(*here(repository), Asked(**asked))


def found(report: Report, repository: Repository) -> list[tuple[str, str, str]]:
    """Return the revision, the code and the function of each finding, by revision."""
    told = []
    for one in report.findings:
        assert one.source
        lines = repository.read(one.source.path).splitlines()[: one.source.line]
        function = [line for line in lines if line.startswith("def ")][-1][4:].partition("(")[0]
        told.append((one.source.path.stem, one.code, function))
    return sorted(told)


class Fault(NamedTuple):
    """A revision that does not do what it should, to the table that is called like it.

    Attributes:
        where: the function that is to blame; "" when there is none.
        told: what is said of it after the name of the revision.
        lenient: whether MariaDB takes it, and makes up values by itself.
    """

    up: str
    down: str
    code: str
    where: str
    told: str
    lenient: bool = False


FAULTS = {
    "without_default": Fault(
        batch("without_default", STRICT_PRICE),
        batch("without_default", "drop_column('price')"),
        "upgrade-fails-on-rows",
        "upgrade",
        ON_ROWS,
        lenient=True,
    ),
    "without_backfill": Fault(
        batch("without_backfill", NOTE.format("nullable=False")),
        batch("without_backfill", NOTE.format("nullable=True")),
        "upgrade-fails-on-rows",
        "upgrade",
        ON_ROWS,
    ),
    "cannot_revert": Fault(
        execute("CREATE TABLE tag (id INTEGER)"),
        execute("DROP TABLE tags"),
        "downgrade-fails",
        "downgrade",
        " fails: ",
    ),
    "cannot_revert_rows": Fault(
        batch("cannot_revert_rows", "drop_column('name')"),
        batch("cannot_revert_rows", NAME),
        "downgrade-fails",
        "downgrade",
        ON_ROWS,
        lenient=True,
    ),
    "leaves_column": Fault(
        batch("leaves_column", PRICE, "create_index('ix_note', ['note'])"),
        batch("leaves_column", "drop_index('ix_note')"),
        "downgrade-differs",
        "downgrade",
        " was applied and reverted: leaves_column.price is left behind.",
    ),
    "comes_back_otherwise": Fault(
        batch("comes_back_otherwise", PRICE),
        batch("comes_back_otherwise", "drop_column('price')", NOTE.format("type_=sa.String(40)")),
        "downgrade-differs",
        "downgrade",
        " was applied and reverted: comes_back_otherwise.note has another type.",
    ),
    "leaves_row": Fault(
        execute("INSERT INTO leaves_row (id, name) VALUES (1, 'one')"),
        "op.execute('SELECT 1')",
        "upgrade-not-repeatable",
        "upgrade",
        ", applied, reverted and applied again, fails the second time: ",
    ),
    "drops_column": Fault(
        batch("drops_column", "drop_column('note')")
        + "\n"
        + batch("drops_column", "add_column(sa.Column('note', sa.String(50)))"),
        "op.execute('SELECT 1')",
        "loses-rows",
        "upgrade",
        " loses values of drops_column.note.",
    ),
    "drops_table": Fault(
        "op.drop_table('drops_table')\n" + table("drops_table"),
        "op.execute('SELECT 1')",
        "loses-rows",
        "upgrade",
        " loses 3 rows of drops_table.",
    ),
    "loses_on_the_way_down": Fault(
        batch("loses_on_the_way_down", NOTE.format("type_=sa.String(60)")),
        "op.drop_table('loses_on_the_way_down')\n" + table("loses_on_the_way_down"),
        "loses-rows",
        "downgrade",
        " loses 3 rows of loses_on_the_way_down.",
    ),
    "deletes_as_it_says": Fault(
        execute("DELETE FROM deletes_as_it_says WHERE id = 101", "UPDATE deletes_as_it_says SET note = 'other'"),
        "op.execute('SELECT 1')",
        "",
        "",
        "",
    ),
    "renames": Fault(
        batch("renames", "alter_column('name', new_column_name='title', existing_type=sa.String(50), existing_nullable=False)"),
        batch("renames", "alter_column('title', new_column_name='name', existing_type=sa.String(50), existing_nullable=False)"),
        "",
        "",
        "",
    ),
    "other_type": Fault(
        batch("other_type", "alter_column('name', type_=sa.Date(), existing_nullable=False, postgresql_using='name::date')"),
        batch("other_type", "alter_column('name', type_=sa.String(50), existing_nullable=False)"),
        "",
        "",
        "",
    ),
    "fails": Fault("op.drop_table('nothing')", "op.execute('SELECT 1')", "upgrade-fails", "upgrade", " fails: "),
}  # fmt: skip


def test_each_kind_of_fault(repository: Repository) -> None:
    """Faults are told by code, revision and function, in words that name the database; what is in order is not."""
    dialect = url_of(repository).get_backend_name()
    write_revision(repository, "a1", None, "\n".join(map(table, FAULTS)), "\n".join(f"op.drop_table('{one}')" for one in FAULTS))  # fmt: skip
    for after, (name, fault) in zip(["a1", *FAULTS], FAULTS.items(), strict=False):
        write_revision(repository, name, after, fault.up, fault.down)
    write_revision(repository, "later", "fails", table("later"), "op.drop_table('later')")
    expected = {
        name: fault
        for name, fault in FAULTS.items()
        if fault.code and not (fault.lenient and dialect in ("mysql", "mariadb"))
    }
    report = rehearsed(repository)
    assert found(report, repository) == sorted((name, one.code, one.where) for name, one in expected.items())
    words = {one.source.path.stem: one.about.what() for one in report.findings if one.source}  # type: ignore[union-attr]
    for name, fault in expected.items():
        assert words[name].startswith(f"On {dialect} "), words[name]
        assert f"revision {name}{fault.told}" in words[name], words[name]
    assert report.unreached == ((dialect, "later"),)
    assert all(one.has_way_down == (one.revision != "fails") for one in report.rehearsed)
    assert [one.empty for one in report.rehearsed if one.empty] == []


def shop(repository: Repository, *more: tuple[str, str]) -> None:
    """Write a history of a table ``item``, and more revisions with these bodies: r1, r2 and so on."""
    write_revision(repository, "r0", None, table("item"), "op.drop_table('item')")
    for number, (up, down) in enumerate(more):
        write_revision(repository, f"r{number + 1}", f"r{number}", up, down)


ADD = (batch("item", PRICE), batch("item", "drop_column('price')"))
NOTHING = ("op.execute('SELECT 1')", "op.execute('SELECT 1')")


def test_only_what_changed_is_rehearsed_again(sqlite_repository: Repository) -> None:
    """What passed is not rehearsed again until it, or one before it, says something else; what did not pass is."""
    repository = sqlite_repository
    shop(repository, ADD, NOTHING, ("op.drop_table('nothing')", "pass"))

    def again(**asked: Any) -> tuple[list[str], int]:
        report = rehearsed(repository, **asked)
        return [one.revision for one in report.rehearsed], report.passed

    assert again() == (["r0", "r1", "r2", "r3"], 0)
    assert again() == (["r3"], 3)
    write_revision(repository, "r3", "r2", *NOTHING)
    assert again() == (["r3"], 3)
    assert again() == ([], 4)
    repository.write("alembic_db/versions/r1.py", repository.read("alembic_db/versions/r1.py") + "\n# a remark\n")
    assert again() == ([], 4)
    write_revision(repository, "r1", "r0", ADD[0], ADD[1] + "\npass")
    assert again() == (["r1", "r2", "r3"], 1)
    assert again(everything=True) == (["r0", "r1", "r2", "r3"], 0)
    repository.write("alembic_db/env.py", repository.read("alembic_db/env.py") + "\nother = 1\n")
    assert again() == (["r0", "r1", "r2", "r3"], 0)
    file = repository.path(".dbtasks_cache/verified.json")
    assert sorted(one.name for one in file.parent.iterdir()) == [".gitignore", "fingerprints.json", "verified.json"]
    file.write_text("{", encoding="utf-8")
    assert again() == (["r0", "r1", "r2", "r3"], 0)
    file.write_text('["sqlite"]', encoding="utf-8")
    assert again() == (["r0", "r1", "r2", "r3"], 0)


def test_a_changed_helper_is_rehearsed_again(sqlite_repository: Repository) -> None:
    """What a revision imports from the project is a part of it: a helper that breaks it is found."""
    helper = sqlite_repository.write("helper_of_r1.py", "PRICE = 'price'\n")
    use = "from helper_of_r1 import PRICE\n" + ADD[0].replace("'price'", "PRICE")
    shop(sqlite_repository, (use, ADD[1]), NOTHING)
    assert rehearsed(sqlite_repository).findings == ()
    assert rehearsed(sqlite_repository).passed == 3
    helper.write_text("PRICE = 'name'\n", encoding="utf-8")
    del sys.modules["helper_of_r1"]
    report = rehearsed(sqlite_repository)
    assert found(report, sqlite_repository) == [("r1", "upgrade-fails", "upgrade")]
    assert report.unreached == (("sqlite", "r2"),)
    del sys.modules["helper_of_r1"]


def test_some_revisions(sqlite_repository: Repository) -> None:
    """A range leaves out where it begins; a distance counts from the head; what names nothing is an error."""
    shop(sqlite_repository, ADD, NOTHING, NOTHING)

    def of(revisions: str) -> list[str]:
        return [one.revision for one in rehearsed(sqlite_repository, revisions=revisions, everything=True).rehearsed]

    assert of("r1:r2") == ["r2"]
    assert of("r1") == ["r0", "r1"]
    assert of("-1:") == ["r3"]
    for wrong in ("r2:r1", "head:head"):
        with pytest.raises(NothingToRehearse, match="TO comes after FROM"):
            of(wrong)
    with pytest.raises(UnknownValue, match="does not know 'oracle'"):
        rehearsed(sqlite_repository, dialects=("oracle",))


def test_an_empty_history(sqlite_repository: Repository) -> None:
    """Where there is no revision there is nothing to rehearse."""
    assert rehearsed(sqlite_repository) == Report(("sqlite",), (), (), 0)


REFUSES = """
if op.get_bind().exec_driver_sql("SELECT count(*) FROM item").scalar():
    raise ValueError("not with rows")
with op.batch_alter_table("item") as batch:
    batch.drop_column("price")
"""


@pytest.mark.parametrize(
    ("down", "is_reverted"),
    [("pass", False), ("raise NotImplementedError('the values are gone')", False), (REFUSES, True)],
)
def test_a_revision_without_a_way_down(down: str, is_reverted: bool, sqlite_repository: Repository) -> None:
    """A downgrade that is missing, or that refuses by itself, is passed over and said; later ones are rehearsed."""
    shop(sqlite_repository, (ADD[0], down), NOTHING)
    report = rehearsed(sqlite_repository)
    assert report.findings == ()
    reverted = [(one.revision, one.has_way_down) for one in report.rehearsed]
    assert reverted == [("r0", True), ("r1", is_reverted), ("r2", True)]
    shown = render.rehearsal(report, project.find(sqlite_repository.root)).splitlines()
    assert (shown[0] == "r1 was not reverted on sqlite: it has no way down, or refuses it.") != is_reverted
    assert shown[-1].startswith("3 revisions rehearsed on sqlite in ")


def test_a_comment_silences(sqlite_repository: Repository) -> None:
    """A finding that has a comment with its code and a reason is not told, and its revision is rehearsed again."""
    shop(sqlite_repository, (batch("item", STRICT_PRICE), ADD[1]))
    (finding,) = rehearsed(sqlite_repository).findings
    assert finding.source
    assert finding.source.line
    file = sqlite_repository.path(finding.source.path)
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[finding.source.line - 1] += "  # dbtasks: ignore[upgrade-fails-on-rows] it is empty everywhere"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = rehearsed(sqlite_repository)
    assert (report.findings, [one.revision for one in report.rehearsed]) == ((), ["r1"])


def test_a_stated_loss_is_no_finding(sqlite_repository: Repository) -> None:
    """What a revision accepts to lose is not told."""
    fault = FAULTS["drops_table"]
    shop(sqlite_repository, (fault.up.replace("drops_table", "item"), fault.down))
    assert found(rehearsed(sqlite_repository), sqlite_repository) == [("r1", "loses-rows", "upgrade")]
    file = sqlite_repository.path("alembic_db/versions/r1.py")
    file.write_text(file.read_text(encoding="utf-8") + "\naccepts_loss = ['item']\n", encoding="utf-8")
    assert rehearsed(sqlite_repository).findings == ()


@pytest.mark.parametrize("passed", [0, 2])
def test_a_backfill_is_known(passed: int, sqlite_repository: Repository) -> None:
    """A column that an earlier revision has filled can be made NOT NULL, whether that one is rehearsed or has passed."""
    fill = (execute("UPDATE item SET note = '' WHERE note IS NULL"), "op.execute('SELECT 1')")
    strict = (batch("item", NOTE.format("nullable=False")), batch("item", NOTE.format("nullable=True")))
    shop(sqlite_repository, fill)
    if passed:
        rehearsed(sqlite_repository)
    shop(sqlite_repository, fill, NOTHING, strict)
    report = rehearsed(sqlite_repository)
    assert (report.findings, report.passed) == ((), passed)
    shop(sqlite_repository, NOTHING, NOTHING, strict)
    assert found(rehearsed(sqlite_repository), sqlite_repository) == [("r3", "upgrade-fails-on-rows", "upgrade")]


def test_branches(sqlite_repository: Repository) -> None:
    """Two branches and the revision that joins them are rehearsed, too."""
    shop(sqlite_repository)
    for name in ("left", "right"):
        write_revision(sqlite_repository, name, "r0", table(name), f"op.drop_table('{name}')")
    assert len(rehearsed(sqlite_repository).rehearsed) == 3
    write_revision(sqlite_repository, "both", ("left", "right"), table("both"), "op.drop_table('both')")
    report = rehearsed(sqlite_repository)
    assert (report.findings, [one.revision for one in report.rehearsed]) == ((), ["both"])


def test_since_a_commit(sqlite_repository: Repository) -> None:
    """Only revisions that were added since are rehearsed; what git cannot tell, or does not know, is an error."""
    shop(sqlite_repository, ADD)
    with pytest.raises(SinceUnclear, match="not a git repository"):
        rehearsed(sqlite_repository, since="main")
    committed(sqlite_repository)
    write_revision(sqlite_repository, "r2", "r1", *NOTHING)
    assert [one.revision for one in rehearsed(sqlite_repository, since="main").rehearsed] == ["r2"]
    with pytest.raises(SinceUnclear, match="git has no branch, tag or commit of that name"):
        rehearsed(sqlite_repository, since="nonsense")


def test_a_revision_before_that_cannot_be_applied(sqlite_repository: Repository) -> None:
    """Where what comes before the wanted revisions does not run, the error names it."""
    shop(sqlite_repository, ("op.drop_table('nothing')", "pass"), NOTHING)
    with pytest.raises(MigrationFailed, match="The upgrade of revision r1"):
        rehearsed(sqlite_repository, revisions="r1:r2")


def test_the_command(sqlite_repository: Repository) -> None:
    """``inv db.verify`` rehearses from any folder, as JSON too; the second time there is nothing to do; no model is imported."""
    shop(sqlite_repository, ADD)
    sqlite_repository.write("services/shop/database/db_models/item_model.py", "raise SystemExit('imported')")
    result = sqlite_repository.inv("db.verify", "--json", cwd="services/shop")
    told = json.loads(result.out)
    assert (result.code, result.err, told["findings"], told["not_reached"]) == (0, "", [], [])
    shown = [(one["revision"], one["reverted"], one["without_rows"], one["seconds"] > 0) for one in told["rehearsed"]]
    assert shown == [("r0", True, {}, True), ("r1", True, {}, True)]
    again = sqlite_repository.inv("db.verify")
    assert again.out == "Nothing to rehearse. 2 rehearsals passed before and need no other.\n"
    assert not sqlite_repository.path("db").exists()


def test_the_command_for_github(sqlite_repository: Repository) -> None:
    """``--format github`` annotates the line of the operation, and ends with 1 as the other formats do."""
    shop(sqlite_repository, (batch("item", STRICT_PRICE), ADD[1]))
    done = sqlite_repository.inv("db.verify", "--format", "github")
    lines = sqlite_repository.read("alembic_db/versions/r1.py").splitlines()
    at = lines.index("    with op.batch_alter_table('item') as batch:") + 1
    told = f"::error file=alembic_db/versions/r1.py,line={at},title=upgrade-fails-on-rows::On sqlite the upgrade of "
    assert (done.code, done.err, done.out.startswith(told)) == (1, "", True)


@pytest.mark.skipif(not os.environ.get("DBTASKS_TEST_ALL"), reason=".ci/run does this with the history itself")
def test_the_reference_backend_is_clean(reference: Repository) -> None:
    """Every revision of this repository goes up, down and up again, with rows."""
    report = rehearsed(reference)
    assert (report.findings, report.unreached, len(report.rehearsed)) == ((), (), 12)
    assert all(one.has_way_down and not one.empty for one in report.rehearsed)


@pytest.mark.skipif(not os.environ.get("DBTASKS_TEST_ALL"), reason="thirty revisions on three databases")
def test_revisions_as_teams_write_them(repository: Repository) -> None:
    """Of thirty revisions that do what they should one is a finding: it counts on a row with the key 1."""
    refuses = "raise NotImplementedError('nobody goes back')"
    write_revision(repository, "zero", None, corpus.ZERO, refuses)
    told = []
    for name in corpus.REVISIONS:
        file = write_revision(repository, name, "zero", corpus.body(name), refuses)
        report = rehearsed(repository)
        told += found(report, repository)
        assert [one.empty for one in report.rehearsed if one.empty] == []
        file.unlink()
    assert told == [("replace_foreign_keys", "upgrade-fails-on-rows", "upgrade")]


# Statements, each with the keys of what it changes.
EVERYWHERE: tuple[tuple[str, set[str]], ...] = (
    ("CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, n VARCHAR(5))", {"a"}),
    ("CREATE TABLE b (id INTEGER NOT NULL PRIMARY KEY, a INTEGER REFERENCES a (id))", {"b"}),
    ("ALTER TABLE a ADD COLUMN x INTEGER", {"a"}),
    ("CREATE INDEX ix ON a (n)", {"a"}),
    ("DROP INDEX ix", {"a"}),
    ("CREATE VIEW v AS SELECT id FROM a", {"view v"}),
    ("INSERT INTO a (id) VALUES (7)", set()),
    ("DELETE FROM a", set()),
    ("DROP VIEW v", {"view v"}),
    ("ALTER TABLE a RENAME COLUMN n TO m", {"a"}),
    ("ALTER TABLE b RENAME TO c", {"b", "c"}),
)
CHANGES = {
    "sqlite": EVERYWHERE,
    "mysql": (
        *(("DROP INDEX ix ON a", keys) if said == "DROP INDEX ix" else (said, keys) for said, keys in EVERYWHERE),
        ("ALTER TABLE c MODIFY id INTEGER NOT NULL AUTO_INCREMENT", {"c"}),
        ("INSERT INTO c () VALUES ()", set()),
        ("ALTER TABLE a ADD CHECK (x > 0)", {"a"}),
        ("ALTER TABLE c COMMENT 'one AUTO_INCREMENT=3'", {"c"}),
        ("ALTER TABLE c COMMENT 'one AUTO_INCREMENT=4'", {"c"}),
    ),
    "postgresql": (
        *EVERYWHERE,
        ("ALTER TABLE a ALTER COLUMN x SET NOT NULL", {"a"}),
        ("ALTER TABLE a ALTER COLUMN x SET DEFAULT 3", {"a"}),
        ("ALTER TABLE a ALTER COLUMN x TYPE BIGINT", {"a"}),
        ("ALTER TABLE a ADD CHECK (x > 0)", {"a"}),
        ("ALTER TABLE a ADD UNIQUE (x)", {"a"}),
        ("ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES a (id)", {"a"}),
        ("COMMENT ON TABLE a IS 'one'", {"a"}),
        ("COMMENT ON COLUMN a.x IS 'one'", {"a"}),
        ("ALTER TABLE a ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY", {"a"}),
        ("ALTER TABLE a ADD COLUMN t TEXT", {"a"}),
        ('ALTER TABLE a ALTER COLUMN t TYPE TEXT COLLATE "C"', {"a"}),
        ("CREATE TYPE e AS ENUM ('a')", {""}),
        ("ALTER TYPE e ADD VALUE 'b'", {""}),
        ("CREATE DOMAIN d AS INTEGER", {""}),
        ("ALTER DOMAIN d SET NOT NULL", {""}),
        ("ALTER DOMAIN d ADD CONSTRAINT positive CHECK (VALUE > 0)", {""}),
        ("CREATE SEQUENCE s", {""}),
        ("ALTER SEQUENCE s INCREMENT BY 2", {""}),
        ("CREATE VIEW w AS SELECT m FROM a", {"view w"}),
        ("CREATE OR REPLACE VIEW w AS SELECT m FROM a WHERE x > 0", {"view w"}),
        ("CREATE SCHEMA other", {""}),
        ("CREATE TABLE other.a (id SERIAL PRIMARY KEY)", {"other.a"}),
    ),
}
CHANGES["mariadb"] = (*CHANGES["mysql"], ("CREATE SEQUENCE s", {""}))


def test_a_short_look_sees_every_change(database_url: URL, sql: Sql) -> None:
    """What a database says of a table is another text after each change of it, and of nothing else."""
    seen = touched.look(database_url)
    for statement, keys in CHANGES[product(database_url)]:
        sql(database_url, statement)
        now = touched.look(database_url)
        assert {*seen.changed(now)} == keys, statement
        assert not now.changed(touched.look(database_url))
        seen = now


FAR = {
    "sqlite": "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END",
    "postgresql": "CREATE FUNCTION f() RETURNS INTEGER LANGUAGE SQL AS 'SELECT 1'",
    "mysql": "CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW DELETE FROM b",
}


def test_a_program_in_the_database_may_touch_any_table(database_url: URL, dialect: str, sql: Sql) -> None:
    """With a trigger or a routine in the database, a revision may touch more than it names."""
    for name in ("a", "b"):
        sql(database_url, f"CREATE TABLE {name} (id INTEGER NOT NULL PRIMARY KEY)")
    before = touched.look(database_url)
    assert touched.of(before, before, ("UPDATE a SET id = 1",)) == frozenset({"a"})
    sql(database_url, FAR[dialect])
    after = touched.look(database_url)
    assert touched.of(after, after, ("UPDATE a SET id = 1",)) is None


HELPER = """
import sqlalchemy as sa


def forget(bind):
    for _ in bind.execute(sa.text("SELECT id FROM item")).all():
        bind.execute(sa.text("UPDATE far_away SET name = NULL"))
"""


def test_rows_that_a_revision_reaches_without_naming_their_table(repository: Repository) -> None:
    """What it does only because there are rows is seen, too: in a table that nothing but a helper of the project names."""
    repository.write("helpers/__init__.py", "")
    repository.write("helpers/rows.py", HELPER)
    names = ("item", "far_away", "other")
    tables, drops = "\n".join(map(table, names)), "\n".join(f"op.drop_table('{name}')" for name in names)
    write_revision(repository, "one", None, tables, drops)
    write_revision(repository, "two", "one", "from helpers import rows\nrows.forget(op.get_bind())")
    assert found(rehearsed(repository), repository) == [("two", "upgrade-fails-on-rows", "upgrade")]


def test_private_servers(sqlite_repository: Repository, private: dict[str, str], tmp_path: Path) -> None:
    """A project on SQLite is rehearsed on the other databases without a server given; they are gone afterwards."""
    shop(sqlite_repository, (batch("item", STRICT_PRICE), ADD[1]))
    names = ",".join(private)
    result = sqlite_repository.inv("db.verify", "--dialects", names, env={"TMPDIR": str(tmp_path)})
    assert (result.code, result.err) == (1, "")
    assert result.out.startswith("upgrade-fails-on-rows\n  alembic_db/versions/r1.py:14: On postgresql the upgrade of ")
    assert f"2 revisions rehearsed on {names.replace(',', ', ')} in " in result.out
    assert _left() == []


def test_an_interrupted_rehearsal_leaves_nothing(
    repository: Repository, server_url: URL, sql: Sql, tmp_path: Path
) -> None:
    """Ctrl-C in the middle of a revision: no scratch database is left, on the project's own server either."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    before = sql.databases(server_url)
    shop(repository, (STOP_ANYWHERE, "pass"))
    with running(repository, "db.verify", TMPDIR=str(folder)) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("\nerror: Interrupted.\n")
    assert (sql.databases(server_url), list(folder.iterdir())) == (before, [])
    assert json.loads(repository.read(".dbtasks_cache/verified.json"))[
        url_of(repository).get_backend_name()
    ].keys() == {"r0"}


def test_an_interrupted_rehearsal_ends_its_server(
    sqlite_repository: Repository, private: dict[str, str], tmp_path: Path
) -> None:
    """Ctrl-C ends the private server, and its data is gone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    folder.chmod(0o777)  # as root the server runs as nobody
    shop(sqlite_repository, (STOP_ANYWHERE, "pass"))
    with running(sqlite_repository, "db.verify", "--dialects", next(iter(private)), TMPDIR=str(folder)) as process:
        assert [one for one in _folders() if f"{servers.PREFIX}{process.pid}_" in one.name]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("\nerror: Interrupted.\n")
    assert (_left(), list(folder.iterdir())) == ([], [])


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the dialects that need a server, each with what starts one here."""
    for kind in KINDS.values():
        if not kind.programs():
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{kind.package} is not installed.")
        monkeypatch.delenv(kind.variable, raising=False)
    return {name: KINDS[name].package for name in ("postgresql", "mysql")}


def _folders() -> list[Path]:
    """Return the folders of private servers that the product has started in RAM, where there is room."""
    return list(servers._roomy().glob(f"{servers.PREFIX}*"))


def _left() -> list[Path]:
    """Return those of a process that has ended: this machine may have others, which are at work."""

    def is_there(number: int) -> bool:
        try:
            os.kill(number, 0)
        except OSError as error:
            return isinstance(error, PermissionError)  # somebody else's
        return True

    return [one for one in _folders() if not is_there(int(one.name.removeprefix(servers.PREFIX).partition("_")[0]))]


def test_a_server_that_is_missing(sqlite_repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the programs of a server, and without one in the settings, it is told what to install."""
    monkeypatch.setattr(servers, "programs", lambda _kind: {})
    shop(sqlite_repository)
    with pytest.raises(ServerMissing) as error:
        rehearsed(sqlite_repository, dialects=("postgresql",))
    assert str(error.value) == (
        "There is no server for postgresql; nothing was rehearsed on it.\n"
        "  why: initdb and postgres are not installed, and 'database.servers' of the configuration names none.\n"
        "  fix: apt install postgresql, or name a server in 'database.servers.postgresql'."
    )


def test_a_server_that_is_given(sqlite_repository: Repository, server_url: URL, dialect: str, sql: Sql) -> None:
    """A server in the settings is used for its dialect, and nothing stays on it."""
    if dialect != "sqlite":
        text = server_url.render_as_string(hide_password=False)
        sqlite_repository.write("config/local_config.yaml", f"database:\n  servers:\n    {dialect}: '{text}'\n")
    shop(sqlite_repository)
    before = sql.databases(server_url)
    report = rehearsed(sqlite_repository, dialects=(dialect,))
    assert (report.findings, report.dialects, len(report.rehearsed)) == ((), (dialect,), 1)
    assert sql.databases(server_url) == before


def test_a_server_that_may_not_be_used(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a protected server no scratch database is made, nor on one that is not there; a file harms nobody."""
    monkeypatch.setattr(servers, "programs", lambda _kind: {})
    shop(repository)
    file = repository.path("config/default_config.yaml")
    file.write_text(file.read_text(encoding="utf-8").replace("local", "production"), encoding="utf-8")
    url = url_of(repository)
    if url.get_backend_name() == "sqlite":
        assert rehearsed(repository).findings == ()
        return
    with pytest.raises(ScratchNotAllowed):
        rehearsed(repository)
    nowhere = url.set(port=1).render_as_string(hide_password=False)
    with pytest.raises(ServerUnreachable):
        rehearsed(Repository(repository.root, nowhere))


def test_progress_on_a_terminal(sqlite_repository: Repository) -> None:
    """On a terminal a bar is drawn over and over, and each revision leaves a line with its time; NO_COLOR is heeded."""
    shop(sqlite_repository, ADD)
    for no_color, colour, plain in (("1", "", ""), ("", "\033[32m", "\033[0m")):
        lines = _on_terminal(sqlite_repository, no_color).replace("\r\n", "\n").split("\r\033[K")
        assert lines[1] == f"[1/2] {colour}{plain}{'.' * 20} r0 Revision r0 (sqlite)"
        assert re.fullmatch(r"\[1/2\] r0 Revision r0 \(sqlite\)  \d+\.\d s\n", lines[2])
        assert lines[3].startswith(f"[2/2] {colour}##########")
        assert re.fullmatch(r"\[2/2\] r1 Revision r1 \(sqlite\)  \d+\.\d s\n", lines[4])


def _on_terminal(repository: Repository, no_color: str) -> str:
    master, terminal = os.openpty()
    try:
        done = subprocess.run(
            command("db.verify", "--all"),
            cwd=repository.root,
            env={**os.environ, "DATABASE_URL": repository.url, "NO_COLOR": no_color},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=terminal,
            check=True,
        )
        assert b"No findings." in done.stdout
        return os.read(master, 10000).decode()
    finally:
        os.close(master)
        os.close(terminal)
