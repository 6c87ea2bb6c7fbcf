"""``db.history``: every revision, or those that touch the tables of a service; no database and no model is needed."""

import json

import pytest

from support.messages import fails
from support.repository import Repository

FILE = "alembic_db/versions/{}.py"
HEAD = """revision = "{}"
down_revision = {!r}


def upgrade():
    pass
"""
# What stands in a revision that does not state its services, and whose tables that are.
SOURCES = {
    'op.create_table("item", sa.Column("id", sa.Integer()))': ["shop"],
    'op.add_column("item", sa.Column("bill", sa.Integer()))': ["shop"],
    'op.create_index("bill", "item", ["bill"])': ["shop"],
    'op.create_index("ix", table_name="item", columns=["bill"])': ["shop"],
    'op.rename_table("old", "bill")': ["billing"],
    'op.create_foreign_key("fk", "bill", "item", ["a"], ["id"])': ["billing"],
    'op.execute("UPDATE item SET bill_id = 1")': ["shop"],
    'op.execute(f"DELETE FROM bill WHERE id = {one}")': ["billing"],
    'op.execute("ALTER TABLE bill ADD FOREIGN KEY (a) REFERENCES item (id)")': ["billing"],
    'op.bulk_insert(sa.table("item", sa.column("bill")), [])': ["shop"],
    'op.drop_table("item")\n    op.drop_table("bill")': ["billing", "shop"],
    'op.drop_column("other", "item")': [],
    '"""Touch the table item in words only."""': [],
}


@pytest.fixture
def repository(sqlite_repository: Repository) -> Repository:
    """Return a project of two services with three revisions; the second of them states its services."""
    sqlite_repository.write(
        "services/billing/db_models/bill.py", 'raise RuntimeError("imported")\n__tablename__ = "bill"\n'
    )
    write(sqlite_repository, "one", None, 'op.create_table("item")')
    docstring = '"""Add bills.\n\nRevision ID: two\nRevises: one\nServices: billing, shop\n"""'
    write(sqlite_repository, "two", "one", "pass", docstring)
    write(sqlite_repository, "three", "two", 'op.create_table("nobodys")')
    return sqlite_repository


def write(repository: Repository, name: str, after: str | None, body: str, docstring: str = "") -> None:
    """Write a revision."""
    text = HEAD.format(name, after).replace("    pass", f"    {body}")
    words = docstring or f'"""Add {name}."""'
    repository.write(FILE.format(name), f"{words}\nimport sqlalchemy as sa\n{text}")


def test_services_that_are_stated(repository: Repository) -> None:
    """Without a flag the services are shown that a revision states, and nothing is read for the others."""
    assert repository.inv("db.history").out == (
        "three  Add three  [after two] (head)\ntwo  Add bills  [after one]  billing, shop\none  Add one  [the first]\n"
    )


def test_the_revisions_of_a_service(repository: Repository) -> None:
    """By what they state, or else by the tables in their source; no model is imported; also from a folder below."""
    done = repository.inv("db.history", "--service", "shop", cwd="services/billing")
    assert (done.code, done.err) == (0, "")
    assert done.out == "two  Add bills  [after one]  billing, shop\none  Add one  [the first]  shop\n"
    assert repository.inv("db.history", "--service", "billing").out == "two  Add bills  [after one]  billing, shop\n"
    repository.remove(FILE.format("three"))
    repository.remove(FILE.format("two"))
    assert repository.inv("db.history", "--service", "billing").out == "No revision touches billing.\n"


def test_a_history_as_json(repository: Repository) -> None:
    """The JSON has every fact of a revision, newest first, also for one service."""
    found = json.loads(repository.inv("db.history", "--json").out)
    assert [(one["id"], one["services"], one["head"]) for one in found] == [
        ("three", [], True),
        ("two", ["billing", "shop"], False),
        ("one", ["shop"], False),
    ]
    assert found[1] == {
        "id": "two",
        "message": "Add bills",
        "parents": ["one"],
        "depends_on": [],
        "head": False,
        "services": ["billing", "shop"],
        "path": "alembic_db/versions/two.py",
    }
    only = json.loads(repository.inv("db.history", "--json", "--service", "billing").out)
    assert only == [found[1]]


def test_a_project_without_services_has_a_history(repository: Repository) -> None:
    """Where no service is found the JSON has what is stated."""
    repository.remove("services")
    found = json.loads(repository.inv("db.history", "--json").out)
    assert [one["services"] for one in found] == [[], ["billing", "shop"], []]


def test_a_service_that_is_gone(repository: Repository) -> None:
    """A service that only revisions remember can be asked for."""
    repository.remove("services/billing")
    assert repository.inv("db.history", "--service", "billing").out == "two  Add bills  [after one]  billing, shop\n"


@pytest.mark.parametrize("body", SOURCES)
def test_what_a_source_touches(repository: Repository, body: str) -> None:
    """A table counts where it is one, in an operation or in SQL; not as a column, a name, a reference or a word."""
    write(repository, "three", "two", body)
    found = json.loads(repository.inv("db.history", "--json").out)
    assert found[0]["services"] == SOURCES[body]


def test_an_unknown_service(repository: Repository) -> None:
    """A slip is told with the services that there are, and the nearest of them."""
    fails(
        repository,
        "db.history --service biling",
        "There is no service 'biling'.",
        "discovery found 'billing', 'shop'. Did you mean 'billing'?",
        "inv db.services",
    )
