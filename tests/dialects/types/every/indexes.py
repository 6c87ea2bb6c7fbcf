from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint

metadata = MetaData()

Table(
    "indexed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("one", Integer, index=True),
    Column("two", String(20), unique=True),
    Column("three", String(20), index=True, unique=True),
    Column("four", Integer, ForeignKey("indexed.id", name="fk_indexed_four")),
    Column("five", String(20), nullable=False),
    Index("ix_indexed_pair", "one", "five"),
    Index("ix_indexed_pair_reversed", "five", "one"),
    Index("uq_indexed_pair", "five", "two", unique=True),
    Index("ix_indexed_four", "four", "one"),
    UniqueConstraint("one", "two", name="uq_indexed_one_two"),
)
