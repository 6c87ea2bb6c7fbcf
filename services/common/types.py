"""Column types that are the same on SQLite, PostgreSQL and MySQL."""

import enum

from sqlalchemy import Dialect, Enum, String
from sqlalchemy.types import TypeDecorator

SEPARATOR = ","
ENUM_LENGTH = 32


class StringList(TypeDecorator[list[str]]):
    """A list of strings in Python, one comma-separated string in the database.

    A change inside the list goes unnoticed by the session: assign a new list.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int = 255) -> None:
        super().__init__(length=length)
        self.length = length

    def __repr__(self) -> str:
        """Return the expression that Alembic writes into a revision, behind ``services.common.types.``."""
        return f"StringList(length={self.length})"

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the stored string.

        Raises:
            ValueError: an element is empty or has a comma in it, so that it could not be read back.
        """
        if value is None:
            return None
        for element in value:
            if not element or SEPARATOR in element:
                raise ValueError(f"{element!r} cannot be an element of a StringList: it is empty or has a comma in it")
        return SEPARATOR.join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:  # noqa: ARG002
        """Return the list; that of an empty string is empty."""
        if value is None:
            return None
        return value.split(SEPARATOR) if value else []


def enum_type(members: type[enum.Enum], name: str) -> Enum:
    """Return a VARCHAR that a CHECK constraint called ``name`` keeps to the members' names.

    PostgreSQL's own enum types outlive their tables, and MySQL's are part of the column; this is the same on all three.
    """
    return Enum(members, name=name, native_enum=False, create_constraint=True, length=ENUM_LENGTH)
