"""Which values a column can have: by its type, by a check that lists them, and by what it is about to become."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table
from sqlalchemy.types import TypeEngine

from dbtasks.dialects.definitions import CHECK, Definitions
from dbtasks.drafting.snapshot import full_name

LISTING = re.compile(r"(?:\bIN\s*\(|(?<![<>!])=)(.*)", re.IGNORECASE | re.DOTALL)
CAST = re.compile(r"::[a-z ]+(?:\(\d+\))?(?:\[\])?", re.IGNORECASE)
ITEM = re.compile(r"'((?:[^']|'')*)'|(?<![\w.])(-?\d+(?:\.\d+)?)(?![\w.])")
OTHER = re.compile(r"\b(?:OR|AND|NOT|BETWEEN)\b|[<>]", re.IGNORECASE)


@dataclass(frozen=True)
class Schema:
    """Tables, and what is said of them."""

    metadata: MetaData
    definitions: Definitions

    @cached_property
    def checks(self) -> dict[str, tuple[str, ...]]:
        """The checks of each table that has any, by its full name."""
        found: dict[str, tuple[str, ...]] = {}
        for key, one in self.definitions.items():
            if key.kind == CHECK:
                name = full_name(key)
                found[name] = (*found.get(name, ()), one.said)
        return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rows of tables have to fit: the schema that there is, and the one that it is about to become.

    Attributes:
        now: the schema that there is.
        then: the schema afterwards.
        filled: (table, column) of those whose NULLs some revision has written over, in lower case.
    """

    now: Schema
    then: Schema
    filled: frozenset[tuple[str, str]] = frozenset()

    def types(self, column: Column[Any]) -> tuple[TypeEngine[Any], ...]:
        """Return the column's type, and the one that it will have."""
        later = self._later(column)
        return tuple(plain(one.type) for one in (column, later) if one is not None)

    def members(self, column: Column[Any]) -> tuple[str, ...] | None:
        """Return the values that it may have, now and then; None when nothing lists them."""
        found = None
        for schema, one in ((self.now, column), (self.then, self._later(column))):
            allowed = None if one is None else allowed_in(schema, one)
            if allowed is not None:
                found = allowed if found is None else tuple(value for value in found if value in allowed)
        return found

    def may_be_null(self, column: Column[Any]) -> bool:
        """Return whether a row may have no value there."""
        name = (column.table.name.lower(), column.name.lower())
        whole = (column.table.name.lower(), "*")
        return bool(column.nullable) and not {name, whole} & self.filled

    def foreign_keys(self, table: Table) -> Iterator[ForeignKeyConstraint]:
        """Yield what its columns refer to, now and then."""
        yield from _ordered(table.foreign_key_constraints)
        later = self.then.metadata.tables.get(table.fullname)
        there = {column.name for column in table.columns}
        for key in _ordered(later.foreign_key_constraints if later is not None else ()):
            if set(key.column_keys) <= there and target_of(key) in self.now.metadata.tables:
                yield key

    def _later(self, column: Column[Any]) -> Column[Any] | None:
        table = self.then.metadata.tables.get(column.table.fullname)
        return None if table is None else table.columns.get(column.name)


def wanted(now: Schema, then: Schema | None = None, filled: frozenset[tuple[str, str]] = frozenset()) -> Wanted:
    """Return what rows have to fit, in a schema that is about to become another, or to stay."""
    return Wanted(now, then or now, filled)


def allowed_in(schema: Schema, column: Column[Any]) -> tuple[str, ...] | None:
    """Return the values that a type or a check lists for a column; None when none does."""
    kind = plain(column.type)
    listed = getattr(kind, "enums", None) or getattr(kind, "values", None)
    if isinstance(listed, list | tuple):
        return tuple(map(str, listed))
    table = column.table
    names = [other.name for other in table.columns]
    lists = (_listed(said, column.name, names) for said in schema.checks.get(table.fullname, ()))
    return next((one for one in lists if one), None)


def target_of(key: ForeignKeyConstraint) -> str:
    """Return the full name of the table that a foreign key refers to."""
    return key.elements[0].target_fullname.rpartition(".")[0]


def plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type that a domain is made of, and any other as it is."""
    inner = getattr(kind, "data_type", None)
    return inner if isinstance(inner, TypeEngine) else kind


def _listed(said: str, column: str, columns: Iterable[str]) -> tuple[str, ...]:
    """Return the values that a check lists for this column alone; empty when it says something else."""
    outside = re.sub(r"'(?:[^']|'')*'", "''", said)
    named = [name for name in columns if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", outside)]
    match = LISTING.search(CAST.sub("", said))
    if named != [column] or match is None or OTHER.search(outside):
        return ()
    return tuple(number or text.replace("''", "'") for text, number in ITEM.findall(match[1]))


def _ordered(keys: Iterable[ForeignKeyConstraint]) -> list[ForeignKeyConstraint]:
    return sorted(keys, key=lambda one: (sorted(one.column_keys), target_of(one)))
