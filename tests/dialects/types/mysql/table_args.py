from sqlalchemy import CheckConstraint, Column, Computed, ForeignKey, Integer, MetaData, String, Table

metadata = MetaData()

Table(
    "my_engine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(20)),
    mysql_engine="InnoDB",
    mysql_charset="utf8mb4",
    mysql_collate="utf8mb4_unicode_ci",
    comment="it's 50%",
)
Table(
    "my_latin",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(20), unique=True),
    Column("other", String(20, collation="latin1_bin"), index=True),
    mysql_default_charset="latin1",
    mysql_row_format="COMPRESSED",
)
Table("my_isam", metadata, Column("id", Integer, primary_key=True), mysql_engine="MyISAM")
Table("my_aria", metadata, Column("id", Integer, primary_key=True), mariadb_engine="Aria")
Table(
    "my_pair",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("group", Integer, primary_key=True, autoincrement=False),
)
Table(
    "my_computed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("engine_id", ForeignKey("my_engine.id", onupdate="CASCADE", ondelete="SET NULL")),
    Column("price", Integer, nullable=False),
    Column("virtual", Integer, Computed("price * 2", persisted=False)),
    Column("default", Integer, Computed("price * 3")),
    Column("stored", String(50), Computed("concat(price, ' it''s 50%')", persisted=True), comment="stored"),
    CheckConstraint("price > 0 and price % 2 = 0", name="ck_my_price"),
    CheckConstraint("price <> 13"),
)
