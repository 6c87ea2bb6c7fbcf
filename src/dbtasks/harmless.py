"""Whether a revision can be seen to take nothing away, by reading its source: then nothing has to be rehearsed."""

import ast
import re
from collections.abc import Iterable

from dbtasks.history import Direction

# Operations that take no data away. alter_column is one as long as it changes neither type nor name.
OPERATIONS = frozenset({
    "add_column", "bulk_insert", "create_check_constraint", "create_exclude_constraint", "create_foreign_key",
    "create_index", "create_primary_key", "create_table", "create_table_comment", "create_unique_constraint",
    "drop_constraint", "drop_index", "drop_table_comment", "f",
})  # fmt: skip
SAFE_ALTERATIONS = frozenset({
    "comment", "existing_comment", "existing_nullable", "existing_server_default", "existing_type", "nullable",
    "schema", "server_default",
})  # fmt: skip
# SQL that begins so, and says none of the other words, adds something.
ADDING = re.compile(r"\s*(CREATE|COMMENT|GRANT|INSERT)\b", re.IGNORECASE)
TAKING = re.compile(r"\b(DELETE|UPDATE|TRUNCATE|DROP|ALTER|RENAME|REPLACE|MERGE|DO|CALL)\b", re.IGNORECASE)


def is_harmless(source: str, direction: Direction) -> bool:
    """Return whether the function for this direction only adds; False also when that cannot be told."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == direction:
            return _adds(node.body, {"op"})
    return False


def mixes(source: str, direction: Direction) -> bool:
    """Return whether the function inserts rows and does other things as well, as far as its source shows."""
    if "INSERT" not in source.upper():
        return False
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return True
    bodies = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == direction]
    calls = [one for body in bodies for one in ast.walk(body) if _name_of(one, {"op"}) not in (None, "f")]
    inserting = [one for one in calls if _name_of(one, {"op"}) == "bulk_insert" or "INSERT" in ast.unparse(one).upper()]
    return 0 < len(inserting) < len(calls)


def _adds(body: Iterable[ast.stmt], operations: set[str]) -> bool:
    return all(_statement_adds(statement, operations) for statement in body)


def _statement_adds(statement: ast.stmt, operations: set[str]) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) or _call_adds(statement.value, operations)
    if isinstance(statement, ast.With) and len(statement.items) == 1:
        item = statement.items[0]
        is_batch = _name_of(item.context_expr, operations) == "batch_alter_table"
        batch = item.optional_vars
        return is_batch and isinstance(batch, ast.Name) and _adds(statement.body, {batch.id})
    return False


def _call_adds(call: ast.expr, operations: set[str]) -> bool:
    name = _name_of(call, operations)
    if name is None or not isinstance(call, ast.Call):
        return False
    nested = [one for part in (*call.args, *(word.value for word in call.keywords)) for one in ast.walk(part)]
    if any(_name_of(one, operations) not in (None, "f") for one in nested):
        return False
    if name == "alter_column":
        return len(call.args) <= 2 and {word.arg for word in call.keywords} <= SAFE_ALTERATIONS  # noqa: PLR2004 - table, column
    if name == "execute":
        text = call.args[0] if len(call.args) == 1 else None
        said = text.value if isinstance(text, ast.Constant) else None
        return isinstance(said, str) and bool(ADDING.match(said)) and not TAKING.search(said)
    return name in OPERATIONS


def _name_of(node: ast.AST, operations: set[str]) -> str | None:
    """Return "create_table" for ``op.create_table(...)``, and None for what is no operation."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        value = node.func.value
        if isinstance(value, ast.Name) and value.id in operations:
            return node.func.attr
    return None
