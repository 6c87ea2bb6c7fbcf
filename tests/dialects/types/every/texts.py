from sqlalchemy import (
    CHAR,
    VARBINARY,
    VARCHAR,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    PickleType,
    String,
    Table,
    Text,
    Unicode,
    UnicodeText,
)
from sqlalchemy.dialects.mysql import LONGTEXT, MEDIUMBLOB
from sqlalchemy.dialects.postgresql import BYTEA

metadata = MetaData()
binary = VARBINARY(16).with_variant(BYTEA(), "postgresql")

Table(
    "text",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("string", String(50)),
    Column("string_1", String(1)),
    Column("varchar", VARCHAR(40)),
    Column("unicode", Unicode(40)),
    Column("char", CHAR(2)),
    Column("text", Text),
    Column("text_1000", Text(1000).with_variant(Text(), "postgresql")),
    Column("unicode_text", UnicodeText),
    Column("long", Text().with_variant(LONGTEXT(), "mysql", "mariadb")),
    Column("variant", String(30).with_variant(String(60), "sqlite")),
    Column("bytes", LargeBinary),
    Column("bytes_16", LargeBinary(16)),
    Column("bytes_medium", LargeBinary().with_variant(MEDIUMBLOB(), "mysql", "mariadb")),
    Column("binary", binary),
    Column("pickle", PickleType),
)
