"""What has passed, and need not be rehearsed again until it changes: ``.dbtasks_cache/verified.json``."""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from dbtasks.history import History, fingerprint
from dbtasks.project import Project
from dbtasks.statements import Place
from dbtasks.values import tool

FOLDER, FILE = ".dbtasks_cache", "verified.json"
LIBRARIES = ("SQLAlchemy", "alembic")
EVERYTHING = "*\n"  # what its .gitignore names, so that nobody has to name the folder in theirs


class Passed(NamedTuple):
    """What is remembered of a revision.

    Attributes:
        key: changes when the revision does.
        filled: the columns whose NULLs it, or one before it, has written over.
    """

    key: str
    filled: frozenset[Place]


def keys(history: History, dialect: str) -> dict[str, str]:
    """Return a short text for each revision that changes when it, or one before it, or a tool does."""
    environment = fingerprint((history.project.alembic_folder / "env.py").read_text(encoding="utf-8"))
    tools = (dialect, tool(), *(f"{name} {version(name)}" for name in LIBRARIES), environment)
    found: dict[str, str] = {}
    for one in history.revisions:
        before = [found[parent] for parent in sorted({*one.parents, *one.depends_on})]
        said = "\n".join((*tools, one.id, one.fingerprint, *before))
        found[one.id] = hashlib.sha256(said.encode()).hexdigest()[:32]
    return found


def passed(project: Project, dialect: str, now: Mapping[str, str]) -> dict[str, Passed]:
    """Return what has passed on a dialect with the keys of now, by revision; empty when nothing is known."""
    known = _read(_file(project)).get(dialect)
    found: dict[str, Passed] = {}
    with contextlib.suppress(TypeError, ValueError, AttributeError, KeyError):  # somebody has written into the file
        for revision, said in known.items() if known else ():
            if said["key"] == now.get(revision):
                places = (one.rpartition(".") for one in said["filled"])
                found[revision] = Passed(said["key"], frozenset((table, column) for table, _, column in places))
    return found


def add(project: Project, dialect: str, those: Mapping[str, Passed]) -> None:
    """Remember what has passed; where nothing can be written nothing is remembered.

    The file is written aside and renamed, so that another process reads the old one or the new one.
    """
    if not those:
        return
    file = _file(project)
    with contextlib.suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        if not (file.parent / ".gitignore").exists():
            (file.parent / ".gitignore").write_text(EVERYTHING, encoding="utf-8")
        known = _read(file)
        before = known.get(dialect)
        new = {
            revision: {"key": one.key, "filled": sorted(map(".".join, one.filled))} for revision, one in those.items()
        }
        known[dialect] = {**(before if isinstance(before, dict) else {}), **new}
        _replace(file, json.dumps(known, indent=1, sort_keys=True))


def _replace(file: Path, text: str) -> None:
    number, aside = tempfile.mkstemp(prefix=f"{FILE}.", dir=file.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(aside).replace(file)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none yet, or one that somebody has broken: everything is rehearsed again
        return {}
    return found if isinstance(found, dict) else {}


def _file(project: Project) -> Path:
    return project.root / FOLDER / FILE
