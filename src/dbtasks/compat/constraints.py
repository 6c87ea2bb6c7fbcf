"""Constraints that the new schema has and the old one had not, as far as rows of the old code may violate them."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint, inspect

from dbtasks.compat.findings import Finding
from dbtasks.compat.pair import Pair, is_filled
from dbtasks.compat.side import Side
from dbtasks.dialects.definitions import CHECK, EXCLUDE

WORD = re.compile(r"\w+")
FREE = ("CASCADE", "SET NULL", "SET DEFAULT")  # what a foreign key does instead of refusing a DELETE


def new(pair: Pair, decided: Collection[str] = ()) -> Iterator[Finding]:
    """Yield the constraints that are new; ``decided`` are columns whose every value was tried."""
    yield from _uniques(pair)
    yield from _checks(pair, decided)
    yield from _references(pair)


def _uniques(pair: Pair) -> Iterator[Finding]:
    before = {frozenset(columns) for columns in _unique(pair.before, pair.there).values()}
    before |= {frozenset(one.columns.keys()) for one in pair.old.table.constraints if isinstance(one, UniqueConstraint)}
    before |= {frozenset(one.columns.keys()) for one in pair.old.table.indexes if one.unique}
    for name, columns in sorted(_unique(pair.after, pair.here).items()):
        implied = any(one and one <= frozenset(columns) for one in before)
        if columns and not implied and _concerns(pair, columns):
            yield pair.finding("constraint-new", name, f"UNIQUE ({', '.join(columns)})", ("INSERTs", "UPDATEs"))


def _unique(side: Side, table: Table) -> dict[str, tuple[str, ...]]:
    """Return the columns of each unique constraint and index and of the primary key, by its name."""
    if table.fullname in side.views:
        return {}
    inspector = inspect(side.connection)
    place: Any = {"table_name": table.name, "schema": table.schema}
    listed: list[tuple[str | None, list[Any]]] = [
        *((one["name"], list(one["column_names"])) for one in inspector.get_unique_constraints(**place)),
        *((one["name"], list(one["column_names"])) for one in inspector.get_indexes(**place) if one["unique"]),
        (None, [one.name for one in table.primary_key.columns]),
    ]
    found = {}
    for name, columns in listed:
        named = tuple(str(one) for one in columns if one is not None)
        found[str(name or ", ".join(named))] = named if len(named) == len(columns) else ()
    return found


def _concerns(pair: Pair, columns: Collection[str]) -> bool:
    """Return whether rows of the old code can be alike in these columns: it writes some, and no NULL is in the rest."""
    ours = [one for one in columns if one in pair.columns]
    others = [pair.here.columns[one] for one in columns if one not in pair.columns]
    return bool(ours) and all(is_filled(one) or not one.nullable for one in others)


def _checks(pair: Pair, decided: Collection[str]) -> Iterator[Finding]:
    before = {one.said for one in pair.before.schema.of_table(pair.there.fullname).values()}
    for key, one in sorted(pair.after.schema.of_table(pair.here.fullname).items(), key=str):
        if key.kind not in (CHECK, EXCLUDE) or one.said in before:
            continue
        spoken = {column.name for column in pair.here.columns if column.name in WORD.findall(one.said)}
        if (not spoken or spoken & pair.columns.keys()) and not (spoken and spoken <= set(decided)):
            yield pair.finding("constraint-new", key.name, one.said, ("INSERTs", "UPDATEs"))


def _references(pair: Pair) -> Iterator[Finding]:
    declared = {_reference(one) for one in pair.old.table.foreign_key_constraints}
    before = {_reference(one): one for one in pair.there.foreign_key_constraints}
    for one in sorted(pair.here.foreign_key_constraints, key=lambda one: str(one.name)):
        what = _reference(one)
        was = before.get(what)
        said = f"FOREIGN KEY ({', '.join(what[0])}) REFERENCES {what[1]} ({', '.join(what[2])})"
        if was is None and what not in declared and set(what[0]) & pair.columns.keys():
            yield pair.finding("constraint-new", str(one.name or said), said, ("INSERTs", "UPDATEs"))
        elif was is not None and _is_free(was) and not _is_free(one):
            yield pair.finding("constraint-new", str(one.name or said), f"{said}, without {was.ondelete}", ("DELETEs",))


def _reference(key: ForeignKeyConstraint) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    targets = [one.target_fullname.rpartition(".") for one in key.elements]
    return tuple(key.column_keys), targets[0][0], tuple(column for _, _, column in targets)


def _is_free(key: ForeignKeyConstraint) -> bool:
    return (key.ondelete or "").upper() in FREE
