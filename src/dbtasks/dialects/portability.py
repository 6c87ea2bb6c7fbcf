"""What does not work on a database, told without a server of it: tables, defaults, and SQL of another database."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any, Literal, NamedTuple

from sqlalchemy import Column, DefaultClause, Index, PrimaryKeyConstraint, Table, UniqueConstraint, types
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import CompileError, NoReferencedTableError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from dbtasks.dialects import foreign

Kind = Literal["refused", "default", "long-default", "key-too-long", "key-without-length"]

ADDS = re.compile(r"\s*ALTER\s+TABLE\s+(\"[^\"]+\"|\w+)\s+ADD\b", re.IGNORECASE)
KEY_BYTES = 3072  # https://dev.mysql.com/doc/refman/8.4/en/innodb-limits.html
CHARACTER_BYTES = 4  # of utf8mb4
SIZES: tuple[tuple[type[types.TypeEngine[Any]], int], ...] = (
    (types.SmallInteger, 2),
    (types.BigInteger, 8),
    (types.Integer, 4),
    (types.DateTime, 8),
    (types.Date, 3),
    (types.Time, 6),
    (types.Boolean, 1),
)
NEEDS_VALUE = re.compile(r"^(?!.*\bDEFAULT\b).*\bNOT\s+NULL\b", re.IGNORECASE | re.DOTALL)


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


class Portability:
    """What all databases have in common: SQLAlchemy has to be able to write the table."""

    name = ""

    def of_table(self, table: Table, name: str) -> Iterator[Trouble]:
        """Yield what does not work about a table; ``name`` is the dialect's, as a user has it."""
        written = compiler(name)
        refused = [trouble for column in table.columns if (trouble := _refused(column, written))]
        yield from refused
        if not refused:
            yield from self._whole(table, written)
        for column in table.columns:
            yield from self.of_default(column, written)

    def _whole(self, table: Table, written: Dialect) -> Iterator[Trouble]:
        try:
            CreateTable(table).compile(dialect=written)
        except NoReferencedTableError:
            pass  # of a column alone; the history has the table
        except SQLAlchemyError as error:
            yield Trouble("refused", "", _words(error))
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            try:
                CreateIndex(index).compile(dialect=written)
            except SQLAlchemyError as error:
                yield Trouble("refused", str(index.name or ""), _words(error))

    def of_default(self, column: "Column[object]", written: Dialect) -> Iterator[Trouble]:
        """Yield the default of a column when only another database has it."""
        text = default_of(column, written)
        if said := self.foreign(text):
            yield Trouble("default", column.name, said)

    def foreign(self, sql: str) -> str:
        """Return what in a statement only other databases have; "" when nothing is known to be."""
        return foreign.found(sql, self.name)


class PostgreSQLPortability(Portability):
    """What SQL of other databases has that PostgreSQL has not."""

    name = foreign.P


class SQLitePortability(Portability):
    """SQLite is a part of Python: it is asked."""

    name = foreign.S

    def _whole(self, table: Table, written: Dialect) -> Iterator[Trouble]:
        troubles = list(super()._whole(table, written))
        yield from troubles
        if not troubles and not table.schema:
            with suppress(NoReferencedTableError):
                said = _tried(str(CreateTable(table).compile(dialect=written)))
                yield from (Trouble("refused", "", one) for one in said)

    def of_default(self, column: "Column[object]", written: Dialect) -> Iterator[Trouble]:
        """Ask SQLite for the value: of a function that it does not have it only hears when a row comes."""
        text = default_of(column, written)
        if text:
            yield from (Trouble("default", column.name, one) for one in _tried(f"SELECT {text}"))

    def foreign(self, sql: str) -> str:
        """Return what SQLite's parser says of a statement, or what else only other databases have."""
        return _syntax(sql) or super().foreign(sql)


class MySQLPortability(Portability):
    """Keys of InnoDB are short, and long texts have no default and no key."""

    name = foreign.M

    def _whole(self, table: Table, written: Dialect) -> Iterator[Trouble]:
        yield from super()._whole(table, written)
        kinds = (PrimaryKeyConstraint, UniqueConstraint)
        keys = [one for one in table.constraints if isinstance(one, kinds) and one.columns]
        for one in (*keys, *sorted(table.indexes, key=lambda one: str(one.name))):
            yield from self._key(one, written)

    def _key(self, key: PrimaryKeyConstraint | UniqueConstraint | Index, written: Dialect) -> Iterator[Trouble]:
        columns = list(key.columns)
        name = str(key.name or ", ".join(one.name for one in columns))
        lengths = _prefixes(key, columns)
        total = 0
        for column in columns:
            kind = column.type.dialect_impl(written)
            if _is_long(kind) and column.name not in lengths:
                yield Trouble("key-without-length", column.name, name)
                return
            total += _size(kind, lengths.get(column.name))
        if total > KEY_BYTES:
            yield Trouble("key-too-long", ", ".join(one.name for one in columns), f"{name}: {total} bytes")

    def of_default(self, column: "Column[object]", written: Dialect) -> Iterator[Trouble]:
        """Yield also the default of a long text, which MySQL has only as an expression in brackets."""
        text = default_of(column, written)
        if text and _is_long(column.type.dialect_impl(written)) and not text.startswith("("):
            yield Trouble("long-default", column.name, text)
        else:
            yield from super().of_default(column, written)


def compiler(name: str) -> Dialect:
    """Return SQLAlchemy's dialect of this name, which opens no connection."""
    make: Any = make_url(f"{name}://").get_dialect()
    found: Dialect = make(paramstyle="named")
    return found


def default_of(column: "Column[object]", written: Dialect) -> str:
    """Return the SQL of a column's default; "" when it has none that is SQL, or that can be written."""
    if not isinstance(column.server_default, DefaultClause):
        return ""
    try:
        return str(written.ddl_compiler(written, None).get_column_default_string(column) or "")  # type: ignore[arg-type]
    except SQLAlchemyError:
        return ""


def _refused(column: "Column[object]", written: Dialect) -> Trouble | None:
    try:
        CreateColumn(column).compile(dialect=written)
    except (SQLAlchemyError, CompileError) as error:
        return Trouble("refused", column.name, _words(error))
    return None


def _words(error: BaseException) -> str:
    said: str = str(error.args[0]) if error.args else type(error).__name__
    return said.partition("\n")[0].rstrip(".")


def _tried(sql: str) -> Iterator[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(sql)
        except sqlite3.Error as error:
            yield str(error)


def _syntax(sql: str) -> str:
    """Return what SQLite cannot do about a statement; whether the tables are there is not asked."""
    added = ADDS.match(sql)
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            if added:
                connection.execute(f"CREATE TABLE {added[1]} (one_that_is_there)")
                if not NEEDS_VALUE.search(sql):  # which rows refuse on every database
                    connection.execute(f"INSERT INTO {added[1]} VALUES (NULL)")  # noqa: S608 - a name, by its form
            connection.execute(sql if added else f"EXPLAIN {sql}")
        except sqlite3.Error as error:
            said = str(error)
            return said if added or said.startswith(("near ", "unrecognized token", "incomplete input")) else ""
    return ""


def _prefixes(key: PrimaryKeyConstraint | UniqueConstraint | Index, columns: list["Column[object]"]) -> dict[str, int]:
    """Return how many characters of each column are in a key, where it says so."""
    lengths = key.dialect_options[foreign.M]["length"] if isinstance(key, Index) else None
    if isinstance(lengths, int):
        return {one.name: lengths for one in columns}
    return dict(lengths or {})


def _is_long(kind: "types.TypeEngine[object]") -> bool:
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
