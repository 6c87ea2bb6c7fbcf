"""Find services and their model modules on disk; nothing is imported, so it takes milliseconds."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dbtasks.errors import NoServices, UnknownService
from dbtasks.project import Project

NEVER = frozenset({"__pycache__", "node_modules", "site-packages", "tests"})
NOT_OUTSIDE_MODELS = frozenset({"templates", "versions"})  # text that looks like Python, and other people's revisions


@dataclass(frozen=True, slots=True, order=True)
class Module:
    """A model module: the name under which the application imports it, and its file."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Service:
    """The first folder under a services root that has model packages at any depth."""

    name: str
    path: Path
    packages: tuple[Path, ...]
    modules: tuple[Module, ...]


def find(project: Project) -> tuple[Service, ...]:
    """Return the services of a project, by name.

    Raises:
        NoServices: there is none, or a root does not exist.
    """
    found = {}
    for root in project.services:
        if not (project.root / root).is_dir():
            raise NoServices((root,), project.models)
        for folder in _folders(project.root / root, NEVER | NOT_OUTSIDE_MODELS):
            packages = tuple(sorted(_packages(project, folder)))
            if packages:
                modules = tuple(module for package in packages for module in _modules(project, package))
                found[folder] = Service(folder.name, folder, packages, modules)
    if not found:
        raise NoServices(project.services, project.models)
    return tuple(sorted(found.values(), key=lambda service: (service.name, service.path)))


def check_name(project: Project, name: str, others: Iterable[str] = ()) -> None:
    """Raise UnknownService when discovery finds no service of this name, and it is none of the ``others``."""
    names = tuple(one.name for one in find(project))
    if name not in {*names, *others}:
        raise UnknownService(name, names)


def _packages(project: Project, folder: Path) -> Iterator[Path]:
    # match() reads a relative pattern from the right, so that "**/db_models" fits at any depth.
    if PurePosixPath(folder.relative_to(project.root)).match(project.models):
        yield folder
        return
    for below in _folders(folder, NEVER | NOT_OUTSIDE_MODELS):
        yield from _packages(project, below)


def _modules(project: Project, package: Path) -> Iterator[Module]:
    with os.scandir(package) as entries:
        files = sorted(entry.name for entry in entries if entry.name.endswith(".py") and entry.is_file())
    for name in sorted(files, key=lambda name: (name != "__init__.py", name)):
        yield Module(_import_name(project, package / name), package / name)
    for below in _folders(package, NEVER):
        yield from _modules(project, below)


def _folders(parent: Path, skipped: frozenset[str]) -> list[Path]:
    """Return the folders in one, without hidden ones, virtual environments and links, which may lead in circles."""
    if not parent.is_dir():
        return []
    with os.scandir(parent) as entries:
        names = [
            entry.name
            for entry in entries
            if not entry.name.startswith(".") and entry.name not in skipped and entry.is_dir(follow_symlinks=False)
        ]
    return [parent / name for name in sorted(names) if not (parent / name / "pyvenv.cfg").exists()]


def _import_name(project: Project, file: Path) -> str:
    """Return the dotted name below the deepest folder of ``pythonpath`` that holds the file."""
    roots = [project.root / folder for folder in project.pythonpath]
    root = max((one for one in roots if file.is_relative_to(one)), key=lambda one: len(one.parts), default=project.root)
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
