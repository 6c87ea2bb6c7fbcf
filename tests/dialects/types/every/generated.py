from sqlalchemy import BigInteger, Column, Computed, Identity, Integer, MetaData, Numeric, String, Table

metadata = MetaData()

Table(
    "generated",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("price", Numeric(10, 2), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("name", String(20), nullable=False),
    Column("total", Numeric(12, 2), Computed("price * amount", persisted=True)),
    Column("next", BigInteger, Computed("amount + 1", persisted=True)),
    Column("low", String(20), Computed("lower(name)", persisted=True)),
    Column("percent", Integer, Computed("amount % 7", persisted=True)),
    Column("quoted", String(60), Computed("coalesce(name, 'it''s')", persisted=True)),
)

Table("identity_always", metadata, Column("id", Integer, Identity(always=True), primary_key=True))
Table("identity_default", metadata, Column("id", BigInteger, Identity(), primary_key=True), Column("n", Integer))
Table(
    "identity_options", metadata, Column("id", Integer, Identity(start=100, increment=5, cycle=True), primary_key=True)
)
