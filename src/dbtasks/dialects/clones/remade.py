"""MySQL and MariaDB: what makes a database again, and brings a copy that was used back to what it was."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, text

from dbtasks.dialects import batch
from dbtasks.dialects.moves.mysql import contents_of
from dbtasks.dialects.texts import MARK
from dbtasks.errors import DatabaseMissing

DEFAULTS = text("""
SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name = :name
""")
TABLES = text("""
SELECT table_name, table_type = 'SEQUENCE' FROM information_schema.tables
WHERE table_schema = :name AND table_type NOT IN ('VIEW', 'SYSTEM VIEW') AND table_name <> :mark ORDER BY table_name
""")
WRITABLE = text("""
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = :name AND COALESCE(generation_expression, '') = '' ORDER BY table_name, ordinal_position
""")
TRIGGERED = text("SELECT event_object_table FROM information_schema.triggers WHERE trigger_schema = :name")
BEFORE = (
    "SET sql_notes = 0",  # aiomysql makes Python warnings of the server's notes
    "SET FOREIGN_KEY_CHECKS = 0",
    "SET @dbtasks_mode = @@sql_mode, sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')",
)
HERE = "\0"  # stands for the name of the database that is made
AFTER = "SET sql_mode = @dbtasks_mode"  # routines remember the mode in which they are made
AT_ONCE = 100  # tables of which one statement asks for their rows


class Made(NamedTuple):
    """The statements that make everything again.

    Attributes:
        defaults: the character set and the collation of new tables.
        sequences: which tables may need.
        tables: by quoted name.
        rows: by the quoted names of the tables that have some.
        others: what may need those, and acts by itself: with percent signs as drivers want them.
    """

    defaults: tuple[str, str]
    sequences: tuple[str, ...]
    tables: Mapping[str, str]
    rows: Mapping[str, str]
    others: tuple[str, ...]


def read(connection: Connection, source: str) -> Made:
    """Return what makes a database again.

    Raises:
        DatabaseMissing: it is not there.
        CannotMove: another user has defined something of it.
    """
    made = _empty(connection, source)
    return made._replace(rows=dict(_rows(connection, source, list(made.tables))))


def copy(connection: Connection, target: str, made: Made) -> None:
    """Make a database, which must not exist."""
    new = batch.quoted(connection, target)
    characters, collation = made.defaults
    connection.exec_driver_sql(f"CREATE DATABASE {new} CHARACTER SET {characters} COLLATE {collation}")
    _make(connection, new, (*made.sequences, *made.tables.values(), *made.rows.values()))
    for statement in made.others:
        connection.exec_driver_sql(statement.replace(HERE, new))
    connection.commit()
    connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 1")


def restore(connection: Connection, target: str, made: Made, sums: Mapping[str, int]) -> bool:
    """Return whether a copy is again as it was made: tables that differ are made anew, and nothing else may differ."""
    now = _empty(connection, target)
    if now._replace(tables={}) != made._replace(tables={}, rows={}):
        return False
    found = sums_of(connection, target, now.tables)
    names = [*made.tables, *(now.tables.keys() - made.tables.keys())]
    changed = [one for one in names if (now.tables.get(one), found.get(one)) != (made.tables.get(one), sums.get(one))]
    triggered = {batch.quoted(connection, one) for one in connection.execute(TRIGGERED, {"name": target}).scalars()}
    if triggered & set(changed):
        return False
    drops = [f"DROP TABLE {name}" for name in changed if name in now.tables]
    made_again = [statements[name] for statements in (made.tables, made.rows) for name in changed if name in statements]
    if changed:
        _make(connection, batch.quoted(connection, target), (*drops, *made_again))
        connection.commit()
    return True


def sums_of(connection: Connection, name: str, tables: Collection[str]) -> dict[str, int]:
    """Return the sum of the rows of each table, 0 where it has none; old rows of a system-versioned one count."""
    here, found = batch.quoted(connection, name), list[int]()
    for some in _some(list(tables)):
        asked = ", ".join(f"{here}.{one}" for one in some).replace("%", "%%")
        found += [row[1] for row in connection.exec_driver_sql(f"CHECKSUM TABLE {asked}")]
    return dict(zip(tables, found, strict=True))


def _make(connection: Connection, new: str, statements: Collection[str]) -> None:
    connection.exec_driver_sql(f"USE {new}")
    batch.rows(connection, [statement.replace(HERE, new) for statement in (*BEFORE, *statements, AFTER)])


def _empty(connection: Connection, source: str) -> Made:
    """Return what makes a database again, without rows."""
    defaults = connection.execute(DEFAULTS, {"name": source}).one_or_none()
    if defaults is None:
        raise DatabaseMissing(source, str(connection.engine.url.host))
    old = batch.quoted(connection, source)
    others = contents_of(connection, source).made
    kinds = ("FUNCTION", "PROCEDURE", "VIEW", "TRIGGER", "EVENT")
    acting = (statement for kind in kinds for _, statement in others.get(kind, ()))
    tables = connection.execute(TABLES, {"name": source, "mark": MARK}).all()
    sequences = [batch.quoted(connection, name) for name, is_sequence in tables if is_sequence]
    plain = [batch.quoted(connection, name) for name, is_sequence in tables if not is_sequence]
    texts = batch.rows(connection, [f"SHOW CREATE TABLE {old}.{name}" for name in plain])
    return Made(
        (str(defaults[0]), str(defaults[1])),
        tuple(statement for name in sequences for statement in _sequence(connection, old, name)),
        {name: str(row[1]).replace(f"{old}.", f"{HERE}.") for name, row in zip(plain, texts, strict=True)},
        {},
        tuple(one.replace(f"{old}.", f"{HERE}.") for one in acting),
    )


def _sequence(connection: Connection, old: str, name: str) -> Iterator[str]:
    asked = f"SHOW CREATE SEQUENCE {old}.{name}", f"SELECT next_not_cached_value FROM {old}.{name}"  # noqa: S608 - quoted
    (_, made), (following,) = batch.rows(connection, asked)
    yield str(made)
    yield f"DO SETVAL({name}, {following}, 0)"


def _rows(connection: Connection, source: str, tables: list[str]) -> Iterator[tuple[str, str]]:
    """Yield an INSERT for each table that has rows; the values of generated columns come by themselves."""
    old = batch.quoted(connection, source)
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(WRITABLE, {"name": source}):
        columns.setdefault(batch.quoted(connection, table), []).append(batch.quoted(connection, column))
    for name in _filled(connection, old, tables):
        names = ", ".join(columns[name])
        yield name, f"INSERT INTO {name} ({names}) SELECT {names} FROM {old}.{name}"  # noqa: S608 - quoted


def _filled(connection: Connection, old: str, tables: list[str]) -> Iterator[str]:
    """Yield the tables that have rows."""
    for some in _some(tables):
        asked = [f"SELECT {index}, EXISTS (SELECT 1 FROM {old}.{name})" for index, name in enumerate(some)]  # noqa: S608 - quoted
        rows = connection.exec_driver_sql(" UNION ALL ".join(asked).replace("%", "%%")).all()
        yield from (some[index] for index, is_filled in rows if is_filled)


def _some(tables: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(tables), AT_ONCE):
        yield tables[start : start + AT_ONCE]
