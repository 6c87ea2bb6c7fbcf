from sqlalchemy import Column, Enum, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint, func, text

metadata = MetaData()

Table("place", metadata, Column("id", Integer, primary_key=True), Column("name", String(20), unique=True))
Table(
    "place",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(20), server_default="here", index=True),
    Column("parent", ForeignKey("place.id")),
    Column("state", Enum("a", "b", name="state", schema="other")),
    Column("outside", Enum("x", "y", "z", name="state"), server_default="x"),
    Column("inherited", Enum("a", "b", name="inherited", schema="other"), server_default="a"),
    UniqueConstraint("parent", "name", name="uq_place"),
    Index("ix_place_partial", "name", postgresql_where=text("name <> ''")),
    schema="other",
    comment="over there",
)
visits = Table(
    "visit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("place_id", ForeignKey("other.place.id", ondelete="CASCADE"), nullable=False),
    Column("before", ForeignKey("other.visit.id", name="fk_visit_before")),
    Column("note", String(20), server_default=func.upper("a")),
    schema="other",
)
Table("guest", metadata, Column("id", Integer, primary_key=True), Column("visit_id", ForeignKey("other.visit.id")))
Index("ix_visit_lower", func.lower(visits.c.note))
