"""What the imported model modules declare: metadata, tables, where each stands, and what is wrong with them."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Literal

from sqlalchemy import MetaData, Table
from sqlalchemy.exc import NoReferencedColumnError, NoReferencedTableError

from dbtasks.errors import Source, TableDeclaredTwice, UndeclaredReference
from dbtasks.project import Project
from dbtasks.services.files import Module, Service, find
from dbtasks.services.imports import import_all
from dbtasks.services.outside import outside


@dataclass(frozen=True, slots=True)
class Declaration:
    """A table, and the place where a model module declares it.

    Attributes:
        path: of the module, relative to the project's root.
        lines: those of the module's names.
        names: by which the table, or its class, may stand there.
        model: the class; None for a table without one.
    """

    service: str
    table: Table
    path: Path
    lines: Mapping[str, int]
    names: tuple[str, ...]
    model: type | None = None

    @property
    def source(self) -> Source:
        """Return the place; its line is None when none of the names stands there."""
        return Source(self.path, next((self.lines[name] for name in self.names if name in self.lines), None))

    @property
    def is_view(self) -> bool:
        """Return whether the class says that it is mapped to a view of SQL, which is no table to create."""
        return bool(self.table.info.get("is_view"))


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a service that stops nothing, and that its author should know."""

    kind: Literal["no-model", "output"]
    service: str
    source: Source


@dataclass(frozen=True, slots=True)
class Models:
    """Everything that the services declare."""

    services: tuple[Service, ...]
    metadata: tuple[MetaData, ...]
    declarations: tuple[Declaration, ...]
    notices: tuple[Notice, ...]

    def tables_of(self, service: str) -> frozenset[str]:
        """Return the full names of the tables that a service declares; empty for a service without any."""
        return frozenset(one.table.fullname for one in self.declarations if one.service == service)


def load(project: Project) -> Models:
    """Return what every discovered model module declares; the modules are imported.

    Raises:
        NoServices: there is nothing to import.
        ImportFailed, ImportedFromElsewhere, ImportedTwice: a module cannot be imported.
        TableDeclaredTwice: two metadatas have one table.
        UndeclaredReference: a foreign key leads nowhere.
    """
    services = find(project)
    owner = {module.path: service.name for service in services for module in service.modules}
    metadata: dict[int, MetaData] = {}
    declarations: list[Declaration] = []
    notices: list[Notice] = []
    for module, imported, noisy in import_all(project, [one for service in services for one in service.modules]):
        metadata.update((id(one), one) for one in _metadata(imported))
        declarations += _declarations(project, owner[module.path], module, imported)
        if noisy:
            notices.append(Notice("output", owner[module.path], Source(project.relative(module.path))))
    with_models = {one.service for one in declarations}
    notices += [
        Notice("no-model", one.name, Source(project.relative(one.packages[0])))
        for one in services
        if one.name not in with_models
    ]
    models = Models(services, tuple(metadata.values()), tuple(declarations), tuple(notices))
    _check(project, models)
    return models


def _metadata(imported: ModuleType) -> Iterator[MetaData]:
    """Yield the metadata of a module's own and imported names: bases, models, tables, or a bare MetaData."""
    for value in vars(imported).values():
        if isinstance(value, MetaData):
            yield value
        elif isinstance(value, Table):
            yield value.metadata
        elif isinstance(value, type) and isinstance(table := getattr(value, "__table__", None), Table):
            yield table.metadata
        elif isinstance(value, type) and isinstance(metadata := getattr(value, "metadata", None), MetaData):
            yield metadata


def _declarations(project: Project, service: str, module: Module, imported: ModuleType) -> Iterator[Declaration]:
    lines = _Lines(module.path)
    path = project.relative(module.path)
    seen = set()
    for name, value in vars(imported).items():
        # In vars(): a subclass that lives in its parent's table declares none.
        table = vars(value).get("__table__") if isinstance(value, type) else value
        if not isinstance(table, Table) or table in seen:
            continue
        key = value.__name__ if isinstance(value, type) else table.name
        own = value.__module__ == module.name if isinstance(value, type) else name in lines
        if own:
            seen.add(table)
            yield Declaration(service, table, path, lines, (key, name), value if isinstance(value, type) else None)


class _Lines(Mapping[str, int]):
    """The lines of a module's classes and assigned names, by name; it is parsed when one is asked for."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @cached_property
    def _found(self) -> dict[str, int]:
        return _lines(self._file.read_bytes())

    def __getitem__(self, name: str) -> int:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _lines(source: bytes) -> dict[str, int]:
    lines: dict[str, int] = {}
    for node in _statements(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            lines[node.name] = node.lineno
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            lines.update((target.id, node.lineno) for target in targets if isinstance(target, ast.Name))
    return lines


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements below a node; what is in their expressions, which is most of a tree, is not looked at."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        for one in getattr(node, name, ()):
            yield one
            yield from _statements(one)


def _check(project: Project, models: Models) -> None:
    declared = {id(one.table): one for one in models.declarations}
    first: dict[str, Table] = {}
    for table in _tables(models.metadata):
        other = first.setdefault(table.fullname, table)
        if other is not table:
            places = tuple(declared[id(one)].source for one in (other, table) if id(one) in declared)
            raise TableDeclaredTwice(table.fullname, places)
    for table in first.values():
        for column, target in _broken(table):
            elsewhere = None if target.rpartition(".")[0] in first else _elsewhere(project, models, target)
            source = declared[id(table)].source if id(table) in declared else None
            raise UndeclaredReference(source, column, target, tuple(first), elsewhere)


def _broken(table: Table) -> Iterator[tuple[str, str]]:
    """Yield each column whose foreign key leads nowhere, and where it should lead."""
    for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
        try:
            key.column  # noqa: B018 - looking it up is the check
        except (NoReferencedTableError, NoReferencedColumnError):
            yield f"{table.fullname}.{key.parent.name}", key.target_fullname


def _elsewhere(project: Project, models: Models, target: str) -> Source | None:
    """Return where the table of a column is declared that no model module declares; None when it is nowhere."""
    modules = {module.path for service in models.services for module in service.modules}
    places = (
        Source(project.relative(path), one.line)
        for path, one in outside(project, modules)
        if one.table == target.rpartition(".")[0]
    )
    return min(places, default=None)


def _tables(metadata: Iterable[MetaData]) -> Iterator[Table]:
    for one in metadata:
        yield from one.tables.values()
