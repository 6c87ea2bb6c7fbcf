"""What a draft is worked out from, without a database."""

from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, String, Table, UniqueConstraint

from dbtasks.dialects.definitions.postgresql import of_any
from dbtasks.drafting import renames
from dbtasks.drafting.renames import Rename
from dbtasks.drafting.snapshot import Snapshot, bare
from dbtasks.drafting.wanted import LONGEST, conventional


def snapshot(*tables: str) -> Snapshot:
    """Return a schema of tables, each written ``name: column type, ...``."""
    metadata = MetaData()
    types: dict[str, Any] = {"int": Integer(), "text": String(50), "short": String(5)}
    for one in tables:
        name, _, columns = one.partition(": ")
        pairs = [column.split(" ") for column in columns.split(", ")]
        Table(name, metadata, *(Column(column, types[kind]) for column, kind in pairs))
    return Snapshot(metadata, {}, {}, (None,))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("id int, mail text, age int", "id int, email text, age int", [("mail", "email")]),
        ("id int, a text", "id int, zzz text", [("a", "zzz")]),  # the only ones of their table
        ("id int, mail text", "id int, email short", []),  # another type
        ("id int, a text, b text", "id int, b text", []),  # nothing came
        ("id int, a text, b text, c int", "id int, x text, y text, c int", [("a", "x"), ("b", "y")]),
        ("a text, k int, b text, m int", "zz text, k int, b text, m int", [("a", "zz")]),
    ],
)
def test_columns_that_may_have_been_renamed(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    """A column that went and one that came are a pair when their types are the same and they stand in the same place."""
    found = renames.of_columns(snapshot(f"item: {before}"), snapshot(f"item: {after}"))
    assert sorted((one.old, one.new) for one in found) == expected
    assert {one.table for one in found} <= {"item"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["orders: id int, note text"], ["purchases: id int, note text"], [("orders", "purchases")]),
        (["orders: id int, note text, a int"], ["bills: id int, note text, b int, c int"], []),
        (
            ["a: id int, x int, y int", "b: id int, z text"],
            ["c: id int, z text", "d: id int, x int, y int"],
            [("a", "d"), ("b", "c")],
        ),
    ],
)
def test_tables_that_may_have_been_renamed(
    before: list[str], after: list[str], expected: list[tuple[str, str]]
) -> None:
    """A table that went and one that came are a pair when most of their columns are the same; the best pair first."""
    found = renames.of_tables(snapshot(*before), snapshot(*after))
    assert sorted((one.old, one.new) for one in found) == expected


def test_what_is_offered_is_what_can_be_given() -> None:
    """The flag that an offer names means that very rename."""
    answers = renames.Answers(("users.mail=email", "audit.users.mail=email"), ("orders=purchases",))
    tables, columns = renames.given(answers)
    assert tables == (Rename("table", "purchases", "orders", "purchases"),)
    assert columns == (Rename("column", "users", "mail", "email"), Rename("column", "audit.users", "mail", "email"))


def test_conventional_names() -> None:
    """A constraint without a name gets one of its table and columns, and a long one is cut, yet differs from others."""
    metadata = MetaData()
    Table("item", metadata, Column("id", Integer, primary_key=True))
    long = "a_very_long_column_of_a_model_that_" * 2
    table = Table(
        "box",
        metadata,
        Column("id", Integer),
        Column("item_id", ForeignKey("item.id")),
        Column(long, Integer),
        Column(f"{long}x", Integer),
    )
    key = next(iter(table.foreign_key_constraints))
    unique = UniqueConstraint(table.c.id, table.c.item_id)
    check = CheckConstraint(table.c.id > 1)
    cut = [UniqueConstraint(table.c[name]) for name in (long, f"{long}x")]
    for one in (unique, check, *cut):
        table.append_constraint(one)
    assert [conventional(one) for one in (key, unique, check)] == [
        "fk_box_item_id_item",
        "uq_box_id_item_id",
        "ck_box_id",
    ]
    first, second = (conventional(one) for one in cut)
    assert len(first) == len(second) == LONGEST
    assert first != second


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("((now()))", "now()"),
        ("(a) + (b)", "(a) + (b)"),
        ("", ""),
        (None, None),
        ("'x'", "'x'"),
    ],
)
def test_brackets_around_all(sql: str | None, expected: str | None) -> None:
    """A default is compared without the brackets that only hold all of it."""
    assert bare(sql) == expected


def test_a_list_is_written_in_one_way() -> None:
    """PostgreSQL reads ``IN`` and writes ``ANY`` in two ways; a check is the same in both, and another list is not."""
    first = "CHECK (((size)::text = ANY ((ARRAY['S'::character varying, 'M'::character varying])::text[])) AND (a > 0))"
    again = "CHECK (((size)::text = ANY (ARRAY[('S'::character varying)::text, ('M'::character varying)::text])) AND (a > 0))"
    assert of_any(first) == of_any(again)
    assert of_any(first) != of_any(again.replace("'M'", "'L'"))
    assert of_any("CHECK (((a > 0) OR (b > 0)))") == "CHECK (((a > 0) OR (b > 0)))"
