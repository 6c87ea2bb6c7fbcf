"""SQLite keeps the statement of an index; constraints are read out of that of their table."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, inspect

from dbtasks.dialects.definitions.base import CHECK, FOREIGN, INDEX, PRIMARY, UNIQUE, Definition, Key, Reader


class SQLiteReader(Reader):
    """SQLite keeps the statement of an index; constraints are a part of their table, and may have no name."""

    def _of_schema(
        self, connection: Connection, schema: str | None, names: list[str]
    ) -> Iterator[tuple[Key, Definition]]:
        inspector = inspect(connection)
        listing = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        for table, name, sql in connection.exec_driver_sql(listing).all():
            yield Key(INDEX, schema, table, name), Definition(_plain(sql), sql, name)
        for (_, table), those in inspector.get_multi_unique_constraints(filter_names=names).items():
            for one in those:
                yield _named(UNIQUE, schema, table, one["name"], ", ".join(str(name) for name in one["column_names"]))
        for (_, table), checks in inspector.get_multi_check_constraints(filter_names=names).items():
            for check in checks:
                yield _named(CHECK, schema, table, check["name"], _plain(check["sqltext"]))
        for (_, table), keys in inspector.get_multi_foreign_keys(filter_names=names).items():
            for key in keys:
                yield _named(FOREIGN, schema, table, key["name"], _foreign(key))
        for (_, table), primary in inspector.get_multi_pk_constraint(filter_names=names).items():
            if primary and primary["constrained_columns"]:
                columns = ", ".join(primary["constrained_columns"])
                yield Key(PRIMARY, schema, table, ""), Definition(columns, "", primary["name"])


def _named(kind: str, schema: str | None, table: str, name: Any, said: str) -> tuple[Key, Definition]:
    return Key(kind, schema, table, str(name or f"({said})")), Definition(said, "", name)


def _foreign(key: Any) -> str:
    """Return what a reflected foreign key says."""
    options = sorted((name, str(value).upper()) for name, value in key["options"].items())
    chosen = " ".join(f"{name} {value}" for name, value in options)
    columns, referred = (", ".join(key[name]) for name in ("constrained_columns", "referred_columns"))
    return f"({columns}) -> {key['referred_table']} ({referred}) {chosen}".strip()


def _plain(sql: str) -> str:
    """Return SQL without line breaks, and without the quotes that a rename puts around a name."""
    return re.sub(r'"(\w+)"', r"\1", " ".join(sql.split()))
