"""Which services a revision touches: as its docstring states, or else by the names of tables in its source."""

import ast
from collections.abc import Iterator, Mapping

from dbtasks import services
from dbtasks.errors import NoServices
from dbtasks.history.graph import History, Revision

# Operations whose first argument is the name of something else, and the second that of its table.
TABLE_IS_SECOND = frozenset({
    "create_check_constraint", "create_exclude_constraint", "create_foreign_key", "create_index", "create_primary_key",
    "create_unique_constraint", "drop_constraint", "drop_index",
})  # fmt: skip
KEYWORDS = frozenset({"source_table", "table_name"})


def services_of(history: History) -> dict[str, tuple[str, ...]]:
    """Return the services that each revision touches, by its id; none for a revision of which that cannot be told.

    A table of which no model is left belongs to no service: such a revision should state its services.
    """
    try:
        owned = services.owners(history.project)
    except NoServices:
        owned = {}
    return {one.id: one.services or _read(one, owned) for one in history.revisions}


def _read(revision: Revision, owned: Mapping[str, str]) -> tuple[str, ...]:
    found = set[str]()
    for call in ast.walk(ast.parse(revision.path.read_bytes())):
        if isinstance(call, ast.Call):
            found |= {owned[name] for name in _tables(call) if name in owned}
            found.update(services.touched(_sql(call), owned))
    return tuple(sorted(found))


def _tables(call: ast.Call) -> Iterator[str]:
    """Yield the tables of an operation (``op.create_table``), or of a construct (``sa.table``)."""
    module, _, verb = ast.unparse(call.func).rpartition(".")
    if module != "op" and verb.lower() != "table":
        return
    first, last = (1, 2) if verb in TABLE_IS_SECOND else (0, 2) if verb == "rename_table" else (0, 1)
    for one in (*call.args[first:last], *(word.value for word in call.keywords if word.arg in KEYWORDS)):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def _sql(call: ast.Call) -> Iterator[str]:
    """Yield the statements that a call is given as text: whatever has a space in it."""
    for argument in call.args:
        for node in ast.walk(argument) if isinstance(argument, ast.JoinedStr | ast.BinOp) else (argument,):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
                yield node.value
