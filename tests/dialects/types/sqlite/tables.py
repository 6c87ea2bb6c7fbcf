from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

metadata = MetaData()

Table("lite_autoincrement", metadata, Column("id", Integer, primary_key=True), sqlite_autoincrement=True)
Table("lite_rowless", metadata, Column("id", String(20), primary_key=True), sqlite_with_rowid=False)
Table(
    "lite_strict",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    sqlite_strict=True,
)
Table(
    "lite_both",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
items = Table(
    "lite_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(20, collation="NOCASE"), nullable=False),
    Column("state", String(20)),
    Column("price", Integer, nullable=False, sqlite_on_conflict_not_null="FAIL"),
    Column("parent", ForeignKey("lite_items.id", deferrable=True, initially="DEFERRED", name="fk_lite_parent")),
    Column("virtual", Integer, Computed("price * 2", persisted=False)),
    Column("default", String(20), Computed("lower(name)")),
    UniqueConstraint("name", "state", name="uq_lite_replace", sqlite_on_conflict="REPLACE"),
    CheckConstraint("price > 0 AND state <> 'it''s 50%'", name="ck_lite_price"),
    CheckConstraint("length(name) > 1"),
    Index("ix_lite_partial", "name", sqlite_where=text("state IS NOT NULL")),
    Index("ix_lite_text", text("lower(state) DESC")),
)
Index("ix_lite_lower", func.lower(items.c.name))
Index("ix_lite_descending", items.c.price.desc(), items.c.name)
Index("uq_lite_where", items.c.price, unique=True, sqlite_where=items.c.state == "a")
