"""The two schemas that a draft leads from and to, and SQL as their dialect writes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ClauseElement, Dialect, Table

from dbtasks import dialects
from dbtasks.drafting.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Sides:
    """The two schemas, and the models in whose words things are said.

    Attributes:
        here: the history's.
        there: the models'.
        tables: the models' tables by their full names.
        named: what the models left without a name, and where a name of the history's own will do.
        old_names: the names that tables and columns had before this draft renames them.
        dialect: of the databases.
        sql: SQLAlchemy's dialect, which writes SQL.
    """

    here: Snapshot
    there: Snapshot
    tables: dict[str, Table]
    named: frozenset[tuple[str, str]]
    old_names: frozenset[str]
    dialect: dialects.Dialect
    sql: Dialect


def compiled(sides: Sides, sql: ClauseElement, options: Mapping[str, Any] = MappingProxyType({})) -> str:
    """Return it as SQL; drivers that format their statements have percent signs doubled."""
    written = str(sql.compile(dialect=sides.sql, compile_kwargs=dict(options)))
    return written.replace("%%", "%") if sides.sql.identifier_preparer._double_percents else written  # noqa: SLF001


def escaped(sql: str) -> str:
    """Return SQL in which a colon names no parameter."""
    return re.sub(r"(?<!:):(?=\w)", r"\\:", sql)
