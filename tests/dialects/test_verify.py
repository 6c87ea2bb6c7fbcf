"""``db.verify``: what a rehearsal finds on each database, what it leaves alone, and what it need not do again."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, MetaData

from dbtasks import databases, verify
from dbtasks.verify import Asked, Report
from dialects.verbs import execute, here, running, url_of, write_revision, STOP_ANYWHERE
from support.repository import Repository, Sql

A1 = "alembic_db/versions/a1.py"
B2 = "alembic_db/versions/b2.py"
ITEM = """
op.create_table(
    "item",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("note", sa.String(50)),
)
"""
DROP = "op.drop_table('item')"
WITHOUT_DEFAULT = "works with empty tables, and fails when they have rows: "
GIVEN = ("fails when they have rows: NOT NULL",)


def batch(*operations: str) -> str:
    """Return the body of a revision that changes the table item."""
    return "\n    ".join(["with op.batch_alter_table('item') as batch:", *(f"batch.{one}" for one in operations)])


def rehearsed(repository: Repository, **asked: Any) -> Report:
    """Return what comes of a rehearsal in this process."""
    return verify.run(*here(repository), Asked(**asked))


def found(report: Report, repository: Repository) -> list[tuple[str, str]]:
    """Return the code of each finding, and the function of the revision that it points into."""
    told = []
    for one in report.findings:
        assert one.source
        lines = repository.read(one.source.path).splitlines()[: one.source.line]
        told.append((one.code, [line for line in lines if line.startswith("def ")][-1][4:].partition("(")[0]))
    return told


def test_the_reference_backend_is_clean(reference: Repository, server_url: URL, sql: Sql) -> None:
    """Every revision of this repository goes up, down and up again, with rows, and leaves nothing behind."""
    before = sql.databases(server_url)
    result = reference.inv("db.verify", cwd="services/user")
    assert (result.code, result.err) == (0, "")
    name = url_of(reference).get_backend_name()
    assert result.out.startswith(f"12 revisions rehearsed on {name} in ")
    assert result.out.endswith(" s. No findings.\n")
    assert sql.databases(server_url) == before
    again = reference.inv("db.verify", "--json")
    told = json.loads(again.out)
    assert (again.code, told["passed_before"], told["rehearsed"], told["findings"]) == (0, 12, [], [])


@pytest.mark.parametrize(
    ("up", "down", "code", "where", "words"),
    [
        ("op.drop_table('nothing')", "pass", "upgrade-fails", "upgrade", "the upgrade of revision b2 fails: "),
        (
            batch("add_column(sa.Column('price', sa.Integer(), nullable=False))"),
            batch("drop_column('price')"),
            "upgrade-fails-on-rows",
            "upgrade",
            "works with empty tables, and fails when they have rows: ",
        ),
        (
            batch("alter_column('note', existing_type=sa.String(50), nullable=False)"),
            batch("alter_column('note', existing_type=sa.String(50), nullable=True)"),
            "upgrade-fails-on-rows",
            "upgrade",
            "fails when they have rows: ",
        ),
        (execute("CREATE TABLE tag (id INTEGER)"), execute("DROP TABLE tags"), "downgrade-fails", "downgrade", "fails: "),
        (
            batch("drop_column('name')"),
            batch("add_column(sa.Column('name', sa.String(50), nullable=False))"),
            "downgrade-fails",
            "downgrade",
            "the downgrade of revision b2 works with empty tables, and fails when they have rows: ",
        ),
        (
            execute("CREATE TABLE tag (id INTEGER)") + "\n" + batch("add_column(sa.Column('price', sa.Integer()))"),
            execute("DROP TABLE tag"),
            "downgrade-differs",
            "downgrade",
            "applied and reverted: item.price is left behind.",
        ),
        (
            batch("add_column(sa.Column('price', sa.Integer()))", "create_index('ix_note', ['note'])"),
            batch("drop_index('ix_note')", "drop_column('price')", "alter_column('note', existing_type=sa.String(50), type_=sa.String(40))"),
            "downgrade-differs",
            "downgrade",
            "item.note has another type.",
        ),
        (
            execute("INSERT INTO item (id, name) VALUES (1, 'one')"),
            execute("SELECT 1"),
            "upgrade-not-repeatable",
            "upgrade",
            "fails the second time: ",
        ),
        (
            batch("drop_column('note')") + "\n" + batch("add_column(sa.Column('note', sa.String(60)))"),
            batch("alter_column('note', existing_type=sa.String(60), type_=sa.String(50))"),
            "",
            "",
            "",
        ),
        (
            batch("drop_column('note')") + "\n" + batch("add_column(sa.Column('note', sa.String(50)))"),
            execute("SELECT 1"),
            "loses-rows",
            "upgrade",
            "the upgrade of revision b2 loses values of item.note.",
        ),
        (DROP + ITEM, execute("SELECT 1"), "loses-rows", "upgrade", "the upgrade of revision b2 loses 3 rows of item."),
    ],
    ids=[
        "fails",
        "column without a default",
        "column that must have a value",
        "no way back",
        "no way back with rows",
        "leaves something behind",
        "comes back otherwise",
        "leaves a row behind",
        "another type is another column",
        "drops what it makes again",
        "drops the table that it makes again",
    ],
)  # fmt: skip
def test_a_broken_revision(up: str, down: str, code: str, where: str, words: str, repository: Repository) -> None:
    """Each kind of fault is found, at its line, by its code, in words that name the database."""
    write_revision(repository, "a1", None, ITEM, DROP)
    write_revision(repository, "b2", "a1", up, down)
    write_revision(repository, "c3", "b2", execute("CREATE TABLE other (id INTEGER)"), execute("DROP TABLE other"))
    report = rehearsed(repository)
    is_given = code and (words not in GIVEN or url_of(repository).get_backend_name() != "mysql")
    assert found(report, repository) == ([(code, where)] if is_given else [])
    for one in report.findings:
        assert words in one.about.what()  # type: ignore[union-attr]
        assert str(one.about).startswith(f"On {url_of(repository).get_backend_name()} ")
    unreached = [(url_of(repository).get_backend_name(), "c3")] if code == "upgrade-fails" else []
    assert list(report.unreached) == unreached
