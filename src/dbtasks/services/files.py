"""Find services and their model modules on disk; nothing is imported, so it takes milliseconds."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
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
    found, models, pythonpath = {}, PurePosixPath(project.models), _import_roots(project)
    for root in project.services:
        if not (project.root / root).is_dir():
            raise NoServices((root,), project.models)
        for entry in _folders(_entries(str(project.root / root)), NEVER | NOT_OUTSIDE_MODELS):
            folder = Path(entry.path)
            inside = _packages(models, entry.path, folder.relative_to(project.root).as_posix())
            packages = tuple(sorted(map(Path, inside)))
            if packages:
                modules = tuple(module for package in packages for module in _modules(pythonpath, package))
                found[folder] = Service(folder.name, folder, packages, modules)
    if not found:
        raise NoServices(project.services, project.models)
    return tuple(sorted(found.values(), key=lambda service: (service.name, service.path)))


def check_name(project: Project, name: str, others: Iterable[str] = ()) -> None:
    """Raise UnknownService when discovery finds no service of this name, and it is none of the ``others``."""
    names = tuple(one.name for one in find(project))
    if name not in {*names, *others}:
        raise UnknownService(name, names)


def _packages(models: PurePosixPath, folder: str, relative: str) -> Iterator[str]:
    """Yield the packages of models in a folder, or the folder itself; ``relative`` is its path from the root."""
    entries = _entries(folder)
    if _is_environment(entries):
        return
    # match() reads a relative pattern from the right, so that "**/db_models" fits at any depth. It takes long, and
    # nearly every folder can be told by its name.
    if fnmatchcase(relative.rpartition("/")[2], models.name) and PurePosixPath(relative).match(str(models)):
        yield folder
        return
    for below in _folders(entries, NEVER | NOT_OUTSIDE_MODELS):
        yield from _packages(models, below.path, f"{relative}/{below.name}")


def _modules(pythonpath: Sequence[Path], package: Path) -> Iterator[Module]:
    entries = _entries(str(package))
    if _is_environment(entries):
        return
    prefix = _import_name(pythonpath, package)
    files = sorted(entry.name for entry in entries if entry.name.endswith(".py") and entry.is_file())
    for name in sorted(files, key=lambda name: (name != "__init__.py", name)):
        own = "" if name == "__init__.py" else name.removesuffix(".py")
        yield Module(".".join(part for part in (prefix, own) if part), package / name)
    for below in _folders(entries, NEVER):
        yield from _modules(pythonpath, Path(below.path))


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return list(entries)


def _is_environment(entries: Iterable[os.DirEntry[str]]) -> bool:
    """Return whether this is what a virtual environment has in it."""
    return any(entry.name == "pyvenv.cfg" for entry in entries)


def _folders(entries: Iterable[os.DirEntry[str]], skipped: frozenset[str]) -> list[os.DirEntry[str]]:
    """Return the folders among them, by name, without hidden ones and links, which may lead in circles."""
    found = (entry for entry in entries if not entry.name.startswith(".") and entry.name not in skipped)
    return sorted((one for one in found if one.is_dir(follow_symlinks=False)), key=lambda one: one.name)


def _import_roots(project: Project) -> tuple[Path, ...]:
    """Return the folders of ``pythonpath``, the deepest first, and the project's own at the end."""
    pythonpath = [project.root / folder for folder in project.pythonpath]
    return (*sorted(pythonpath, key=lambda one: len(one.parts), reverse=True), project.root)


def _import_name(pythonpath: Sequence[Path], folder: Path) -> str:
    """Return the dotted name of a folder below the first of the pythonpath that holds it; "" for that itself."""
    root = next(one for one in pythonpath if folder.is_relative_to(one))
    return ".".join(folder.relative_to(root).parts)
