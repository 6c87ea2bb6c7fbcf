"""Which service a table belongs to, by reading the source of its models; nothing is imported."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from dbtasks.project import Project
from dbtasks.services.files import find

REFERENCE = re.compile(r"\bREFERENCES\s+\S+", re.IGNORECASE)  # a table that is only referred to is not touched


def owners(project: Project) -> dict[str, str]:
    """Return the service of each table whose name stands as a text in a model module."""
    return {
        table: service.name
        for service in find(project)
        for module in service.modules
        for table in _tables(module.path.read_bytes())
    }


def touched(statements: Iterable[str], owned: Mapping[str, str]) -> tuple[str, ...]:
    """Return the services whose tables stand in SQL statements, sorted."""
    words = {word for one in statements for word in re.findall(r"\w+", REFERENCE.sub(" ", one))}
    return tuple(sorted({service for table, service in owned.items() if table in words}))


def _tables(source: bytes) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # whoever imports it is told
        return
    for node in ast.walk(tree):
        name: ast.expr | None = None
        if isinstance(node, ast.Assign) and [one.id for one in node.targets if isinstance(one, ast.Name)] == [
            "__tablename__"
        ]:
            name = node.value
        elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func).rpartition(".")[2] == "Table":
            name = node.args[0]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield name.value
