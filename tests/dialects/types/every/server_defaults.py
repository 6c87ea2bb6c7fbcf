from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Time,
    false,
    func,
    null,
    text,
    true,
)

metadata = MetaData()

Table(
    "default_texts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plain", String(20), server_default="new"),
    Column("empty", String(20), server_default="", nullable=False),
    Column("quoted", String(20), server_default="it's"),
    Column("double", String(20), server_default='the "best"'),
    Column("percent", String(20), server_default="50% off"),
    Column("percent_name", String(20), server_default="%(name)s %s"),
    Column("colon", String(20), server_default=":name a:b"),
    Column("backslash", String(20), server_default="a-b_c/d"),
    Column("digits", String(20), server_default="007"),
    Column("word", String(20), server_default="NULL"),
    Column("function_like", String(40), server_default="now()"),
    Column("umlaut", String(20), server_default="grün ✓"),
    Column("as_sql", String(20), server_default=text("'a b'")),
    Column("as_sql_with_colon", String(20), server_default=text("'a\\:b'")),
)

Table(
    "default_numbers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("as_text", Integer, server_default="5"),
    Column("as_sql", Integer, server_default=text("5")),
    Column("negative", Integer, server_default=text("-5")),
    Column("negative_text", Integer, server_default="-5"),
    Column("large", BigInteger, server_default=text("9000000000000000000")),
    Column("scale", Numeric(10, 2), server_default="0.00"),
    Column("scale_sql", Numeric(10, 2), server_default=text("0.5")),
    Column("shorter", Numeric(10, 4), server_default="1.5"),
    Column("float", Float, server_default="0.1"),
    Column("float_sql", Float, server_default=text("1e3")),
    Column("sum", Integer, server_default=text("(1 + 1)")),
    Column("no_value", Integer, server_default=null()),
    Column("no_value_sql", Integer, server_default=text("NULL")),
)

Table(
    "default_truths",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("yes", Boolean, server_default=true(), nullable=False),
    Column("no", Boolean, server_default=false(), nullable=False),
)

Table(
    "default_moments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created", DateTime, server_default=func.now(), nullable=False),
    Column("created_zone", DateTime(timezone=True), server_default=func.now(), nullable=False),
    Column("current", DateTime, server_default=text("CURRENT_TIMESTAMP")),
    Column("current_function", DateTime, server_default=func.current_timestamp()),
    Column("constant", DateTime, server_default="2020-01-01 00:00:00"),
    Column("day", Date, server_default="2020-01-01"),
    Column("hour", Time, server_default="10:30:00"),
)
