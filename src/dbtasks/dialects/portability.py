"""What does not work on a database, told without a server of it: tables, defaults, and SQL of another database."""

import re
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

from sqlalchemy import CheckConstraint, Column, DefaultClause, Table, TextClause
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import NoReferencedTableError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable
from sqlalchemy.types import UUID, TypeEngine

from dbtasks.dialects import foreign, innodb
from dbtasks.dialects.innodb import Trouble

ADDS = re.compile(r"\s*ALTER\s+TABLE\s+(\"[^\"]+\"|\w+)\s+ADD\b", re.IGNORECASE)
SEVERAL = re.compile(r";\s*[^\s;]")
BODY = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)  # of a function
QUIET = re.compile(r"--[^\n]*|/\*.*?\*/|[\s;]", re.DOTALL)
ONE_AT_A_TIME = "several statements in one, which its driver does not take"
CANNOT_READ = ("near ", "unrecognized token", "incomplete input")
NO_SUCH_TYPE = re.compile(r"Compiler <[^>]*> can't render element of type (\w+)")
# What SQLAlchemy raises where a dialect cannot have a type; the last two of a type that another dialect has for itself.
FAILURES = (SQLAlchemyError, NotImplementedError, AttributeError, TypeError)
NEEDS_VALUE = re.compile(r"^(?!.*\bDEFAULT\b).*\bNOT\s+NULL\b", re.IGNORECASE | re.DOTALL)


class Portability:
    """What all databases have in common: SQLAlchemy has to be able to write the table."""

    name = ""
    has_schemas = False  # a schema is a part of the database, and not another one
    has_short_keys = False  # a key may be too long

    def of_table(self, table: Table, name: str) -> Iterator[Trouble]:
        """Yield what does not work about a table; ``name`` is the dialect's, as a user has it."""
        with warnings.catch_warnings(action="ignore"):  # whatever SQLAlchemy thinks of options for another dialect
            found = list(self._of_table(table, compiler(name)))
        yield from found

    def _of_table(self, table: Table, written: Dialect) -> Iterator[Trouble]:
        if table.schema and not self.has_schemas:
            yield Trouble("schema", "", table.schema)
        refused = [trouble for column in table.columns if (trouble := _refused(column, written))]
        yield from refused
        if not refused:
            yield from self._whole(table, written)
        for column in table.columns:
            yield from self.of_default(column, written)
        for item, text in _expressions(table, written):
            if said := foreign.found(text, self.name):
                yield Trouble("expression", item, said)

    def _whole(self, table: Table, written: Dialect) -> Iterator[Trouble]:
        try:
            CreateTable(table).compile(dialect=written)
        except NoReferencedTableError:
            pass  # of a column alone; the history has the table
        except FAILURES as error:
            yield Trouble("refused", "", words(error))
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            try:
                CreateIndex(index).compile(dialect=written)
            except FAILURES as error:
                yield Trouble("refused", str(index.name or ""), words(error))

    def of_keys(self, table: Table, name: str) -> Iterator[Trouble]:
        """Yield what is wrong with the keys and indexes of a table."""
        yield from ()

    def of_default(self, column: "Column[object]", written: Dialect) -> Iterator[Trouble]:
        """Yield the default of a column when only another database has it."""
        text = default_of(column, written)
        if said := self.foreign(text):
            yield Trouble("default", column.name, said)

    def expression_only(self, kind: TypeEngine[Any], written: Dialect) -> bool:
        """Return whether a default of a type has to be an expression in brackets."""
        return False

    def sets_default(self, column: "Column[Any]", written: Dialect) -> bool:
        """Return whether a column gets the default that it now has by itself, and not only with all that it is."""
        return True

    def foreign(self, sql: str) -> str:
        """Return what in a statement only other databases have; "" when nothing is known to be."""
        return foreign.found(sql, self.name)


