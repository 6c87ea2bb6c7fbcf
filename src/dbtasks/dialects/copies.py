"""How each database copies a table's values aside, compares them, and takes them back."""

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, Select, Table, Text, cast, literal_column, text
from sqlalchemy.exc import DBAPIError


class Copies:
    """The cautious base: values are copied as they are."""

    overriding = ""  # stands before the SELECT of an INSERT that gives values to generated keys

    def copied(self, connection: Connection, table: str, column: str) -> str:
        """Return the expression that copies a column, into a type that stays when the column's own is dropped."""
        return connection.dialect.identifier_preparer.quote_identifier(column)

    def restored(self, connection: Connection, kept: Column[Any], target: Column[Any]) -> ColumnElement[Any]:
        """Return the expression that gives a copied value the type of its column again."""
        return kept

    def is_same(self, value: ColumnElement[Any], kept: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that two keys are equal; an index on ``value`` serves it."""
        return value == kept

    def differ(self, value: ColumnElement[Any], kept: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that two values are not the same to the last byte; NULL is the same as NULL."""
        return value.is_distinct_from(kept)

    def insert(self, connection: Connection, table: Table, columns: list[str], query: Select[Any]) -> int:
        """Return how many rows of a query were inserted."""
        preparer = connection.dialect.identifier_preparer
        selected = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        names = ", ".join(preparer.quote_identifier(one) for one in columns)
        target = preparer.quote_identifier(table.name)
        statement = f"INSERT INTO {target} ({names}) {self.overriding}{selected}"
        return connection.exec_driver_sql(statement).rowcount

    def let_parents_wait(self, connection: Connection) -> None:
        """Have foreign keys not be checked row by row, where the database can only do that."""

    def advance(self, connection: Connection, table: Table) -> None:
        """Have generated keys go on after the greatest one that is there."""

    def size(self, connection: Connection, table: str) -> int | None:
        """Return how large a table is, in bytes; None when the database does not tell."""
        return None


class SQLiteCopies(Copies):
    """SQLite tells sizes when it was built to."""

    def size(self, connection: Connection, table: str) -> int | None:
        """Ask the virtual table dbstat: https://www.sqlite.org/dbstat.html."""
        try:
            found = connection.execute(text("SELECT sum(pgsize) FROM dbstat WHERE name = :t"), {"t": table}).scalar()
        except DBAPIError:
            return None
        return None if found is None else int(found)


class MySQLCopies(Copies):
    """MySQL compares texts by their collation, and checks foreign keys row by row."""

    def differ(self, value: ColumnElement[Any], kept: ColumnElement[Any]) -> ColumnElement[bool]:
        """Compare the bytes."""
        return cast(value, LargeBinary).is_distinct_from(cast(kept, LargeBinary))

    def let_parents_wait(self, connection: Connection) -> None:
        """Switch the checks off for this connection; what refers to nothing is left out by the query."""
        connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 0")

    def size(self, connection: Connection, table: str) -> int | None:
        """Ask InnoDB's statistics."""
        statement = "SELECT data_length + index_length FROM information_schema.tables WHERE table_schema = DATABASE()"
        found = connection.execute(text(f"{statement} AND table_name = :t"), {"t": table}).scalar()
        return None if found is None else int(found)


OWN_TYPE = text("""
SELECT bool_or(n.nspname <> 'pg_catalog') FROM pg_attribute a
JOIN pg_type t ON t.oid IN (a.atttypid, (SELECT typelem FROM pg_type WHERE oid = a.atttypid))
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE a.attrelid = to_regclass(quote_ident(:t)) AND a.attname = :c
""")
TYPE = text("""
SELECT format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = to_regclass(quote_ident(:t)) AND attname = :c
""")
SEQUENCES = text("""
SELECT attname, pg_get_serial_sequence(quote_ident(:t), attname) AS sequence FROM pg_attribute
WHERE attrelid = to_regclass(quote_ident(:t)) AND attnum > 0 AND NOT attisdropped
""")


class PostgreSQLCopies(Copies):
    """A copy of a column with a type of the user's own would keep that type from being dropped."""

    overriding = "OVERRIDING SYSTEM VALUE "

    def copied(self, connection: Connection, table: str, column: str) -> str:
        """Copy types of the user's own as text."""
        own = connection.execute(OWN_TYPE, {"t": table, "c": column}).scalar()
        return f"{super().copied(connection, table, column)}{'::text' if own else ''}"

    def restored(self, connection: Connection, kept: Column[Any], target: Column[Any]) -> ColumnElement[Any]:
        """Cast to the column's type by its name, which SQLAlchemy need not know."""
        names = {"t": target.table.name, "c": target.name}
        if not connection.execute(OWN_TYPE, names).scalar():
            return kept
        quote = connection.dialect.identifier_preparer.quote_identifier
        wanted = connection.execute(TYPE, names).scalar_one()
        return literal_column(f"{quote(kept.table.name)}.{quote(kept.name)}::{wanted}")

    def is_same(self, value: ColumnElement[Any], kept: ColumnElement[Any]) -> ColumnElement[bool]:
        """Compare as text what was copied as text."""
        if isinstance(kept.type, Text) and not isinstance(value.type, Text):
            return cast(value, Text) == kept
        return value == kept

    def differ(self, value: ColumnElement[Any], kept: ColumnElement[Any]) -> ColumnElement[bool]:
        """Compare as text: some types, such as json, have no equality."""
        return cast(value, Text).is_distinct_from(cast(kept, Text))

    def advance(self, connection: Connection, table: Table) -> None:
        """Set each sequence that a column owns to the greatest key, unless it is further on already."""
        quote = connection.dialect.identifier_preparer.quote_identifier
        for row in connection.execute(SEQUENCES, {"t": table.name}).all():
            if row.sequence is not None:
                greatest = f"(SELECT max({quote(row.attname)}) FROM {quote(table.name)})"  # noqa: S608 - quoted
                last = f"(SELECT last_value FROM {row.sequence})"  # noqa: S608 - quoted by the server
                connection.execute(
                    text(f"SELECT setval(:s, greatest({greatest}, {last})) WHERE {greatest} IS NOT NULL"),
                    {"s": row.sequence},
                )

    def size(self, connection: Connection, table: str) -> int | None:
        """Ask for the table with its indexes and what is stored beside it."""
        found = connection.execute(text("SELECT pg_total_relation_size(to_regclass(quote_ident(:t)))"), {"t": table})
        return found.scalar()
