"""Hypothesis strategies: a schema of tables, columns, keys, constraints and indexes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from support.normal import DEFAULTS, normal
from support.schemas import Check, Column, Enum, ForeignKey, Key, Schema, Table, Type

Draw = Callable[[st.SearchStrategy[Any]], Any]

TABLES = ("apple", "pear", "order", "Mixed")
COMMENTS = ("", "plain", 'it\'s "50%"')
MEMBERS = ("m1", "m2", "a longer member", "m3")  # besides m0, which every enum has
ENUMS = ("mood", "size")

# Columns by what their values are, so that those of one name can be cast to each other.
TYPES = {
    "n1": ("Integer()", "BigInteger()", "SmallInteger()", "Numeric(10, 2)", "Numeric(12, 4)", "Float()"),
    "s1": ("String(20)", "String(50)", "Text()"),
    "x1": ("Integer()", "String(20)", "Numeric(10, 2)"),
    "f1": ("Boolean()", "Integer()"),
    "d1": ("DateTime()", "Date()", "DateTime(timezone=True)"),
    "h1": ("Time()",),
    "b1": ("LargeBinary()",),
    "j1": ("JSON()",),
    "u1": ("Uuid()",),
    "r1": ("Integer()", "String(20)"),
    "r2": ("Integer()",),
}
TYPES |= {"n2": TYPES["n1"], "group": TYPES["n1"], "Name": TYPES["s1"]}  # reserved, and of mixed case
KEYS: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {  # the columns of a primary key, and their types
    ("id",): (("Integer()", "BigInteger()"),),
    ("code",): (("String(20)", "String(40)"),),
    ("id", "part"): (("Integer()",), ("Integer()",)),
}
PLAIN = (*(name for name in TYPES if not name.startswith("r")), "e1", "e2")
NO_TABLE = Table("", (), ())


@st.composite
def schemas(draw: Draw) -> Schema:
    """Return one to three tables."""
    enums = {name: _enum(draw) for name in ENUMS}
    names = draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=3, unique=True))
    schema = Schema((), enums)
    for name in names:
        schema = replace(schema, tables=(*schema.tables, a_table(draw, name, schema)))
    return normal(schema)


def _enum(draw: Draw) -> Enum:
    members = draw(st.lists(st.sampled_from(MEMBERS), max_size=3, unique=True))
    return Enum(("m0", *members), draw(st.booleans()))


def a_table(draw: Draw, name: str, schema: Schema) -> Table:
    """Return a table; its foreign keys refer to tables of the schema, or to itself."""
    key = draw(st.sampled_from(tuple(KEYS)))
    columns = [
        Column(one, Type(draw(st.sampled_from(types))), nullable=False)
        for one, types in zip(key, KEYS[key], strict=True)
    ]
    others = draw(st.lists(st.sampled_from(PLAIN), min_size=2, max_size=6, unique=True))
    columns += [a_column(draw, one) for one in others]
    table = Table(name, tuple(columns), key, draw(st.booleans()), comment=draw(st.sampled_from(COMMENTS)))
    for part in draw(st.lists(st.sampled_from(PARTS), max_size=3)):
        table = part(draw, table, schema)
    return table


def a_column(draw: Draw, name: str) -> Column:
    """Return a column; its name decides which types it can have."""
    kind = draw(st.sampled_from(kinds(name, NO_TABLE)))
    return Column(name, kind, draw(st.booleans()), a_default(draw, kind), draw(st.sampled_from(COMMENTS)))


def kinds(name: str, table: Table) -> tuple[Type, ...]:
    """Return the types that a column of this name can have."""
    if name in table.primary_key:
        sources = KEYS[table.primary_key][table.primary_key.index(name)]
    elif name in TYPES:
        sources = TYPES[name]
    else:
        return (*(Type(enum=one) for one in ENUMS), Type("String(20)"))
    return tuple(Type(one) for one in sources)


def a_default(draw: Draw, kind: Type, unlike: str | None = None) -> str:
    """Return a server default; ``unlike`` the one that there is, if the type can have another."""
    possible = [one for one in ("", *DEFAULTS.get(kind.kind, ())) if one != unlike]
    return str(draw(st.sampled_from(possible or [""])))


def _with_unique(draw: Draw, table: Table, _schema: Schema) -> Table:
    columns = _some(draw, table)
    name = draw(st.sampled_from(("", f"uq_{table.name}_1", f"uq_{table.name}_2")))
    return replace(table, uniques=(*without(table.uniques, name), Key(name, columns)))


def _with_index(draw: Draw, table: Table, _schema: Schema) -> Table:
    name = draw(st.sampled_from((f"ix_{table.name}_1", f"ix_{table.name}_2")))
    index = Key(name, _some(draw, table), draw(st.booleans()))
    return replace(table, indexes=(*without(table.indexes, name), index))


def _with_check(draw: Draw, table: Table, _schema: Schema) -> Table:
    column, above = draw(st.sampled_from(("n1", "n2"))), draw(st.sampled_from((-100, -5)))
    check = Check(f"ck_{table.name}_{column}", column, above)
    return replace(table, checks=(*without(table.checks, check.name), check))


def _with_computed(draw: Draw, table: Table, _schema: Schema) -> Table:
    column = Column("c1", Type("BigInteger()"), computed=draw(st.sampled_from(("n1", "n2"))))
    return replace(table, columns=(*without(table.columns, "c1"), column))


def _with_foreign_key(draw: Draw, table: Table, schema: Schema) -> Table:
    """Return the table with a key to one before it, or to itself."""
    before = [one.name for one in schema.tables]
    before = before[: before.index(table.name)] if table.name in before else before
    target = draw(st.sampled_from([*before, table.name]))
    keys = {one.name: one.primary_key for one in (*schema.tables, table)}
    names = ("r1", "r2")[: len(keys[target])]
    columns = table.columns
    for name in names:
        if table.column(name) is None:
            columns = (*columns, Column(name, Type(TYPES[name][0]), draw(st.booleans())))
    named = draw(st.sampled_from(("", f"fk_{table.name}_1")))
    key = ForeignKey(named, names, target, draw(st.sampled_from(("", "CASCADE", "SET NULL"))))
    return replace(table, columns=columns, foreign_keys=(key,))


def _some(draw: Draw, table: Table) -> tuple[str, ...]:
    return tuple(draw(st.lists(st.sampled_from(table.names), min_size=1, max_size=2, unique=True)))


def without(items: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    """Return what is not called so."""
    return tuple(one for one in items if one.name != name)


PARTS = (_with_index, _with_unique, _with_check, _with_foreign_key, _with_computed)
