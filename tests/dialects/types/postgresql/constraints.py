from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint

metadata = MetaData()

Table(
    "pg_room",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(20), nullable=False),
    Column("place", Integer),
    Column("floor", Integer),
    Column("size", Integer, CheckConstraint("size > 0", name="ck_pg_room_size")),
    UniqueConstraint("place", name="uq_pg_room_place", deferrable=True, initially="DEFERRED"),
    UniqueConstraint("floor", "place", name="uq_pg_room_nulls", postgresql_nulls_not_distinct=True),
    UniqueConstraint("name", "floor", name="uq_pg_room_include", postgresql_include=["place"]),
    UniqueConstraint("id", "floor", name="uq_pg_room_pair"),
    CheckConstraint("floor BETWEEN -3 AND 50", name="ck_pg_room_floor"),
    CheckConstraint("name ~ '^[a-z]+$'", name="ck_pg_room_name"),
    CheckConstraint("name = ANY (ARRAY['a', 'b']::varchar[])", name="ck_pg_room_any"),
)
Table(
    "pg_booking",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("room_id", ForeignKey("pg_room.id", name="fk_pg_deferred", deferrable=True, initially="DEFERRED")),
    Column("other_id", ForeignKey("pg_room.id", deferrable=True, initially="IMMEDIATE", ondelete="SET DEFAULT")),
    Column("floor", Integer),
    Column("days", DATERANGE, nullable=False),
    Column("start", Date),
    Column("end", Date),
    ExcludeConstraint(("days", "&&"), name="ex_pg_days"),
    ExcludeConstraint(
        (text('daterange(start, "end")'), "&&"), name="ex_pg_expression", using="gist", where=text("start IS NOT NULL")
    ),
    ForeignKeyConstraint(
        ["room_id", "floor"], ["pg_room.id", "pg_room.floor"], name="fk_pg_full", match="FULL", onupdate="CASCADE"
    ),
)
