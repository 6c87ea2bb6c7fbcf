"""Column types of dbtasks' own tables."""

from typing import Any

from sqlalchemy import BigInteger, Dialect, Float, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine


class LongText(TypeDecorator[str]):
    """A text as long as a file: TEXT ends at 64 KiB in MySQL and MariaDB, whose types other databases do not import."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return MEDIUMTEXT there, and TEXT elsewhere."""
        if dialect.name not in ("mysql", "mariadb"):
            return super().load_dialect_impl(dialect)
        from sqlalchemy.dialects.mysql import MEDIUMTEXT

        return dialect.type_descriptor(MEDIUMTEXT())


LONG_TEXT = LongText()
COUNTER = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER PRIMARY KEY counts up there
SECONDS = Float(53)
