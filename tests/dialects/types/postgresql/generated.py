from sqlalchemy import BigInteger, Column, Computed, Identity, Integer, MetaData, Sequence, SmallInteger, String, Table
from sqlalchemy.dialects.postgresql import TSVECTOR

metadata = MetaData()
Sequence("pg_alone", metadata=metadata)
Sequence("pg_alone_options", start=5, increment=10, minvalue=5, maxvalue=500, cycle=True, cache=20, metadata=metadata)
Sequence("pg_alone_small", data_type=SmallInteger, metadata=metadata)

Table(
    "pg_identity_options",
    metadata,
    Column(
        "id",
        BigInteger,
        Identity(always=True, start=10, increment=10, minvalue=10, maxvalue=10000, cycle=True, cache=5),
        primary_key=True,
    ),
    Column("number", Integer, Identity(always=False, start=7), nullable=False),
    Column("small", SmallInteger, Identity(), comment="counts"),
)
Table(
    "pg_generated",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(50), nullable=False),
    Column("body", String(500)),
    Column("search", TSVECTOR, Computed("to_tsvector('english', coalesce(title, '') || ' ' || body)", persisted=True)),
    Column("shout", String(60), Computed("upper(title::text) || '!'", persisted=True), index=True, nullable=False),
)
Table("pg_unlogged", metadata, Column("id", Integer, primary_key=True), prefixes=["UNLOGGED"])
