"""Tables, and the databases that can have them."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Computed,
    DateTime,
    Enum,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    func,
    text,
    true,
)
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.dialects.postgresql import ARRAY, INET, JSONB, UUID

from dbtasks.dialects import named

Cases = dict[str, tuple[Callable[[], Column[Any]], AbstractSet[str]]]

DIALECTS = ("postgresql", "mysql", "sqlite")
ALL = frozenset(DIALECTS)
KEY = Column("id", Integer, primary_key=True)


class Code(TypeDecorator[str]):
    """A long text of the project's own."""

    impl = String(900)
    cache_ok = True


def table(*parts: Column[Any] | Index | UniqueConstraint) -> Table:
    """Return a table that has a key, and these."""
    return Table("item", MetaData(), KEY._copy(), *parts)


def descending(column: Column[Any]) -> tuple[Any, ...]:
    """Return a column, and an index of it in the other order."""
    return column, Index("ix", column.desc())


def troubles(*parts: Column[Any] | Index | UniqueConstraint, of: str) -> list[tuple[str, str]]:
    """Return kind and item of what does not work about a table on a dialect."""
    return [(one.kind, one.item) for one in named(of, "").portability.of_table(table(*parts), of)]


# A column, and the dialects on which it works.
COLUMNS: Cases = {
    "String(50)": (lambda: Column("x", String(50)), ALL),
    "String": (lambda: Column("x", String()), ALL - {"mysql"}),
    "Text": (lambda: Column("x", Text()), ALL),
    "JSON": (lambda: Column("x", JSON()), ALL),
    "INET": (lambda: Column("x", INET()), {"postgresql"}),
    "ARRAY": (lambda: Column("x", ARRAY(Integer)), {"postgresql"}),
    "UUID": (lambda: Column("x", UUID()), ALL - {"mysql"}),
    "Uuid": (lambda: Column("x", Uuid()), ALL),
    "LONGTEXT": (lambda: Column("x", LONGTEXT()), {"mysql"}),
    "JSONB elsewhere JSON": (lambda: Column("x", JSON().with_variant(JSONB(), "postgresql")), ALL),
    "an enum without a name": (lambda: Column("x", Enum("a", "b")), ALL - {"postgresql"}),
    "an enum": (lambda: Column("x", Enum("a", "b", name="kind")), ALL),
}
EXPRESSIONS: Cases = {
    "a generated column": (lambda: Column("x", Integer, Computed("1 + 1", persisted=True)), ALL),
    "a generated column of another": (lambda: Column("x", Integer, Computed("1::int", persisted=True)), {"postgresql"}),
    "a type of the project's own": (lambda: Column("x", Code(), unique=True), ALL - {"mysql"}),
}  # fmt: skip
DEFAULTS: Cases = {
    "a text": (lambda: Column("x", String(9), server_default="now()"), ALL),
    "a number": (lambda: Column("x", Integer, server_default="1"), ALL),
    "true": (lambda: Column("x", Boolean, server_default=true()), ALL),
    "func.now()": (lambda: Column("x", DateTime, server_default=func.now()), ALL),
    "CURRENT_TIMESTAMP": (lambda: Column("x", DateTime, server_default=text("CURRENT_TIMESTAMP")), ALL),
    "now()": (lambda: Column("x", DateTime, server_default=text("now()")), {"postgresql", "mysql"}),
    "gen_random_uuid()": (lambda: Column("x", String(36), server_default=text("gen_random_uuid()")), {"postgresql"}),
    "uuid()": (lambda: Column("x", String(36), server_default=text("(uuid())")), {"mysql"}),
    "'{}'::jsonb": (lambda: Column("x", String(36), server_default=text("'{}'::jsonb")), {"postgresql"}),
    "datetime('now')": (lambda: Column("x", DateTime, server_default=text("(datetime('now'))")), {"sqlite"}),
    "ON UPDATE": (lambda: Column("x", DateTime, server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")), {"mysql"}),
    "a long text": (lambda: Column("x", Text, server_default="none"), ALL - {"mysql"}),
    "a long text in brackets": (lambda: Column("x", Text, server_default=text("('none')")), ALL),
    "a document": (lambda: Column("x", JSON, server_default="{}"), ALL - {"mysql"}),
}  # fmt: skip
CASES = {**COLUMNS, **DEFAULTS, **EXPRESSIONS}


# Keys, and what is wrong with them on MySQL.
KEYS: tuple[tuple[Callable[[], tuple[Any, ...]], str], ...] = (
    (lambda: (Column("x", String(768), unique=True),), ""),
    (lambda: (Column("x", String(769), unique=True),), "key-too-long"),
    (lambda: (Column("x", String(500)), Column("y", String(268)), Index("ix", "x", "y")), ""),
    (lambda: (Column("x", String(500)), Column("y", String(269)), Index("ix", "x", "y")), "key-too-long"),
    (lambda: (Column("x", String(769)), Index("ix", "x", mysql_length=100)), ""),
    (lambda: (Column("x", String(769)), Index("ix", "x", mysql_length={"x": 100})), ""),
    (lambda: (Column("x", Text, index=True),), "key-without-length"),
    (lambda: (Column("x", Text), Index("ix", "x", mysql_length=100)), ""),
    (lambda: (Column("x", LargeBinary), UniqueConstraint("x")), "key-without-length"),
    (lambda: (Column("x", String(767)), Column("y", Integer), UniqueConstraint("x", "y")), ""),
    (lambda: (Column("x", String(768)), Column("y", Integer), UniqueConstraint("x", "y")), "key-too-long"),
    (lambda: (Column("x", Text), Index("ix", "x", mysql_prefix="FULLTEXT")), ""),
    (lambda: descending(Column("x", Integer)), ""),
    (lambda: (Column("x", String(769), primary_key=True, server_default=""),), "key-too-long"),
    (lambda: (Column("x", String(9)), Index("ix", text("(lower(x))"))), ""),
    (lambda: (Column("x", String(9)), Index("ix", text("lower(x)"))), "expression"),
)
