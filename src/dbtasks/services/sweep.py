"""Which Python files of a repository may declare tables of its database; they are read, and nothing is imported."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dbtasks.project import PYPROJECT, SECTION, Project
from dbtasks.services.files import NEVER

SKIPPED = NEVER | {"test", "templates"}
BUILT = frozenset({"build", "dist"})  # beside one of these files they hold copies
PACKAGING = frozenset({PYPROJECT, "setup.py", "setup.cfg", "package.json"})
TESTS = re.compile(r"test_.*|.*_test\.py|conftest\.py")
# Each file is searched for these bytes, which takes microseconds, before one in a hundred is parsed; and first for what
# several of them have in common, which most files have not.
TABLES = (b"__table", b"Table", b"table=True", b"table = True")
WORDS = {b"able": TABLES, b"olumn": (b"mapped_column", b"Column"), b"Mapped[": (b"Mapped[",)}
REVISION = re.compile(rb"^(revision|down_revision)\b[^\n]*=", re.MULTILINE)


def sources(project: Project) -> Iterator[tuple[str, bytes]]:
    """Yield path and text of each file that speaks of tables or columns, in no order.

    Left out are hidden folders, virtual environments, other people's packages, build results beside a
    ``pyproject.toml``, tests, templates, revisions, links, projects within this one, and what cannot be read.
    """
    versions = str(project.alembic_folder / "versions")
    pending = [str(project.root)]
    while pending:
        files, folders = _entries(pending.pop(), str(project.root))
        pending += (folder for folder in folders if folder != versions)
        for path in files:
            source = _read(path)
            if _speaks(source) and not _is_revision(source):
                yield path, source


def _speaks(source: bytes) -> bool:
    """Return whether one of the words is in a text; most texts have not even what several words have in common."""
    return any(common in source and any(word in source for word in words) for common, words in WORDS.items())


def _entries(folder: str, root: str) -> tuple[list[str], list[str]]:
    """Return the files of Python in a folder, and the folders that are to be looked into."""
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError:  # the data of a server in a container, for example, is nobody else's to read
        return [], []
    names = {entry.name for entry in found}
    if "pyvenv.cfg" in names or (folder != root and _is_project(folder, names)):
        return [], []
    skipped = SKIPPED | BUILT if names & PACKAGING else SKIPPED
    folders = [
        entry.path
        for entry in found
        if not entry.name.startswith(".") and entry.name not in skipped and entry.is_dir(follow_symlinks=False)
    ]
    files = [
        entry.path
        for entry in found
        if entry.name.endswith(".py") and not TESTS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
    ]
    return files, folders


def _is_project(folder: str, names: set[str]) -> bool:
    """Return whether a folder is the root of another project, with a database of its own."""
    if PYPROJECT in names and f"[{SECTION}".encode() in _read(f"{folder}/{PYPROJECT}"):
        return True
    return "alembic_db" in names and Path(folder, "alembic_db", "alembic.ini").is_file()


def _is_revision(source: bytes) -> bool:
    return b"down_revision" in source and set(REVISION.findall(source)) == {b"revision", b"down_revision"}


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path for each of thousands takes half the time
            return file.read()
    except OSError:
        return b""
