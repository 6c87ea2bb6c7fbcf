from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    String,
    Table,
)

metadata = MetaData()

Table("key_plain", metadata, Column("id", Integer, primary_key=True))
Table("key_big", metadata, Column("id", BigInteger, primary_key=True))
Table("key_small", metadata, Column("id", SmallInteger, primary_key=True))
Table("key_given", metadata, Column("id", Integer, primary_key=True, autoincrement=False))
Table("key_text", metadata, Column("id", String(20), primary_key=True))
Table("key_pair", metadata, Column("a", Integer, primary_key=True), Column("b", Integer, primary_key=True))
Table("key_named", metadata, Column("id", Integer), PrimaryKeyConstraint("id", name="pk_key_named"))
Table("key_order", metadata, Column("a", Integer), Column("b", Integer), PrimaryKeyConstraint("b", "a"))
Table("key_variant", metadata, Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True))
Table("key_sequence", metadata, Column("id", Integer, Sequence("key_sequence_numbers", start=10), primary_key=True))
Table("key_none", metadata, Column("id", Integer), Column("name", String(20)))
