"""How SQLite's batch mode makes dates and times of one type those of another, in every revision.

SQLite keeps them as text. Alembic would write ``CAST(... AS DATETIME)``, which SQLite takes for a number: of
"2026-11-24" there would be 2026 left. https://www.sqlite.org/datatype3.html#determination_of_column_affinity
"""

from typing import Any

from alembic.ddl.sqlite import SQLiteImpl
from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    DateTime,
    Interval,
    String,
    Time,
    case,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

MIDNIGHT: ColumnElement[str] = literal_column("' 00:00:00.000000'")  # as SQLAlchemy writes it
DAY = 10  # characters of a date


class Impl(SQLiteImpl):
    """Alembic's, which takes the newest class of a dialect."""

    __dialect__ = "sqlite"

    def cast_for_batch_migrate(self, existing: Column[Any], existing_transfer: Any, new_type: TypeEngine[Any]) -> None:
        """Put what copies a column's values into ``existing_transfer``."""
        if not isinstance(new_type, Date | DateTime | Time | Interval):
            super().cast_for_batch_migrate(existing, existing_transfer, new_type)
            return
        existing_transfer["expr"] = _moment(existing_transfer["expr"], existing.type, new_type)


def _moment(values: ColumnElement[Any], old: TypeEngine[Any], new: TypeEngine[Any]) -> ColumnElement[Any]:
    """Return the values as the new type has them; what cannot be told stays as it is."""
    if isinstance(old, DateTime) and isinstance(new, Date):
        return func.coalesce(func.date(values), values)
    if isinstance(old, DateTime) and isinstance(new, Time):
        return func.coalesce(func.substr(values, DAY + 2), values)
    if isinstance(old, Date) and isinstance(new, DateTime):
        return case((func.length(values) == DAY, type_coerce(values, String).concat(MIDNIGHT)), else_=values)
    return values
