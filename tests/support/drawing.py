"""Hypothesis strategies: a schema, another that is a change of it, and pairs of both."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from support.normal import DEFAULTS, normal
from support.schemas import Check, Column, Enum, ForeignKey, Key, Schema, Table, Type, source

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
        schema = replace(schema, tables=(*schema.tables, _table(draw, name, schema)))
    return normal(schema)


class Pair:
    """The source of the models before and after."""

    def __init__(self, before: Schema, after: Schema) -> None:
        self.before, self.after = source(before), source(after)

    def __repr__(self) -> str:
        return f"\n# before\n{self.before}\n# after\n{self.after}"


@st.composite
def pairs(draw: Draw) -> Pair:
    """Return two schemas: mostly the second one is a change of the first; sometimes each is by itself."""
    before = draw(schemas())
    if draw(st.integers(0, 9)) == 9:
        return Pair(before, draw(schemas()))
    after = before
    for _ in range(draw(st.integers(1, 5))):
        after = normal(draw(st.sampled_from(CHANGES))(draw, after))
    return Pair(before, after)


def _enum(draw: Draw) -> Enum:
    members = draw(st.lists(st.sampled_from(MEMBERS), max_size=3, unique=True))
    return Enum(("m0", *members), draw(st.booleans()))


def _table(draw: Draw, name: str, schema: Schema) -> Table:
    key = draw(st.sampled_from(tuple(KEYS)))
    columns = [
        Column(one, Type(draw(st.sampled_from(types))), nullable=False)
        for one, types in zip(key, KEYS[key], strict=True)
    ]
    others = draw(st.lists(st.sampled_from(PLAIN), min_size=2, max_size=6, unique=True))
    columns += [_column(draw, one) for one in others]
    table = Table(name, tuple(columns), key, draw(st.booleans()), comment=draw(st.sampled_from(COMMENTS)))
    for part in draw(st.lists(st.sampled_from(PARTS), max_size=3)):
        table = part(draw, table, schema)
    return table


def _column(draw: Draw, name: str) -> Column:
    kind = draw(st.sampled_from(_kinds(name, NO_TABLE)))
    return Column(name, kind, draw(st.booleans()), _default(draw, kind), draw(st.sampled_from(COMMENTS)))


def _default(draw: Draw, kind: Type, unlike: str | None = None) -> str:
    """Return a server default; ``unlike`` the one that there is, if the type can have another."""
    possible = [one for one in ("", *DEFAULTS.get(kind.kind, ())) if one != unlike]
    return str(draw(st.sampled_from(possible or [""])))


def _with_unique(draw: Draw, table: Table, _schema: Schema) -> Table:
    columns = _some(draw, table)
    name = draw(st.sampled_from(("", f"uq_{table.name}_1", f"uq_{table.name}_2")))
    return replace(table, uniques=(*_without(table.uniques, name), Key(name, columns)))


def _with_index(draw: Draw, table: Table, _schema: Schema) -> Table:
    name = draw(st.sampled_from((f"ix_{table.name}_1", f"ix_{table.name}_2")))
    index = Key(name, _some(draw, table), draw(st.booleans()))
    return replace(table, indexes=(*_without(table.indexes, name), index))


def _with_check(draw: Draw, table: Table, _schema: Schema) -> Table:
    column, above = draw(st.sampled_from(("n1", "n2"))), draw(st.sampled_from((-100, -5)))
    check = Check(f"ck_{table.name}_{column}", column, above)
    return replace(table, checks=(*_without(table.checks, check.name), check))


def _with_computed(draw: Draw, table: Table, _schema: Schema) -> Table:
    column = Column("c1", Type("BigInteger()"), computed=draw(st.sampled_from(("n1", "n2"))))
    return replace(table, columns=(*_without(table.columns, "c1"), column))


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


def _without(items: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    return tuple(one for one in items if one.name != name)


PARTS = (_with_index, _with_unique, _with_check, _with_foreign_key, _with_computed)


def _any_table(draw: Draw, schema: Schema, change: Callable[[Draw, Table, Schema], Table]) -> Schema:
    if not schema.tables:
        return schema
    number = draw(st.integers(0, len(schema.tables) - 1))
    changed = change(draw, schema.tables[number], schema)
    return replace(schema, tables=(*schema.tables[:number], changed, *schema.tables[number + 1 :]))


def _on_column(change: Callable[[Draw, Column], Column]) -> Callable[[Draw, Table, Schema], Table]:
    def on_table(draw: Draw, table: Table, _schema: Schema) -> Table:
        number = draw(st.integers(0, len(table.columns) - 1))
        columns = [*table.columns]
        columns[number] = change(draw, columns[number])
        return replace(table, columns=tuple(columns))

    return on_table


def _add_table(draw: Draw, schema: Schema) -> Schema:
    free = [name for name in TABLES if schema.table(name) is None]
    if not free:
        return schema
    return replace(schema, tables=(*schema.tables, _table(draw, draw(st.sampled_from(free)), schema)))


def _drop_table(draw: Draw, schema: Schema) -> Schema:
    names = [one.name for one in schema.tables]
    dropped = draw(st.sampled_from(["", *names]))
    return replace(schema, tables=_without(schema.tables, dropped))


def _change_enum(draw: Draw, schema: Schema) -> Schema:
    name = draw(st.sampled_from(ENUMS))
    members = schema.enums[name].members
    free = [one for one in MEMBERS if one not in members]
    if free and (len(members) == 1 or draw(st.booleans())):
        place = draw(st.integers(1, len(members)))
        members = (*members[:place], draw(st.sampled_from(free)), *members[place:])
    else:
        gone = draw(st.sampled_from(members[1:]))
        members = tuple(one for one in members if one != gone)
    return replace(schema, enums={**schema.enums, name: replace(schema.enums[name], members=members)})


def _add_column(draw: Draw, table: Table, _schema: Schema) -> Table:
    free = [name for name in PLAIN if table.column(name) is None]
    return replace(table, columns=(*table.columns, _column(draw, draw(st.sampled_from(free)))))


def _drop_column(draw: Draw, table: Table, _schema: Schema) -> Table:
    names = [name for name in table.names if name not in table.primary_key]
    return replace(table, columns=_without(table.columns, draw(st.sampled_from(["", *names]))))


def _change_type(draw: Draw, table: Table, _schema: Schema) -> Table:
    """Return the table with one column of another type; a key's new type is also that of the keys that refer to it."""
    plain = [
        one
        for one in table.columns
        if not one.computed and not any(one.name in key.columns for key in table.foreign_keys)
    ]
    others = [(one.name, kind) for one in plain for kind in _kinds(one.name, table) if kind != one.type]
    if not others:
        return table
    name, kind = draw(st.sampled_from(others))
    columns = [replace(one, type=kind) if one.name == name else one for one in table.columns]
    return replace(table, columns=tuple(columns))


