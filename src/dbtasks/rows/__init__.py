"""Made-up rows: put into the tables of a scratch database, and read again to see that they are still there."""

from dbtasks.rows.filling import Empty, Full, clear, fill, unfit
from dbtasks.rows.reading import Table, read
from dbtasks.rows.wanted import Schema, Wanted, wanted

__all__ = ["Empty", "Full", "Schema", "Table", "Wanted", "clear", "fill", "read", "unfit", "wanted"]
