"""Made-up values, and what is lost of them: pure functions, on no database."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import (
    CHAR,
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.types import NullType, TypeEngine

from dbtasks.dialects import named
from dbtasks.dialects.definitions import CHECK, Definition, Key
from dbtasks.rows import Schema, wanted
from dbtasks.rows import Table as Rows
from dbtasks.rows.filling import unfit
from dbtasks.rows.values import STYLES, value
from dbtasks.rows.wanted import allowed_in
from dbtasks.verify.survival import Filled, Moment, lost

LITERALS = named("sqlite", "a test").literals
UUID = "00000000-0000-0000-0000-000000000065"


@pytest.mark.parametrize(
    ("kinds", "literal"),
    [
        ([Integer()], "'101'"),
        ([String(50)], "'101'"),
        ([String(2)], "'01'"),
        ([CHAR(36)], f"'{UUID}'"),
        ([Uuid()], f"'{UUID}'"),
        ([String(36), Uuid()], f"'{UUID}'"),
        ([Numeric(3, 1)], "'1'"),
        ([Numeric(12, 2)], "'101'"),
        ([Boolean()], "'1'"),
        ([Integer(), Boolean()], "'1'"),
        ([DateTime()], "'2020-04-11 00:00:00'"),
        ([Date()], "'2020-04-11'"),
        ([DateTime(), Date()], "'2020-04-11'"),
        ([String(50), Integer()], "'101'"),
        ([Time()], "'10:00:41'"),
        ([JSON()], """'{"number": 101}'"""),
        ([Text(), JSON()], "'101'"),
        ([LargeBinary()], "X'65'"),
        ([NullType()], None),
    ],
)
def test_a_value_fits_every_type(kinds: list[TypeEngine[Any]], literal: str | None) -> None:
    """A value is of the type that asks most, no longer than there is room for, and none where no type is known."""
    assert value(LITERALS, tuple(kinds), 101) == literal


def test_values_of_members() -> None:
    """Where members are listed it is one of them, and none where nothing is left of two lists."""
    assert [value(LITERALS, (String(9),), number, ("a", "it's")) for number in (101, 102)] == ["'it''s'", "'a'"]
    assert value(LITERALS, (String(9),), 101, ()) is None


def test_styles_differ() -> None:
    """Another style gives other numbers, or later ones in later columns."""
    assert [style.number(0, 0) for style in STYLES] == [101, 1, 101, 1]
    assert [style.number(0, 2) for style in STYLES] == [101, 1, 103, 3]


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ("state IN ('on', 'it''s')", ("on", "it's")),
        ("CHECK (`state` in ('on','off'))", ("on", "off")),
        ("CHECK (((state)::text = ANY (ARRAY['on'::character varying, 'off'::character varying(32)])))", ("on", "off")),
        ("CHECK (((state)::text = 'on'::text))", ("on",)),
        ("state IN (1, 2)", ("1", "2")),
        ("state NOT IN ('on')", None),
        ("state IN ('on') OR state LIKE 'x%'", None),
        ("state IN ('on') AND name = 'x'", None),
        ("length(state) > 3", None),
        ("states IN ('on')", None),
    ],
)
def test_members_of_a_check(said: str, members: tuple[str, ...] | None) -> None:
    """A check that lists the values of one column alone tells which there may be; any other tells nothing."""
    table = Table("t", MetaData(), Column("state", String(9)), Column("name", String(9)))
    schema = Schema(table.metadata, {Key(CHECK, None, "t", "ck"): Definition(said)})
    assert allowed_in(schema, table.columns["state"]) == members


def test_members_of_an_enum() -> None:
    """The members of an enum are the values, and of two enums those that both have."""
    before, after = (schema(Column("state", Enum(*those))) for those in (("a", "b"), ("b", "c")))
    column = before.metadata.tables["t"].columns["state"]
    assert wanted(before).members(column) == ("a", "b")
    assert wanted(before, after).members(column) == ("b",)


def schema(*columns: Column[Any], others: bool = False) -> Schema:
    """Return a schema with a table ``t``, and perhaps one that refers to it."""
    metadata = MetaData()
    Table("t", metadata, Column("id", Integer, primary_key=True), *columns)
    if others:
        Table("u", metadata, Column("id", Integer, primary_key=True), Column("t_id", ForeignKey("t.id")))
    return Schema(metadata, {})


@pytest.mark.parametrize(
    ("before", "after", "tables"),
    [
        (Column("x", String(50)), Column("x", String(60)), set()),
        (Column("x", String(50)), Column("x", String(50), nullable=False), set()),
        (Column("x", String(50)), Column("y", String(50)), set()),
        (Column("x", String(50)), Column("x", String(2)), {"t", "u"}),
        (Column("x", String(50)), Column("x", DateTime()), {"t", "u"}),
        (Column("x", Enum("a", "b")), Column("x", Enum("b")), {"t", "u"}),
    ],
)
def test_rows_that_would_not_fit(before: Column[Any], after: Column[Any], tables: set[str]) -> None:
    """Only where a value would be another one are the rows of a table, and of what refers to it, made again."""
    assert unfit(wanted(schema(before, others=True), schema(after, others=True))) == tables


def moment(columns: Mapping[str, TypeEngine[Any]], *found: tuple[Any, ...], table: str = "t") -> Moment:
    """Return a schema of one table, with its rows."""
    metadata = MetaData()
    Table(table, metadata, *(Column(name, kind) for name, kind in columns.items()))
    return Moment(Schema(metadata, {}), {table: Rows(tuple(columns), found)})


ID, AB = {"id": Integer()}, {"a": Integer(), "b": Integer()}
TWO = moment(AB, (1, 2), (3, 4))


@pytest.mark.parametrize(
    ("after", "statements", "told"),
    [
        (TWO, [], ()),
        (moment(AB, (3, 4), (1, 2), (5, 6)), [], ()),
        (moment(AB, (1, 2)), [], ("1 row of t",)),
        (moment(AB), [], ("2 rows of t",)),
        (moment(AB), ["DELETE FROM t"], ()),
        (moment(AB, (1, 2)), ["DELETE FROM other"], ("1 row of t",)),
        (moment(AB, (1, None), (3, None)), [], ("values of t.b",)),
        (moment(AB, (1, None), (3, None)), ["UPDATE t SET b = NULL"], ()),
        (moment(AB, (None, None), (3, 4)), ["UPDATE t SET b = NULL"], ("values of t.a",)),
        (moment({"a": Integer()}, (1,), (3,)), ["ALTER TABLE t DROP COLUMN b"], ()),
        (moment({"a": Integer(), "b": Text()}, (1, "x"), (3, "y")), [], ()),
        (moment({"a": Integer(), "c": Integer()}, (1, 2), (3, 4)), ["ALTER TABLE t RENAME COLUMN b TO c"], ()),
        (moment({"a": Integer(), "c": Integer()}, (1, 2), (3, 0)), ["ALTER TABLE t RENAME COLUMN b TO c"], ("values of t.b",)),
        (moment(AB, (1, 2), table="n"), ["ALTER TABLE t RENAME TO n"], ("1 row of t",)),
        (moment(AB, (1, 2), (3, 4), table="n"), ["ALTER TABLE t RENAME TO n"], ()),
        (moment(AB, (1, 4), (3, 2)), [], ("values of t.a",)),
        (moment(ID, table="other"), ["DROP TABLE t"], ()),
    ],
)  # fmt: skip
def test_what_is_lost(after: Moment, statements: list[str], told: tuple[str, ...]) -> None:
    """Rows and values that are gone are told, unless a statement takes exactly those; renames are followed."""
    assert lost(TWO, after, statements, frozenset()) == told


def test_a_table_of_that_name_in_another_schema() -> None:
    """A table that is new in another schema is not taken for one that has lost its rows."""
    after = moment(AB, (1, 2), (3, 4))
    Table("t", after.schema.metadata, Column("a", Integer), schema="x")
    rows = {"x.t": Rows(("a",), ()), **after.rows}
    for order in (rows, dict(reversed(rows.items()))):
        assert lost(TWO, Moment(after.schema, order), [], frozenset()) == ()


def test_what_a_revision_accepts_to_lose() -> None:
    """A loss that a revision states is not told."""
    assert lost(TWO, moment(AB, (1, 2)), [], frozenset({"t"})) == ()
    assert lost(TWO, moment(AB, (1, 0), (3, 0)), [], frozenset({"t.b"})) == ()
    assert lost(TWO, moment(AB, (1, 0), (3, 0)), [], frozenset({"t.a"})) == ("values of t.b",)


def test_columns_that_were_filled() -> None:
    """A column that some revision has written over is known by the name that it has now, until it is dropped."""
    filled = Filled()
    filled.hear(["UPDATE t SET a = 1, b = 2", "UPDATE u SET c = 1"])
    assert filled.columns == {("t", "a"), ("t", "b"), ("u", "c")}
    filled.hear(["ALTER TABLE t RENAME TO n", "ALTER TABLE n RENAME COLUMN a TO x", "ALTER TABLE u DROP COLUMN c"])
    assert filled.columns == {("n", "x"), ("n", "b")}
