from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import URL

from dbtasks import compare
from dbtasks.compare import Difference
from dialects.verbs import here, url_of
from support.repository import Repository, Sql, fresh

ITEM = "CREATE TABLE item (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL{});"
OTHER = "CREATE TABLE other (id INTEGER NOT NULL PRIMARY KEY);"
BASE = ITEM.format("")
INDEX = "CREATE INDEX ix_name ON item (name);"
UNIQUE = ITEM.format(", CONSTRAINT uq_name UNIQUE (name)")
REFERENCE = OTHER + ITEM.format(", other_id INTEGER, CONSTRAINT fk_other FOREIGN KEY (other_id) REFERENCES other (id)")
CHANGES: dict[str, tuple[str, str, list[Difference]]] = {
    "equal": (BASE + OTHER + INDEX, BASE + INDEX + OTHER, []),
    "new table": (BASE, BASE + OTHER, [Difference("create_table", "other")]),
    "lost table": (BASE + OTHER, BASE, [Difference("drop_table", "other")]),
    "new column": (BASE, ITEM.format(", price INTEGER"), [Difference("add_column", "item", "price")]),
    "lost column": (ITEM.format(", price INTEGER"), BASE, [Difference("drop_column", "item", "price")]),
    "type": (BASE, BASE.replace("50", "90"), [Difference("alter_column", "item", "name", ("type",))]),
    "nullable": (
        BASE,
        BASE.replace("(50) NOT NULL", "(50)"),
        [Difference("alter_column", "item", "name", ("nullable",))],
    ),
    "default": (
        BASE,
        ITEM.format(" DEFAULT 'none'"),
        [Difference("alter_column", "item", "name", ("server default",))],
    ),
    "new index": (BASE, BASE + INDEX, [Difference("create_index", "item", "ix_name")]),
    "lost index": (BASE + INDEX, BASE, [Difference("drop_index", "item", "ix_name")]),
    "new constraint": (BASE, UNIQUE, [Difference("create_constraint", "item", "uq_name")]),
    "lost constraint": (UNIQUE, BASE, [Difference("drop_constraint", "item", "uq_name")]),
    "new reference": (
        REFERENCE.partition(", CONSTRAINT")[0] + ");",
        REFERENCE,
        [Difference("create_constraint", "item", "fk_other")],
    ),
}


@pytest.fixture
def other(server_url: URL) -> Iterator[URL]:
    """Return the URL of a second empty database."""
    with fresh(server_url, create=True) as url:
        yield url


@pytest.mark.parametrize("name", CHANGES)
def test_two_schemas_are_compared(name: str, repository: Repository, other: URL, sql: Sql) -> None:
    """Each change is one difference, as data; equal schemas have none."""
    current, wanted, expected = CHANGES[name]
    sql(url_of(repository), current)
    sql(other, wanted)
    found = compare.with_schema(here(repository).history, url_of(repository), other)
    if other.get_backend_name() == "mysql":
        expected = [_on_mysql(one) for one in expected]
    assert [one for one in sorted(found) if one.item != "fk_other" or "index" not in one.kind] == sorted(expected)


def _on_mysql(difference: Difference) -> Difference:
    """Return a unique constraint as what it is there: an index; another one comes with each foreign key."""
    if not difference.item.startswith("uq_"):
        return difference
    return replace(difference, kind=difference.kind.replace("constraint", "index"))
