from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData()

Table(
    "parent",
    metadata,
    Column("id", Integer),
    Column("part", Integer),
    Column("code", String(20), unique=True, nullable=False),
    Column("name", String(20), nullable=False),
    Column("price", Integer, CheckConstraint("price > 0")),
    PrimaryKeyConstraint("id", "part", name="pk_parent"),
    UniqueConstraint("name", "price", name="uq_parent_name_price"),
    UniqueConstraint("price", "name"),
    CheckConstraint("price < 1000 AND name <> 'it''s 50%'", name="ck_parent_both"),
    CheckConstraint("length(name) > 1"),
    CheckConstraint("name <> 'a:b'", name="ck_parent_colon"),
    CheckConstraint("name IN ('a', 'b') OR name LIKE 'c%'", name="ck_parent_like"),
)

Table(
    "child",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("parent_id", Integer),
    Column("parent_part", Integer),
    Column("code", String(20), ForeignKey("parent.code", ondelete="CASCADE", onupdate="CASCADE")),
    Column("named", String(20), ForeignKey("parent.code", name="fk_child_named", ondelete="SET NULL")),
    Column("restricted", String(20), ForeignKey("parent.code", name="fk_child_restricted", ondelete="RESTRICT")),
    Column("no_action", String(20), ForeignKey("parent.code", name="fk_child_no_action", ondelete="NO ACTION")),
    Column("self_id", Integer, ForeignKey("child.id", ondelete="CASCADE")),
    Column("indexed", Integer, ForeignKey("child.id"), index=True),
    Column("unique", Integer, ForeignKey("child.id"), unique=True),
    ForeignKeyConstraint(
        ["parent_id", "parent_part"], ["parent.id", "parent.part"], name="fk_child_parent", ondelete="CASCADE"
    ),
)
Table(
    "shared_key",
    metadata,
    Column("id", Integer, ForeignKey("child.id", name="fk_shared_key"), primary_key=True),
)

Table(
    "hen",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("egg_id", Integer, ForeignKey("egg.id", name="fk_hen_egg", use_alter=True)),
)
Table(
    "egg",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hen_id", Integer, ForeignKey("hen.id", name="fk_egg_hen"), nullable=False),
)
