"""Column types: what a name says in one database only."""

from typing import Any, cast

from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

# https://mariadb.com/kb/en/data-type-storage-requirements/
SIZES = {"TINY": 2**8 - 1, "": 2**16 - 1, "MEDIUM": 2**24 - 1, "LONG": 2**32 - 1}
CHARACTERS = ("charset", "collation", "ascii", "unicode", "binary", "national")
MYSQL = "sqlalchemy.dialects.mysql"


def size_by_name(of: TypeEngine[Any]) -> int | None:
    """Return how many bytes fit into MySQL's TEXT and BLOB and their like; None for other types, which say it."""
    if not type(of).__module__.startswith(MYSQL):
        return None
    name, ends = type(of).__name__, ("TEXT", "BLOB")
    return next((SIZES.get(name.removesuffix(end)) for end in ends if name.endswith(end)), None)


class ENUM(mysql.ENUM):
    """MySQL's, with a copy that keeps character set and collation: SQLAlchemy's own loses them."""

    def copy(self, **options: Any) -> "ENUM":
        """Return another one that is the same."""
        return self.of(super().copy(**options), self)  # type: ignore[no-untyped-call]

    @staticmethod
    def of(copy: Any, original: mysql.ENUM) -> "ENUM":
        """Return a copy with what it has lost of the original."""
        for name in CHARACTERS:
            setattr(copy, name, getattr(original, name))
        return cast("ENUM", copy)


def lasting(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return a type of which copies keep everything; mostly it is the type itself."""
    if isinstance(kind, mysql.ENUM) and any(getattr(kind, name) for name in CHARACTERS):
        return ENUM.of(kind.adapt(ENUM), kind)  # type: ignore[no-untyped-call]
    return kind
