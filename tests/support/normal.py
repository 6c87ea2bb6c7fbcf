"""What a drawn schema has to be like so that all three databases can have it."""

import ast
from collections.abc import Iterator
from dataclasses import replace

from support.schemas import Column, ForeignKey, Key, Schema, Table, Type

DEFAULTS = {  # what each kind of type can have as its server default
    "Integer": ('text("0")', '"1"'),
    "BigInteger": ('text("0")', '"1"'),
    "SmallInteger": ('text("0")',),
    "Numeric": ('text("0")', '"1.5"'),
    "Float": ('text("0")', '"1.5"'),
    "String": ('"1"', '""', '"it\'s 50%"'),
    "Text": ('"1"', '"it\'s 50%"'),
    "Boolean": ("true()", "false()"),
    "DateTime": ("func.now()", '"2020-01-01 00:00:00"'),
    "Date": ('"2020-01-01"',),
    "Time": ('"10:00:00"',),
    "JSON": ('"{}"',),
    "Enum": ('"m0"', '"m1"'),
}
NUMBERS = ("Integer", "BigInteger", "SmallInteger", "Numeric", "Float")
INDEXED = ("Integer", "BigInteger", "SmallInteger", "Numeric", "String", "Date", "DateTime", "Uuid", "Enum")


def normal(schema: Schema) -> Schema:
    """Return the schema without what its tables, columns and types do not allow."""
    for change in (_referring, _fitting):
        for table in schema.tables:
            changed = change(table, schema)
            tables = tuple(changed if one.name == table.name else one for one in schema.tables)
            schema = replace(schema, tables=tables)
    return schema


def _referring(table: Table, schema: Schema) -> Table:
    """Return the table with those foreign keys that refer to something, and their columns with the types they need."""
    keys: list[ForeignKey] = []
    types: dict[str, Type] = {}
    for key in table.foreign_keys:
        target = schema.table(key.table)
        columns = [one for one in table.columns if one.name in key.columns]
        if target is None or not len(columns) == len(key.columns) == len(target.primary_key):
            continue
        nulled = key.ondelete == "SET NULL" and not all(one.nullable for one in columns)
        keys.append(key._replace(ondelete="") if nulled else key)
        referred = {one.name: one.type for one in target.columns}
        types |= {name: referred[other] for name, other in zip(key.columns, target.primary_key, strict=True)}
    columns = [replace(one, type=types.get(one.name, one.type)) for one in table.columns]
    return replace(table, columns=tuple(columns), foreign_keys=tuple(keys))


def _fitting(table: Table, schema: Schema) -> Table:
    """Return the table with columns that can be as they are, and what builds on them."""
    key = table.primary_key
    bare = {*key, *(name for one in table.foreign_keys for name in one.columns)}
    numbers = {one.name for one in table.columns if one.type.kind in NUMBERS and not one.computed}
    columns = tuple(
        replace(
            one,
            nullable=bool(one.computed) or (one.nullable and one.name not in key),  # MariaDB computes no other
            default="" if one.name in bare or one.computed else _default(one, schema),
        )
        for one in table.columns
        if not one.computed or one.computed in numbers
    )
    indexed = {one.name for one in columns if one.type.kind in INDEXED and not one.computed}
    distinct = indexed - {one.name for one in columns if one.type.kind == "Enum"}
    uniques = tuple(_usable(table.uniques, distinct, {key}))
    taken = {key, *(one.columns for one in uniques)}
    plain = [one._replace(unique=one.unique and {*one.columns} <= distinct) for one in table.indexes]
    return replace(
        table,
        columns=columns,
        uniques=uniques,
        indexes=tuple(_usable(plain, indexed, taken)),
        checks=tuple(one for one in table.checks if one.column in numbers),
    )


def bracketed(schema: Schema) -> Schema:
    """Return the schema with the defaults of long texts and documents as expressions."""
    return replace(schema, tables=tuple(map(_bracketed, schema.tables)))


def _bracketed(table: Table) -> Table:
    def changed(one: Column) -> Column:
        if not one.default or one.type.kind not in ("Text", "JSON"):
            return one
        literal = ast.literal_eval(one.default).replace("'", "''")
        expression = f"('{literal}')"
        return replace(one, default=f"text({expression!r})")

    return replace(table, columns=tuple(map(changed, table.columns)))


def _default(column: Column, schema: Schema) -> str:
    if column.type.enum and column.default.strip('"') not in schema.enums[column.type.enum].members:
        return ""
    return column.default if column.default in DEFAULTS.get(column.type.kind, ()) else ""


def _usable(keys: tuple[Key, ...] | list[Key], columns: set[str], taken: set[tuple[str, ...]]) -> Iterator[Key]:
    """Yield those keys on these columns that are not there already."""
    seen = {*taken}
    for key in keys:
        if {*key.columns} <= columns and key.columns not in seen:
            seen.add(key.columns)
            yield key