class PostgreSQLPortability(Portability):
    """What SQL of other databases has that PostgreSQL has not, and what asyncpg does not send."""

    name = foreign.P
    has_schemas = True

    def foreign(self, sql: str) -> str:
        """Return what only other databases have, or that there are several statements, which are prepared singly."""
        several = SEVERAL.search(foreign.QUOTED.sub("''", BODY.sub("''", sql)))
        return super().foreign(sql) or (ONE_AT_A_TIME if several else "")


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
        return _syntax(sql) or super().foreign(sql) or (ONE_AT_A_TIME if _are_several(sql) else "")


class MySQLPortability(Portability):
    """Keys of InnoDB are short, and long texts have no default and no key."""

    name = foreign.M
    has_short_keys = True

    def _of_table(self, table: Table, written: Dialect) -> Iterator[Trouble]:
        yield from super()._of_table(table, written)
        for column in table.columns if not innodb.is_mariadb(written) else ():
            if isinstance(innodb.plain(column.type, written), UUID):  # SQLAlchemy writes it as for MariaDB
                yield Trouble("refused", column.name, "it has no UUID")

    def _whole(self, table: Table, written: Dialect) -> Iterator[Trouble]:
        yield from super()._whole(table, written)
        yield from innodb.keys(table, written)

    def of_keys(self, table: Table, name: str) -> Iterator[Trouble]:
        """Yield the keys of which InnoDB has no more than a part."""
        yield from innodb.keys(table, compiler(name))

    def expression_only(self, kind: TypeEngine[Any], written: Dialect) -> bool:
        """MySQL has no other default of a TEXT, BLOB or JSON (error 1101)."""
        return not innodb.is_mariadb(written) and innodb.is_long(kind, written)

    def sets_default(self, column: "Column[Any]", written: Dialect) -> bool:
        """MySQL sets none of a TEXT so (error 1101), and after DROP DEFAULT it refuses rows without a value (1364)."""
        if column.server_default is None:
            return not column.nullable or innodb.is_mariadb(written)
        return not self.expression_only(column.type, written)

    def of_default(self, column: "Column[object]", written: Dialect) -> Iterator[Trouble]:
        """Yield also the default of a long text, which MySQL has only as an expression in brackets."""
        text = default_of(column, written)
        if text and self.expression_only(column.type, written) and not text.startswith("("):
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
    except FAILURES:  # which is told of the column
        return ""


def words(error: BaseException) -> str:
    """Return what SQLAlchemy or Alembic says of what a dialect cannot do, on one line."""
    if isinstance(error, AttributeError | TypeError):
        return "SQLAlchemy cannot write this type for it"
    said: str = str(error.args[0]) if error.args else ""
    return NO_SUCH_TYPE.sub(r"it has no \1", said.partition("\n")[0]).rstrip(".") or type(error).__name__


def _expressions(table: Table, written: Dialect) -> Iterator[tuple[str, str]]:
    """Yield the SQL of generated columns and of checks, with the column or the check."""
    for column in table.columns:
        if column.computed is not None:
            yield column.name, str(column.computed.sqltext.compile(dialect=written))
    in_columns = (one for column in table.columns for one in column.constraints)
    for one in sorted({*table.constraints, *in_columns}, key=lambda one: str(one.name or "")):
        if isinstance(one, CheckConstraint) and isinstance(one.sqltext, TextClause):
            yield str(one.name or ""), one.sqltext.text


def _refused(column: "Column[object]", written: Dialect) -> Trouble | None:
    try:
        CreateColumn(column).compile(dialect=written)
    except FAILURES as error:
        return Trouble("refused", column.name, words(error))
    return None


def _tried(sql: str) -> Iterator[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(sql)
        except sqlite3.Error as error:
            yield str(error)


def _are_several(sql: str) -> bool:
    """Return whether there is more after the end of a statement; a trigger has semicolons of its own."""
    ends = (place for place, letter in enumerate(sql, 1) if letter == ";" and sqlite3.complete_statement(sql[:place]))
    return any(QUIET.sub("", sql[place:]) for place in ends)


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
        except (sqlite3.Error, sqlite3.Warning) as error:  # Python 3.11 warns of several statements
            said = str(error)
            return said if added or said.startswith(CANNOT_READ) else ""
    return ""
