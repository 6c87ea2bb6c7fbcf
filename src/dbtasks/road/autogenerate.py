"""What autogenerate is told beyond Alembic's defaults: views, a revision's imports, what it leaves out."""

from collections.abc import Callable
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import DropIndexOp, DropTableOp, MigrateOperation, MigrationScript, ModifyTableOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Computed, Connection, TextClause, inspect
from sqlalchemy.types import TypeEngine

from dbtasks import dialects, ledger

LIBRARIES = ("sqlalchemy", "alembic")  # Alembic imports these by itself


def hooks(connection: Connection, options: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``context.configure``; a project's own hooks are asked after ours."""
    theirs, next_hook = options.get("include_object"), options.get("process_revision_directives")
    their_names = options.get("include_name")
    is_view = _view_test(connection)

    def include_object(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
        if kind == "table" and not reflected and (item.info.get("is_view") or is_view(item.schema, name)):
            return False
        return theirs is None or bool(theirs(item, name, kind, reflected, compare_to))

    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "table" and (name or "").startswith(ledger.PREFIX):
            return False
        return their_names is None or bool(their_names(name, kind, parents))

    def process(context: MigrationContext, revision: Any, directives: list[MigrateOperation]) -> None:
        for directive in directives:
            if isinstance(directive, MigrationScript):
                _leave_out_lost_indexes(directive)
        if next_hook is not None:
            next_hook(context, revision, directives)

    ours = {"include_object": include_object, "include_name": include_name, "process_revision_directives": process}
    return {"render_item": render_item, **options, **ours}


def render_item(kind: str, item: object, autogen: AutogenContext) -> str | bool:
    """Have the revision import the module of a custom column type; Alembic renders most types itself."""
    if kind == "type" and isinstance(item, TypeEngine):
        module = type(item).__module__
        if module.partition(".")[0] not in LIBRARIES:
            autogen.imports.add(f"import {module}")
        dialect = next((one for one in dialects.ALL if autogen.dialect.name in one.names), None)
        return (dialect and dialect.source(item, autogen.imports)) or False
    return _as_written(kind, item) or False


def _as_written(kind: str, item: object) -> str | None:
    """Return SQL with a percent sign as its author wrote it: Alembic doubles the sign for some drivers.

    None where there is none, or where it is no text.
    """
    sql = getattr(item, "sqltext", getattr(item, "arg", None))
    if not isinstance(sql, TextClause) or "%" not in sql.text:
        return None
    if kind == "check":
        return f"sa.CheckConstraint({sql.text!r}, name={getattr(item, 'name', None)!r})"
    if isinstance(item, Computed):
        return f"sa.Computed({sql.text!r}, persisted={item.persisted!r})"
    return f"sa.text({sql.text!r})" if kind == "server_default" else None


def _leave_out_lost_indexes(script: MigrationScript) -> None:
    """Do not drop an index of a table that is dropped next: MySQL refuses where a foreign key still needs it."""
    for operations in (*script.upgrade_ops_list, *script.downgrade_ops_list):
        dropped = {(one.schema, one.table_name) for one in operations.ops if isinstance(one, DropTableOp)}
        for container in operations.ops:
            if isinstance(container, ModifyTableOps) and (container.schema, container.table_name) in dropped:
                container.ops = [one for one in container.ops if not isinstance(one, DropIndexOp)]
        operations.ops = [one for one in operations.ops if not (isinstance(one, ModifyTableOps) and one.is_empty())]


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
