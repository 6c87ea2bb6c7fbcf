"""What a change of a table costs those who use it meanwhile, where the database's own documentation tells."""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from alembic.operations import ops
from sqlalchemy import types
from sqlalchemy.types import TypeEngine

Cost = Literal["copies", "rebuilds", "locks"]

ALTER = re.compile(r"\s*ALTER\s+(?:ONLINE\s+|IGNORE\s+)*TABLE\s+(?:IF\s+EXISTS\s+)?[`\"]?([\w$]+)", re.IGNORECASE)
TABLE = re.compile(
    r"\b(?:TABLE|ON|INTO|UPDATE|FROM)\s+(?:ONLY\s+|IF\s+EXISTS\s+)*(?:\w+\.)?[`\"]?([\w$]+)", re.IGNORECASE
)
PROMISED = re.compile(r"\bALGORITHM\s*=?\s*(INPLACE|INSTANT|NOCOPY)\b|\bLOCK\s*=?\s*NONE\b", re.IGNORECASE)
LOCKED = re.compile(
    r"\bLOCK\s*=\s*(SHARED|EXCLUSIVE)\b|^\s*LOCK\s+TABLES?\b|\bADD\s+(FULLTEXT|SPATIAL)\b"
    r"|^\s*CREATE\s+(FULLTEXT|SPATIAL)\b|\bADD\s+(COLUMN\s+)?[^,]*\bAUTO_INCREMENT\b",
    re.IGNORECASE,
)
COPIED = re.compile(
    r"\bALGORITHM\s*=\s*COPY\b|\bMODIFY\b|\bCHANGE\b|\bFOREIGN\s+KEY\b|\bCHECK\b|\bCONVERT\s+TO\b|\bDROP\s+PRIMARY\b"
    r"|\bPARTITION\b",
    re.IGNORECASE,
)
REBUILT = re.compile(r"\bADD\s+PRIMARY\b|\bENGINE\s*=|\bROW_FORMAT\b|^\s*OPTIMIZE\s+TABLE\b|\bFORCE\b", re.IGNORECASE)
ONE_BYTE = 63  # characters: up to 255 bytes of utf8mb4 the length of a value takes one byte, then two
ENUM_BYTE = 255


class Danger(NamedTuple):
    """What a statement costs.

    Attributes:
        cost: copies: the table is copied, and nobody writes meanwhile; rebuilds: it is made anew in place; locks:
            nobody writes meanwhile.
        table: the table; "" when it cannot be told.
        item: the column or constraint.
    """

    cost: Cost
    table: str
    item: str = ""


class Online:
    """The cautious base knows of nothing; where a program judges the SQL, it is said so."""

    linted = False

    def of_operation(self, what: ops.MigrateOperation) -> Iterator[Danger]:
        """Yield what an operation of Alembic costs."""
        yield from ()

    def of_statement(self, sql: str) -> Iterator[Danger]:
        """Yield what a statement costs that a revision writes itself."""
        yield from ()


class PostgreSQLOnline(Online):
    """squawk knows: https://squawkhq.com/docs/rules."""

    linted = True


class MySQLOnline(Online):
    """InnoDB: https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html.

    MariaDB differs little: https://mariadb.com/kb/en/innodb-online-ddl-overview/.
    """

    def of_operation(self, what: ops.MigrateOperation) -> Iterator[Danger]:
        """Yield the costs of what cannot be done in place and without a lock."""
        table = str(getattr(what, "source_table", None) or getattr(what, "table_name", None) or "")
        name = str(getattr(what, "constraint_name", None) or "")
        if isinstance(what, ops.AlterColumnOp):
            yield from _altered(what)
        elif isinstance(what, ops.CreateForeignKeyOp | ops.CreateCheckConstraintOp):
            yield Danger("copies", table, name)
        elif isinstance(what, ops.CreatePrimaryKeyOp):
            yield Danger("rebuilds", table, name)
        elif isinstance(what, ops.DropConstraintOp) and what.constraint_type == "primary":
            yield Danger("copies", table, name)
        elif isinstance(what, ops.AddColumnOp):
            yield from _added(what)
        elif isinstance(what, ops.CreateIndexOp) and what.kw.get("mysql_prefix", what.kw.get("mariadb_prefix")):
            yield Danger("locks", table, str(what.index_name))

    def of_statement(self, sql: str) -> Iterator[Danger]:
        """Yield the cost of SQL that promises nothing of its own: with LOCK=NONE the server itself refuses."""
        if PROMISED.search(sql):
            return
        altered = ALTER.match(sql)
        table = altered[1] if altered else ""
        if LOCKED.search(sql):
            yield Danger("locks", table)
        elif altered and COPIED.search(sql):
            yield Danger("copies", table)
        elif REBUILT.search(sql) and (altered or sql.lstrip().upper().startswith("OPTIMIZE")):
            yield Danger("rebuilds", table)


def _altered(what: ops.AlterColumnOp) -> Iterator[Danger]:
    if what.modify_type is not None and not _is_in_place(_instance(what.existing_type), _instance(what.modify_type)):
        yield Danger("copies", what.table_name, what.column_name)
    elif what.modify_nullable is not None and what.modify_nullable != what.existing_nullable:
        yield Danger("rebuilds", what.table_name, what.column_name)


def _added(what: ops.AddColumnOp) -> Iterator[Danger]:
    column = what.column
    if column.autoincrement is True:
        yield Danger("locks", what.table_name, column.name)
    elif column.foreign_keys or (column.computed is not None and column.computed.persisted):
        yield Danger("copies", what.table_name, column.name)


def _is_in_place(old: TypeEngine[Any] | None, new: TypeEngine[Any] | None) -> bool:
    """Return whether only what the server remembers of the column changes: a longer text, more members at the end."""
    if isinstance(old, types.Enum) and isinstance(new, types.Enum):
        sizes = [len(one.enums) > ENUM_BYTE for one in (old, new)]
        return list(new.enums[: len(old.enums)]) == list(old.enums) and sizes[0] == sizes[1]
    if type(old).__name__ in ("String", "VARCHAR") and type(new).__name__ in ("String", "VARCHAR"):
        before, after = getattr(old, "length", None) or 0, getattr(new, "length", None) or 0
        return 0 < before <= after and (before > ONE_BYTE) == (after > ONE_BYTE)
    return repr(old) == repr(new)


def _instance(kind: Any) -> TypeEngine[Any] | None:
    found: TypeEngine[Any] | None = kind() if isinstance(kind, type) else kind
    return found


def table_in(sql: str) -> str:
    """Return the table that a statement is about; "" when it cannot be told."""
    found = TABLE.search(sql)
    return found[1] if found else ""
