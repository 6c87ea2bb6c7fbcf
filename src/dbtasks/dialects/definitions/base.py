"""What a definition is, and how definitions are read: the cautious base."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, MetaData

# Kinds of definitions; a primary key is found by its table, whatever its name.
INDEX, UNIQUE, CHECK, FOREIGN, PRIMARY, EXCLUDE = "index", "unique", "check", "foreign", "primary", "exclude"


class Key(NamedTuple):
    """Which index or constraint; without a name, or as the primary key, its name here is "" or what it says."""

    kind: str
    schema: str | None
    table: str
    name: str


class Definition(NamedTuple):
    """What one says, as a text that is equal for equal ones, and the SQL that makes it again ("" where none can)."""

    said: str
    again: str = ""
    name: str | None = None  # None for one that has none


Definitions = dict[Key, Definition]
Objects = dict[tuple[str, str], str]  # the statements that make other things, by their kind and their full name


class Reader:
    """The cautious base: what SQLAlchemy reflects."""

    def read(self, connection: Connection, schemas: tuple[str | None, ...], metadata: MetaData) -> Definitions:
        """Return every definition of these reflected tables; their columns get the types that SQLAlchemy does not see.

        None stands for the default one of the schemas that they are in.
        """
        return apart(one for schema in schemas for one in self._of_tables(connection, schema, metadata))

    def condition(self, said: str) -> str:
        """Return what a database says of a check in the one way that is the same for equal ones."""
        return said

    def objects(self, connection: Connection, schemas: tuple[str | None, ...]) -> Objects:
        """Return the statement that makes each sequence that belongs to no column, and each domain."""
        return {}

    def _of_tables(
        self, connection: Connection, schema: str | None, metadata: MetaData
    ) -> Iterator[tuple[Key, Definition]]:
        names = {table.name for table in metadata.tables.values() if table.schema == schema}
        found = self._of_schema(connection, schema, sorted(names)) if names else ()
        yield from ((key, one) for key, one in found if key.table in names)

    def _of_schema(
        self, connection: Connection, schema: str | None, names: list[str]
    ) -> Iterable[tuple[Key, Definition]]:
        """Yield the definitions of tables in a schema; those of others do no harm."""
        raise NotImplementedError


def apart(those: Iterable[tuple[Key, Definition]]) -> Definitions:
    """Return them by their keys; what has the key of another is told apart by what it says."""
    found: Definitions = {}
    for key, one in those:
        found[key if key not in found else key._replace(name=f"{key.name}{one.said}")] = one
    return found
