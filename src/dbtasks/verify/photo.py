"""A picture of some tables of a scratch database, and what is different in another one."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from sqlalchemy import URL, Connection, inspect

from dbtasks import databases, dialects
from dbtasks.drafting import snapshot, trial
from dbtasks.drafting.snapshot import Scope
from dbtasks.rows import Schema

COLUMN = ("type", "NOT NULL", "default", "expression", "identity", "comment")  # the parts of what is said of one


@dataclass(frozen=True, slots=True)
class Photo:
    """What is there.

    Attributes:
        schema: the tables that were looked at, and what is said of them.
        facts: what is said of each thing, by its name.
    """

    schema: Schema
    facts: dict[str, object]


def take(url: URL, versions: str, tables: Collection[str] | None) -> Photo:
    """Return what a database has of these tables, and what belongs to none; None is for all but ``versions``."""
    return databases.connect(url, partial(_take, versions, tables))


def _take(versions: str, tables: Collection[str] | None, connection: Connection) -> Photo:
    only = None if tables is None else frozenset(tables)
    found = snapshot.read(connection, Scope(_schemas(connection), versions, only))
    return Photo(Schema(found.metadata, found.definitions), {**trial.facts(found), **_views(connection)})


def _schemas(connection: Connection) -> tuple[str | None, ...]:
    """Return the schemas that a history may have made, too."""
    if not dialects.of(connection.engine.url).has_schemas:
        return (None,)
    inspector = inspect(connection)
    names = {*inspector.get_schema_names()} - {inspector.default_schema_name, "information_schema"}
    return (None, *sorted(name for name in names if not name.startswith("pg_")))


def _views(connection: Connection) -> dict[str, object]:
    inspector = inspect(connection)
    return {f"view {name}": inspector.get_view_definition(name) for name in inspector.get_view_names()}


def differences(before: Photo, after: Photo) -> tuple[str, ...]:
    """Return what is not the same, each in a few words; empty when everything is.

    Of a table that is there only once its columns and constraints are not told one by one.
    """
    old, new = before.facts, after.facts
    names = sorted(name for name in {*old, *new} if name not in old or name not in new or old[name] != new[name])
    whole = {name for name in names if (name in old) != (name in new)}
    return tuple(_told(name, old, new) for name in names if name.partition(".")[0] not in whole - {name})


def _told(name: str, old: dict[str, object], new: dict[str, object]) -> str:
    if name not in old:
        return f"{name} is left behind"
    if name not in new:
        return f"{name} is missing"
    was, is_now = old[name], new[name]
    if isinstance(was, tuple) and isinstance(is_now, tuple) and len(was) == len(is_now) == len(COLUMN):
        parts = ", ".join(part for part, one, other in zip(COLUMN, was, is_now, strict=True) if one != other)
        return f"{name} has another {parts}"
    return f"{name} is another one"
