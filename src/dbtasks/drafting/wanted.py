"""The models as they are to stand in the database: a copy of their metadata in which every constraint has a name."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, Connection, ForeignKeyConstraint, MetaData, Table, UniqueConstraint, inspect
from sqlalchemy.schema import Constraint
from sqlalchemy.sql.sqltypes import SchemaType

from dbtasks import dialects
from dbtasks.drafting import adapted
from dbtasks.drafting.snapshot import Scope

LONGEST = 60  # characters of a name; PostgreSQL takes 63, MySQL 64
Keeps = Callable[[Table], bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the models want.

    Attributes:
        metadata: copies, so that the models themselves stay as their authors wrote them.
        named: (table, name) of constraints that their authors left without a name, and that have got one here.
        left_out: the tables in a schema that would be another database here; that one is not touched.
        versions: the name of Alembic's own table.
        only: the full names of the tables that are looked at; None for all.
    """

    metadata: tuple[MetaData, ...]
    named: frozenset[tuple[str, str]] = frozenset()
    left_out: tuple[str, ...] = ()
    versions: str = Scope().versions
    only: frozenset[str] | None = None

    @property
    def tables(self) -> dict[str, Table]:
        """Return every table by its full name."""
        return {name: one.tables[name] for one in self.metadata for name in sorted(one.tables)}

    @property
    def scope(self) -> Scope:
        """Return where to look for them: in the default schema, and in those that they name."""
        schemas = sorted({table.schema for table in self.tables.values() if table.schema})
        return Scope((None, *schemas), self.versions, self.only)


def copied(models: Sequence[MetaData], connection: Connection, keeps: Keeps, versions: str) -> Wanted:
    """Return the models for a database whose schema the connection shows; a name that is there already is kept."""
    found, left_out = [], []
    has_schemas = dialects.of(connection.engine.url).has_schemas
    for one in models:
        copy = MetaData(naming_convention=one.naming_convention, schema=one.schema)
        for table in one.tables.values():
            if (has_schemas or not table.schema) and keeps(table):
                adapted.adapt(table.to_metadata(copy), table, connection.dialect)
            elif table.schema and not has_schemas:
                left_out.append(table.fullname)
        adapted.sequences(one, copy)
        found.append(copy)
    there = _Names(connection)
    named = frozenset(
        (table.fullname, name) for one in found for table in one.tables.values() for name in _name(table, there)
    )
    return Wanted(tuple(found), named, tuple(sorted(left_out)), versions)


class _Names:
    """The names of unique constraints and foreign keys that the database has, by what they are about."""

    def __init__(self, connection: Connection) -> None:
        self._inspector = inspect(connection)

    def of(self, constraint: Constraint) -> tuple[str | None] | None:
        """Return the name that such a constraint has in the database, which may be None; None when there is none."""
        table = constraint.table
        if not self._inspector.has_table(table.name, schema=table.schema):
            return None
        if isinstance(constraint, UniqueConstraint):
            columns = [column.name for column in constraint.columns]
            uniques = self._inspector.get_unique_constraints(table.name, schema=table.schema)
            return next(((one["name"],) for one in uniques if one["column_names"] == columns), None)
        if isinstance(constraint, ForeignKeyConstraint):
            names = [column.name for column in constraint.columns]
            keys = self._inspector.get_foreign_keys(table.name, schema=table.schema)
            target = constraint.elements[0].target_fullname.rpartition(".")[0].rpartition(".")[2]
            return next(
                (
                    (one["name"],)
                    for one in keys
                    if one["constrained_columns"] == names and one["referred_table"] == target
                ),
                None,
            )
        return None


def _name(table: Table, there: _Names) -> Iterable[str]:
    """Give names to the constraints of a table that have none, and yield those that are new."""
    taken = {str(one.name) for one in table.constraints if one.name}
    for constraint in sorted(table.constraints, key=_order):
        if isinstance(constraint, UniqueConstraint | ForeignKeyConstraint | CheckConstraint) and not _is_named(
            constraint
        ):
            known = there.of(constraint)
            if known is not None and known[0] not in taken:
                constraint.name = known[0]
                continue
            name = _free(conventional(constraint), taken)
            taken.add(name)
            _give(constraint, name)
            yield name


def _is_named(constraint: Constraint) -> bool:
    return isinstance(constraint.name, str) and bool(constraint.name)


def _give(constraint: Constraint, name: str) -> None:
    constraint.name = name
    for column in constraint.table.columns:  # a check that belongs to a type takes its name from there
        bound = getattr(constraint, "_type_bound", False) and _columns(constraint) == [column.name]
        if bound and isinstance(column.type, SchemaType) and not column.type.name:
            column.type.name = name


def conventional(constraint: Constraint) -> str:
    """Return the name by the convention of Alembic's documentation.

    https://alembic.sqlalchemy.org/en/latest/naming.html
    """
    table, columns = constraint.table.name, "_".join(_columns(constraint))
    if isinstance(constraint, UniqueConstraint):
        return _short(f"uq_{table}_{columns}")
    if isinstance(constraint, ForeignKeyConstraint):
        target = constraint.elements[0].target_fullname.rpartition(".")[0].rpartition(".")[2]
        return _short(f"fk_{table}_{columns}_{target}")
    return _short(f"ck_{table}_{columns}".rstrip("_"))


def _columns(constraint: Constraint) -> list[str]:
    return [column.name for column in getattr(constraint, "columns", ())]


def _free(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found


def _short(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _order(constraint: Constraint) -> tuple[str, str, str]:
    return type(constraint).__name__, "_".join(_columns(constraint)), str(getattr(constraint, "sqltext", ""))
