"""Schemas as plain data, and the source of the models that declare them.

A schema is made up so that the three databases can have it; what one of them does not know (comments on SQLite) is
left out by SQLAlchemy itself.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import MetaData


class Type(NamedTuple):
    """A column type: the source of the expression that makes it, or the name of one of the schema's enums."""

    source: str = ""
    enum: str = ""

    @property
    def kind(self) -> str:
        """Return the name of its class."""
        return self.source.partition("(")[0] or "Enum"


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum; ``native`` is a type of its own where the database has such, otherwise a CHECK constraint."""

    members: tuple[str, ...]
    native: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``default`` is the source of its server default, ``computed`` the column that it is one more than."""

    name: str
    type: Type
    nullable: bool = True
    default: str = ""
    comment: str = ""
    computed: str = ""


class Key(NamedTuple):
    """A unique constraint or an index; a constraint may have no name."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False


class Check(NamedTuple):
    """A CHECK constraint that keeps a number above a bound."""

    name: str
    column: str
    above: int

    @property
    def source(self) -> str:
        """Return the condition."""
        return f"{self.column} > {self.above}"


class ForeignKey(NamedTuple):
    """A foreign key to the primary key of a table; its name may be empty."""

    name: str
    columns: tuple[str, ...]
    table: str
    ondelete: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what belongs to it."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    autoincrement: bool = True
    uniques: tuple[Key, ...] = ()
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Key, ...] = ()
    comment: str = ""

    def column(self, name: str) -> Column | None:
        """Return a column, or None."""
        return next((one for one in self.columns if one.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(one.name for one in self.columns)


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables, and the enums that their columns use."""

    tables: tuple[Table, ...] = ()
    enums: dict[str, Enum] = field(default_factory=dict)

    def table(self, name: str) -> Table | None:
        """Return a table, or None."""
        return next((one for one in self.tables if one.name == name), None)


def source(schema: Schema) -> str:
    """Return a Python module that declares the tables."""
    body = "\n".join("\n".join(_table(table, schema)) for table in schema.tables)
    used = {name for name in re.findall(r"\b(\w+)[(.]", body) if hasattr(sqlalchemy, name)}
    names = ", ".join(sorted({"MetaData", *used}, key=lambda name: (name.islower(), name)))
    return f"from sqlalchemy import {names}\n\nmetadata = MetaData()\n{body}\n"


def metadata_of(models: str) -> MetaData:
    """Return the metadata of a module's source."""
    namespace: dict[str, Any] = {"__name__": "drawn_models"}
    exec(compile(models, "drawn_models.py", "exec"), namespace)
    metadata = namespace["metadata"]
    assert isinstance(metadata, MetaData)
    return metadata


def _table(table: Table, schema: Schema) -> Iterator[str]:
    yield f'Table(\n    "{table.name}",\n    metadata,'
    for column in table.columns:
        yield f"    {_column(column, table, schema)},"
    for unique in table.uniques:
        yield f"    UniqueConstraint({_names(unique.columns)}{_option('name', unique.name)}),"
    for check in table.checks:
        yield f'    CheckConstraint("{check.source}", name="{check.name}"),'
    for one in table.foreign_keys:
        target = schema.table(one.table)
        assert target
        referred = [f"{target.name}.{name}" for name in target.primary_key]
        options = _option("name", one.name) + _option("ondelete", one.ondelete)
        yield f"    ForeignKeyConstraint([{_names(one.columns)}], [{_names(referred)}]{options}),"
    for index in table.indexes:
        unique_too = ", unique=True" if index.unique else ""
        yield f'    Index("{index.name}", {_names(index.columns)}{unique_too}),'
    if table.comment:
        yield f"    comment={table.comment!r},"
    yield ")"


def _column(column: Column, table: Table, schema: Schema) -> str:
    options = ""
    if column.computed:
        options += f', Computed("{column.computed} + 1", persisted=True)'
    if column.name in table.primary_key:
        options += ", primary_key=True"
        options += "" if table.autoincrement else ", autoincrement=False"
    elif not column.nullable:
        options += ", nullable=False"
    options += f", server_default={column.default}" if column.default else ""
    options += f", comment={column.comment!r}" if column.comment else ""
    return f'Column("{column.name}", {_type(column, table, schema)}{options})'


def _type(column: Column, table: Table, schema: Schema) -> str:
    if column.type.source:
        return column.type.source
    enum = schema.enums[column.type.enum]
    members = _names(enum.members)
    if enum.native:
        return f'Enum({members}, name="{column.type.enum}")'
    return f'Enum({members}, name="ck_{table.name}_{column.name}", native_enum=False, create_constraint=True)'


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _option(name: str, value: str) -> str:
    return f', {name}="{value}"' if value else ""
