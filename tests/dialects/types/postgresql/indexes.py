from sqlalchemy import ARRAY, Column, DateTime, Index, Integer, MetaData, String, Table, func, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

metadata = MetaData()

items = Table(
    "pg_indexes_of",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(50), nullable=False),
    Column("Mixed", String(50)),
    Column("state", String(20)),
    Column("price", Integer),
    Column("deleted", DateTime),
    Column("document", JSONB),
    Column("numbers", ARRAY(Integer)),
    Column("search", TSVECTOR),
    Index("ix_pg_partial", "name", postgresql_where=text("deleted IS NULL")),
    Index("uq_pg_partial", "name", unique=True, postgresql_where=text("state = 'it''s 50%'")),
    Index("ix_pg_include", "name", postgresql_include=["price", "state"]),
    Index("ix_pg_class", "name", postgresql_ops={"name": "text_pattern_ops"}),
    Index("ix_pg_gin", "document", postgresql_using="gin"),
    Index("ix_pg_gin_path", "document", postgresql_using="gin", postgresql_ops={"document": "jsonb_path_ops"}),
    Index("ix_pg_array", "numbers", postgresql_using="gin"),
    Index("ix_pg_search", "search", postgresql_using="gin"),
    Index("ix_pg_hash", "name", postgresql_using="hash"),
    Index("ix_pg_brin", "deleted", postgresql_using="brin"),
    Index("ix_pg_btree", "price", "state", postgresql_using="btree"),
    Index("ix_pg_with", "price", postgresql_with={"fillfactor": 70}),
    Index("uq_pg_nulls", "price", "Mixed", unique=True, postgresql_nulls_not_distinct=True),
    Index("ix_pg_text", text("(lower(state)) DESC")),
    Index("ix_pg_words", text("(coalesce(state, 'none'))"), "price"),
    Index("ix_pg_key", text("(document ->> 'a b')")),
)
Index("ix_pg_lower", func.lower(items.c.name))
Index("uq_pg_lower", func.lower(items.c.name), items.c.price, unique=True)
Index("ix_pg_lower_mixed", func.lower(items.c.Mixed))
Index("ix_pg_descending", items.c.price.desc())
Index("ix_pg_nulls_last", items.c.price.desc().nulls_last(), items.c.name.asc().nulls_first())
Index("ix_pg_where", items.c.price, postgresql_where=items.c.deleted.is_(None) & (items.c.price > 5))
Index("ix_pg_concat", items.c.name + literal_column("' '") + items.c.state)
Index("ix_pg_class_lower", func.lower(items.c.name).label("low"), postgresql_ops={"low": "varchar_pattern_ops"})
Index("ix_pg_collated", items.c.name.collate("C"))
