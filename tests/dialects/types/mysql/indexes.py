from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

items = Table(
    "my_indexes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(500), nullable=False),
    Column("body", Text),
    Column("title", Text),
    Column("number", Integer),
    Column("other", ForeignKey("my_indexes.id", name="fk_my_other")),
    Column("covered", ForeignKey("my_indexes.id", name="fk_my_covered")),
    Column("unnamed", ForeignKey("my_indexes.id")),
    Index("ix_my_prefix", "body", mysql_length=20),
    Index("ix_my_prefixes", "name", "title", mysql_length={"name": 10, "title": 30}),
    Index("uq_my_prefix", "title", unique=True, mysql_length=50),
    Index("ft_my_body", "body", mysql_prefix="FULLTEXT"),
    Index("ft_my_both", "title", "body", mysql_prefix="FULLTEXT"),
    Index("ix_my_btree", "number", mysql_using="btree"),
    Index("ix_my_covered", "covered", "number"),
)
Index("ix_my_descending", items.c.number.desc(), items.c.name)
