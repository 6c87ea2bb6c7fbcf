import enum

from sqlalchemy import ARRAY as ANY_ARRAY
from sqlalchemy import Column, Enum, Integer, MetaData, String, Table, Text
from sqlalchemy.dialects.postgresql import (
    ARRAY,
    BIT,
    BYTEA,
    CIDR,
    DATERANGE,
    DOMAIN,
    DOUBLE_PRECISION,
    ENUM,
    INET,
    INT4MULTIRANGE,
    INT4RANGE,
    INTERVAL,
    JSON,
    JSONB,
    MACADDR,
    MONEY,
    NUMRANGE,
    OID,
    REGCLASS,
    TIME,
    TIMESTAMP,
    TSRANGE,
    TSVECTOR,
    UUID,
)

metadata = MetaData()


class Mood(enum.Enum):
    GOOD = 1
    BAD = 2


Table(
    "pg_types",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("numbers", ARRAY(Integer), nullable=False),
    Column("any_numbers", ANY_ARRAY(Integer)),
    Column("words", ARRAY(String(20)), server_default="{}"),
    Column("matrix", ARRAY(Text, dimensions=2)),
    Column("moods", ARRAY(Enum(Mood, name="pg_mood"))),
    Column("mood", ENUM(Mood, name="pg_mood")),
    Column("bits", BIT(3)),
    Column("bits_varying", BIT(5, varying=True)),
    Column("bytes", BYTEA),
    Column("network", CIDR),
    Column("address", INET),
    Column("hardware", MACADDR),
    Column("interval", INTERVAL),
    Column("interval_fields", INTERVAL(fields="DAY TO SECOND", precision=3)),
    Column("interval_day", INTERVAL(fields="DAY")),
    Column("json", JSON),
    Column("jsonb", JSONB),
    Column("money", MONEY),
    Column("oid", OID),
    Column("class", REGCLASS),
    Column("time", TIME(precision=3, timezone=True)),
    Column("timestamp", TIMESTAMP(precision=0)),
    Column("timestamp_zone", TIMESTAMP(timezone=True, precision=3)),
    Column("days", DATERANGE),
    Column("integers", INT4RANGE),
    Column("decimals", NUMRANGE),
    Column("moments", TSRANGE),
    Column("many", INT4MULTIRANGE),
    Column("search", TSVECTOR),
    Column("uuid", UUID(as_uuid=True)),
    Column("double", DOUBLE_PRECISION),
    Column("collated", String(20, collation="C")),
    Column("domain", DOMAIN("pg_positive", Integer, check="VALUE > 0")),
)
