"""Tables that stand in the repository's source and that discovery does not find, so that no revision has them."""

import os
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Table

from dbtasks.errors import ModelMoved, Source
from dbtasks.project import Project
from dbtasks.services.declared import Models
from dbtasks.services.files import find
from dbtasks.services.outside import outside
from dbtasks.services.written import Kind, Written


@dataclass(frozen=True, slots=True)
class Undiscovered:
    """A table that stands in source where discovery does not look.

    Attributes:
        table: its full name; empty when it is computed, so that it cannot be read.
        kind: whether a class declares it, or a call of ``Table``.
        name: the class, or the name that the table is assigned to; empty when it is assigned to none.
        source: where it stands.
    """

    table: str
    kind: Kind
    name: str
    source: Source


def undiscovered(project: Project, models: Models | None = None) -> tuple[Undiscovered, ...]:
    """Return the tables that no revision will have, by file and line; empty when there is none.

    With loaded ``models`` the metadata is the truth: a table that it holds is found, wherever its module lies. Without,
    a table is found when it stands in a model module; imports are not followed. Files that ``ignore`` of [tool.dbtasks]
    names are not looked at.

    Raises:
        NoServices: ``models`` is not given, and there is no service.
    """
    services = models.services if models else find(project)
    modules = {module.path for service in services for module in service.modules}
    names = _names(models) if models else frozenset()
    found = [(path, one) for path, one in outside(project, modules) if not one.table or one.table not in names]
    if models and not all(one.table for _, one in found):
        classes = _classes(project, models)
        found = [(path, one) for path, one in found if one.table or (str(path), one.name) not in classes]
    several = (Undiscovered(one.table, one.kind, one.name, _place(project, path, one)) for path, one in found)
    return tuple(sorted(several, key=lambda one: one.source))


def moved(found: Iterable[Undiscovered], dropped: Collection[str]) -> tuple[Undiscovered, ...]:
    """Return those whose table is one of the ``dropped``: the model is still there, only not where discovery looks."""
    return tuple(one for one in found if one.table and one.table in dropped)


def check_moved(project: Project, found: Iterable[Undiscovered], dropped: Collection[str]) -> None:
    """Raise ModelMoved when a table would be dropped whose model is only not found any more."""
    still = moved(found, dropped)
    if still:
        raise moved_error(project, still)


def moved_error(project: Project, still: Collection[Undiscovered]) -> ModelMoved:
    """Return what is to be said of models that are not where discovery looks."""
    return ModelMoved(
        tuple(one.table for one in still), tuple(one.source for one in still), project.models, project.services
    )


def _place(project: Project, path: Path, one: Written) -> Source:
    return Source(project.relative(path), one.line)


def _names(models: Models) -> frozenset[str]:
    """Return the names of all tables that are loaded, with their schema and without."""
    loaded = [table for one in models.metadata for table in one.tables.values()]
    return frozenset(name for table in loaded for name in (table.fullname, table.name))


def _classes(project: Project, models: Models) -> frozenset[tuple[str, str]]:
    """Return file and name of each class that was imported and has a table in the loaded metadata."""
    loaded = {id(one) for one in models.metadata}
    return frozenset(
        (file, name)
        for module in list(sys.modules.values())
        if (file := os.path.normpath(getattr(module, "__file__", None) or "")).startswith(str(project.root))
        for name, value in list(vars(module).items())
        if isinstance(value, type)
        and isinstance(table := vars(value).get("__table__"), Table)
        and id(table.metadata) in loaded
    )
