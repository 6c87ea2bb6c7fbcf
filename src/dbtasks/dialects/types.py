"""Column types: those of dbtasks' own tables, and what a name says in one database only."""

from typing import Any

from sqlalchemy import BigInteger, Float, Integer, Text
from sqlalchemy.dialects.mysql import MEDIUMTEXT
from sqlalchemy.types import TypeEngine

LONG_TEXT = Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")  # their TEXT ends at 64 KiB
COUNTER = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER PRIMARY KEY counts up there
SECONDS = Float(53)

OUTSIDE = "dbtasks_outside"  # marks the type of an enum that is in the default schema though its table is not

# https://mariadb.com/kb/en/data-type-storage-requirements/
SIZES = {"TINY": 2**8 - 1, "": 2**16 - 1, "MEDIUM": 2**24 - 1, "LONG": 2**32 - 1}
MYSQL = "sqlalchemy.dialects.mysql"


def size_by_name(of: TypeEngine[Any]) -> int | None:
    """Return how many bytes fit into MySQL's TEXT and BLOB and their like; None for other types, which say it."""
    if not type(of).__module__.startswith(MYSQL):
        return None
    name, ends = type(of).__name__, ("TEXT", "BLOB")
    return next((SIZES.get(name.removesuffix(end)) for end in ends if name.endswith(end)), None)
