"""What one file of Python declares, read from its source: classes with a table, and plain tables."""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["class", "Table"]
LIBRARIES = frozenset({"sqlalchemy", "sqlmodel"})
# Bases of classes that are bases themselves, and no table.
ROOTS = frozenset({
    "ABC", "AsyncAttrs", "DeclarativeBase", "DeclarativeBaseNoMeta", "Generic", "MappedAsDataclass", "Protocol",
    "object",
})  # fmt: skip
COLUMNS = frozenset({"Column", "mapped_column", "Mapped"})
REFLECTED = frozenset({"autoload", "autoload_with"})  # a table that is looked up in a database is not declared


@dataclass(frozen=True, slots=True)
class Written:
    """A table that stands in source.

    Attributes:
        table: its full name; empty when it is computed.
        kind: whether a class declares it, or a call of ``Table``.
        name: the class, or the name that the table is assigned to; empty when it is assigned to none.
        line: where it begins.
    """

    table: str
    kind: Kind
    name: str
    line: int


def tables(source: bytes, bases: Collection[str] = ()) -> tuple[Written, ...]:
    """Return what a file declares; nothing when it is no Python, which whoever imports it is told.

    Args:
        source: the file's text.
        bases: names of classes, from whatever file, that compute the table's name for those that build on them.
    """
    tree = _parsed(source)
    if tree is None:
        return ()
    reader = _Reader(tree, bases)
    reader.visit(tree)
    return tuple(sorted(reader.found, key=lambda one: one.line))


def naming_bases(source: bytes) -> Iterator[str]:
    """Yield the classes of a file that have a method ``__tablename__`` for those that build on them."""
    tree = _parsed(source)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.ClassDef) and _has_method(node) and _is_base(node, _values(node)):
            yield node.name


class _Reader(ast.NodeVisitor):
    """Collects the declarations of one tree."""

    def __init__(self, tree: ast.Module, bases: Collection[str]) -> None:
        self.found: list[Written] = []
        self._bases = bases
        self._imported = dict(_imported(tree))
        self._texts = {name: value.value for name, value in _values(tree).items() if isinstance(value, ast.Constant)}
        self._assigned: dict[ast.expr, str] = {}
        self._told: set[ast.Call] = set()  # with their class
        self._functions = 0

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._functions += 1
        self.generic_visit(node)
        self._functions -= 1

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        values = _values(node)
        table = values.get("__table__")
        name = self._table_of(node, values)
        if name is not None:
            schema = _schema(values.get("__table_args__"))
            self._add(self._full(name, schema), "class", node.name, node)
        elif isinstance(table, ast.Call) and self._is_table(table):
            self._add(self._called(table), "class", node.name, node)
            self._told.add(table)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._assigned[node.value] = _dotted(node.targets[0])
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assigned[node.value] = _dotted(node.target)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if node not in self._told and self._is_table(node):
            self._add(self._called(node), "Table", self._assigned.get(node, ""), node)
        self.generic_visit(node)

    def _add(self, table: str, kind: Kind, name: str, node: ast.ClassDef | ast.Call) -> None:
        self.found.append(Written(table, kind, name, node.lineno))

    def _table_of(self, node: ast.ClassDef, values: Mapping[str, ast.expr]) -> ast.expr | None:
        """Return the expression that names the class's table; None when it has none."""
        if _is_base(node, values):
            return None
        unknown = ast.Constant("")
        if "__tablename__" in values:
            stated = values["__tablename__"]
            return None if isinstance(stated, ast.Constant) and stated.value is None else stated
        if any(one.arg == "table" and _is_true(one.value) for one in node.keywords):  # SQLModel
            return ast.Constant(node.name.lower())
        inherits = any(_last(base) in self._bases for base in node.bases) and any(map(_is_column, node.body))
        return unknown if _has_method(node) or inherits else None

    def _is_table(self, node: ast.Call) -> bool:
        """Return whether a call is one of SQLAlchemy's ``Table``, or Flask-SQLAlchemy's, that declares a table."""
        head, _, rest = _dotted(node.func).partition(".")
        path = f"{self._imported.get(head, '')}.{rest}".rstrip(".").split(".")
        if path[-1] != "Table" or not node.args or REFLECTED & {one.arg for one in node.keywords}:
            return False
        # In a function a name that is no text comes from a caller: the call is a tool, and no declaration.
        named = not self._functions or bool(self._text(node.args[0])) or isinstance(node.args[0], ast.JoinedStr)
        words = {one.arg: one.value for one in node.keywords}
        metadata = node.args[1] if len(node.args) > 1 else words.get("metadata")
        knows = path[-2:] == ["db", "Table"]  # Flask-SQLAlchemy's has a metadata of its own
        takes = path[0] in LIBRARIES and metadata is not None and not self._is_passing(metadata)
        return named and (knows or takes)

    def _is_passing(self, metadata: ast.expr) -> bool:
        """Return whether a function makes a ``MetaData()`` for it: a table to write rows with, none to create."""
        return bool(self._functions) and isinstance(metadata, ast.Call) and _last(metadata.func) == "MetaData"

    def _called(self, node: ast.Call) -> str:
        schema = next((one.value for one in node.keywords if one.arg == "schema"), None)
        return self._full(node.args[0], schema)

    def _full(self, name: ast.expr, schema: ast.expr | None) -> str:
        parts = [self._text(one) for one in (schema, name) if one is not None]
        return ".".join(part for part in parts if part) if parts[-1] else ""

    def _text(self, node: ast.expr) -> str:
        value = self._texts.get(node.id) if isinstance(node, ast.Name) else getattr(node, "value", None)
        return value if isinstance(value, str) else ""


