"""The declarative base of all services: one metadata, how constraints are named, the columns that every table has."""

from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import DateTime, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# A constraint without a name cannot be dropped by a later revision. A CHECK brings its whole name along: Alembic writes
# that of an enum into a revision as it stands, and MySQL wants it to be the only one in the database.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def utc_now() -> datetime:
    """Return the time in UTC, as all three databases keep it alike.

    Without a time zone, because asyncpg refuses one for a column that has none, and in whole seconds, because MySQL's
    DATETIME holds no more.
    """
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


class Base(DeclarativeBase):
    """A table with a number as its key and the times of its creation and last change."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar = {str: String(255)}  # MySQL wants a length

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    create_time: Mapped[datetime] = mapped_column(DateTime, default=utc_now, nullable=False, sort_order=1)
    update_time: Mapped[datetime] = mapped_column(
        DateTime, default=utc_now, onupdate=utc_now, nullable=False, sort_order=2
    )
