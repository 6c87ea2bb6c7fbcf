"""What a key of InnoDB can hold: so many bytes, and of a long text only as much as is said."""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, TextClause, UnaryExpression, UniqueConstraint, types
from sqlalchemy.engine import Dialect

from dbtasks.dialects import foreign

Kind = Literal[
    "refused", "default", "expression", "long-default", "key-too-long", "key-without-length", "partial", "schema"
]
Key = PrimaryKeyConstraint | UniqueConstraint | Index

KEY_BYTES = 3072  # https://dev.mysql.com/doc/refman/8.4/en/innodb-limits.html
CALL = re.compile(r"\s*(\w+)\s*\(")
CHARACTER_BYTES = 4  # of utf8mb4
SIZES: tuple[tuple[type[types.TypeEngine[Any]], int], ...] = (
    (types.SmallInteger, 2),
    (types.BigInteger, 8),
    (types.Integer, 4),
    (types.DateTime, 8),
    (types.Date, 3),
    (types.Time, 6),
    (types.Boolean, 1),
    (types.Uuid, 32 * CHARACTER_BYTES),
)


class Trouble(NamedTuple):
    """What does not work about a table.

    Attributes:
        kind: what it is; ``refused`` when SQLAlchemy or the database itself says so.
        item: the column, or the index.
        detail: what is said.
    """

    kind: Kind
    item: str
    detail: str


def is_mariadb(written: Dialect) -> bool:
    """Return whether SQL is written for MariaDB rather than for MySQL."""
    return bool(getattr(written, "is_mariadb", False))


def keys(table: Table, written: Dialect) -> Iterator[Trouble]:
    """Yield what is wrong with the keys and indexes of a table.

    MariaDB hashes a unique key that is too long, and takes as much of a long text as fits; but it has no index of an
    expression.
    """
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        if index.unique and any(index.dialect_options[name]["where"] is not None for name in (foreign.P, foreign.S)):
            yield Trouble("partial", str(index.name or ""), "")
        if is_mariadb(written) and not _is_of_columns(index):
            yield Trouble("expression", str(index.name or ""), "an index of an expression")
        elif not is_mariadb(written) and any(_is_bare(one, table) for one in index.expressions):
            yield Trouble("expression", str(index.name or ""), "an index of an expression without brackets around it")
    kinds = (PrimaryKeyConstraint, UniqueConstraint)
    found = [one for one in table.constraints if isinstance(one, kinds) and one.columns]
    for one in sorted((*found, *filter(_is_plain, table.indexes)), key=_columns):
        is_unique = isinstance(one, UniqueConstraint) or (isinstance(one, Index) and bool(one.unique))
        for trouble in _key(one, written):
            if not is_mariadb(written) or (trouble.kind == "key-too-long" and not is_unique):
                yield trouble


def _key(key: Key, written: Dialect) -> Iterator[Trouble]:
    columns = list(key.columns)
    name = str(key.name or _columns(key))
    lengths = _prefixes(key, columns)
    long = [one for one in columns if is_long(one.type, written) and one.name not in lengths]
    total = sum(_size(plain(one.type, written), lengths.get(one.name)) for one in columns)
    if long:
        yield Trouble("key-without-length", long[0].name, name)
    elif total > KEY_BYTES:
        yield Trouble("key-too-long", _columns(key), f"{name}: {total} bytes")


def _prefixes(key: Key, columns: list["Column[object]"]) -> dict[str, int]:
    """Return how many characters of each column are in a key, where it says so."""
    lengths = key.dialect_options[foreign.M]["length"] if isinstance(key, Index) else None
    if isinstance(lengths, int):
        return {one.name: lengths for one in columns}
    return dict(lengths or {})


def _is_plain(index: Index) -> bool:
    """Return whether an index is one of columns, and no other kind such as FULLTEXT."""
    return _is_of_columns(index) and not index.dialect_options[foreign.M]["prefix"]


def _is_of_columns(index: Index) -> bool:
    """Return whether it has nothing but columns, in whatever order each of them is."""
    parts = (one.element if isinstance(one, UnaryExpression) else one for one in index.expressions)
    return all(isinstance(one, Column) for one in parts)


def _is_bare(part: object, table: Table) -> bool:
    """Return whether a part of an index begins with a function; a column may have a length in brackets."""
    called = CALL.match(part.text) if isinstance(part, TextClause) else None
    return called is not None and called[1] not in table.columns


def _columns(key: Key) -> str:
    return ", ".join(one.name for one in key.columns)


def plain(kind: "types.TypeEngine[Any]", written: Dialect) -> "types.TypeEngine[Any]":
    """Return the type that a database sees, for one that the project has made for itself too."""
    found = kind.dialect_impl(written)
    return found.impl_instance if isinstance(found, types.TypeDecorator) else found


def is_long(of: "types.TypeEngine[Any]", written: Dialect) -> bool:
    """Return whether a type is one of which a key and a default have only a part, or nothing."""
    kind = plain(of, written)
    long = isinstance(kind, types.Text | types.LargeBinary | types.JSON)
    return long and getattr(kind, "length", None) is None


def _size(kind: "types.TypeEngine[object]", prefix: int | None) -> int:
    """Return how many bytes a value takes in a key; those of a type that is not known are not counted."""
    if isinstance(kind, types.Enum):
        return 2
    if isinstance(kind, types.String):
        return (prefix or kind.length or 0) * CHARACTER_BYTES
    if isinstance(kind, types._Binary):  # noqa: SLF001 - their common base
        return prefix or kind.length or 0
    return next((size for family, size in SIZES if isinstance(kind, family)), 0)