def _parsed(source: bytes) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each name that the file imports with the dotted name of what it is; Flask-SQLAlchemy's object as ``db``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield (one.asname, one.name) if one.asname else (one.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                name = "Table" if one.name == "*" and node.module in LIBRARIES else one.name
                yield one.asname or name, f"{node.module or ''}.{name}"
        elif isinstance(node, ast.Assign) and _last(node.value) == "SQLAlchemy":
            names = (target.id for target in node.targets if isinstance(target, ast.Name))
            yield from ((name, "flask_sqlalchemy.db") for name in names)


def _values(node: ast.Module | ast.ClassDef) -> dict[str, ast.expr]:
    """Return the values that stand in a body itself, by name."""
    found = {}
    for one in node.body:
        if isinstance(one, ast.Assign):
            found.update({target.id: one.value for target in one.targets if isinstance(target, ast.Name)})
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.value is not None:
            found[one.target.id] = one.value
    return found


def _is_base(node: ast.ClassDef, values: Mapping[str, ast.expr]) -> bool:
    """Return whether a class is there to be built on: abstract, a mixin, or a declarative base."""
    if _is_true(values.get("__abstract__")):
        return True
    if any(_last(one).startswith(("mapped", "as_declarative")) for one in node.decorator_list):
        return _last(node.decorator_list[-1]) == "as_declarative"
    if all(_last(base) in ROOTS for base in node.bases):
        return True
    return _has_method(node) and node.name.endswith(("Base", "Mixin"))


def _has_method(node: ast.ClassDef) -> bool:
    return any(isinstance(one, ast.FunctionDef) and one.name == "__tablename__" for one in node.body)


def _is_column(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
    called = value.func if isinstance(value, ast.Call) else None
    return any(_last(one) in COLUMNS for one in (annotation, called) if one is not None)


def _schema(arguments: ast.expr | None) -> ast.expr | None:
    """Return the schema that stands in ``__table_args__``."""
    last = arguments.elts[-1] if isinstance(arguments, ast.Tuple) and arguments.elts else arguments
    if not isinstance(last, ast.Dict):
        return None
    pairs = zip(last.keys, last.values, strict=True)
    return next((value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "schema"), None)


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _last(node: ast.expr) -> str:
    """Return "Base" for ``Base``, ``models.Base`` and ``Base[int]``, also when it is called."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return _dotted(node).rpartition(".")[2]


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