def _kinds(name: str, table: Table) -> tuple[Type, ...]:
    """Return the types that a column of this name can have."""
    if name in table.primary_key:
        sources = KEYS[table.primary_key][table.primary_key.index(name)]
    elif name in TYPES:
        sources = TYPES[name]
    else:
        return (*(Type(enum=one) for one in ENUMS), Type("String(20)"))
    return tuple(Type(one) for one in sources)


def _drop_part(draw: Draw, table: Table, _schema: Schema) -> Table:
    kinds = ("uniques", "indexes", "checks", "foreign_keys")
    there = [(kind, one) for kind in kinds for one in getattr(table, kind)]
    if not there:
        return table
    kind, gone = draw(st.sampled_from(there))
    left: dict[str, Any] = {kind: tuple(one for one in getattr(table, kind) if one is not gone)}
    return replace(table, **left)


def _change_key(draw: Draw, table: Table, _schema: Schema) -> Table:
    key = draw(st.sampled_from(tuple(KEYS)))
    columns = [
        table.column(name) or Column(name, Type(types[0]), nullable=False)
        for name, types in zip(key, KEYS[key], strict=True)
    ]
    others = [one for one in table.columns if one.name not in key]
    return replace(table, columns=(*columns, *others), primary_key=key)


def _on_table(change: Callable[[Draw, Table, Schema], Table]) -> Callable[[Draw, Schema], Schema]:
    return lambda draw, schema: _any_table(draw, schema, change)


_nullable = _on_column(lambda _draw, one: replace(one, nullable=not one.nullable))
_new_default = _on_column(lambda draw, one: replace(one, default=_default(draw, one.type, one.default)))
_new_comment = _on_column(lambda draw, one: replace(one, comment=draw(st.sampled_from(COMMENTS))))
CHANGES: tuple[Callable[[Draw, Schema], Schema], ...] = (
    *(_on_table(one) for one in (_add_column, _drop_column, _new_comment, *PARTS)),
    *(_on_table(one) for one in (_change_type, _new_default, _nullable, _drop_part) for _ in range(3)),  # more often
    _add_table,
    _drop_table,
    *(_change_enum for _ in range(2)),
    _on_table(lambda draw, table, _: replace(table, comment=draw(st.sampled_from(COMMENTS)))),
    _on_table(_change_key),
)
