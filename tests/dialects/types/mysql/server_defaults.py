from sqlalchemy import JSON, TIMESTAMP, Column, DateTime, Integer, MetaData, String, Table, Text, Uuid, func, text
from sqlalchemy.dialects.mysql import DATETIME

metadata = MetaData()

Table(
    "my_defaults",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created", DateTime, server_default=text("CURRENT_TIMESTAMP"), nullable=False),
    Column("updated", DateTime, server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"), nullable=False),
    Column("updated_null", DateTime, server_default=text("NULL ON UPDATE CURRENT_TIMESTAMP")),
    Column("exact", DATETIME(fsp=6), server_default=text("CURRENT_TIMESTAMP(6)")),
    Column(
        "exact_updated",
        DATETIME(fsp=6),
        server_default=text("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"),
        comment="when it's changed",
    ),
    Column("stamp", TIMESTAMP, server_default=func.now(), nullable=False),
    Column("stamp_updated", TIMESTAMP, server_default=func.now(), server_onupdate=func.now(), nullable=False),
    Column("lower", DateTime, server_default=text("current_timestamp()")),
    Column("uuid", String(36), server_default=text("(uuid())")),
    Column("uuid_type", Uuid, server_default=text("(uuid())")),
    Column("document", JSON, server_default=text("(json_object())")),
    Column("words", Text, server_default=text("('it''s 50%')")),
    Column("sum", Integer, server_default=text("(1 + 2)")),
    Column("hexadecimal", Integer, server_default=text("0x10")),
    Column("backslash", String(20), server_default="a\\b"),
    Column("expression", String(20), server_default=text("(concat('a', 'b'))")),
)
