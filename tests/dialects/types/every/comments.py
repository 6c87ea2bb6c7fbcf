from sqlalchemy import Boolean, Column, Computed, DateTime, Enum, Integer, MetaData, String, Table, func

metadata = MetaData()

Table(
    "comment",
    metadata,
    Column("id", Integer, primary_key=True, comment="the key"),
    Column("plain", Integer, comment="plain"),
    Column("quoted", String(20), comment='it\'s the "best"', nullable=False),
    Column("percent", String(20), comment="50% of %(this)s, 100%%", server_default="50%"),
    Column("colon", String(20), comment=":name and a:b"),
    Column("lines", Boolean, comment="one\ntwo"),
    Column("moment", DateTime, comment="when", server_default=func.now()),
    Column("enum", Enum("a", "b", name="comment_enum"), comment="which", server_default="a"),
    Column("computed", Integer, Computed("plain + 1", persisted=True), comment="next"),
    comment='it\'s 50% of the "best": table',
)
