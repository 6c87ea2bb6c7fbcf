"""MySQL and MariaDB list keys and constraints in ``SHOW CREATE TABLE``, a line each."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, DefaultClause, MetaData, Table, text
from sqlalchemy.dialects import mysql

from dbtasks.dialects.definitions.base import (
    CHECK,
    FOREIGN,
    INDEX,
    PRIMARY,
    Definition,
    Definitions,
    Key,
    Objects,
    Reader,
    apart,
)
from dbtasks.dialects.types import lasting

LINE = re.compile(
    r"\s*(?:CONSTRAINT `(?P<constraint>(?:[^`]|``)+)` )?"
    r"(?P<what>PRIMARY KEY|FOREIGN KEY|CHECK|(?:UNIQUE |FULLTEXT |SPATIAL )?KEY)"
    r"(?: `(?P<key>(?:[^`]|``)+)`)?(?P<rest> ?.*?),?"
)
DOCUMENT = re.compile(r"CHECK \(json_valid\(`((?:[^`]|``)+)`\)\),?$", re.MULTILINE)
LONG_DEFAULT = re.compile(
    r"^\s*`((?:[^`]|``)+)` \w*(?:text|blob)\b[^'\n]* DEFAULT ('(?:[^'\\]|\\.|'')*')"
    r"(?: COMMENT '((?:[^']|'')*)')?",
    re.MULTILINE,
)
NEGATIVE = re.compile(r"('(?:[^'\\]|\\.|'')*'|`[^`]*`)|-\((\d+)\)")  # or what is in quotes
MARIADB_SEQUENCES = text(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE'"
)


class MySQLReader(Reader):
    """MySQL and MariaDB list keys and constraints in ``SHOW CREATE TABLE``, a line each; a unique one is an index."""

    def read(self, connection: Connection, schemas: tuple[str | None, ...], metadata: MetaData) -> Definitions:
        """Ask for the statement of each table once.

        It also tells a document from a text, as MariaDB has a text with a check for it.
        """
        return apart(one for table in metadata.tables.values() for one in self._of_table(connection, table))

    def _of_table(self, connection: Connection, table: Table) -> Iterator[tuple[Key, Definition]]:
        quoted = connection.dialect.identifier_preparer.quote_identifier(table.name)
        made = str(connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted}").one()[1])
        _complete(table, made)
        for line in made.splitlines():
            match = LINE.fullmatch(self.condition(line))
            if match:
                yield _line(table.schema, table.name, quoted, line.strip().rstrip(","), match)

    def condition(self, said: str) -> str:
        """MySQL writes -(5), and -5 after the next change of the table."""
        return NEGATIVE.sub(lambda one: one[1] or f"-{one[2]}", said)

    def objects(self, connection: Connection, schemas: tuple[str | None, ...]) -> Objects:
        """Ask MariaDB, which alone has them: https://mariadb.com/kb/en/show-create-sequence/."""
        quote = connection.dialect.identifier_preparer.quote_identifier
        names = connection.execute(MARIADB_SEQUENCES).scalars().all()
        made = {name: connection.exec_driver_sql(f"SHOW CREATE SEQUENCE {quote(name)}").one()[1] for name in names}
        return {("sequence", name): str(statement).partition(" ENGINE=")[0] for name, statement in made.items()}


def _complete(table: Table, made: str) -> None:
    """Have reflected columns be what the statement that makes the table says, also where SQLAlchemy does not see it."""
    for column in table.columns:
        column.type = lasting(column.type)
    for name in DOCUMENT.findall(made):
        table.columns[name.replace("``", "`")].type = mysql.JSON()
    for name, default, comment in LONG_DEFAULT.findall(made):  # SQLAlchemy stops at a quote in it
        column = table.columns[name.replace("``", "`")]
        column.server_default = column.server_default or DefaultClause(text(default))
        column.comment = column.comment or comment.replace("''", "'") or None


def _line(schema: str | None, table: str, quoted: str, line: str, match: re.Match[str]) -> tuple[Key, Definition]:
    kinds = {"PRIMARY KEY": PRIMARY, "FOREIGN KEY": FOREIGN, "CHECK": CHECK}
    kind = kinds.get(match["what"], INDEX)
    name = (match["key"] or match["constraint"] or "").replace("``", "`")
    said = f"{match['what']}{match['rest']}".replace(" USING BTREE", "")
    again = f"ALTER TABLE {quoted} ADD {line}"
    return Key(kind, schema, table, "" if kind == PRIMARY else name), Definition(said, again, name or None)
