"""Every difference between the databases: one file each over a cautious base."""

from sqlalchemy import URL

from dbtasks.dialects.base import Dialect, Open
from dbtasks.dialects.mysql import MySQL
from dbtasks.dialects.postgresql import PostgreSQL
from dbtasks.dialects.sqlite import SQLite
from dbtasks.errors import UnknownDialect

ALL: tuple[Dialect, ...] = (SQLite(), PostgreSQL(), MySQL())
NAMES = tuple(name for dialect in ALL for name in dialect.names)


def named(name: str, origin: str) -> Dialect:
    """Return the dialect with this name, as it stands before ``+driver`` in a URL.

    Raises:
        UnknownDialect: there is none; ``origin`` tells the user where the name stands.
    """
    for dialect in ALL:
        if name in dialect.names:
            return dialect
    raise UnknownDialect(origin, name, NAMES)


def of(url: URL) -> Dialect:
    """Return the dialect of a URL that the settings have accepted."""
    return named(url.get_backend_name(), "the settings")


__all__ = ["ALL", "NAMES", "Dialect", "Open", "named", "of"]
