"""What is told of other databases without their servers, asked of the servers."""

from collections.abc import Iterator

from sqlalchemy import URL, Connection, Table
from sqlalchemy.exc import SQLAlchemyError

from dbtasks.dialects import named
from support.portable import CASES, KEYS, table
from support.servers import connected, product


def tables() -> Iterator[tuple[str, Table]]:
    """Yield every table, with what it is called in the list."""
    yield from ((name, table(make())) for name, (make, _) in CASES.items())
    yield from ((f"key {number}", table(*make())) for number, (make, _) in enumerate(KEYS))


def works(connection: Connection, made: Table) -> bool:
    """Return whether a database can have a table, and a row in it."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS item")
    try:
        made.create(connection)
        connection.exec_driver_sql("INSERT INTO item (id) VALUES (1)")
    except (SQLAlchemyError, AssertionError):
        return False
    return True


def test_the_servers_agree(database_url: URL) -> None:
    """A table that is told not to work on a database is refused by it, and every other one is not."""
    name = product(database_url)
    portability = named(name, "").portability
    told = {key: not list(portability.of_table(made, name)) for key, made in tables()}
    assert connected(database_url, lambda connection: {key: works(connection, made) for key, made in tables()}) == told
