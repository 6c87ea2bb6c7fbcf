"""Import model modules once, under the application's own names, and contain what they do meanwhile."""

import contextlib
import importlib
import io
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

from dbtasks.errors import ImportedFromElsewhere, ImportedTwice, ImportFailed, Source
from dbtasks.project import Project
from dbtasks.services.files import Module


def import_all(project: Project, modules: Iterable[Module]) -> Iterator[tuple[Module, ModuleType, bool]]:
    """Yield each module with what it was imported as, and whether it printed or logged while it was imported.

    Raises:
        ImportFailed: a module raises, exits, or is no Python.
        ImportedFromElsewhere: its name leads to another file.
        ImportedTwice: its file is already imported under another name.
    """
    wanted = {module.path: module.name for module in modules}
    with _import_roots(project):
        for path, name in wanted.items():
            module = Module(name, path)
            try:
                imported, noisy = _import(project, module)
            except ImportFailed as error:
                # With a shared base the second import fails, since its tables are there already.
                frames = traceback.walk_tb(error.__cause__.__traceback__ if error.__cause__ else None)
                names = ((str(frame.f_globals.get("__name__")), frame.f_code.co_filename) for frame, _ in frames)
                _check_names(project, wanted, names)
                raise
            yield module, imported, noisy
    loaded = ((name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items()))
    _check_names(project, wanted, loaded)


def _check_names(project: Project, wanted: Mapping[Path, str], imported: Iterable[tuple[str, str | None]]) -> None:
    """Raise ImportedTwice for a file of a wanted module that has another name than that one."""
    for name, file in imported:
        expected = wanted.get(_tidy(file)) if isinstance(file, str) else None
        if expected not in (None, name) and name != "__main__":
            raise ImportedTwice(Source(project.relative(_tidy(str(file)))), (str(expected), name))


@contextlib.contextmanager
def _import_roots(project: Project) -> Iterator[None]:
    """Put the project's import roots on ``sys.path`` for good, and work from its root meanwhile.

    For good, because a model may import more when it is used. From the root, because a module may read a file there.
    """
    for folder in reversed(project.pythonpath):
        root = str(project.root / folder)
        if root not in sys.path:
            sys.path.insert(0, root)
    before = Path.cwd()
    os.chdir(project.root)
    try:
        yield
    finally:
        os.chdir(before)


def _import(project: Project, module: Module) -> tuple[ModuleType, bool]:
    output = io.StringIO()
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            imported = importlib.import_module(module.name)
    except SystemExit as error:
        raise ImportFailed(module.name, _place(project, module, error), "it ends the program (SystemExit)") from error
    except Exception as error:
        raise ImportFailed(module.name, _place(project, module, error), _cause(error)) from error
    file = getattr(imported, "__file__", None)
    if file is None or not Path(file).samefile(module.path):
        raise ImportedFromElsewhere(module.name, Source(project.relative(module.path)), str(file or "a folder"))
    return imported, bool(output.getvalue())


def _place(project: Project, module: Module, error: BaseException) -> Source:
    """Return the last line of the project's own code that the error went through."""
    if isinstance(error, SyntaxError) and error.filename:
        return Source(project.relative(_tidy(error.filename)), error.lineno)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = _tidy(frame.filename)
        inside = path.is_relative_to(project.root) and not path.is_relative_to(sys.prefix)
        if inside and "site-packages" not in path.parts:
            return Source(project.relative(path), frame.lineno)
    return Source(project.relative(module.path))


def _tidy(file: str) -> Path:
    """Return the path without "..", which Alembic's ``prepend_sys_path`` brings into the names of files."""
    return Path(os.path.normpath(file))


def _cause(error: Exception) -> str:
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    words = said.strip().splitlines()
    return f"{type(error).__name__}: {words[0].rstrip('.')}" if words else type(error).__name__
