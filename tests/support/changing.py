"""Hypothesis strategies: pairs of schemas, of which mostly the second one is a change of the first."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from support.drawing import (
    COMMENTS,
    ENUMS,
    KEYS,
    MEMBERS,
    PARTS,
    PLAIN,
    TABLES,
    Draw,
    a_column,
    a_default,
    a_table,
    kinds,
    schemas,
    without,
)
from support.normal import bracketed, normal
from support.rows import Way
from support.schemas import Column, Schema, Table, Type, metadata_of, source


class Pair:
    """The models before and after; as text, their source."""

    def __init__(self, before: Schema, after: Schema) -> None:
        self.schemas = before, after
        self.before, self.after = source(before), source(after)

    def in_brackets(self) -> "Pair":
        """Return the same with the defaults of long texts and documents as MySQL has them: as expressions."""
        return Pair(*map(bracketed, self.schemas))

    @property
    def way(self) -> Way:
        """Return the models themselves."""
        return Way(metadata_of(self.before), metadata_of(self.after))

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
    return replace(schema, tables=(*schema.tables, a_table(draw, draw(st.sampled_from(free)), schema)))


def _drop_table(draw: Draw, schema: Schema) -> Schema:
    names = [one.name for one in schema.tables]
    dropped = draw(st.sampled_from(["", *names]))
    return replace(schema, tables=without(schema.tables, dropped))


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
    return replace(table, columns=(*table.columns, a_column(draw, draw(st.sampled_from(free)))))


def _drop_column(draw: Draw, table: Table, _schema: Schema) -> Table:
    names = [name for name in table.names if name not in table.primary_key]
    return replace(table, columns=without(table.columns, draw(st.sampled_from(["", *names]))))


def _change_type(draw: Draw, table: Table, _schema: Schema) -> Table:
    """Return the table with one column of another type; a key's new type is also that of the keys that refer to it."""
    plain = [
        one
        for one in table.columns
        if not one.computed and not any(one.name in key.columns for key in table.foreign_keys)
    ]
    others = [(one.name, kind) for one in plain for kind in kinds(one.name, table) if kind != one.type]
    if not others:
        return table
    name, kind = draw(st.sampled_from(others))
    columns = [replace(one, type=kind) if one.name == name else one for one in table.columns]
    return replace(table, columns=tuple(columns))


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
_new_default = _on_column(lambda draw, one: replace(one, default=a_default(draw, one.type, one.default)))
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
