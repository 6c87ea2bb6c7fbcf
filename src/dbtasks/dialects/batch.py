"""MySQL and MariaDB: many statements on one way to the server and back, which takes longer than most of them do."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

AT_ONCE = 50  # statements; a few hundred bytes each, and a server takes a megabyte at least


def quoted(connection: Connection, name: str) -> str:
    """Return a name in backticks as these statements have it, in which no driver looks for parameters."""
    return connection.dialect.identifier_preparer.quote_identifier(name).replace("%%", "%")


def rows(connection: Connection, statements: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the first row of each statement, in their order; of one that has no rows an empty one.

    They are sent as they are, in the transaction that has begun; what listens to statements does not hear of them.

    Raises:
        DBAPIError: the server refuses one; those before it are done.
    """
    found: list[tuple[Any, ...]] = []

    async def send(driver: Any) -> None:
        async with driver.cursor() as cursor:
            for start in range(0, len(statements), AT_ONCE):
                some = statements[start : start + AT_ONCE]
                await cursor.execute(";\n".join(some))
                is_more = True
                while is_more:
                    found.append(tuple(await cursor.fetchone() or ()))
                    is_more = await cursor.nextset()

    adapted: Any = connection.connection.dbapi_connection
    module: Any = connection.dialect.dbapi
    try:
        adapted.run_async(send)
    except module.Error as error:
        raise DBAPIError(statements[len(found)], None, error) from error
    return found
