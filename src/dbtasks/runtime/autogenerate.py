"""What autogenerate is told beyond Alembic's defaults: which tables are views, what a revision has to import."""

from collections.abc import Callable
from typing import Any

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, inspect
from sqlalchemy.types import TypeEngine

LIBRARIES = ("sqlalchemy", "alembic")  # Alembic imports these by itself


def hooks(connection: Connection, options: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``context.configure``; a project's own ``include_object`` is asked after ours."""
    theirs = options.get("include_object")
    is_view = _view_test(connection)

    def include_object(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
        if kind == "table" and not reflected and (item.info.get("is_view") or is_view(item.schema, name)):
            return False
        return theirs is None or bool(theirs(item, name, kind, reflected, compare_to))

    return {"render_item": render_item, **options, "include_object": include_object}


def render_item(kind: str, item: object, autogen: AutogenContext) -> bool:
    """Have the revision import the module of a custom column type; Alembic renders the type itself."""
    if kind == "type" and isinstance(item, TypeEngine):
        module = type(item).__module__
        if module.partition(".")[0] not in LIBRARIES:
            autogen.imports.add(f"import {module}")
    return False


def _view_test(connection: Connection) -> Callable[[str | None, str | None], bool]:
    """Return a test whether the database has a view of that name, which lists the views when it is first used."""
    views: dict[str | None, frozenset[str]] = {}

    def is_view(schema: str | None, name: str | None) -> bool:
        if schema not in views:
            inspector = inspect(connection)
            found = set(inspector.get_view_names(schema))
            if connection.dialect.name == "postgresql":
                found.update(inspector.get_materialized_view_names(schema))
            views[schema] = frozenset(found)
        return name in views[schema]

    return is_view
