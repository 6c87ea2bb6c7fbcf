"""A schema as its database tells it."""

import warnings
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from sqlalchemy import URL, Column, Computed, Connection, Dialect, Identity, MetaData, Table, inspect
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import SAWarning

from dbtasks import databases, dialects, ledger
from dbtasks.dialects.definitions import Definitions, Key, Objects


class Scope(NamedTuple):
    """Where to look, and what to leave out.

    Attributes:
        schemas: the schemas; None is the default one.
        versions: the name of Alembic's own table.
        only: the full names of the tables to look at; None for all.
    """

    schemas: tuple[str | None, ...] = (None,)
    versions: str = "alembic_version"
    only: frozenset[str] | None = None

    def has(self, schema: str | None, table: str) -> bool:
        """Return whether to look at a table."""
        return self.only is None or (f"{schema}.{table}" if schema else table) in self.only


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is there.

    Attributes:
        metadata: the tables and columns.
        definitions: the indexes and constraints.
        enums: the members of each type of enum, by its schema and name; empty where types have no names.
        schemas: the schemas looked at; None is the default one.
        spaces: the names of all schemas that there are.
        objects: the statements that make sequences and domains.
        sql: SQLAlchemy's dialect, which writes SQL.
    """

    metadata: MetaData
    definitions: Definitions
    enums: dict[tuple[str | None, str], tuple[str, ...]]
    schemas: tuple[str | None, ...]
    spaces: frozenset[str] = frozenset()
    objects: Objects = field(default_factory=dict)
    sql: Dialect = field(default_factory=DefaultDialect)

    def table(self, name: str) -> Table:
        """Return a table by its full name; KeyError when there is none."""
        return self.metadata.tables[name]

    def of_table(self, name: str) -> Definitions:
        """Return the indexes and constraints of a table."""
        return {key: one for key, one in self.definitions.items() if full_name(key) == name}

    def column(self, table: str, name: str) -> Column[object] | None:
        """Return a column, or None when there is none."""
        found = self.metadata.tables.get(table)
        return None if found is None else found.columns.get(name)


def full_name(key: Key) -> str:
    """Return the full name of the table that an index or constraint belongs to."""
    return f"{key.schema}.{key.table}" if key.schema else key.table


def of(url: URL, scope: Scope) -> Snapshot:
    """Return the schema of a database, without the tables of Alembic, of dbtasks, and of extensions."""
    return databases.connect(url, lambda connection: read(connection, scope))


def read(connection: Connection, scope: Scope) -> Snapshot:
    """Return the same on a connection."""
    schemas = scope.schemas
    dialect = dialects.of(connection.engine.url)
    foreign = dialect.extension_tables(connection)
    metadata = MetaData()

    def is_ours(schema: str | None, name: str, _metadata: MetaData) -> bool:
        ours = name != scope.versions and not name.startswith(ledger.PREFIX) and name not in foreign
        return ours and scope.has(schema, name)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # what SQLAlchemy cannot reflect is in the definitions
        for schema in schemas:
            only, follow = partial(is_ours, schema), scope.only is not None  # what it refers to is needed for the order
            metadata.reflect(connection, schema=schema, only=only, resolve_fks=follow)
        definitions = dialect.definitions.read(connection, schemas, metadata)
    enums = {
        (
            None if enum.get("schema") == inspect(connection).default_schema_name else enum.get("schema"),
            str(enum["name"]),
        ): (tuple(enum["labels"]))
        for enum in getattr(inspect(connection), "get_enums", lambda **_: [])(schema="*")
    }
    spaces = frozenset(inspect(connection).get_schema_names())
    objects = dialect.definitions.objects(connection, schemas)
    return Snapshot(metadata, definitions, enums, schemas, spaces, objects, connection.dialect)


def default_of(column: Column[object]) -> str | None:
    """Return what a reflected column says of its default; None where it has none."""
    found = column.server_default
    return None if found is None or isinstance(found, Computed | Identity) else bare(str(getattr(found, "arg", "")))


def bare(sql: str | None) -> str | None:
    """Return SQL without brackets around all of it, which SQLite keeps as they were written."""
    while sql and sql.startswith("(") and sql.endswith(")") and _closes_last(sql):
        sql = sql[1:-1]
    return sql


def _closes_last(sql: str) -> bool:
    """Return whether the first bracket is closed by the last one."""
    depth = 0
    for place, letter in enumerate(sql):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return place == len(sql) - 1
    return False
