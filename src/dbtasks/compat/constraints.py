"""Constraints that the new schema has and the old one had not, as far as rows of the old code may violate them."""

import re
import warnings
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ForeignKeyConstraint, Index, Table, UniqueConstraint, inspect
from sqlalchemy.exc import SAWarning

from dbtasks.compat.findings import Finding
from dbtasks.compat.pair import WRITES, Pair, is_filled
from dbtasks.compat.side import Side
from dbtasks.dialects.definitions import CHECK, EXCLUDE, INDEX

WORD = re.compile(r"\w+")
NOISE = re.compile(r"::[a-z ]+(?:\[\])?|[()\s]")
FREE = ("CASCADE", "SET NULL", "SET DEFAULT")  # what a foreign key does instead of refusing a DELETE


def new(pair: Pair, decided: Collection[str] = ()) -> Iterator[Finding]:
    """Yield the constraints that are new; ``decided`` are columns whose every value was tried."""
    yield from _uniques(pair)
    yield from _checks(pair, decided)
    yield from _references(pair)


class Unique(NamedTuple):
    """What has to be unique: columns, and of which rows; "" for all of them."""

    columns: frozenset[str]
    where: str = ""


def _uniques(pair: Pair) -> Iterator[Finding]:
    before = {*_unique(pair.before, pair.there).values(), *_declared(pair.old.table)}
    after = _unique(pair.after, pair.here)
    for name, one in sorted(after.items()):
        implied = any(each == one or (each.columns <= one.columns and not each.where) for each in before)
        if not implied and _concerns(pair, one.columns):
            listed = [column.name for column in pair.here.columns if column.name in one.columns]
            said = f"UNIQUE ({', '.join(listed)}){f' WHERE {one.where}' if one.where else ''}"
            yield pair.finding("constraint-new", name, said, WRITES)
    known = {one.said for one in pair.before.schema.of_table(pair.there.fullname).values()}
    for key, definition in sorted(pair.after.schema.of_table(pair.here.fullname).items(), key=str):
        is_unique = key.kind == INDEX and "UNIQUE" in definition.said.upper().partition(" ON ")[0].partition("(")[0]
        if is_unique and key.name not in after and definition.said not in known:  # of an expression
            yield pair.finding("constraint-new", key.name, definition.said, WRITES)


def _declared(table: Table) -> Iterator[Unique]:
    """Yield what the old model itself says is unique: the old code knows of it."""
    for one in (*table.constraints, *table.indexes):
        if isinstance(one, UniqueConstraint) or (isinstance(one, Index) and one.unique):
            partial = any(name.endswith("_where") and where is not None for name, where in one.dialect_kwargs.items())
            if one.columns and not partial:
                yield Unique(frozenset(column.name for column in one.columns))


def _unique(side: Side, table: Table) -> dict[str, Unique]:
    """Return each unique constraint and index of columns, and the primary key, by its name."""
    if table.fullname in side.views:
        return {}
    inspector = inspect(side.connection)
    place: Any = {"table_name": table.name, "schema": table.schema}
    primary = frozenset(column.name for column in table.primary_key.columns)
    found = {", ".join(sorted(primary)): Unique(primary)} if primary else {}
    for constraint in inspector.get_unique_constraints(**place):
        columns = frozenset(constraint["column_names"])
        found[str(constraint["name"] or ", ".join(sorted(columns)))] = Unique(columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of expressions, which their definitions tell
        for index in inspector.get_indexes(**place):
            options = index.get("dialect_options", {}).items()
            where = next((str(value) for name, value in options if name.endswith("_where") and value is not None), "")
            if index["unique"] and None not in index["column_names"] and not index.get("expressions"):
                found[str(index["name"])] = Unique(frozenset(map(str, index["column_names"])), where)
    return found


def _concerns(pair: Pair, columns: Collection[str]) -> bool:
    """Return whether rows of the old code can be alike in these columns: it writes some, and no NULL is in the rest."""
    ours = [one for one in columns if one in pair.columns]
    others = [pair.here.columns[one] for one in columns if one not in pair.columns]
    return bool(ours) and all(is_filled(one) or not one.nullable for one in others)


def _checks(pair: Pair, decided: Collection[str]) -> Iterator[Finding]:
    before = {_bare(one.said) for one in pair.before.schema.of_table(pair.there.fullname).values()}
    for key, one in sorted(pair.after.schema.of_table(pair.here.fullname).items(), key=str):
        if key.kind not in (CHECK, EXCLUDE) or _bare(one.said) in before:
            continue
        spoken = {column.name for column in pair.here.columns if column.name in WORD.findall(one.said)}
        if (not spoken or spoken & pair.columns.keys()) and not (spoken and spoken <= set(decided)):
            yield pair.finding("constraint-new", key.name, one.said, WRITES)


def _bare(said: str) -> str:
    """Return a condition without casts and brackets, which a database writes anew when a column's type changes."""
    return NOISE.sub("", said)


def _references(pair: Pair) -> Iterator[Finding]:
    declared = {_reference(one) for one in pair.old.table.foreign_key_constraints}
    before = {_reference(one): one for one in pair.there.foreign_key_constraints}
    for one in sorted(pair.here.foreign_key_constraints, key=lambda one: str(one.name)):
        what = _reference(one)
        was = before.get(what)
        said = f"FOREIGN KEY ({', '.join(what[0])}) REFERENCES {what[1]} ({', '.join(what[2])})"
        if was is None and what not in declared and set(what[0]) & pair.columns.keys():
            yield pair.finding("constraint-new", str(one.name or said), said, WRITES)
        elif was is not None and _is_free(was) and not _is_free(one):
            yield pair.finding("constraint-new", str(one.name or said), f"{said}, without {was.ondelete}", ("DELETEs",))


def _reference(key: ForeignKeyConstraint) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    targets = [one.target_fullname.rpartition(".") for one in key.elements]
    return tuple(key.column_keys), targets[0][0], tuple(column for _, _, column in targets)


def _is_free(key: ForeignKeyConstraint) -> bool:
    return (key.ondelete or "").upper() in FREE
