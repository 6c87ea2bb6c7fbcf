"""Column types of dbtasks' own tables, where one database needs another than the rest."""

from sqlalchemy import BigInteger, Float, Integer, Text
from sqlalchemy.dialects.mysql import MEDIUMTEXT

LONG_TEXT = Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")  # their TEXT ends at 64 KiB
COUNTER = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER PRIMARY KEY counts up there
SECONDS = Float(53)
