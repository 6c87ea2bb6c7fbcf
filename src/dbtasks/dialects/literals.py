"""How each database takes a made-up value, written as text, and shows one that it has."""

from types import MappingProxyType
from typing import Any

from sqlalchemy.types import TypeEngine

from dbtasks.dialects.quoting import literal


class Literals:
    """The cautious base: every database makes a number, a day or a document out of a text by itself."""

    # Values of types that SQLAlchemy has no class of its own for, by the name of the type.
    samples: MappingProxyType[str, str] = MappingProxyType({})

    def sample(self, kind: TypeEngine[Any]) -> str | None:
        """Return a value of a type that only this database has; None when none is known."""
        return self.samples.get(type(kind).__name__)

    def text(self, value: str) -> str:
        """Return the literal of a text."""
        return literal(value)

    def octets(self, value: bytes) -> str:
        """Return the literal of bytes."""
        return f"X'{value.hex()}'"

    def shown(self, column: str) -> str:
        """Return the expression by which a column, whose name is quoted already, is read for comparing."""
        return column

    def emptying(self, tables: list[str]) -> list[str]:
        """Return the statements that delete all rows of tables, whose names are quoted already."""
        return [f"DELETE FROM {table}" for table in tables]  # noqa: S608 - quoted


class PostgreSQLLiterals(Literals):
    """PostgreSQL shows every value as text: https://www.postgresql.org/docs/current/datatype.html."""

    samples = MappingProxyType({
        "INTERVAL": "1 day", "INET": "10.0.0.1", "CIDR": "10.0.0.0/8", "MACADDR": "08:00:2b:01:02:03",
        "MACADDR8": "08:00:2b:01:02:03:04:05",
        "TSVECTOR": "word", "TSQUERY": "word", "MONEY": "1", "HSTORE": "", "OID": "1", "CITEXT": "word", "XML": "<a/>",
        "INT4RANGE": "empty", "INT8RANGE": "empty", "NUMRANGE": "empty", "DATERANGE": "empty", "TSRANGE": "empty",
        "TSTZRANGE": "empty", "INT4MULTIRANGE": "{}", "INT8MULTIRANGE": "{}", "NUMMULTIRANGE": "{}",
        "DATEMULTIRANGE": "{}", "TSMULTIRANGE": "{}", "TSTZMULTIRANGE": "{}", "ARRAY": "{}", "REGCLASS": "pg_class",
        "REGCONFIG": "simple", "JSONPATH": "$",
    })  # fmt: skip

    def sample(self, kind: TypeEngine[Any]) -> str | None:
        """Give a string of bits the length that it has to have."""
        if type(kind).__name__ == "BIT":
            return "1" * (1 if getattr(kind, "varying", False) else getattr(kind, "length", None) or 1)
        return super().sample(kind)

    def octets(self, value: bytes) -> str:
        r"""Write bytes as a text of the form ``\x00ff``."""
        return f"'\\x{value.hex()}'"

    def shown(self, column: str) -> str:
        """Cast to text, so that no driver has to know the type."""
        return f"{column}::text"

    def emptying(self, tables: list[str]) -> list[str]:
        """Empty them at once, so that none waits for another."""
        return [f"TRUNCATE {', '.join(tables)} CASCADE"]


class MySQLLiterals(Literals):
    """A backslash begins an escape, and a text is no number of bits."""

    samples = MappingProxyType({"YEAR": "2020"})

    def sample(self, kind: TypeEngine[Any]) -> str | None:
        """Give bits as a character, whose code is a one."""
        return "\x01" if type(kind).__name__ == "BIT" else super().sample(kind)

    def text(self, value: str) -> str:
        """Escape backslashes, too."""
        return super().text(value.replace("\\", "\\\\"))
