from sqlalchemy import DATETIME, TIMESTAMP, Column, Date, DateTime, Integer, Interval, MetaData, Table, Time

metadata = MetaData()

Table(
    "time",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("date", Date),
    Column("datetime", DateTime, nullable=False),
    Column("datetime_zone", DateTime(timezone=True), nullable=False),
    Column("datetime_upper", DATETIME().with_variant(TIMESTAMP(), "postgresql")),
    Column("time", Time),
    Column("time_zone", Time(timezone=True)),
    Column("interval", Interval),
    Column("interval_exact", Interval(second_precision=3)),
    Column("timestamp", TIMESTAMP, nullable=True),
    Column("timestamp_zone", TIMESTAMP(timezone=True), nullable=True),
)
